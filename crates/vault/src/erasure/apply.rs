use journal::Work;
use kernel::Day;
use seal::{ErasureEntry, RecordNumber, Target};
use store::{StoreError, Tx};

use crate::purpose::REASONS;
use crate::storage;

/// Up to which entry of the erasure ledger the rows of this store are gone.
pub fn applied(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    storage::erasure::applied(tx)
}

/// Notes that the rows are gone up to this entry.
pub fn set_applied(work: &mut Work<'_, '_>, number: u64) -> Result<(), StoreError> {
    storage::erasure::set_applied(work.tx(), number)
}

/// Removes the reasons of openings whose keys the ledger says are gone. Returns how many.
pub fn apply_erasures(work: &mut Work<'_, '_>, entries: &[ErasureEntry]) -> Result<u64, StoreError> {
    let mut removed = 0;
    for entry in entries.iter().filter(|entry| entry.target.purpose().is_some_and(|p| p.as_str() == REASONS)) {
        removed += match entry.target {
            Target::Day { expiry, .. } => storage::erasure::forget_reasons_of_day(work.tx(), expiry)?,
            Target::Purpose { .. } => storage::erasure::forget_all_reasons(work.tx())?,
            target => target.record().map_or(Ok(0), |record| storage::erasure::forget_reason(work.tx(), record))?,
        };
    }
    Ok(removed)
}

/// Cuts every link from openings and from the journal to a record, and removes the reasons given: they die with the record.
pub fn forget_record(work: &mut Work<'_, '_>, record: [u8; 16]) -> Result<u64, StoreError> {
    let mut links = 0;
    for event in storage::events_of(work.tx(), record)? {
        links += journal::forget_link(work, event)?;
    }
    links += storage::erasure::forget_openings(work.tx(), record)?;
    Ok(links + journal::forget_links(work, record)?)
}

/// The seals of the reasons given for opening a record: what is to be punctured when the record is.
pub fn reasons_of(tx: &mut Tx<'_>, record: [u8; 16]) -> Result<Vec<(RecordNumber, Day, Vec<u8>)>, StoreError> {
    storage::erasure::reasons_of(tx, record)
}
