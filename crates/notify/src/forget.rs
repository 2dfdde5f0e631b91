//! The end of messages.

use journal::Work;
use kernel::{Day, Id, kinds};
use seal::RecordNumber;
use store::StoreError;

use crate::storage;

/// Removes every message of a household. The caller punctures what is returned, so that copies of the rows die too.
pub fn forget_household(
    work: &mut Work<'_, '_>,
    household: Id<kinds::Household>,
) -> Result<Vec<(RecordNumber, Day)>, StoreError> {
    let rows = storage::delete_of(work, household)?;
    storage::tally_given_up(work, &rows)?;
    Ok(rows.into_iter().map(|row| (row.record, row.expiry)).collect())
}

/// Removes up to `limit` messages whose day has passed; their keys are dead already. Returns how many.
pub fn purge(work: &mut Work<'_, '_>, limit: usize) -> Result<usize, StoreError> {
    let rows = storage::delete_expired(work, limit)?;
    storage::tally_given_up(work, &rows)?;
    Ok(rows.len())
}
