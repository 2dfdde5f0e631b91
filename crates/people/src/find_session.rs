use journal::Work;
use kernel::{Fault, Instant, Kind};
use store::{StoreError, Tx};

use crate::{Officer, SignedIn, Token, storage};

/// A living session.
#[derive(Clone, Debug)]
pub struct Found {
    /// Who is signed in, with the roles of this very moment.
    pub who: SignedIn,
    /// Whether [`keep_session`] should run after this request; at most once a minute.
    pub stale: bool,
}

/// Why a cookie is no session.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// It ended: signed out, idle, too old, or never was.
    #[error("your session has ended; sign in again")]
    Ended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for SessionError {
    fn kind(&self) -> Kind {
        match self {
            Self::Ended => Kind::Gone,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Finds the session of a cookie. Reading only: it runs on every request of an officer.
pub fn find_session(tx: &mut Tx<'_>, token: &Token, now: Instant) -> Result<Found, SessionError> {
    let opened = storage::session::find(tx, token.hash("session"))?.ok_or(SessionError::Ended)?;
    if !opened.times.is_alive(now) {
        return Err(SessionError::Ended);
    }
    let Officer { id, department, post, roles, .. } = opened.officer;
    let who = SignedIn { officer: id, department, roles, post, session: Some(opened.id) };
    Ok(Found { who, stale: opened.times.is_stale(now) })
}

/// Notes that a session was used. Not journaled: it is housekeeping, and what the officer did is journaled itself.
pub fn keep_session(work: &mut Work<'_, '_>, who: &SignedIn) -> Result<(), StoreError> {
    let now = work.now();
    if let Some(session) = who.session() {
        storage::session::keep(work.tx(), session, now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;
    use crate::rehearsal::City;
    use journal::Actor;

    #[test]
    fn a_session_dies_when_idle_and_lives_while_it_is_used() {
        let city = City::new();
        let officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        for _ in 0..4 {
            city.clock.advance_secs(14 * 60);
            let found = city.find_session(&officer.token).unwrap();
            assert!(found.stale);
            city.act(Actor::Visitor, move |work| keep_session(work, &found.who)).unwrap();
            assert!(!city.find_session(&officer.token).unwrap().stale);
        }
        city.clock.advance_secs(15 * 60);
        assert_eq!(city.find_session(&officer.token).unwrap_err(), SessionError::Ended);
    }

    #[test]
    fn a_session_dies_after_ten_hours_however_busy() {
        let city = City::new();
        let officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        for _ in 0..59 {
            city.clock.advance_secs(600);
            let found = city.find_session(&officer.token).unwrap();
            city.act(Actor::Visitor, move |work| keep_session(work, &found.who)).unwrap();
        }
        city.clock.advance_secs(600);
        assert_eq!(city.find_session(&officer.token).unwrap_err(), SessionError::Ended);
    }

    #[test]
    fn a_made_up_cookie_is_no_session() {
        let city = City::new();
        let token = Token::parse(&"07".repeat(32)).unwrap();
        assert_eq!(city.find_session(&token).unwrap_err(), SessionError::Ended);
    }
}
