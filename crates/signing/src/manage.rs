//! What was signed, and taking it back.

use journal::{Event, Removed, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use seal::{Keyring, Purpose, SealError};
use store::{StoreError, Tx};

use crate::ocsp::State;
use crate::{PURPOSE, Reason, Revoked, Signature, storage};

const SHOWN_MOST: i64 = 200;

/// Why a signature was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// It is not one of the account's.
    #[error("this is not one of your signatures")]
    Missing,
    /// It was before.
    #[error("this signature is revoked already")]
    Already,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RevokeError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Already => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Makes the key tree of the purpose.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(PURPOSE)?)
}

/// The signatures of an account, newest first.
pub fn history(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<Signature>, StoreError> {
    storage::certificate::history(tx, account, SHOWN_MOST)
}

/// One signature of an account.
pub fn signature(tx: &mut Tx<'_>, account: Id<kinds::Account>, serial: &[u8]) -> Result<Option<Signature>, StoreError> {
    storage::certificate::of_account(tx, account, serial)
}

/// Revokes a signature's certificate. From now on lists and answers say so, for good.
pub fn revoke(
    work: &mut Work<'_, '_>,
    account: Id<kinds::Account>,
    serial: &[u8],
    reason: Reason,
) -> Result<(), RevokeError> {
    let now = work.now();
    storage::certificate::of_account(work.tx(), account, serial)?.ok_or(RevokeError::Missing)?;
    if storage::certificate::revoke(work.tx(), serial, now, reason)? == 0 {
        return Err(RevokeError::Already);
    }
    work.removed(REVOKED, serial, &format!("{}:{}", kernel::to_hex(serial), reason.name()))?;
    let event = Event::new("signing.revoked").record(account.bytes()).detail("reason", reason.name());
    work.journal(event.detail("certificate", kernel::to_hex(serial)))?;
    Ok(())
}

/// A certificate that was revoked, in the ledger of removals: its number, which every list shows, and why.
const REVOKED: &str = "certificate";

/// After a restore: revokes again what was revoked since the backup, also what was signed after it and the store knows nothing of.
pub fn end_restored(work: &mut Work<'_, '_>, removed: &Removed) -> Result<(), StoreError> {
    let mut revoked = 0;
    for removal in removed.all(REVOKED) {
        let Some((number, reason)) = removal.note.split_once(':') else { continue };
        let (Ok(serial), Some(reason)) = (kernel::from_hex(number), Reason::from_name(reason)) else { continue };
        if storage::certificate::state(work.tx(), &serial)? == State::Unknown {
            storage::certificate::insert(work.tx(), &serial, removal.at)?;
        }
        revoked += storage::certificate::revoke(work.tx(), &serial, removal.at, reason)?;
    }
    if revoked > 0 {
        work.journal(Event::new("signing.revoked_again").detail("certificates", revoked))?;
    }
    Ok(())
}

/// What is known of a certificate.
pub fn state(tx: &mut Tx<'_>, serial: &[u8]) -> Result<State, StoreError> {
    storage::certificate::state(tx, serial)
}

/// Every revoked certificate, for the list.
pub fn revoked(tx: &mut Tx<'_>) -> Result<Vec<Revoked>, StoreError> {
    storage::certificate::revoked(tx)
}

/// Removes what is over: documents, registrations, lines of histories. Serial numbers stay; they lead to nobody.
pub fn purge(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let now: Instant = work.now();
    let gone = storage::request::purge(work.tx(), now)? + storage::key::purge(work.tx(), now)? + storage::asked::purge(work.tx(), now)?;
    Ok(gone + storage::certificate::purge(work.tx(), now)?)
}
