use journal::{Committed, Event, Work};
use kernel::{Day, Id, Secret, kinds};
use people::{Grant, HandleRequests};
use seal::{Keyring, SealError, Sealed};
use store::{StoreError, Tx};

use super::{DecideError, RequestDetails, RequestRow, slot};
use crate::storage;

/// The requests about a service, those that wait first, the earliest end on top: at most `limit`.
pub fn requests(tx: &mut Tx<'_>, service: Id<kinds::Service>, limit: usize) -> Result<Vec<RequestRow>, StoreError> {
    storage::request::of_service(tx, service, i64::try_from(limit).unwrap_or(200))
}

/// The requests of every service that wait and whose last day is not after `until`: at most `limit`. For reminders.
pub fn due_requests(tx: &mut Tx<'_>, until: Day, limit: usize) -> Result<Vec<RequestRow>, StoreError> {
    storage::request::due(tx, until, i64::try_from(limit).unwrap_or(200))
}

/// One request.
pub fn request(tx: &mut Tx<'_>, id: Id<kinds::SubjectRequest>) -> Result<Option<RequestRow>, StoreError> {
    storage::request::find(tx, id)
}

/// A request whose details may be opened with the `Committed` of this unit of work.
#[derive(Clone, Debug)]
pub struct ReadDetails(RequestRow);

/// Puts the reading of what a resident wrote on record.
pub fn open_details(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleRequests>,
    id: Id<kinds::SubjectRequest>,
) -> Result<ReadDetails, DecideError> {
    let row = storage::request::find(work.tx(), id)?.filter(|row| grant.covers(row.service)).ok_or(DecideError::Missing)?;
    let event = Event::new("vault.request_read").detail("request", row.id.to_string());
    work.journal(event.detail("right", grant.role().to_string()))?;
    Ok(ReadDetails(row))
}

impl ReadDetails {
    /// The request.
    pub const fn request(&self) -> &RequestRow {
        &self.0
    }

    /// What the resident wrote; nothing when its end has passed.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<Option<Secret<RequestDetails>>, SealError> {
        let Some(bytes) = &self.0.details else { return Ok(None) };
        let sealed = Sealed::from_bytes(bytes.clone());
        let opened = match committed.open(keys, &slot(self.0.record, self.0.expiry)?, &sealed) {
            Err(SealError::Gone) => return Ok(None),
            opened => opened?,
        };
        let details = serde_json::from_slice(opened.expose()).map_err(|_| SealError::Broken)?;
        Ok(Some(Secret::new(details)))
    }
}
