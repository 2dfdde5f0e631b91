//! Test support: stores on both engines, a movable clock, seeded chance, and a ledger with all of them.
//!
//! Nothing here is in the product. A part that is missing on the machine fails the test with the line that says what
//! to install; nothing is skipped.

pub mod canary;
mod chance;
mod clamd;
mod clock;
pub mod figures;
mod mail_server;
mod pdf;
mod rehearsal;
mod server;
mod stores;
mod traces;

pub use chance::SeededRandom;
pub use clamd::{ClamdServer, TEST_MALWARE};
pub use clock::MovableClock;
pub use mail_server::{MailLine, MailServer, ReceivedMail};
pub use pdf::{pdf, pdf_with};
pub use rehearsal::Rehearsal;
pub use server::PostgresServer;
pub use stores::{Place, both_engines, memory_store, sqlite_store};
pub use traces::{Traced, Traces};
