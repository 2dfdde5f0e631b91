use journal::{Actor, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, Language, Random, kinds};
use notify::{QueueError, Template};
use people::RelyingParty;
use seal::{Keyring, SealError};
use serde_json::Value;
use store::{RunError, StoreError, Tx};

use crate::account::{SealedValue, mobile_tag};
use crate::answered::answer;
use crate::begin_recovery::notice;
use crate::ceremony::{Aim, Half, Unmade, handle};
use crate::recovery::may_end;
use crate::{
    Alongside, Ceremony, Charter, CodeFor, Means, NewPassword, Notice, Reach, SignedIn, Ticket, Token, session, storage, tell_account,
};

/// Why an account is not given back.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// It is not due, was stopped, is over, or the code was typed too long ago.
    #[error("this recovery is not open; start again")]
    Over,
    /// The browser's answer does not count.
    #[error("this passkey cannot be used here; it must be stored on the device and check that it is you")]
    Refused,
    /// What was verified with a document does not come back with a password.
    #[error("this account comes back with a passkey only")]
    Weak,
    /// The passkey is registered already.
    #[error("this passkey is registered already")]
    Taken,
    /// The notice.
    #[error(transparent)]
    Message(#[from] QueueError),
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RecoverError {
    fn kind(&self) -> Kind {
        match self {
            Self::Over => Kind::Gone,
            Self::Refused | Self::Weak => Kind::Invalid,
            Self::Taken => Kind::Taken,
            Self::Message(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

impl From<Unmade> for RecoverError {
    fn from(unmade: Unmade) -> Self {
        match unmade {
            Unmade::Refused => Self::Refused,
            Unmade::Seal(error) => Self::Seal(error),
        }
    }
}

/// Who gets an account back, and how the notice of it reads.
#[derive(Clone, Copy, Debug)]
pub struct Recoverer<'a> {
    /// The ticket whose code was typed.
    pub ticket: &'a Ticket,
    /// The language of the notice.
    pub language: Language,
    /// The host that it names.
    pub host: &'a str,
    /// What else ends with the account's earlier ways in.
    pub alongside: Alongside,
}

/// Begins the passkey with which an account is given back.
pub fn recovery_passkey(
    tx: &mut Tx<'_>,
    (keys, random): (&Keyring, &dyn Random),
    rp: &RelyingParty,
    now: Instant,
    ticket: &Ticket,
    label: &str,
) -> Result<Ceremony, RecoverError> {
    let account = storage::account::by_mobile(tx, mobile_tag(keys, &ticket.mobile))?;
    let account = account.filter(|_| ticket.aim == CodeFor::Recovery).ok_or(RecoverError::Over)?;
    let made = rp.begin_registration(handle(account), label, Vec::new());
    Ok(Half::begin(keys, random, now, Aim::Recovery { account, enrolment: ticket.enrolment }, made)?)
}

/// Gives an account back with a new passkey: every earlier way in goes.
pub fn recover_with_passkey(
    ledger: &Ledger,
    rp: &RelyingParty,
    recoverer: Recoverer<'_>,
    (sealed, browser): (&str, Value),
) -> Result<SignedIn, RunError<RecoverError>> {
    let refused = RunError::Refused;
    let half = Half::read(ledger.keys(), ledger.now(), sealed).ok_or(refused(RecoverError::Over))?;
    let Aim::Recovery { account: asked, enrolment } = half.aim else { return Err(refused(RecoverError::Over)) };
    if enrolment != recoverer.ticket.enrolment {
        return Err(refused(RecoverError::Over));
    }
    let passkey = rp.finish_registration(&half.state, browser).map_err(|_| refused(RecoverError::Refused))?;
    let prepared = Prepared::new(ledger, recoverer).map_err(refused)?;
    let token = Token::new(&**ledger.random());
    let given = token.clone();
    let ((who, passkey), _) = ledger.write("identity.recover_with_passkey", Actor::Visitor, move |work| {
        let now = work.now();
        if !answer(work, &half)? || prepared.give_back(work, Means::Passkey)? != asked {
            return Err(RecoverError::Over);
        }
        let id = work.new_id();
        if storage::passkey::insert(work.tx(), id, asked, &passkey, now)? == 0 {
            return Err(RecoverError::Taken);
        }
        Ok((session::begin(work, &given, asked, Some(id))?, id))
    })?;
    Ok(SignedIn { token, who, passkey: Some(passkey) })
}

/// Gives an account back with a new password, for a telephone that keeps no passkey. Slow on purpose, like every password.
pub fn recover_with_password(
    ledger: &Ledger,
    charter: &Charter,
    recoverer: Recoverer<'_>,
    password: &NewPassword,
) -> Result<SignedIn, RunError<RecoverError>> {
    let refused = |error: SealError| RunError::Refused(RecoverError::Seal(error));
    let random = &**ledger.random();
    let hash = password.hash(random).map_err(refused)?;
    let (keys, today) = (ledger.keys(), ledger.now().day());
    let hash = SealedValue::seal(keys, today, charter.keep_months, hash.bytes().expose()).map_err(refused)?;
    let prepared = Prepared::new(ledger, recoverer).map_err(RunError::Refused)?;
    let token = Token::new(random);
    let given = token.clone();
    let (who, _) = ledger.write("identity.recover_with_password", Actor::Visitor, move |work| {
        let now = work.now();
        let account = prepared.give_back(work, Means::Password)?;
        storage::password::put(work.tx(), account, &hash, now)?;
        Ok::<_, RecoverError>(session::begin(work, &given, account, None)?)
    })?;
    Ok(SignedIn { token, who, passkey: None })
}

/// What a unit of work needs that gives an account back.
struct Prepared {
    enrolment: Id<kinds::Enrolment>,
    notice: notify::Prepared,
    alongside: Alongside,
}

impl Prepared {
    fn new(ledger: &Ledger, recoverer: Recoverer<'_>) -> Result<Self, RecoverError> {
        let Recoverer { ticket, language, host, alongside } = recoverer;
        if ticket.aim != CodeFor::Recovery {
            return Err(RecoverError::Over);
        }
        let key = format!("recovered:{}", ticket.enrolment);
        let template = Template::AccountRecovered { host: host.to_owned() };
        let notice = notice(ledger.keys(), key, ledger.now(), ticket, language, template)?;
        Ok(Self { enrolment: ticket.enrolment, notice, alongside })
    }

    /// Uses code and recovery up and takes every earlier way in away; the account, with none left.
    fn give_back(&self, work: &mut Work<'_, '_>, means: Means) -> Result<Id<kinds::Account>, RecoverError> {
        let now = work.now();
        let tag = storage::enrolment::take(work.tx(), self.enrolment, now)?.ok_or(RecoverError::Over)?;
        let row = storage::recovery::of_mobile(work.tx(), tag, now)?.filter(|row| row.recovery.due <= now);
        let recovery = row.ok_or(RecoverError::Over)?.recovery;
        let account = storage::account::by_mobile(work.tx(), tag)?.ok_or(RecoverError::Over)?;
        if !may_end(work.tx(), account, &recovery)? {
            return Err(RecoverError::Over);
        }
        if means == Means::Password && recovery.proofed {
            return Err(RecoverError::Weak);
        }
        storage::recovery::delete(work.tx(), tag)?;
        storage::passkey::delete_all(work.tx(), account)?;
        storage::account::set_recovered(work.tx(), account, Some(now))?;
        storage::password::delete(work.tx(), account)?;
        let ended = storage::session::end_all(work.tx(), account)?.len();
        (self.alongside)(work, account.bytes())?;
        notify::queue(work, &self.notice)?;
        tell_account(work, Some(account), Notice::WayBackTaken, Reach::NotTheMobile)?;
        let event = Event::new("identity.account_recovered").record(account.bytes()).detail("means", means.name());
        work.journal(event.detail("recovery", recovery.id.to_string()).detail("sessions_ended", ended))?;
        Ok(account)
    }
}
