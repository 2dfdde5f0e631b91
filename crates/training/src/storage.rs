//! Every SQL text of this crate.

pub(crate) mod duty;
pub(crate) mod place;
pub(crate) mod quiz_try;
pub(crate) mod record;
pub(crate) mod session;

use store::StoreError;

/// A stored value that does not read back: a newer version's, or damage.
fn unreadable(what: &str) -> StoreError {
    StoreError::Engine(format!("{what} in the store cannot be read"))
}
