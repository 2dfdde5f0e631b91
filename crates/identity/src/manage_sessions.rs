use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::session::{follow, idle_before, old_before};
use crate::{Alongside, Resident, Session, Token, storage};

/// The living sessions of an account, the one used last first.
pub fn sessions(tx: &mut Tx<'_>, account: Id<kinds::Account>, now: Instant) -> Result<Vec<Session>, StoreError> {
    storage::session::list(tx, account, idle_before(now), old_before(now))
}

/// Ends the session of a cookie, and what services were given in it. Doing it twice is fine.
pub fn sign_out(work: &mut Work<'_, '_>, token: &Token, alongside: Alongside) -> Result<(), StoreError> {
    if let Some((account, session)) = storage::session::end(work.tx(), token.hash())? {
        alongside(work, session.bytes())?;
        work.journal(Event::new("identity.signed_out").record(account.bytes()))?;
    }
    Ok(())
}

/// Ends one of the account's sessions, and what services were given in it; false when it is not one of them.
pub fn end_session(
    work: &mut Work<'_, '_>,
    who: &Resident,
    session: Id<kinds::AccountSession>,
    alongside: Alongside,
) -> Result<bool, StoreError> {
    let ended = storage::session::end_one(work.tx(), who.account, session)?;
    if follow(work, &ended, alongside)? > 0 {
        let event = Event::new("identity.session_ended").record(who.account.bytes());
        work.journal(event.detail("session", session.to_string()))?;
    }
    Ok(!ended.is_empty())
}

/// Ends every session of the account but this one, and what services were given in them; says how many there were.
pub fn end_other_sessions(work: &mut Work<'_, '_>, who: &Resident, alongside: Alongside) -> Result<usize, StoreError> {
    let ended = storage::session::end_others(work.tx(), who.account, who.session)?;
    let ended = follow(work, &ended, alongside)?;
    work.journal(Event::new("identity.sessions_ended").record(who.account.bytes()).detail("sessions", ended))?;
    Ok(ended)
}
