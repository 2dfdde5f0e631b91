use hongkong::Phone;
use journal::{Actor, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, Language, Random, kinds};
use notify::{Content, Mobile, QueueError, QueueMessage, Template};
use people::RelyingParty;
use seal::{Keyring, SealError};
use serde_json::Value;
use store::{RunError, StoreError, Tx};

use crate::account::{SealedValue, mobile_tag};
use crate::answered::answer;
use crate::begin_recovery::notice;
use crate::ceremony::{Aim, Half, Unmade, handle};
use crate::proof_recovery::hand_over;
use crate::removal;
use crate::recovery::{account_of, is_for_recovery, may_end, of_ticket};
use crate::storage::recovery::RecoveryRow;
use crate::{
    Alongside, Ceremony, Charter, CodeFor, Means, NewPassword, Notice, Reach, SignedIn, Ticket, Token, session, storage, tell_account,
};

/// A notice to the number that was lost goes out within three days or not at all.
const FAREWELL_SECS: i64 = 3 * 86_400;

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
    /// The account was to have a number that another one has.
    #[error("this number belongs to another account")]
    NumberTaken,
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
            Self::Taken | Self::NumberTaken => Kind::Taken,
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
    /// How many months a new number is kept, by the charter.
    pub keep_months: i32,
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
    let row = of_ticket(tx, mobile_tag(keys, &ticket.mobile), ticket, now)?.filter(|_| is_for_recovery(ticket));
    let account = row.map(|row| account_of(tx, &row)).transpose()?.flatten().ok_or(RecoverError::Over)?;
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
    let prepared = Prepared::new(ledger, recoverer)?;
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
    let prepared = Prepared::new(ledger, recoverer)?;
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
    ticket: Ticket,
    notice: notify::Prepared,
    alongside: Alongside,
    /// The number that the account is to have, where the earlier one was lost, and the last notice to that one.
    number: Option<(SealedValue, Option<notify::Prepared>)>,
}

impl Prepared {
    fn new(ledger: &Ledger, recoverer: Recoverer<'_>) -> Result<Self, RunError<RecoverError>> {
        let Recoverer { ticket, language, host, alongside, keep_months } = recoverer;
        if !is_for_recovery(ticket) {
            return Err(RunError::Refused(RecoverError::Over));
        }
        let key = format!("recovered:{}", ticket.enrolment);
        let template = Template::AccountRecovered { host: host.to_owned() };
        let notice = notice(ledger.keys(), key, ledger.now(), ticket, language, template);
        let notice = notice.map_err(|error| RunError::Refused(error.into()))?;
        let number = if ticket.aim == CodeFor::WayBack { Some(new_number(ledger, recoverer, keep_months)?) } else { None };
        Ok(Self { ticket: ticket.clone(), notice, alongside, number })
    }

    /// Uses code and recovery up and takes every earlier way in away; the account, with none left.
    fn give_back(&self, work: &mut Work<'_, '_>, means: Means) -> Result<Id<kinds::Account>, RecoverError> {
        let now = work.now();
        let tag = storage::enrolment::take(work.tx(), self.ticket.enrolment, now)?.ok_or(RecoverError::Over)?;
        let (account, row) = due(work.tx(), tag, &self.ticket, now)?;
        let recovery = row.recovery;
        if means == Means::Password && recovery.proofed {
            return Err(RecoverError::Weak);
        }
        storage::recovery::delete(work.tx(), tag)?;
        hand_over(work, recovery.id, account)?;
        if let Some((number, farewell)) = &self.number {
            take_number(work, account, tag, number)?;
            if let Some(farewell) = farewell {
                notify::queue(work, farewell)?;
            }
        }
        storage::passkey::delete_all(work.tx(), account)?;
        storage::account::set_recovered(work.tx(), account, Some(now))?;
        storage::password::delete(work.tx(), account)?;
        work.removed(removal::WAYS, &account.bytes(), "")?;
        let ended = storage::session::end_all(work.tx(), account)?.len();
        (self.alongside)(work, account.bytes())?;
        notify::queue(work, &self.notice)?;
        tell_account(work, account, Notice::WayBackTaken, Reach::NotTheMobile)?;
        let event = Event::new("identity.account_recovered").record(account.bytes()).detail("means", means.name());
        let event = event.detail("new_number", self.number.is_some());
        work.journal(event.detail("recovery", recovery.id.to_string()).detail("sessions_ended", ended))?;
        Ok(account)
    }
}

/// The account of a recovery that can be brought to its end now.
fn due(
    tx: &mut Tx<'_>,
    tag: [u8; 32],
    ticket: &Ticket,
    now: Instant,
) -> Result<(Id<kinds::Account>, RecoveryRow), RecoverError> {
    let row = of_ticket(tx, tag, ticket, now)?.filter(|row| row.recovery.due <= now).ok_or(RecoverError::Over)?;
    let account = account_of(tx, &row)?.ok_or(RecoverError::Over)?;
    if may_end(tx, account, &row)? { Ok((account, row)) } else { Err(RecoverError::Over) }
}

/// Seals the number that the account is to have, and opens the lost one to tell it for the last time; that it is opened is noted.
fn new_number(
    ledger: &Ledger,
    recoverer: Recoverer<'_>,
    keep_months: i32,
) -> Result<(SealedValue, Option<notify::Prepared>), RunError<RecoverError>> {
    let refused = |error: SealError| RunError::Refused(RecoverError::Seal(error));
    let (keys, ticket) = (ledger.keys(), recoverer.ticket);
    let number = SealedValue::seal(keys, ledger.now().day(), keep_months, ticket.mobile.e164().as_bytes()).map_err(refused)?;
    let (tag, asked) = (mobile_tag(keys, &ticket.mobile), ticket.clone());
    let (lost, committed) = ledger.write("identity.open_lost_number", Actor::Visitor, move |work| {
        let now = work.now();
        let (account, _) = due(work.tx(), tag, &asked, now)?;
        work.journal(Event::new("identity.channels_opened").record(account.bytes()).detail("channels", 1).detail("why", "way-back-taken"))?;
        Ok::<_, RecoverError>(storage::account::mobile(work.tx(), account)?)
    })?;
    let Some(lost) = lost else { return Ok((number, None)) };
    let plain = committed.open(keys, &lost.slot().map_err(refused)?, &lost.sealed).map_err(refused)?;
    let phone = String::from_utf8(plain.into_exposed()).ok().and_then(|text| Phone::parse(&text).ok());
    let Some(to) = phone.and_then(|phone| Mobile::try_from(phone).ok()) else { return Ok((number, None)) };
    let template = Template::WayBackTaken { host: recoverer.host.to_owned() };
    let key = format!("farewell:{}", ticket.enrolment);
    let told = farewell(ledger, key, recoverer.language, Content::Sms { to, template });
    Ok((number, Some(told.map_err(|error| RunError::Refused(error.into()))?)))
}

fn farewell(ledger: &Ledger, key: String, language: Language, content: Content) -> Result<notify::Prepared, QueueError> {
    let now = ledger.now();
    let until = now.plus_secs(FAREWELL_SECS);
    let message = QueueMessage { key, household: None, language, content, due: now, until, expiry: until.day().plus(1) };
    notify::prepare(ledger.keys(), &message)
}

/// The account has another number from now on; the lost one is free for whoever gets it next.
fn take_number(
    work: &mut Work<'_, '_>,
    account: Id<kinds::Account>,
    tag: [u8; 32],
    number: &SealedValue,
) -> Result<(), RecoverError> {
    storage::account::free_mobile(work.tx(), account)?;
    if storage::account::claim_mobile(work.tx(), tag, account)? == 0 {
        return Err(RecoverError::NumberTaken);
    }
    storage::account::set_mobile(work.tx(), account, number)?;
    Ok(())
}
