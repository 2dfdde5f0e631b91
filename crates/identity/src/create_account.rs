use journal::{Actor, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, Language, Random, kinds};
use people::RelyingParty;
use seal::{Keyring, SealError};
use serde_json::Value;
use store::{RunError, StoreError};

use crate::account::SealedValue;
use crate::answered::answer;
use crate::ceremony::{Aim, Half, Unmade, handle};
use crate::{Ceremony, Charter, CodeFor, Means, NewPassword, SignedIn, Ticket, Token, session, storage};

/// Why there is no account.
#[derive(Debug, thiserror::Error)]
pub enum CreateAccountError {
    /// The ceremony took longer than five minutes or was answered already, or the code was typed too long ago.
    #[error("this took too long; start again")]
    Over,
    /// The browser's answer does not count.
    #[error("this passkey cannot be used here; it must be stored on the device and check that it is you")]
    Refused,
    /// The number has an account.
    #[error("this mobile number has an account; sign in with its passkey")]
    HasAccount,
    /// The passkey is registered already.
    #[error("this passkey is registered already")]
    Taken,
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for CreateAccountError {
    fn kind(&self) -> Kind {
        match self {
            Self::Over => Kind::Gone,
            Self::Refused => Kind::Invalid,
            Self::HasAccount | Self::Taken => Kind::Taken,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

impl From<Unmade> for CreateAccountError {
    fn from(unmade: Unmade) -> Self {
        match unmade {
            Unmade::Refused => Self::Refused,
            Unmade::Seal(error) => Self::Seal(error),
        }
    }
}

/// Begins the first passkey of an account to come. The authenticator shows the service's name, never a person's.
pub fn first_passkey(
    keys: &Keyring,
    random: &dyn Random,
    rp: &RelyingParty,
    now: Instant,
    ticket: &Ticket,
    label: &str,
) -> Result<Ceremony, CreateAccountError> {
    if ticket.aim != CodeFor::SignUp {
        return Err(CreateAccountError::Over);
    }
    let account = Id::new(now, random);
    let made = rp.begin_registration(handle(account), label, Vec::new());
    let aim = Aim::First { account, enrolment: ticket.enrolment };
    Ok(Half::begin(keys, random, now, aim, made)?)
}

/// Makes the account: its number, its first passkey and its first session stand together or not at all. The passkey is checked
/// and the number sealed before the transaction.
pub fn create_account(
    ledger: &Ledger,
    rp: &RelyingParty,
    charter: &Charter,
    ticket: &Ticket,
    language: Language,
    (sealed, browser): (&str, Value),
) -> Result<SignedIn, RunError<CreateAccountError>> {
    let refused = RunError::Refused;
    let (keys, now) = (ledger.keys(), ledger.now());
    let half = Half::read(keys, now, sealed).ok_or(refused(CreateAccountError::Over))?;
    let Aim::First { account, enrolment } = half.aim else { return Err(refused(CreateAccountError::Over)) };
    if enrolment != ticket.enrolment || ticket.aim != CodeFor::SignUp {
        return Err(refused(CreateAccountError::Over));
    }
    let passkey = rp.finish_registration(&half.state, browser).map_err(|_| refused(CreateAccountError::Refused))?;
    let mobile = SealedValue::seal(keys, now.day(), charter.keep_months, ticket.mobile.e164().as_bytes());
    let mobile = mobile.map_err(|error| refused(error.into()))?;
    let token = Token::new(&**ledger.random());
    let given = token.clone();
    let ((who, passkey), _) = ledger.write("identity.create_account", Actor::Visitor, move |work| {
        let now = work.now();
        if !answer(work, &half)? {
            return Err(CreateAccountError::Over);
        }
        begin(work, enrolment, (account, language, &mobile))?;
        let id = work.new_id();
        if storage::passkey::insert(work.tx(), id, account, &passkey, now)? == 0 {
            return Err(CreateAccountError::Taken);
        }
        created(work, account, Means::Passkey)?;
        Ok((session::begin(work, &given, account, Some(id))?, id))
    })?;
    Ok(SignedIn { token, who, passkey: Some(passkey) })
}

/// The same with a password in place of a passkey, for a telephone that can keep none. Hash and number are sealed before the
/// transaction.
pub fn create_password_account(
    ledger: &Ledger,
    charter: &Charter,
    ticket: &Ticket,
    language: Language,
    password: &NewPassword,
) -> Result<SignedIn, RunError<CreateAccountError>> {
    let refused = |error: SealError| RunError::Refused(CreateAccountError::Seal(error));
    if ticket.aim != CodeFor::SignUp {
        return Err(RunError::Refused(CreateAccountError::Over));
    }
    let (keys, now, random) = (ledger.keys(), ledger.now(), &**ledger.random());
    let seal = |plain: &[u8]| SealedValue::seal(keys, now.day(), charter.keep_months, plain);
    let hash = password.hash(random).map_err(refused)?;
    let hash = seal(hash.bytes().expose()).map_err(refused)?;
    let mobile = seal(ticket.mobile.e164().as_bytes()).map_err(refused)?;
    let (token, account, enrolment) = (Token::new(random), Id::new(now, random), ticket.enrolment);
    let given = token.clone();
    let (who, _) = ledger.write("identity.create_password_account", Actor::Visitor, move |work| {
        let now = work.now();
        begin(work, enrolment, (account, language, &mobile))?;
        storage::password::put(work.tx(), account, &hash, now)?;
        created(work, account, Means::Password)?;
        Ok::<_, CreateAccountError>(session::begin(work, &given, account, None)?)
    })?;
    Ok(SignedIn { token, who, passkey: None })
}

/// Uses the enrolment up and gives its number to the account.
fn begin(
    work: &mut Work<'_, '_>,
    enrolment: Id<kinds::Enrolment>,
    (account, language, mobile): (Id<kinds::Account>, Language, &SealedValue),
) -> Result<(), CreateAccountError> {
    let now = work.now();
    let tag = storage::enrolment::take(work.tx(), enrolment, now)?.ok_or(CreateAccountError::Over)?;
    if storage::account::claim_mobile(work.tx(), tag, account)? == 0 {
        return Err(CreateAccountError::HasAccount);
    }
    // Whoever waited for an earlier account of this number gets nothing of the new one.
    storage::recovery::delete(work.tx(), tag)?;
    Ok(storage::account::insert(work.tx(), account, language, mobile, now)?)
}

fn created(work: &mut Work<'_, '_>, account: Id<kinds::Account>, means: Means) -> Result<(), StoreError> {
    let event = Event::new("identity.account_created").record(account.bytes());
    work.journal(event.detail("level", "registered").detail("means", means.name())).map(drop)
}
