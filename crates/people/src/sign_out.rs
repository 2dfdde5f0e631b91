use journal::{Event, Work};
use store::StoreError;

use crate::{SignedIn, Token, storage};

/// Ends the session of a cookie. Doing it twice is fine.
pub fn sign_out(work: &mut Work<'_, '_>, token: &Token) -> Result<(), StoreError> {
    let now = work.now();
    let opened = storage::session::find(work.tx(), token.hash("session"))?;
    if storage::session::end(work.tx(), token.hash("session"), now)? == 0 {
        return Ok(());
    }
    let mut event = Event::new("people.signed_out");
    if let Some(opened) = opened {
        event = event.detail("officer", opened.officer.id.to_string()).detail("session", opened.id.to_string());
    }
    work.journal(event)?;
    Ok(())
}

/// Ends every session of the officer, this one too; says how many there were.
pub fn end_sessions(work: &mut Work<'_, '_>, who: &SignedIn) -> Result<u64, StoreError> {
    let now = work.now();
    let ended = storage::session::end_all(work.tx(), who.officer(), now)?;
    work.journal(
        Event::new("people.sessions_ended").detail("officer", who.officer().to_string()).detail("sessions", ended),
    )?;
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{Role, SessionError, SignIn};
    use journal::Actor;

    #[test]
    fn signing_out_ends_the_session_and_is_noted_once() {
        let city = City::new();
        let officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        for _ in 0..2 {
            let token = officer.token.clone();
            city.act(Actor::Visitor, move |work| sign_out(work, &token)).unwrap();
        }
        assert_eq!(city.find_session(&officer.token).unwrap_err(), SessionError::Ended);
        assert_eq!(city.verbs().iter().filter(|verb| *verb == "people.signed_out").count(), 1);
    }

    #[test]
    fn all_sessions_end_together() {
        let city = City::new();
        let mut officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        let (second, _) = city.try_sign_in(&mut officer.passkey).unwrap();
        let SignIn::Welcome(welcome) = second else { panic!("suspended") };
        let who = officer.who.clone();
        let (ended, _) = city.ledger.write("test", Actor::Visitor, move |work| end_sessions(work, &who)).unwrap();
        assert_eq!(ended, 2);
        assert_eq!(city.find_session(&welcome.token).unwrap_err(), SessionError::Ended);
    }
}
