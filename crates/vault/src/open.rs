use journal::{Actor, Committed, Event, Work};
use kernel::{Day, Fault, Id, Instant, Kind, Secret, kinds};
use people::{Grant, OpenRecord};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot};
use store::{StoreError, Tx};
use thiserror::Error;

use crate::purpose::REASONS;
use crate::storage::{self, NewOpening, OpeningRow};

/// An officer asks to open one record. The reason is sealed before the transaction: writers wait for each other.
#[derive(Clone, Debug)]
pub struct OpenCommand {
    record: [u8; 16],
    purpose: String,
    reason: Sealed,
    number: RecordNumber,
    expiry: Day,
}

impl OpenCommand {
    /// The record as the journal links it, one of the purposes of the statement, and why, in the officer's words: 10 to 500
    /// characters, sealed since they may name people. The reason is kept until `expiry`: as long as the record.
    pub fn new(
        keys: &Keyring,
        record: [u8; 16],
        purpose: &str,
        reason: &Secret<String>,
        expiry: Day,
    ) -> Result<Self, OpenError> {
        let reason = reason.expose().trim();
        if !(10..=500).contains(&reason.chars().count()) {
            return Err(OpenError::Reason);
        }
        let number = keys.next_record()?;
        let reason = keys.seal(&reason_slot(number, expiry)?, reason.as_bytes())?;
        Ok(Self { record, purpose: purpose.to_owned(), reason, number, expiry })
    }
}

/// What came of it. Both are durable and journaled.
#[derive(Debug)]
pub enum Outcome {
    /// The values may be opened with the `Committed` of this unit of work.
    Granted(Opening),
    /// The statement does not name this purpose.
    Refused,
}

/// An opening on record.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// Its id.
    pub id: Id<kinds::Opening>,
}

/// Why an opening could not even be put on record.
#[derive(Debug, Error)]
pub enum OpenError {
    /// A reason of a few words is needed.
    #[error("say in a few words why you open this record (10 to 500 characters)")]
    Reason,
    /// The grant is for another service.
    #[error("there is no such record in your services")]
    Elsewhere,
    /// Sealing the reason failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for OpenError {
    fn kind(&self) -> Kind {
        match self {
            Self::Reason => Kind::Invalid,
            Self::Elsewhere => Kind::Missing,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Puts the opening of one record on the journal. The caller opens the values with the `Committed` afterwards.
pub fn open_record(
    work: &mut Work<'_, '_>,
    grant: &Grant<OpenRecord>,
    command: &OpenCommand,
) -> Result<Outcome, OpenError> {
    let (owner, has_purpose) = storage::owner_and_purpose(work.tx(), &command.purpose)?;
    if !owner.is_some_and(|service| grant.covers(service)) {
        return Err(OpenError::Elsewhere);
    }
    if !has_purpose {
        refuse(work, &command.purpose, Some(command.record))?;
        return Ok(Outcome::Refused);
    }
    let event = Event::new("vault.opened")
        .listed_record(command.record)
        .detail("purpose", command.purpose.clone())
        .detail("right", grant.role().to_string());
    let event = work.journal(event)?;
    let id = work.new_id();
    let row = NewOpening {
        id,
        at: work.now(),
        actor: work.actor().to_json().to_string(),
        purpose: command.purpose.clone(),
        records: 1,
        event,
        record: Some(command.record),
        reason: Some(command.reason.clone()),
        expiry: command.expiry,
        reason_record: Some(command.number),
    };
    storage::insert_opening(work.tx(), &row)?;
    Ok(Outcome::Granted(Opening { id }))
}

/// Notes that somebody asked for a purpose that the statement does not name.
pub(crate) fn refuse(work: &mut Work<'_, '_>, purpose: &str, record: Option<[u8; 16]>) -> Result<(), StoreError> {
    // What somebody sends instead of a purpose may be anything, also personal.
    let named = if Purpose::new(purpose).is_ok() { purpose } else { "(not the name of a purpose)" };
    let mut event = Event::new("vault.opening_refused").detail("purpose", named);
    if let Some(record) = record {
        event = event.record(record);
    }
    work.journal(event).map(|_| ())
}

/// Cuts the links of openings to records whose last day has passed, and removes the reasons given. Returns how many.
pub fn forget_expired(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let today = work.today();
    for event in storage::expired_links(work.tx(), today)? {
        journal::forget_link(work, event)?;
    }
    storage::forget_expired(work.tx(), today)
}

/// Every single opening of one record, oldest first: the resident's own list. Reasons stay sealed.
pub fn openings_of(tx: &mut Tx<'_>, record: [u8; 16]) -> Result<Vec<OpeningRow>, StoreError> {
    storage::openings_of(tx, record)
}

/// Openings of whole batches for a purpose since a moment, oldest first: they may have held the record.
pub fn batches_since(
    tx: &mut Tx<'_>,
    purpose: &str,
    since: Instant,
    limit: usize,
) -> Result<Vec<OpeningRow>, StoreError> {
    storage::batches_since(tx, purpose, Id::first_of(since), i64::try_from(limit).unwrap_or(20))
}

impl OpeningRow {
    /// The free-text reason, opened by a unit of work that noted this reading.
    pub fn reason(&self, committed: &Committed, keys: &Keyring) -> Result<Option<Secret<String>>, SealError> {
        let Some(sealed) = &self.reason else { return Ok(None) };
        let sealed = Sealed::from_bytes(sealed.clone());
        let slot = sealed.claimed_slot(Purpose::new(REASONS)?)?;
        let bytes = committed.open(keys, &slot, &sealed)?;
        Ok(String::from_utf8(bytes.into_exposed()).ok().map(Secret::new))
    }

    /// Who it was, as the journal names actors.
    pub fn actor_json(&self) -> serde_json::Value {
        serde_json::from_str(&self.actor).unwrap_or_else(|_| Actor::Operator.to_json())
    }
}

fn reason_slot(number: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(REASONS)?, record: number, person: 0, group: 0, schema: 1, expiry })
}
