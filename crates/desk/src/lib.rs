//! What every page for officers stands on.
//!
//! A crate of pages is a [`Book`]: its routes and its words. A page gets a [`Desk`] (who asks, what was sent, the platform)
//! and runs on a blocking thread; it asks `people` for the right to exactly its action and hands the grant on to the verb.
//! Nothing here decides what is allowed. `staff` puts the books together and serves them.

mod book;
/// Cookies that only the server reads.
pub mod cookies;
mod desk;
mod gated;
mod kept;
mod lines;
mod meanwhile;
mod mistakes;
mod session;
mod shown;
mod state;
mod sure;
mod texts;
mod told;
mod turned_away;
mod uploads;

pub use book::{Book, Guard, Route, Verb, form, form_with_file, get, post};
pub use desk::{Answer, Case, Desk, file, go, missing};
pub use gated::Gated;
pub use lines::{LANGUAGES, date, day, line, named, scheme_title, three};
pub use mistakes::Mistakes;
pub use session::{Session, actor_of, stay};
pub use shown::{Posts, code, link, short};
pub use state::{StaffState, layout};
pub use sure::Question;
pub use texts::{Texts, Words};
pub use turned_away::{next, way_in};
pub use uploads::{Stopped, Uploads};
