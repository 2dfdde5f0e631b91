use journal::{Event, Work};
use kernel::{Day, to_hex};
use seal::sha256;
use store::StoreError;

use crate::open::refuse;
use crate::storage::{self, NewOpening};

/// A job asks to open many records for one purpose.
#[derive(Clone, Debug)]
pub struct BatchCommand {
    /// One of the purposes of the statement.
    pub purpose: String,
    /// The consent in the statement, or the approval, on which it rests.
    pub basis: String,
    /// The records, in the order in which they will be opened.
    pub records: Vec<[u8; 16]>,
    /// Until when the entry in the list of openings is kept.
    pub expiry: Day,
}

/// What came of it; both are durable and journaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchOutcome {
    /// The values may be opened with the `Committed` of this unit of work.
    Granted,
    /// The statement does not name this purpose.
    Refused,
}

/// Puts one entry for a whole batch on the journal: purpose, count and a root over the records.
pub fn open_batch(work: &mut Work<'_, '_>, command: &BatchCommand) -> Result<BatchOutcome, StoreError> {
    if !storage::has_purpose(work.tx(), &command.purpose)? {
        refuse(work, &command.purpose, None)?;
        return Ok(BatchOutcome::Refused);
    }
    let parts: Vec<&[u8]> = command.records.iter().map(<[u8; 16]>::as_slice).collect();
    let event = Event::new("vault.batch_opened")
        .detail("purpose", command.purpose.clone())
        .detail("basis", command.basis.clone())
        .detail("count", command.records.len())
        .detail("root", to_hex(&sha256(&parts)));
    let event = work.journal(event)?;
    let row = NewOpening {
        id: work.new_id(),
        at: work.now(),
        actor: work.actor().to_json().to_string(),
        purpose: command.purpose.clone(),
        records: i64::try_from(command.records.len()).unwrap_or(i64::MAX),
        event,
        record: None,
        reason: None,
        expiry: command.expiry,
        reason_record: None,
    };
    storage::insert_opening(work.tx(), &row)?;
    Ok(BatchOutcome::Granted)
}
