use journal::Work;
use store::StoreError;

use crate::ceremony::Half;
use crate::storage;

/// Uses a ceremony up, in the transaction of what it is for; false when it was answered before.
pub(crate) fn answer(work: &mut Work<'_, '_>, half: &Half) -> Result<bool, StoreError> {
    Ok(storage::answered::insert(work.tx(), half.number, half.expires)? == 1)
}
