use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::{PasskeyKey, storage};

/// A registration for signing counts for so long, then the resident registers again.
const KEY_DAYS: i64 = 365;
const DAY_MS: i64 = 86_400_000;

/// The passkey that an account signs documents with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Which of the account's passkeys.
    pub passkey: Id<kinds::AccountPasskey>,
    /// The name under which its authenticator finds it.
    pub credential: Vec<u8>,
    /// Its public key.
    pub public: PasskeyKey,
    /// Since when.
    pub since: Instant,
}

impl SigningKey {
    pub(crate) fn public_json(&self) -> String {
        serde_json::to_string(&self.public).unwrap_or_default()
    }
}

/// Makes a passkey the one that an account signs with, in place of any before.
pub fn register_key(work: &mut Work<'_, '_>, account: Id<kinds::Account>, key: &SigningKey) -> Result<(), StoreError> {
    let expires = work.now().plus_millis(KEY_DAYS * DAY_MS);
    storage::key::put(work.tx(), account, key, expires)?;
    let event = Event::new("signing.key_registered").record(account.bytes());
    work.journal(event.detail("passkey", key.passkey.to_string())).map(|_| ())
}

/// The passkey that an account signs with.
pub fn signing_key(tx: &mut Tx<'_>, account: Id<kinds::Account>, now: Instant) -> Result<Option<SigningKey>, StoreError> {
    storage::key::find(tx, account, now)
}

/// An account signs no more; what was signed stays what it is. False when it had no key.
pub fn remove_key(work: &mut Work<'_, '_>, account: Id<kinds::Account>) -> Result<bool, StoreError> {
    let removed = storage::key::remove(work.tx(), account)? > 0;
    if removed {
        work.journal(Event::new("signing.key_removed").record(account.bytes()))?;
    }
    Ok(removed)
}
