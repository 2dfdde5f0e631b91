use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use serde_json::Value;
use store::StoreError;

use crate::add_passkey::keep;
use crate::relying_party::{Answer, Claim};
use crate::session::ABSOLUTE_LIMIT_MS;
use crate::storage::ceremony::Ceremony;
use crate::{Challenge, Officer, RelyingParty, SealedContact, SignedIn, Token, removal, storage};

const KIND: &str = "sign-in";
/// A dead session's row stays a day, so that what its officer had typed still finds its owner.
const LAPSED_MS: i64 = 24 * 3_600_000;

/// The second half of signing in.
#[derive(Clone, Debug)]
pub struct FinishSignIn {
    /// The ceremony's token.
    pub ceremony: Token,
    /// What the browser answered (`PublicKeyCredential.toJSON`).
    pub answer: Value,
    /// The session that the browser had before, if any; it ends, so that a planted cookie is worth nothing.
    pub replaces: Option<Token>,
}

/// How signing in ended.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// The officer is signed in.
    Welcome(Box<Welcome>),
    /// The passkey's counter went backwards, so it may exist twice. It is suspended now, and that is on record.
    Suspended,
}

/// An officer who has just signed in.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// The secret of the session's cookie. It is stored nowhere.
    pub token: Token,
    /// Who signed in.
    pub who: SignedIn,
    /// Who fills the post, sealed; the officer's own name may be opened with this unit of work's `Committed`.
    pub contact: SealedContact,
    /// When the session dies at the latest.
    pub expires: Instant,
}

/// Why nobody was signed in. One answer for every reason, so that a stranger learns nothing.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The ceremony took longer than five minutes, or was answered already.
    #[error("this took too long; start again")]
    Ceremony,
    /// Unknown, ended, suspended or wrong: all the same to the outside.
    #[error("this passkey does not sign in here")]
    Refused,
    /// Too many ceremonies are open.
    #[error("too many people are signing in; try again in a few minutes")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for SignInError {
    fn kind(&self) -> Kind {
        match self {
            Self::Ceremony => Kind::Gone,
            Self::Refused => Kind::Denied,
            Self::Busy => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Begins signing in, without a user name: the authenticator knows whose passkeys it holds. Nothing is journaled, as
/// anyone may begin and nothing has happened.
pub fn begin_sign_in(work: &mut Work<'_, '_>, rp: &RelyingParty) -> Result<Challenge, SignInError> {
    let (options, state) = rp.begin_sign_in().map_err(|_| SignInError::Refused)?;
    let ceremony = Ceremony { kind: KIND, officer: None, invitation: None, state };
    let (token, expires) = keep(work, &ceremony)?.ok_or(SignInError::Busy)?;
    Ok(Challenge { ceremony: token, options, officer: None, expires })
}

/// Ends signing in: checks the passkey, ends the browser's earlier session, starts a new one. The signature is checked
/// inside the transaction because its counter is updated there; officers sign in a few times a day, not in masses.
pub fn finish_sign_in(
    work: &mut Work<'_, '_>,
    rp: &RelyingParty,
    command: FinishSignIn,
) -> Result<SignIn, SignInError> {
    let now = work.now();
    let taken = storage::ceremony::take(work.tx(), command.ceremony.hash(KIND), KIND, now)?;
    let ceremony = taken.ok_or(SignInError::Ceremony)?;
    let claim = Claim::parse(rp, command.answer).map_err(|_| SignInError::Refused)?;
    let found = storage::passkey::find(work.tx(), &claim.credential)?;
    let mut stored = found.filter(|it| it.officer.bytes() == claim.owner && !it.suspended).ok_or(SignInError::Refused)?;
    let officer = storage::officer::find(work.tx(), stored.officer)?.filter(|officer| officer.ended.is_none());
    let officer = officer.ok_or(SignInError::Refused)?;
    match rp.finish_sign_in(&ceremony.state, &claim, &mut stored.passkey) {
        Ok(()) => {}
        Err(Answer::Refused) => return Err(SignInError::Refused),
        Err(Answer::Copied) => return suspend(work, stored.id, officer.id),
    }
    storage::passkey::mark_used(work.tx(), stored.id, &stored.passkey, now)?;
    if let Some(earlier) = command.replaces {
        storage::session::end(work.tx(), earlier.hash("session"), now)?;
    }
    start_session(work, officer, stored.id)
}

fn start_session(
    work: &mut Work<'_, '_>,
    officer: Officer,
    passkey: Id<kinds::Passkey>,
) -> Result<SignIn, SignInError> {
    let (now, token, session) = (work.now(), Token::new(work.random()), work.new_id());
    storage::session::sweep(work.tx(), now.plus_millis(-ABSOLUTE_LIMIT_MS - LAPSED_MS))?;
    storage::session::insert(work.tx(), session, token.hash("session"), officer.id, now)?;
    let contact = storage::officer::contact(work.tx(), officer.id)?.ok_or(SignInError::Refused)?;
    work.journal(
        Event::new("people.signed_in")
            .detail("officer", officer.id.to_string())
            .detail("passkey", passkey.to_string())
            .detail("session", session.to_string()),
    )?;
    let Officer { id, department, post, roles, .. } = officer;
    let who = SignedIn { officer: id, department, roles, post, session: Some(session) };
    let expires = now.plus_millis(ABSOLUTE_LIMIT_MS);
    Ok(SignIn::Welcome(Box::new(Welcome { token, who, contact, expires })))
}

fn suspend(
    work: &mut Work<'_, '_>,
    passkey: Id<kinds::Passkey>,
    officer: Id<kinds::Officer>,
) -> Result<SignIn, SignInError> {
    let now = work.now();
    storage::passkey::suspend(work.tx(), passkey, now)?;
    work.removed(removal::SUSPENDED, &passkey.bytes(), "")?;
    let ended = storage::session::end_all(work.tx(), officer, now)?;
    work.journal(
        Event::new("people.passkey_suspended")
            .detail("officer", officer.to_string())
            .detail("passkey", passkey.to_string())
            .detail("why", "counter went backwards")
            .detail("sessions_ended", ended),
    )?;
    Ok(SignIn::Suspended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{City, ORIGIN};
    use crate::{Role, SessionError, end_officer};
    use store::RunError;

    fn refused<T>(result: &Result<T, RunError<SignInError>>) -> bool {
        matches!(result, Err(RunError::Refused(SignInError::Refused)))
    }

    #[test]
    fn an_officer_signs_in_without_a_user_name() {
        let city = City::new();
        let department = city.department();
        let officer = city.sign_in_new(department, &[Role::CaseOfficer]);
        assert_eq!((officer.who.department(), officer.who.roles()), (department, [Role::CaseOfficer].as_slice()));
        assert_eq!(city.find_session(&officer.token).unwrap().who.officer(), officer.who.officer());
        assert_eq!(city.verbs().last().unwrap(), "people.signed_in");
    }

    #[test]
    fn the_name_opens_with_the_proof_of_the_sign_in_only() {
        let city = City::new();
        let mut officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        let (sign_in, committed) = city.try_sign_in(&mut officer.passkey).unwrap();
        let SignIn::Welcome(welcome) = sign_in else { panic!("suspended") };
        assert_eq!(welcome.contact.open(&committed, &city.keys).unwrap().name().expose(), "Chan Siu Ming");
        let bytes = welcome.contact.sealed().as_bytes();
        assert!(!bytes.windows(4).any(|part| part == b"Chan"));
    }

    #[test]
    fn signing_in_ends_the_earlier_session() {
        let city = City::new();
        let mut officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        city.sign_in(&mut officer.passkey, Some(officer.token.clone())).unwrap();
        assert_eq!(city.find_session(&officer.token).unwrap_err(), SessionError::Ended);
    }

    #[test]
    fn an_answer_counts_once_and_in_time() {
        let city = City::new();
        let mut officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        let challenge = city.begin_sign_in();
        let answer = officer.passkey.get(ORIGIN, &challenge.options).unwrap();
        city.answer(&challenge, answer.clone(), None).unwrap();
        let again = city.answer(&challenge, answer, None);
        assert!(matches!(again, Err(RunError::Refused(SignInError::Ceremony))));
        let slow = city.begin_sign_in();
        let answer = officer.passkey.get(ORIGIN, &slow.options).unwrap();
        city.clock.advance_secs(300);
        assert!(matches!(city.answer(&slow, answer, None), Err(RunError::Refused(SignInError::Ceremony))));
    }

    #[test]
    fn an_answer_to_another_challenge_site_or_without_verification_is_refused() {
        let city = City::new();
        let mut officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        let (one, two) = (city.begin_sign_in(), city.begin_sign_in());
        let answer = officer.passkey.get(ORIGIN, &one.options).unwrap();
        assert!(refused(&city.answer(&two, answer, None)));
        let elsewhere = officer.passkey.get("https://evil.example", &one.options).unwrap();
        assert!(refused(&city.answer(&one, elsewhere, None)));
        let unverified = officer.passkey.get_unverified(ORIGIN, &one.options).unwrap();
        assert!(refused(&city.answer(&one, unverified, None)));
        let mut forged = officer.passkey.get(ORIGIN, &one.options).unwrap();
        forged["response"]["signature"] = "MEUCIQ".into();
        assert!(refused(&city.answer(&one, forged, None)));
        let nonsense = serde_json::json!({"id": 7});
        assert!(refused(&city.answer(&one, nonsense, None)));
    }

    #[test]
    fn a_passkey_does_not_sign_in_for_another_officer() {
        let city = City::new();
        let department = city.department();
        let other = city.sign_in_new(department, &[Role::SupervisingOfficer]);
        let mut officer = city.sign_in_new(department, &[Role::CaseOfficer]);
        let challenge = city.begin_sign_in();
        let mut answer = officer.passkey.get(ORIGIN, &challenge.options).unwrap();
        let handle = webauthn_rs::prelude::Uuid::from_bytes(other.who.officer().bytes());
        let encoded = {
            use base64::Engine as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(handle.as_bytes())
        };
        answer["response"]["userHandle"] = encoded.into();
        assert!(refused(&city.answer(&challenge, answer, None)));
    }

    #[test]
    fn a_copied_passkey_is_suspended_and_everyone_with_it_is_out() {
        let city = City::new();
        let mut officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        let mut thief = officer.passkey.copied().unwrap();
        let (sign_in, _) = city.try_sign_in(&mut thief).unwrap();
        assert!(matches!(sign_in, SignIn::Suspended));
        assert_eq!(city.verbs().last().unwrap(), "people.passkey_suspended");
        assert!(refused(&city.try_sign_in(&mut officer.passkey)));
        assert_eq!(city.find_session(&officer.token).unwrap_err(), SessionError::Ended);
    }

    #[test]
    fn an_officer_who_has_left_does_not_sign_in() {
        let city = City::new();
        let department = city.department();
        let mut officer = city.sign_in_new(department, &[Role::CaseOfficer]);
        let grant = city.administrator(department);
        let command = crate::EndOfficer { officer: officer.who.officer() };
        city.act(grant.actor(), move |work| end_officer(work, &grant, command)).unwrap();
        assert!(refused(&city.try_sign_in(&mut officer.passkey)));
        assert_eq!(city.find_session(&officer.token).unwrap_err(), SessionError::Ended);
    }
}
