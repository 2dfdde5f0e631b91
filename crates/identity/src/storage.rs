//! Every SQL text of this crate, a file a table.

pub(crate) mod account;
pub(crate) mod activation;
pub(crate) mod answered;
pub(crate) mod attribute;
pub(crate) mod batch;
pub(crate) mod budget;
pub(crate) mod change;
pub(crate) mod directory;
pub(crate) mod enrolment;
pub(crate) mod errand;
pub(crate) mod opening;
pub(crate) mod passkey;
pub(crate) mod password;
pub(crate) mod pin;
pub(crate) mod proofing;
pub(crate) mod recovery;
pub(crate) mod session;
pub(crate) mod terminal;
pub(crate) mod visit;

use store::StoreError;

/// A stored value that does not read back: a newer version's, or damage.
fn unreadable(what: &str) -> StoreError {
    StoreError::Engine(format!("{what} in the store cannot be read"))
}
