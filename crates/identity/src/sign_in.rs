use hongkong::Phone;
use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, Language, Random, kinds};
use notify::{Content, Mobile, QueueError, QueueMessage, Template};
use people::{Claim, KeptPasskey, PasskeyAnswer, RelyingParty};
use seal::{Keyring, SealError};
use serde_json::Value;
use store::{RunError, StoreError};

use crate::account::SealedValue;
use crate::answered::answer;
use crate::ceremony::{Aim, Half, Unmade, handle};
use crate::renew::{Renewal, due, renew};
use crate::storage::passkey::Stored;
use crate::{Ceremony, Charter, Resident, Token, session, storage};

/// A notice goes out within three days or not at all.
const NOTICE_SECS: i64 = 3 * 86_400;

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
    /// The notice of a suspension.
    #[error(transparent)]
    Message(#[from] QueueError),
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
            Self::Message(error) => error.kind(),
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

/// Ends signing in: a new session, and the one that the browser had before goes, so that a planted cookie is worth nothing. The
/// signature is checked before the transaction; what it was checked against must still stand then.
pub fn sign_in(
    ledger: &Ledger,
    rp: &RelyingParty,
    charter: &Charter,
    replaces: Option<Token>,
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
        Err(PasskeyAnswer::Copied) => return suspend(ledger, rp, &stored, half),
    }
    let body = passkey.to_text().map_err(|_| refused(SignInError::Refused))?;
    let (token, id) = (Token::new(&**ledger.random()), stored.id);
    let (given, months) = (token.clone(), charter.keep_months);
    let ((who, renewal), committed) = ledger.write("identity.sign_in", Actor::Visitor, move |work| {
        if !answer(work, &half)? {
            return Err(SignInError::Over);
        }
        welcome(work, &stored, &body, (&given, replaces.as_ref()), months)
    })?;
    if let Some(renewal) = renewal {
        renew(ledger, &committed, &renewal, months)?;
    }
    Ok(SignIn::Welcome(SignedIn { token, who, passkey: Some(id) }))
}

fn welcome(
    work: &mut Work<'_, '_>,
    stored: &Stored,
    body: &str,
    (token, replaces): (&Token, Option<&Token>),
    months: i32,
) -> Result<(Resident, Option<Renewal>), SignInError> {
    let now = work.now();
    if storage::passkey::mark_used(work.tx(), stored, body, now)? == 0 {
        return Err(SignInError::Over);
    }
    if let Some(earlier) = replaces {
        storage::session::end(work.tx(), earlier.hash())?;
    }
    let who = session::begin(work, token, stored.account, Some(stored.id))?;
    let event = Event::new("identity.signed_in").record(stored.account.bytes());
    work.journal(event.detail("means", who.means.name()).detail("passkey", stored.id.to_string()))?;
    Ok((who, due(work, stored.account, months)?))
}

/// An answer that is sent twice shows an old counter as well, and is no sign of a copy.
fn suspend(ledger: &Ledger, rp: &RelyingParty, stored: &Stored, half: Half) -> Result<SignIn, RunError<SignInError>> {
    let (passkey, account) = (stored.id, stored.account);
    let (told, committed) = ledger.write("identity.suspend_passkey", Actor::Visitor, move |work| {
        if !answer(work, &half)? {
            return Err(SignInError::Over);
        }
        let now = work.now();
        storage::passkey::suspend(work.tx(), passkey, now)?;
        let ended = storage::session::end_all(work.tx(), account)?;
        let event = Event::new("identity.passkey_suspended").record(account.bytes());
        let event = event.detail("passkey", passkey.to_string()).detail("why", "counter went backwards");
        work.journal(event.detail("sessions_ended", ended))?;
        let language = storage::account::find(work.tx(), account)?.map(|account| account.language);
        Ok::<_, SignInError>(storage::account::mobile(work.tx(), account)?.zip(language))
    })?;
    if let Some((mobile, language)) = told {
        tell(ledger, rp, &committed, (passkey, &mobile, language))?;
    }
    Ok(SignIn::Suspended)
}

/// Tells the number of the account. That it is opened for this stands in the journal: the passkey was suspended.
fn tell(
    ledger: &Ledger,
    rp: &RelyingParty,
    committed: &Committed,
    (passkey, mobile, language): (Id<kinds::AccountPasskey>, &SealedValue, Language),
) -> Result<(), RunError<SignInError>> {
    let refused = |error: SealError| RunError::Refused(SignInError::Seal(error));
    let slot = mobile.slot().map_err(refused)?;
    let plain = committed.open(ledger.keys(), &slot, &mobile.sealed).map_err(refused)?;
    let number = String::from_utf8(plain.into_exposed()).ok().and_then(|number| Phone::parse(&number).ok());
    let to = number.and_then(|phone| Mobile::try_from(phone).ok()).ok_or(refused(SealError::Broken))?;
    let origin = rp.origin();
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host).to_owned();
    let (now, content) = (ledger.now(), Content::Sms { to, template: Template::PasskeyStopped { host } });
    let until = now.plus_secs(NOTICE_SECS);
    let key = format!("stopped:{passkey}");
    let message = QueueMessage { key, household: None, language, content, due: now, until, expiry: until.day().plus(1) };
    let message = notify::prepare(ledger.keys(), &message).map_err(|error| RunError::Refused(error.into()))?;
    ledger.write("identity.tell_of_suspension", Actor::Visitor, move |work| {
        notify::queue(work, &message)?;
        Ok::<_, SignInError>(())
    })?;
    Ok(())
}
