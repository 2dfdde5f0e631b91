use journal::{Actor, Event, Work};
use kernel::{Day, Fault, Id, Kind, kinds};
use store::StoreError;

use crate::open::{Opening, Outcome, refuse};
use crate::storage::{self, NewOpening};

/// A contractor opens one record under a lease.
#[derive(Clone, Debug)]
pub struct LeasedCommand {
    /// The record, as the journal links it.
    pub record: [u8; 16],
    /// The purpose of the lease.
    pub purpose: String,
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// Until when the entry in the list of openings is kept: as long as the record.
    pub expiry: Day,
}

/// Why an opening under a lease could not be put on record.
#[derive(Debug, thiserror::Error)]
pub enum LeasedError {
    /// Only a contractor opens under a lease; an officer needs a grant.
    #[error("only a contractor opens a record under a lease")]
    Actor,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for LeasedError {
    fn kind(&self) -> Kind {
        match self {
            Self::Actor => Kind::Denied,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Puts the opening of one record by a contractor on the journal of the service, under the contractor's own name. Whether the
/// lease allows it was decided before, in the platform's store; the statement is asked here.
pub fn open_leased(work: &mut Work<'_, '_>, command: &LeasedCommand) -> Result<Outcome, LeasedError> {
    let Actor::Contractor { .. } = work.actor() else { return Err(LeasedError::Actor) };
    if !storage::has_purpose(work.tx(), &command.purpose)? {
        refuse(work, &command.purpose, Some(command.record))?;
        return Ok(Outcome::Refused);
    }
    let event = Event::new("vault.opened")
        .record(command.record)
        .detail("purpose", command.purpose.clone())
        .detail("lease", command.lease.to_string());
    let event = work.journal(event)?;
    let row = NewOpening {
        id: work.new_id(),
        at: work.now(),
        actor: work.actor().to_json().to_string(),
        purpose: command.purpose.clone(),
        records: 1,
        event,
        record: Some(command.record),
        reason: None,
        expiry: command.expiry,
        reason_record: None,
    };
    storage::insert_opening(work.tx(), &row)?;
    Ok(Outcome::Granted(Opening { id: row.id }))
}
