use journal::{Event, Work};
use store::StoreError;

use crate::storage;

/// Tries, places and sessions are kept for so long, to answer questions about a record.
const KEPT_MONTHS: i32 = 24;
/// A record is kept for so long after its last day.
const RECORD_MONTHS: i32 = 36;

/// Removes what is no longer of use: tries and sessions after two years, records three years after their last day. Returns how many rows.
pub fn purge(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let today = work.today();
    let before = kernel::Instant::at(today.plus_months(-KEPT_MONTHS), 0);
    let tx = work.tx();
    let gone = storage::quiz_try::purge(tx, before)?
        + storage::place::purge(tx, before)?
        + storage::session::purge(tx, before)?
        + storage::record::purge(tx, today.plus_months(-RECORD_MONTHS))?;
    if gone > 0 {
        work.journal(Event::new("training.purged").detail("rows", gone))?;
    }
    Ok(gone)
}
