//! Pages for officers: schemes, the launch gate, the desk, delivery, evidence; and all books of such pages put together.
//!
//! [`BOOKS`] is the table of contents: every book with every address, who may use it, and the function that answers. The
//! router is built from it and from nothing else, so the test that attacks every route cannot miss one. What a page stands
//! on is in `desk`.

mod access_review;
mod approval;
mod certificate;
mod charter;
mod close;
mod connect_form;
mod connect_list;
mod connect_read;
mod connect_service;
mod connect_sheet;
mod contract;
mod contract_change;
mod contractor;
mod contractors;
mod counter;
mod dashboard;
mod definition;
mod delivery;
mod erase;
mod erase_day;
mod erasure;
mod evidence;
mod exceptions;
mod field;
mod field_form;
mod field_queue;
mod field_queue_part;
mod funnel;
mod gate;
mod gate_record;
mod gate_sign;
mod hand_over;
mod home;
mod home_waiting;
mod inventory;
mod invitation;
mod lease;
mod lease_change;
mod lease_give;
mod lease_pursue;
mod letters;
mod messages;
mod officer;
mod officers;
mod operate;
mod paper;
mod passkey_name;
mod passkeys;
mod pin_letters;
mod pin_letters_lease;
mod pin_letters_returned;
mod proofing;
mod record;
mod recover;
mod register;
mod register_form;
mod request;
mod requests;
mod resolve;
mod results;
mod routes;
mod scheme_page;
mod schemes;
mod sign_in;
mod station_briefings;
mod station_counts;
mod station_day;
mod station_devices;
mod station_form;
mod station_queue;
mod station_week;
mod stations;
mod terminals;
mod test_results;
mod version;

use std::sync::Arc;

use axum::Router;
use desk::{Book, Texts};
pub use desk::{Guard, Route, StaffState, Uploads, Verb, layout};
use webkit::in_every_language;

/// Every book of pages for officers. A further crate of pages is added here.
pub static BOOKS: &[&Book] = &[&BOOK, &casework::BOOK, &control::BOOK];

/// The pages of this crate and their words.
static BOOK: Book = Book {
    routes: routes::ROUTES,
    texts: Texts::new(
        include_str!("../locales/en.ftl"),
        include_str!("../locales/zh-hant.ftl"),
        include_str!("../locales/zh-hans.ftl"),
    ),
};

/// Every route of every book.
pub fn every_route() -> impl Iterator<Item = &'static Route> {
    BOOKS.iter().flat_map(|book| book.routes)
}

/// The pages for officers, below `/{language}/staff`.
#[expect(clippy::needless_pass_by_value, reason = "a face takes its state once, like every other face")]
pub fn routes(state: Arc<StaffState>) -> Router {
    let pages = BOOKS.iter().fold(Router::new(), |pages, book| book.serve(&state, pages));
    in_every_language(&pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        let allowed = ["SMS", "PDF", "SHA", "TOML", "CSV", "JSON", "age", "reference", "delivered", "failed", "JavaScript", "slug", "MB", "KB", "localhost", "Connect", "DPoP", "Ed", "FAPI", "JPEG", "JWKS", "JWT", "OpenID", "PEM", "PNG", "RFC", "RSA", "TLS", "WebP", "http", "https", "OPS"];
        assert_eq!(BOOK.flaws(&allowed, env!("CARGO_MANIFEST_DIR")).unwrap(), Vec::<String>::new());
    }
}
