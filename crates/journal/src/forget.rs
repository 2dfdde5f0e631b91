use kernel::{Id, kinds};
use store::StoreError;

use crate::{Work, storage};

/// Cuts the links from events to a record: they die with the record. The events themselves stay, with a commitment that nobody
/// can open any more. Returns how many links were cut.
pub fn forget_links(work: &mut Work<'_, '_>, record: [u8; 16]) -> Result<u64, StoreError> {
    storage::forget_links(work.tx(), record)
}

/// Cuts the link of one event that a list outside the journal names ([`crate::Event::listed_record`]). Returns how many were cut.
pub fn forget_link(work: &mut Work<'_, '_>, event: Id<kinds::Event>) -> Result<u64, StoreError> {
    storage::forget_link(work.tx(), event)
}
