use journal::Work;
use store::StoreError;

use crate::storage;

/// Removes what has ended; how many rows. To be run every few minutes: no table grows without bound.
pub fn sweep(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let now = work.now();
    let tx = work.tx();
    Ok(storage::pushed::sweep(tx, now)?
        + storage::grant::sweep(tx, now)?
        + storage::code::sweep(tx, now)?
        + storage::token::sweep(tx, now)?
        + storage::seen::sweep(tx, now)?
        + storage::service_token::sweep(tx, now)?
        + storage::consent::sweep(tx, now)?
        + storage::share::sweep(tx, now)?
        + storage::release::sweep(tx, now)?
        + storage::key::sweep(tx, now)?)
}
