//! Pages for officers over `response`, `callout` and `advisories`: alerts, incidents with their case files, advisories and
//! bulletins, incident teams, call-outs and their exercises.
//!
//! [`BOOK`] is what `staff` binds into the pages for officers.

mod advisory_correct;
mod advisory_history;
mod advisory_list;
mod advisory_new;
mod advisory_page;
mod alerts;
mod bulletins;
mod call_out;
mod call_outs;
mod call_page;
mod case_act;
mod case_call;
mod case_new;
mod case_page;
mod case_read;
mod case_report;
mod case_write;
mod exercises;
mod incidents;
mod routes;
mod team;
mod team_override;
mod team_person;
mod team_rota;

use desk::{Book, Texts};

/// These pages and their words.
pub static BOOK: Book = Book {
    routes: routes::ROUTES,
    texts: Texts::new(
        include_str!("../locales/en.ftl"),
        include_str!("../locales/zh-hant.ftl"),
        include_str!("../locales/zh-hans.ftl"),
    ),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        let allowed = ["SMS", "PDF", "SHA", "CSV", "JSON", "MB", "OPS"];
        assert_eq!(BOOK.flaws(&allowed, env!("CARGO_MANIFEST_DIR")).unwrap(), Vec::<String>::new());
    }
}
