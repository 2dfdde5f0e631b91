use kernel::Instant;
use store::{StoreError, Tx};

use crate::storage;

/// What a resident agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The service.
    pub client: String,
    /// What it gets.
    pub scope: String,
    /// When.
    pub given: Instant,
    /// Until when it is not asked again.
    pub expires: Instant,
}

/// A consent is asked for again after so many days.
pub(crate) const CONSENT_DAYS: i64 = 365;

/// What a resident agreed to and what is still in force, by service; 200 at most.
pub fn consents(tx: &mut Tx<'_>, account: [u8; 16], now: Instant) -> Result<Vec<Consent>, StoreError> {
    storage::consent::of_account(tx, account, now)
}
