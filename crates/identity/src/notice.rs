//! What an account's owner is told: on every channel that the account has bound, a moment after the act and outside its unit of work,
//! because a channel is sealed and nothing is opened before that is on record.

use hongkong::Phone;
use journal::{Actor, Committed, Event, Job, Ledger, Work, claim_jobs, finish_job, jobs_waiting};
use kernel::{Day, Fault, Id, Kind, Language, kinds};
use notify::{Content, MailAddress, Mobile, Prepared, QueueError, QueueMessage, Template};
use seal::SealError;
use serde::{Deserialize, Serialize};
use store::{RunError, StoreError};

use crate::account::SealedValue;
use crate::{AttributeName, RECOVERY_HOURS, SealedAttribute, Source, storage};

const NOTICE: &str = "identity.notice";
const NOTICES: usize = 50;
const LEASE_MS: i64 = 60_000;
/// A notice goes out within three days or not at all.
const WORTH_SECS: i64 = 3 * 86_400;

/// What is told. Nothing in it says more than the act that is told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// A passkey was stopped, because it may exist twice.
    PasskeyStopped,
    /// Somebody wants the account back.
    WayBackBegun {
        /// What an officer finds the recovery by.
        reference: String,
    },
    /// The account was given back, and its earlier ways in are gone.
    WayBackTaken,
    /// The address for notices was changed or removed.
    MailChanged,
    /// A forgotten password gave way to a new one.
    PasswordChosenAnew,
    /// A PIN lapses soon.
    PinLapses {
        /// Its last day.
        until: Day,
    },
    /// A letter with a PIN came back.
    LetterReturned,
    /// The check of an identity is over, whatever came of it.
    ProofingEnded {
        /// Where the resident signs in and reads what came of it.
        link: String,
    },
    /// Two officers compared an identity card with a photo of whoever wants the account back; the time in which it can be stopped
    /// begins anew.
    WayBackAgreed,
}

/// Which channels hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Every one that the account has bound.
    Every,
    /// All but the mobile number: it hears of it in another way.
    NotTheMobile,
}

/// Why a notice was not queued.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// The message.
    #[error(transparent)]
    Message(#[from] QueueError),
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for NoticeError {
    fn kind(&self) -> Kind {
        match self {
            Self::Message(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Whose account it is. Where an act must not tell whether there is one, it names the tag, and the job looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// This account.
    Account(Id<kinds::Account>),
    /// The account of a mobile number's tag, if there is one.
    Mobile([u8; 32]),
    /// The account of a proofed person's tag, if there is one.
    Person([u8; 32]),
}

impl From<Id<kinds::Account>> for Owner {
    fn from(account: Id<kinds::Account>) -> Self {
        Self::Account(account)
    }
}

#[derive(Serialize, Deserialize)]
struct Waiting {
    owner: Owner,
    notice: Notice,
    reach: Reach,
}

/// Puts down, in the unit of work of the act, that the owner of an account hears of it. With a tag the row is the same for an account
/// and for none, and nothing is looked up.
pub fn tell_account(work: &mut Work<'_, '_>, owner: impl Into<Owner>, notice: Notice, reach: Reach) -> Result<(), StoreError> {
    let (id, now) = (work.new_id::<kinds::Job>(), work.now());
    let waiting = serde_json::to_value(Waiting { owner: owner.into(), notice, reach });
    work.outbox(NOTICE, &id.to_string(), now, &waiting.map_err(|error| StoreError::Engine(error.to_string()))?)
}

/// A notice with the channels that hear of it, still sealed.
struct Due {
    job: Id<kinds::Job>,
    notice: Notice,
    language: Language,
    mobile: Option<SealedValue>,
    mail: Option<SealedAttribute>,
}

/// Queues a message on every channel for each notice that waits; how many messages. An idle round writes nothing. `host` is the site that
/// the messages name.
pub fn send_notices(ledger: &Ledger, host: &str) -> Result<usize, RunError<NoticeError>> {
    let now = ledger.now();
    if !ledger.read("identity.notices_waiting", |tx| Ok::<_, NoticeError>(jobs_waiting(tx, NOTICE, now)?))? {
        return Ok(0);
    }
    let (due, committed) = ledger.write("identity.claim_notices", Actor::Job("notice"), claim)?;
    let mut queued = 0;
    for one in due {
        let (messages, job) = (prepare(ledger, &committed, &one, host).map_err(RunError::Refused)?, one.job);
        queued += messages.len();
        ledger.write("identity.queue_notice", Actor::Job("notice"), move |work| {
            notify::queue_batch(work, &messages)?;
            finish_job(work, job).map_err(NoticeError::from)
        })?;
    }
    Ok(queued)
}

fn claim(work: &mut Work<'_, '_>) -> Result<Vec<Due>, NoticeError> {
    let mut found = Vec::new();
    for job in claim_jobs(work, NOTICE, NOTICES, LEASE_MS)? {
        match channels(work, &job)? {
            Some(due) => found.push(due),
            None => finish_job(work, job.id)?,
        }
    }
    Ok(found)
}

/// The channels of an account that is still there; that they will be opened is noted.
fn channels(work: &mut Work<'_, '_>, job: &Job) -> Result<Option<Due>, StoreError> {
    let Ok(Waiting { owner, notice, reach }) = serde_json::from_value(job.body.clone()) else { return Ok(None) };
    let Some(account) = account_of(work, owner, &notice)? else { return Ok(None) };
    let Some(known) = storage::account::find(work.tx(), account)? else { return Ok(None) };
    let mobile = if reach == Reach::Every { storage::account::mobile(work.tx(), account)? } else { None };
    let confirmed = |one: &SealedAttribute| one.name == AttributeName::Email && one.source != Source::Typed;
    let mail = storage::attribute::of(work.tx(), account)?.into_iter().find(confirmed);
    let opened = usize::from(mobile.is_some()) + usize::from(mail.is_some());
    if opened == 0 {
        return Ok(None);
    }
    let event = Event::new("identity.channels_opened").record(account.bytes());
    work.journal(event.detail("channels", opened).detail("why", notice.template("").name()))?;
    Ok(Some(Due { job: job.id, notice, language: known.language, mobile, mail }))
}

/// The account of an owner. One that was named by a tag hears of it in its record too, whatever channels it has.
fn account_of(work: &mut Work<'_, '_>, owner: Owner, notice: &Notice) -> Result<Option<Id<kinds::Account>>, StoreError> {
    let found = match owner {
        Owner::Account(account) => return Ok(Some(account)),
        Owner::Mobile(tag) => storage::account::by_mobile(work.tx(), tag)?,
        Owner::Person(tag) => storage::attribute::person_of(work.tx(), tag)?,
    };
    if let Some(account) = found {
        work.journal(Event::new("identity.owner_found").record(account.bytes()).detail("why", notice.template("").name()))?;
    }
    Ok(found)
}

/// One message a channel; an address or a number that is none any more gets none.
fn prepare(ledger: &Ledger, committed: &Committed, due: &Due, host: &str) -> Result<Vec<Prepared>, NoticeError> {
    let (keys, now) = (ledger.keys(), ledger.now());
    let template = || due.notice.template(host);
    let mut contents = Vec::new();
    if let Some(mobile) = &due.mobile {
        let plain = committed.open(keys, &mobile.slot()?, &mobile.sealed)?;
        let phone = String::from_utf8(plain.into_exposed()).ok().and_then(|number| Phone::parse(&number).ok());
        let to = phone.and_then(|phone| Mobile::try_from(phone).ok());
        contents.extend(to.map(|to| Content::Sms { to, template: template() }));
    }
    if let Some(mail) = &due.mail {
        let to = MailAddress::parse(mail.open(committed, keys)?.value.expose()).ok();
        contents.extend(to.map(|to| Content::Mail { to, template: template() }));
    }
    let until = now.plus_secs(WORTH_SECS);
    let message = |(number, content): (usize, Content)| {
        let (key, language) = (format!("notice:{}:{number}", due.job), due.language);
        let message = QueueMessage { key, household: None, language, content, due: now, until, expiry: until.day().plus(1) };
        notify::prepare(keys, &message).map_err(NoticeError::from)
    };
    contents.into_iter().enumerate().map(message).collect()
}

impl Notice {
    fn template(&self, host: &str) -> Template {
        let host = host.to_owned();
        match self {
            Self::PasskeyStopped => Template::PasskeyStopped { host },
            Self::WayBackBegun { reference } => {
                Template::WayBackBegun { reference: reference.clone(), host, hours: RECOVERY_HOURS }
            }
            Self::WayBackTaken => Template::WayBackTaken { host },
            Self::MailChanged => Template::MailChanged { host },
            Self::PasswordChosenAnew => Template::PasswordChosenAnew { host },
            Self::PinLapses { until } => Template::PinLapses { host, until: *until },
            Self::LetterReturned => Template::LetterReturned { host },
            Self::ProofingEnded { link } => Template::ProofingEnded { link: link.clone() },
            Self::WayBackAgreed => Template::WayBackAgreed { host, hours: RECOVERY_HOURS },
        }
    }
}
