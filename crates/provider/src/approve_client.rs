use journal::{Event, Work};
use kernel::{Fault, Kind, to_hex};
use people::{Grant, SignGate};
use store::StoreError;

use crate::storage;

/// Why a service was not approved or ended.
#[derive(Debug, thiserror::Error)]
pub enum ApproveClientError {
    /// There is none, or none with this content: what was read was not what is on record.
    #[error("there is no such service, or it is not what you read; look again")]
    Missing,
    /// It was approved before, or has ended.
    #[error("it was approved already, or has ended")]
    Settled,
    /// Whoever registers does not approve.
    #[error("another officer must approve what you registered")]
    OwnWork,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ApproveClientError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Settled => Kind::Taken,
            Self::OwnWork => Kind::Denied,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Approves exactly what was read. From this commit on residents can sign in to it.
pub fn approve_client(work: &mut Work<'_, '_>, grant: &Grant<SignGate>, id: &str, digest: [u8; 32]) -> Result<(), ApproveClientError> {
    let found = storage::client::find(work.tx(), id)?.filter(|found| found.digest == digest);
    let found = found.ok_or(ApproveClientError::Missing)?;
    if found.registered_by == grant.officer() {
        return Err(ApproveClientError::OwnWork);
    }
    let now = work.now();
    if storage::client::approve(work.tx(), id, digest, now, grant.officer())? == 0 {
        return Err(ApproveClientError::Settled);
    }
    work.journal(Event::new("provider.client_approved").detail("client", id).detail("digest", to_hex(&digest)))?;
    Ok(())
}

/// Ends a service: it proves itself to nobody any more, so its tokens open nothing.
pub fn end_client(work: &mut Work<'_, '_>, _grant: &Grant<SignGate>, id: &str) -> Result<(), ApproveClientError> {
    let now = work.now();
    if storage::client::end(work.tx(), id, now)? == 0 {
        return Err(ApproveClientError::Missing);
    }
    work.journal(Event::new("provider.client_ended").detail("client", id))?;
    Ok(())
}
