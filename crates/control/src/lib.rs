//! Pages of exercises: planning, seats and guests, the control room, the wall board, marking, the players' desk, the report; and training.
//!
//! Whoever runs an exercise has the right to, or a seat as facilitator; everybody else has a seat. Pages ask for both in one place
//! each. What is shown while an exercise runs is rendered by one function for the page and for what is sent anew while it is open.

mod board;
mod control_act;
mod control_room;
mod discussion;
mod drill_guests;
mod drill_list;
mod drill_page;
mod drill_plan;
mod drill_ready;
mod drill_seats;
mod guest;
mod live;
mod marks;
mod pack_list;
mod play;
mod play_answer;
mod play_evidence;
mod play_line;
mod play_room;
mod play_watch;
mod play_words;
mod report_file;
mod report_lesson;
mod report_occasion;
mod report_page;
mod routes;
mod told;
mod training_course;
mod training_held;
mod training_home;
mod training_matrix;
mod training_quiz;
mod training_record;
mod training_roll;
mod training_session;
mod training_told;
mod view;
mod visit;

use desk::{Book, Texts};

/// The pages of exercises and of training.
pub static BOOK: Book = Book {
    routes: routes::ROUTES,
    texts: Texts::new(include_str!("../locales/en.ftl"), include_str!("../locales/zh-hant.ftl"), include_str!("../locales/zh-hans.ftl")),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        let allowed = ["JavaScript", "https", "lionrock", "verify", "PDF", "JSON", "CSV", "SHA", "drill", "import", "check", "packs"];
        assert_eq!(BOOK.flaws(&allowed, env!("CARGO_MANIFEST_DIR")).unwrap(), Vec::<String>::new());
    }
}
