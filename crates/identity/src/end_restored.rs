use journal::{Event, Removed, Work};
use kernel::Instant;
use store::StoreError;

use crate::removal::close_again;
use crate::storage;

/// After a restore: ends every session, every code that is out, every way back to an account that was under way, and the cookies of
/// terminals; and what the ledger of removals says was taken away since the backup is taken away again.
///
/// The database is that of the backup: a session that was ended since, a code that was used, a recovery that its owner stopped or a
/// terminal that was taken away would be good again. Residents sign in again with their passkeys; ceremonies that were answered stay
/// remembered.
pub fn end_restored(work: &mut Work<'_, '_>, removed: &Removed) -> Result<(), StoreError> {
    let closed = close_again(work, removed)?;
    let (all, tx) = (Instant::from_millis(i64::MAX), work.tx());
    let sessions = storage::session::sweep(tx, all, all)?;
    let codes = storage::enrolment::sweep(tx, all)? + storage::visit::sweep(tx, all)?;
    let recoveries = storage::recovery::sweep(tx, all)?;
    let terminals = storage::terminal::forget_tokens(tx)?;
    let event = Event::new("identity.ended_by_restore").detail("sessions", sessions).detail("codes", codes);
    let event = event.detail("recoveries", recoveries).detail("terminals", terminals);
    work.journal(event.detail("passkeys_removed", closed.passkeys).detail("passwords_removed", closed.passwords))?;
    Ok(())
}
