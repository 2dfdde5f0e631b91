use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::{Partner, PartnerError, PartnerToken, storage};

/// A session ends when nothing was done for so long.
const IDLE_MS: i64 = 15 * 60_000;
/// And after so long in any case.
const ABSOLUTE_MS: i64 = 8 * 3_600_000;
/// The store hears of a request at most once a minute, so the idle limit may come up to a minute early.
const NOTE_AFTER_MS: i64 = 60_000;

/// A contractor's person at the pages. The credential is typed once and kept nowhere; the cookie is a token of its own, of which
/// the store keeps only the hash. Signing out ends it for whoever else may hold a copy, and so does revoking the credential.
#[derive(Clone, Debug)]
pub struct PartnerSession {
    id: Id<kinds::Session>,
    partner: Partner,
    started: Instant,
    seen: Instant,
}

/// A session as it is stored.
pub(crate) struct Stored {
    pub(crate) id: Id<kinds::Session>,
    pub(crate) credential: Id<kinds::Credential>,
    pub(crate) contract: Id<kinds::Contract>,
    pub(crate) started: Instant,
    pub(crate) seen: Instant,
}

impl PartnerSession {
    /// Who it is.
    pub const fn partner(&self) -> &Partner {
        &self.partner
    }

    /// When it ends if nothing more is asked after a request at `now`.
    pub fn ends(&self, now: Instant) -> Instant {
        let seen = if self.is_stale(now) { now } else { self.seen };
        seen.plus_millis(IDLE_MS).min(self.started.plus_millis(ABSOLUTE_MS))
    }

    /// Whether [`keep_partner_session`] should run after this request.
    pub const fn is_stale(&self, now: Instant) -> bool {
        now.since(self.seen) >= NOTE_AFTER_MS
    }
}

/// Begins a session of somebody who has just shown a credential. The token is the cookie's text.
pub fn sign_in_partner(work: &mut Work<'_, '_>, partner: &Partner) -> Result<PartnerToken, StoreError> {
    let (id, token, now) = (work.new_id(), PartnerToken::new(work.random()), work.now());
    storage::contractor::sweep_sessions(work.tx(), now.plus_millis(-ABSOLUTE_MS))?;
    storage::contractor::insert_session(work.tx(), id, token.session_hash(), partner.credential(), now)?;
    work.journal(
        Event::new("partner.signed_in")
            .detail("credential", partner.credential().to_string())
            .detail("session", id.to_string()),
    )?;
    Ok(token)
}

/// The living session of a cookie. Reading only: it runs on every request.
pub fn find_partner_session(
    tx: &mut Tx<'_>,
    token: &PartnerToken,
    now: Instant,
) -> Result<PartnerSession, PartnerError> {
    let stored = storage::contractor::session(tx, token.session_hash())?.ok_or(PartnerError::Unknown)?;
    let contract = storage::contractor::contract(tx, stored.contract)?.ok_or(PartnerError::Unknown)?;
    let partner = Partner::known(stored.credential, contract);
    let session = PartnerSession { id: stored.id, partner, started: stored.started, seen: stored.seen };
    let living = now.since(stored.seen) < IDLE_MS && now.since(stored.started) < ABSOLUTE_MS;
    if living { Ok(session) } else { Err(PartnerError::Unknown) }
}

/// Notes that a session was used. Not journaled: what was done in it is journaled itself.
pub fn keep_partner_session(work: &mut Work<'_, '_>, session: &PartnerSession) -> Result<(), StoreError> {
    let now = work.now();
    storage::contractor::keep_session(work.tx(), session.id, now)
}

/// Ends the session of a cookie, whoever holds it. Doing it twice is fine.
pub fn sign_out_partner(work: &mut Work<'_, '_>, token: &PartnerToken) -> Result<(), StoreError> {
    let now = work.now();
    let stored = storage::contractor::session(work.tx(), token.session_hash())?;
    if storage::contractor::end_session(work.tx(), token.session_hash(), now)? == 0 {
        return Ok(());
    }
    let mut event = Event::new("partner.signed_out");
    if let Some(stored) = stored {
        event = event.detail("credential", stored.credential.to_string()).detail("session", stored.id.to_string());
    }
    work.journal(event).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use store::RunError;

    struct Door {
        city: City,
        contract: Id<kinds::Contract>,
        partner: Partner,
    }

    impl Door {
        fn new() -> Self {
            let city = City::new();
            let contract = city.contract();
            let partner = city.partner(contract, 1);
            Self { city, contract, partner }
        }

        fn sign_in(&self) -> PartnerToken {
            let partner = self.partner.clone();
            self.city.act(move |work| sign_in_partner(work, &partner)).unwrap()
        }

        fn find(&self, token: &PartnerToken) -> Option<PartnerSession> {
            let now = self.city.now();
            match self.city.ledger.read("test", |tx| find_partner_session(tx, token, now)) {
                Ok(session) => Some(session),
                Err(RunError::Refused(PartnerError::Unknown)) => None,
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn a_session_ends_when_idle_and_after_eight_hours_however_busy() {
        let door = Door::new();
        let (idle, busy) = (door.sign_in(), door.sign_in());
        door.city.clock.advance_millis(IDLE_MS - 1);
        assert_eq!(door.find(&idle).unwrap().partner().contract().id, door.contract);
        door.city.clock.advance_millis(1);
        assert!(door.find(&idle).is_none() && door.find(&busy).is_none());
        let busy = door.sign_in();
        for _ in 0..ABSOLUTE_MS / 600_000 {
            let session = door.find(&busy).unwrap();
            door.city.act(move |work| keep_partner_session(work, &session)).unwrap();
            door.city.clock.advance_millis(600_000);
        }
        assert!(door.find(&busy).is_none());
    }

    #[test]
    fn a_session_ends_with_its_credential_and_a_credential_is_no_session() {
        let door = Door::new();
        let token = door.sign_in();
        assert!(door.find(&token).is_some());
        assert!(door.city.ledger.read("test", |tx| crate::find_partner(tx, &token)).is_err(), "nor the other way round");
        let (grant, contract) = (City::grant(1, people::Role::PrivacyOfficer), door.contract);
        door.city.act(move |work| crate::revoke_credentials(work, &grant, contract)).unwrap();
        assert!(door.find(&token).is_none());
    }

    #[test]
    fn signing_out_ends_one_session_for_every_copy_of_its_cookie() {
        let door = Door::new();
        let (token, other) = (door.sign_in(), door.sign_in());
        for _ in 0..2 {
            let copy = token.clone();
            door.city.act(move |work| sign_out_partner(work, &copy)).unwrap();
        }
        assert!(door.find(&token).is_none() && door.find(&other).is_some());
        let verbs = door.city.verbs();
        assert_eq!(verbs.iter().filter(|verb| *verb == "partner.signed_in").count(), 2);
        assert_eq!(verbs.iter().filter(|verb| *verb == "partner.signed_out").count(), 1);
    }
}
