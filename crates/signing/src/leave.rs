use journal::Work;
use kernel::{Id, kinds};
use seal::{Purpose, Target};
use store::{StoreError, Tx};

use crate::{PURPOSE, remove_key, storage};

/// What is to be forgotten, each with what is sealed under it.
pub type DoomedDocuments = Vec<(Target, Vec<Vec<u8>>)>;

/// What the keys forget when an account is closed: the documents that wait for its signature or to be fetched, each with what is
/// sealed under it.
pub fn doomed(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<DoomedDocuments, StoreError> {
    let purpose = Purpose::new(PURPOSE).map_err(|error| StoreError::Engine(error.to_string()))?;
    let mut values = Vec::new();
    for waiting in storage::leave::waiting(tx, account)? {
        let target = |record| Target::Record { purpose, expiry: waiting.expiry, record };
        let mut sealed = vec![waiting.body];
        sealed.extend(storage::leave::pictures(tx, waiting.id)?);
        values.push((target(waiting.record), sealed));
        if let Some((record, signed)) = waiting.signed {
            values.push((target(record), vec![signed]));
        }
    }
    Ok(values)
}

/// An account ends: its signing key, its documents and its list go. What was signed stays what it is.
pub fn end_account(work: &mut Work<'_, '_>, account: Id<kinds::Account>) -> Result<(), StoreError> {
    storage::leave::forget(work.tx(), account)?;
    storage::asked::forget(work.tx(), account)?;
    remove_key(work, account).map(drop)
}
