use journal::{Event, Work};
use kernel::{Id, kinds, to_hex};
use seal::{Keyring, Purpose, SealError};
use store::{StoreError, Tx};

use crate::storage;

/// The purposes of the statement now in force.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The service whose statement it is. The first one owns the store for ever.
    pub service: Id<kinds::Service>,
    /// Digest of the definition that holds the statement.
    pub statement: [u8; 32],
    /// The purposes it names.
    pub purposes: Vec<String>,
}

/// Takes over the purposes of a statement that came into force. Earlier purposes that it no longer names are gone.
pub fn declare(work: &mut Work<'_, '_>, declared: &Declared) -> Result<(), StoreError> {
    let now = work.now();
    storage::set_owner(work.tx(), declared.service)?;
    storage::replace_purposes(work.tx(), &declared.purposes, &declared.statement, now)?;
    let event = Event::new("vault.purposes_declared")
        .detail("statement", to_hex(&declared.statement))
        .detail("purposes", declared.purposes.clone());
    work.journal(event).map(|_| ())
}

/// The purposes that are declared now.
pub fn declared(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    storage::purposes(tx)
}

/// Whether the statement in force names this purpose.
pub fn is_declared(tx: &mut Tx<'_>, purpose: &str) -> Result<bool, StoreError> {
    storage::has_purpose(tx, purpose)
}

/// Makes the key trees for the purposes of a service, and for the vault's own: the free-text reasons of openings.
pub fn prepare_keys(keys: &Keyring, purposes: &[String]) -> Result<(), SealError> {
    for purpose in purposes {
        keys.add_purpose(&Purpose::new(purpose)?)?;
    }
    keys.add_purpose(&Purpose::new(REASONS)?)
}

/// The purpose under which reasons are sealed: they may name people.
pub const REASONS: &str = "opening-reasons";
