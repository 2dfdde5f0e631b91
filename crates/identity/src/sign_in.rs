use journal::{Actor, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, Random, kinds};
use people::{Claim, KeptPasskey, PasskeyAnswer, RelyingParty};
use seal::{Keyring, SealError};
use serde_json::Value;
use store::{RunError, StoreError};

use crate::answered::answer;
use crate::ceremony::{Aim, Half, Unmade, handle};
use crate::renew::{Renewal, due, renew};
use crate::storage::passkey::Stored;
use crate::{Alongside, Ceremony, Charter, Notice, Reach, Resident, tell_account, Token, removal, session, storage};

/// How signing in ended.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// The resident is signed in.
    Welcome(SignedIn),
    /// The passkey's counter went backwards, so it may exist twice. It is suspended now, and that is on record.
    Suspended,
}

/// A resident who has just signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The secret of the session's cookie. It is stored nowhere.
    pub token: Token,
    /// Who signed in.
    pub who: Resident,
    /// With which passkey; nothing when it was a password.
    pub passkey: Option<Id<kinds::AccountPasskey>>,
}

/// Why nobody was signed in. One answer for every reason, so that a stranger learns nothing.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The ceremony took longer than five minutes, or was answered already.
    #[error("this took too long; start again")]
    Over,
    /// Unknown, suspended or wrong: all the same to the outside.
    #[error("this passkey does not sign in here")]
    Refused,
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for SignInError {
    fn kind(&self) -> Kind {
        match self {
            Self::Over => Kind::Gone,
            Self::Refused => Kind::Denied,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Begins signing in: no name is asked for, and nothing is stored.
pub fn begin_sign_in(
    keys: &Keyring,
    random: &dyn Random,
    rp: &RelyingParty,
    now: Instant,
) -> Result<Ceremony, SignInError> {
    Half::begin(keys, random, now, Aim::SignIn, rp.begin_sign_in()).map_err(|unmade| match unmade {
        Unmade::Refused => SignInError::Refused,
        Unmade::Seal(error) => SignInError::Seal(error),
    })
}

/// Ends signing in: a new session in place of the one that the browser had, if it `replaces` one. The
/// signature is checked before the transaction; what it was checked against must still stand then.
pub fn sign_in(
    ledger: &Ledger,
    rp: &RelyingParty,
    charter: &Charter,
    (replaces, alongside): (Option<Token>, Alongside),
    (sealed, browser): (&str, Value),
) -> Result<SignIn, RunError<SignInError>> {
    let refused = RunError::Refused;
    let half = Half::read(ledger.keys(), ledger.now(), sealed).filter(|half| half.aim == Aim::SignIn);
    let half = half.ok_or(refused(SignInError::Over))?;
    let claim = Claim::parse(rp, browser).map_err(|_| refused(SignInError::Refused))?;
    let found = ledger.read("identity.find_passkey", |tx| Ok::<_, SignInError>(storage::passkey::find(tx, &claim.credential)?))?;
    let stored = found.filter(|stored| handle(stored.account) == claim.owner && !stored.suspended);
    let stored = stored.ok_or(refused(SignInError::Refused))?;
    let mut passkey = KeptPasskey::parse(&stored.body).ok_or(refused(SignInError::Refused))?;
    match rp.finish_sign_in(&half.state, &claim, &mut passkey) {
        Ok(()) => {}
        Err(PasskeyAnswer::Refused) => return Err(refused(SignInError::Refused)),
        Err(PasskeyAnswer::Copied) => return suspend(ledger, (&stored, half), alongside),
    }
    let body = passkey.to_text().map_err(|_| refused(SignInError::Refused))?;
    let (token, id) = (Token::new(&**ledger.random()), stored.id);
    let (given, months) = (token.clone(), charter.keep_months);
    let ((who, renewal), committed) = ledger.write("identity.sign_in", Actor::Visitor, move |work| {
        if !answer(work, &half)? {
            return Err(SignInError::Over);
        }
        welcome(work, &stored, (&body, &given), (replaces.as_ref(), alongside), months)
    })?;
    if let Some(renewal) = renewal {
        renew(ledger, &committed, &renewal, months)?;
    }
    Ok(SignIn::Welcome(SignedIn { token, who, passkey: Some(id) }))
}

fn welcome(
    work: &mut Work<'_, '_>,
    stored: &Stored,
    (body, token): (&str, &Token),
    replaces: (Option<&Token>, Alongside),
    months: i32,
) -> Result<(Resident, Option<Renewal>), SignInError> {
    let now = work.now();
    if storage::passkey::mark_used(work.tx(), stored, body, now)? == 0 {
        return Err(SignInError::Over);
    }
    let who = session::begin_anew(work, token, stored.account, Some(stored.id), replaces)?;
    let event = Event::new("identity.signed_in").record(stored.account.bytes());
    work.journal(event.detail("means", who.means.name()).detail("passkey", stored.id.to_string()))?;
    Ok((who, due(work, stored.account, months)?))
}

/// An answer that is sent twice shows an old counter as well, and is no sign of a copy.
fn suspend(
    ledger: &Ledger,
    (stored, half): (&Stored, Half),
    alongside: Alongside,
) -> Result<SignIn, RunError<SignInError>> {
    let (passkey, account) = (stored.id, stored.account);
    ledger.write("identity.suspend_passkey", Actor::Visitor, move |work| {
        if !answer(work, &half)? {
            return Err(SignInError::Over);
        }
        Ok::<_, SignInError>(suspend_copied(work, (account, passkey), alongside)?)
    })?;
    Ok(SignIn::Suspended)
}

/// A passkey that may exist twice signs in no more, and every session of its account ends: nobody can tell which is whose.
pub(crate) fn suspend_copied(
    work: &mut Work<'_, '_>,
    (account, passkey): (Id<kinds::Account>, Id<kinds::AccountPasskey>),
    alongside: Alongside,
) -> Result<(), StoreError> {
    let now = work.now();
    storage::passkey::suspend(work.tx(), passkey, now)?;
    work.removed(removal::SUSPENDED, &passkey.bytes(), "")?;
    let ended = storage::session::end_all(work.tx(), account)?;
    let ended = session::follow(work, &ended, alongside)?;
    let event = Event::new("identity.passkey_suspended").record(account.bytes());
    let event = event.detail("passkey", passkey.to_string()).detail("why", "counter went backwards");
    work.journal(event.detail("sessions_ended", ended))?;
    tell_account(work, account, Notice::PasskeyStopped, Reach::Every)
}
