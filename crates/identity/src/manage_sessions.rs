use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::session::{idle_before, old_before};
use crate::{Resident, Session, Token, storage};

/// The living sessions of an account, the one used last first.
pub fn sessions(tx: &mut Tx<'_>, account: Id<kinds::Account>, now: Instant) -> Result<Vec<Session>, StoreError> {
    storage::session::list(tx, account, idle_before(now), old_before(now))
}

/// Ends the session of a cookie. Doing it twice is fine.
pub fn sign_out(work: &mut Work<'_, '_>, token: &Token) -> Result<(), StoreError> {
    if let Some(account) = storage::session::end(work.tx(), token.hash())? {
        work.journal(Event::new("identity.signed_out").record(account.bytes()))?;
    }
    Ok(())
}

/// Ends one of the account's sessions; false when it is not one of them.
pub fn end_session(
    work: &mut Work<'_, '_>,
    who: &Resident,
    session: Id<kinds::AccountSession>,
) -> Result<bool, StoreError> {
    let ended = storage::session::end_one(work.tx(), who.account, session)? > 0;
    if ended {
        let event = Event::new("identity.session_ended").record(who.account.bytes());
        work.journal(event.detail("session", session.to_string()))?;
    }
    Ok(ended)
}

/// Ends every session of the account but this one; says how many there were.
pub fn end_other_sessions(work: &mut Work<'_, '_>, who: &Resident) -> Result<u64, StoreError> {
    let ended = storage::session::end_others(work.tx(), who.account, who.session)?;
    work.journal(Event::new("identity.sessions_ended").record(who.account.bytes()).detail("sessions", ended))?;
    Ok(ended)
}
