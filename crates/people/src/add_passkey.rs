use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use serde_json::Value;
use store::StoreError;

use crate::storage::ceremony::Ceremony;
use crate::{Officer, RelyingParty, SignedIn, Token, storage};

/// An officer has five minutes between the two halves of a ceremony (WebAuthn's own recommendation for a time-out).
pub(crate) const CEREMONY_MS: i64 = 5 * 60_000;
/// So many ceremonies may be open at once. Anyone can begin one; this is what bounds the table.
pub(crate) const CEREMONIES_MAX: usize = 10_000;
const PASSKEYS_MAX: usize = 10;
const KIND: &str = "add-passkey";

/// By what right a passkey is added.
#[derive(Clone, Debug)]
pub enum AddPasskey {
    /// By an invitation: the first passkey, or one after a loss.
    Invitation(Token),
    /// By a session: a further passkey.
    SignedIn(SignedIn),
}

/// The first half of a ceremony.
#[derive(Clone, Debug)]
pub struct BeginPasskey {
    /// By what right.
    pub by: AddPasskey,
}

/// What goes to the browser: the options for `navigator.credentials`, and the token that finds the other half again.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Names the ceremony; works once, for five minutes.
    pub ceremony: Token,
    /// The options, as `PublicKeyCredential.parseCreationOptionsFromJSON` and its sibling take them under `publicKey`.
    pub options: Value,
    /// The post whose passkey this is, for the page; none at sign-in.
    pub officer: Option<Officer>,
    /// When the ceremony dies.
    pub expires: Instant,
}

/// The second half of a ceremony.
#[derive(Clone, Debug)]
pub struct FinishPasskey {
    /// The ceremony's token.
    pub ceremony: Token,
    /// What the browser answered (`PublicKeyCredential.toJSON`).
    pub answer: Value,
}

/// A passkey that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasskeyAdded {
    /// Whose it is.
    pub officer: Id<kinds::Officer>,
    /// The passkey.
    pub passkey: Id<kinds::Passkey>,
}

/// Why no passkey was added.
#[derive(Debug, thiserror::Error)]
pub enum AddPasskeyError {
    /// The invitation was used, has expired, or never was.
    #[error("this invitation has been used or has expired; ask for a new one")]
    Invitation,
    /// The ceremony took longer than five minutes, or was answered already.
    #[error("this took too long; start again")]
    Ceremony,
    /// The browser's answer does not count.
    #[error("this passkey cannot be used here; it must be stored on the device and check that it is you")]
    Refused,
    /// The officer's post needs a security key of a known make.
    #[error("this post needs a security key of a make that is on the list; this one is not")]
    Unattested,
    /// The passkey is registered already.
    #[error("this passkey is registered already")]
    Taken,
    /// Ten passkeys are enough.
    #[error("you have ten passkeys; remove one first")]
    TooMany,
    /// Too many ceremonies are open.
    #[error("too many people are signing in; try again in a few minutes")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for AddPasskeyError {
    fn kind(&self) -> Kind {
        match self {
            Self::Invitation | Self::Ceremony => Kind::Gone,
            Self::Refused | Self::Unattested | Self::TooMany => Kind::Invalid,
            Self::Taken => Kind::Taken,
            Self::Busy => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Begins adding a passkey: checks the right to do so and makes the challenge. Nothing is used up yet, so that a
/// browser that fails can try again.
pub fn begin_passkey(
    work: &mut Work<'_, '_>,
    rp: &RelyingParty,
    command: BeginPasskey,
) -> Result<Challenge, AddPasskeyError> {
    let (officer, invitation) = match command.by {
        AddPasskey::SignedIn(who) => (who.officer(), None),
        AddPasskey::Invitation(token) => {
            let now = work.now();
            let found = storage::invitation::find(work.tx(), token.hash("invitation"), now)?;
            let found = found.ok_or(AddPasskeyError::Invitation)?;
            (found.officer, Some(found.id))
        }
    };
    let officer = living(work, officer)?;
    let existing = storage::passkey::credentials(work.tx(), officer.id)?;
    if existing.len() >= PASSKEYS_MAX {
        return Err(AddPasskeyError::TooMany);
    }
    let begun = rp.begin_officer(officer.id.bytes(), &officer.post.en, existing, &officer.roles);
    let (options, state) = begun.map_err(|_| AddPasskeyError::Refused)?;
    let ceremony = Ceremony { kind: KIND, officer: Some(officer.id), invitation, state };
    let (token, expires) = keep(work, &ceremony)?.ok_or(AddPasskeyError::Busy)?;
    Ok(Challenge { ceremony: token, options, officer: Some(officer), expires })
}

/// Ends adding a passkey: checks the browser's answer, uses the invitation up, keeps the passkey.
pub fn finish_passkey(
    work: &mut Work<'_, '_>,
    rp: &RelyingParty,
    command: FinishPasskey,
) -> Result<PasskeyAdded, AddPasskeyError> {
    let now = work.now();
    let taken = storage::ceremony::take(work.tx(), command.ceremony.hash(KIND), KIND, now)?;
    let ceremony = taken.ok_or(AddPasskeyError::Ceremony)?;
    let officer = living(work, ceremony.officer.ok_or(AddPasskeyError::Ceremony)?)?;
    let passkey = rp.finish_officer(&ceremony.state, command.answer).map_err(|_| AddPasskeyError::Refused)?;
    let passkey = passkey.ok_or(AddPasskeyError::Unattested)?;
    if let Some(invitation) = ceremony.invitation
        && storage::invitation::mark_used(work.tx(), invitation, now)? == 0
    {
        return Err(AddPasskeyError::Invitation);
    }
    let id = work.new_id();
    if storage::passkey::insert(work.tx(), id, officer.id, &passkey, now)? == 0 {
        return Err(AddPasskeyError::Taken);
    }
    work.journal(
        Event::new("people.passkey_added")
            .detail("officer", officer.id.to_string())
            .detail("passkey", id.to_string())
            .detail("by", if ceremony.invitation.is_some() { "invitation" } else { "session" }),
    )?;
    Ok(PasskeyAdded { officer: officer.id, passkey: id })
}

/// Keeps a ceremony's state for its second half; nothing when too many are open.
pub(crate) fn keep(work: &mut Work<'_, '_>, ceremony: &Ceremony) -> Result<Option<(Token, Instant)>, StoreError> {
    let (token, now) = (Token::new(work.random()), work.now());
    if storage::ceremony::sweep(work.tx(), now)? >= CEREMONIES_MAX {
        return Ok(None);
    }
    let expires = now.plus_millis(CEREMONY_MS);
    storage::ceremony::insert(work.tx(), token.hash(ceremony.kind), ceremony, expires)?;
    Ok(Some((token, expires)))
}

fn living(work: &mut Work<'_, '_>, officer: Id<kinds::Officer>) -> Result<Officer, AddPasskeyError> {
    let found = storage::officer::find(work.tx(), officer)?.filter(|officer| officer.ended.is_none());
    found.ok_or(AddPasskeyError::Invitation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{City, ORIGIN};
    use crate::{Role, SoftwarePasskey};
    use store::RunError;

    #[test]
    fn an_invitation_makes_one_passkey_and_no_second() {
        let city = City::new();
        let invited = city.invite(city.department(), &[Role::CaseOfficer]);
        city.add_passkey(&invited.token).unwrap();
        let again = city.add_passkey(&invited.token);
        assert!(matches!(again, Err(RunError::Refused(AddPasskeyError::Invitation))));
        assert_eq!(city.verbs().last().unwrap(), "people.passkey_added");
    }

    #[test]
    fn an_invitation_dies_after_three_days() {
        let city = City::new();
        let invited = city.invite(city.department(), &[Role::CaseOfficer]);
        city.clock.advance_secs(72 * 3600 - 60);
        let begun_in_time = city.begin(&invited.token).unwrap();
        city.clock.advance_secs(60);
        assert!(matches!(city.begin(&invited.token), Err(RunError::Refused(AddPasskeyError::Invitation))));
        let late = city.finish(&begun_in_time);
        assert!(matches!(late, Err(RunError::Refused(AddPasskeyError::Invitation))));
    }

    #[test]
    fn two_ceremonies_begun_with_one_invitation_end_in_one_passkey() {
        let city = City::new();
        let invited = city.invite(city.department(), &[Role::CaseOfficer]);
        let (one, two) = (city.begin(&invited.token).unwrap(), city.begin(&invited.token).unwrap());
        city.finish(&one).unwrap();
        let late = city.finish(&two);
        assert!(matches!(late, Err(RunError::Refused(AddPasskeyError::Invitation))));
    }

    #[test]
    fn a_ceremony_lives_five_minutes_and_is_answered_once() {
        let city = City::new();
        let signed_in = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        let by = AddPasskey::SignedIn(signed_in.who);
        let begin = || {
            let (rp, by) = (city.rp.clone(), by.clone());
            city.visitor(move |work| begin_passkey(work, &rp, BeginPasskey { by: by.clone() })).unwrap()
        };
        let slow = begin();
        city.clock.advance_secs(300);
        assert!(matches!(city.finish(&slow), Err(RunError::Refused(AddPasskeyError::Ceremony))));
        let quick = begin();
        city.finish(&quick).unwrap();
        assert!(matches!(city.finish(&quick), Err(RunError::Refused(AddPasskeyError::Ceremony))));
    }

    #[test]
    fn a_passkey_that_is_not_resident_or_of_another_site_is_refused() {
        let city = City::new();
        let invited = city.invite(city.department(), &[Role::CaseOfficer]);
        let challenge = city.begin(&invited.token).unwrap();
        let (_, mut answer) = SoftwarePasskey::create(ORIGIN, &challenge.options).unwrap();
        answer["clientExtensionResults"]["credProps"]["rk"] = false.into();
        let refused = city.finish_with(&challenge, answer);
        assert!(matches!(refused, Err(RunError::Refused(AddPasskeyError::Refused))));
        let (_, foreign) = SoftwarePasskey::create("https://evil.example", &challenge.options).unwrap();
        let refused = city.finish_with(&challenge, foreign);
        assert!(matches!(refused, Err(RunError::Refused(AddPasskeyError::Refused))));
        city.finish(&challenge).unwrap();
    }
}
