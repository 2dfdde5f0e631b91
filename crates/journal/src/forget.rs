use store::StoreError;

use crate::{Work, storage};

/// Cuts the links from events to a record: they die with the record. The events themselves stay, with a commitment that nobody
/// can open any more. Returns how many links were cut.
pub fn forget_links(work: &mut Work<'_, '_>, record: [u8; 16]) -> Result<u64, StoreError> {
    storage::forget_links(work.tx(), record)
}
