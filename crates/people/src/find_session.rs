use journal::Work;
use kernel::{Fault, Id, Instant, Kind, kinds};
use store::{StoreError, Tx};

use crate::{Officer, SignedIn, Token, storage};

/// A living session.
#[derive(Clone, Debug)]
pub struct Found {
    /// Who is signed in, with the roles of this very moment.
    pub who: SignedIn,
    /// Whether [`keep_session`] should run after this request; at most once a minute.
    pub stale: bool,
    /// When the session dies if this was the last request.
    pub ends: Instant,
    /// When it dies however busy it is.
    pub latest: Instant,
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
    let times = opened.times;
    Ok(Found { who, stale: times.is_stale(now), ends: times.ends(now), latest: times.latest() })
}

/// Whose session it was that died of idleness or of age, so that what its officer had typed goes back to nobody else.
/// Nobody's when it was signed out, when it is older than a day, or when it never was.
pub fn lapsed_session(tx: &mut Tx<'_>, token: &Token) -> Result<Option<Id<kinds::Officer>>, StoreError> {
    Ok(storage::session::find(tx, token.hash("session"))?.map(|opened| opened.officer.id))
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
        let found = city.find_session(&officer.token).unwrap();
        assert_eq!(found.ends, city.now().plus_secs(15 * 60));
        assert_eq!(found.latest.since(city.now()), (10 * 60 - 4 * 14) * 60_000);
        city.clock.advance_secs(15 * 60);
        assert_eq!(city.find_session(&officer.token).unwrap_err(), SessionError::Ended);
    }

    #[test]
    fn a_session_that_lapsed_is_known_by_its_officer_and_one_signed_out_by_nobody() {
        let city = City::new();
        let officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        let whose = |token: &Token| city.read(|tx| lapsed_session(tx, token));
        city.clock.advance_secs(20 * 3600);
        // Somebody's signing in sweeps old sessions; this one is still within its day.
        city.sign_in_new(city.second_department(), &[Role::Auditor]);
        assert_eq!(whose(&officer.token), Some(officer.who.officer()));
        let token = officer.token.clone();
        city.act(Actor::Visitor, move |work| crate::sign_out(work, &token)).unwrap();
        assert_eq!(whose(&officer.token), None);
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
