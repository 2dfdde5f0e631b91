use journal::{Actor, Event, Job, Ledger, Work, claim_jobs, finish_job, jobs_waiting, retry_job};
use kernel::{Fault, Id, Kind, kinds};
use seal::{Keyring, constant_time_eq};
use serde_json::json;
use store::{StoreError, Tx};
use thiserror::Error;
use vault::BatchCommand;

use crate::matching::{AddressState, MatchError, put_on_record};
use crate::messages::{CODE_MS, Sender, code_message, prepare_for};
use crate::reference::Reference;
use crate::scheme::Scheme;
use crate::sealing::{open_mobile, readable};
use crate::storage;
use crate::storage::code::CodeRow;
use crate::storage::household::HouseholdRow;

/// A code is typed wrongly five times at most.
const TRIES_MOST: i64 = 5;
/// Codes a household can have sent in a day.
const CODES_A_DAY: i64 = 5;
const JOB: &str = "registration.code";

/// Somebody asks for a code. Whether there is such a registration is found out later, by a job: this act does the same for
/// every reference, and its answer says nothing.
pub fn request_code(work: &mut Work<'_, '_>, reference: Reference) -> Result<(), StoreError> {
    work.journal(Event::new("registration.code_requested"))?;
    let minute = work.now().millis() / 60_000;
    let key = format!("{reference}:{minute}");
    work.outbox(JOB, &key, work.now(), &json!({ "reference": reference.number() }))
}

/// Why a code does not open the door. There is only one answer to everything that is not right.
#[derive(Debug, Error)]
pub enum CodeError {
    /// The reference, the code, its age or the number of tries.
    #[error("the reference or the code is not right, or the code has run out")]
    Wrong,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for CodeError {
    fn kind(&self) -> Kind {
        match self {
            Self::Wrong => Kind::Denied,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Checks a code. The SQL is the same whether the household exists or not. A wrong code counts as a try: the unit of work
/// commits either way, and the outcome is the value.
pub fn check_code(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    reference: Reference,
    code: &str,
) -> Result<Result<Id<kinds::Household>, CodeError>, StoreError> {
    let household = storage::household::by_reference(work.tx(), reference)?.map(|household| household.id);
    let id = household.unwrap_or(Id::from_bytes([0; 16]));
    let row = storage::code::read(work.tx(), id)?;
    storage::code::count_try(work.tx(), id)?;
    let code = hongkong::half_width(code).chars().filter(char::is_ascii_digit).collect::<String>();
    let hash = code_hash(keys, id, &code);
    let now = work.now();
    let good = row.is_some_and(|row| {
        row.tries < TRIES_MOST && now < row.expires && constant_time_eq(&row.code, &hash)
    });
    work.journal(Event::new("registration.code_checked"))?;
    Ok(household.filter(|_| good).ok_or(CodeError::Wrong))
}

fn code_hash(keys: &Keyring, household: Id<kinds::Household>, code: &str) -> [u8; 32] {
    keys.prf("status-code", format!("{household}:{code}").as_bytes())
}

/// Sends the codes that were asked for: at most `limit`. Codes for references that do not exist are dropped here.
pub fn send_codes(ledger: &Ledger, scheme: &Scheme, sender: &Sender, limit: usize) -> Result<usize, MatchError> {
    let waiting = ledger.store().read("registration.codes_waiting", |tx| Ok::<_, MatchError>(jobs_waiting(tx, JOB, ledger.now())?))?;
    if !waiting {
        return Ok(0);
    }
    let (jobs, _) = ledger.write("registration.codes_claim", Actor::Job("codes"), move |work| {
        Ok::<_, MatchError>(claim_jobs(work, JOB, limit, 60_000)?)
    })?;
    let (mut sent, mut fault) = (0, None);
    for job in jobs {
        let reference = Reference::from_number(job.body.get("reference").and_then(serde_json::Value::as_i64).unwrap_or(0));
        match send_code(ledger, scheme, sender, job.id, reference) {
            Ok(true) => sent += 1,
            Ok(false) => {}
            // One that fails does not hold up those behind it; it is given up before anybody waits for it.
            Err(error) => {
                put_off(ledger, &job)?;
                fault = Some(error);
            }
        }
    }
    fault.map_or(Ok(sent), Err)
}

const ATTEMPTS_MOST: i64 = 4;

fn put_off(ledger: &Ledger, job: &Job) -> Result<(), MatchError> {
    let (id, attempts) = (job.id, job.attempts);
    ledger.write("registration.codes_put_off", Actor::Job("codes"), move |work| {
        let due = work.now().plus_secs(60 * attempts);
        if attempts < ATTEMPTS_MOST { retry_job(work, id, due)? } else { finish_job(work, id)? }
        Ok::<_, MatchError>(())
    })?;
    Ok(())
}

fn send_code(
    ledger: &Ledger,
    scheme: &Scheme,
    sender: &Sender,
    job: Id<kinds::Job>,
    reference: Reference,
) -> Result<bool, MatchError> {
    let message = prepare_code(ledger, scheme, sender, reference)?;
    let sent = message.is_some();
    ledger.write("registration.codes_write", Actor::Job("codes"), move |work| {
        if let Some((household, row, message)) = &message {
            storage::code::write(work.tx(), *household, row)?;
            notify::queue(work, message)?;
        }
        finish_job(work, job)?;
        Ok::<_, MatchError>(())
    })?;
    Ok(sent)
}

type ReadyCode = (Id<kinds::Household>, CodeRow, notify::Prepared);

fn prepare_code(
    ledger: &Ledger,
    scheme: &Scheme,
    sender: &Sender,
    reference: Reference,
) -> Result<Option<ReadyCode>, MatchError> {
    let now = ledger.now();
    let today = i64::from(now.day().number());
    let found = ledger.read("registration.code_household", |tx| {
        let Some(household) = storage::household::by_reference(tx, reference)? else { return Ok::<_, MatchError>(None) };
        let submission = storage::submission::by_event(tx, household.submission)?;
        let before = storage::code::read(tx, household.id)?.filter(|row| row.sent_day == today);
        Ok(submission.map(|submission| (household, submission, before.map_or(0, |row| row.sent_today))))
    })?;
    let Some((household, submission, sent_today)) = found else { return Ok(None) };
    if sent_today >= CODES_A_DAY || submission.sealed.mobile.bytes.is_none() {
        return Ok(None);
    }
    let command = BatchCommand {
        purpose: submission.sealed.mobile.purpose.clone(),
        basis: "one-time code".into(),
        records: vec![household.id.bytes()],
        expiry: scheme.last_expiry(),
    };
    let committed = put_on_record(ledger, Actor::Job("codes"), vec![command])?;
    let phone = readable(open_mobile(&committed, ledger.keys(), household.record, &submission.sealed.mobile))?;
    let code = format!("{:06}", ledger.random().below(1_000_000));
    let Some(phone) = phone else { return Ok(None) };
    let Some(message) = code_message(sender, scheme, &household, &phone, &code, now) else { return Ok(None) };
    let row = CodeRow {
        code: code_hash(ledger.keys(), household.id, &code),
        expires: now.plus_millis(CODE_MS),
        tries: 0,
        sent_day: today,
        sent_today: sent_today + 1,
    };
    Ok(Some((household.id, row, prepare_for(ledger.keys(), &submission.sealed, message)?)))
}

/// What a resident sees about a registration, behind reference and code.
#[derive(Clone, Debug)]
pub struct StatusView {
    /// The household.
    pub household: HouseholdRow,
    /// Digest of the definition whose collection statement was shown when it was sent in.
    pub statement: Option<[u8; 32]>,
    /// Every single opening by an officer.
    pub openings: Vec<vault::OpeningRow>,
    /// The first openings of whole batches, for the purposes of this household's values, since it was received.
    pub batches: Vec<vault::OpeningRow>,
}

impl StatusView {
    /// Whether the resident can repair it with a new form.
    pub fn can_repair(&self) -> bool {
        self.household.state.can_be_repaired()
    }

    /// Whether an officer has yet to look at the address.
    pub fn address_waits(&self) -> bool {
        self.household.address == AddressState::ToCheck
    }
}

/// Batches of one purpose that a status shows.
const BATCHES_SHOWN: usize = 10;

/// The status of a household.
pub fn status(tx: &mut Tx<'_>, household: Id<kinds::Household>) -> Result<Option<StatusView>, StoreError> {
    let Some(row) = storage::household::by_id(tx, household)? else { return Ok(None) };
    let openings = vault::openings_of(tx, household.bytes())?;
    let (mut batches, mut statement) = (Vec::new(), None);
    if let Some(submission) = storage::submission::by_event(tx, row.submission)? {
        let sealed = &submission.sealed;
        statement = Some(submission.version);
        let mut purposes = [&sealed.identity.purpose, &sealed.contact.purpose, &sealed.mobile.purpose];
        purposes.sort_unstable();
        let mut last = None;
        for purpose in purposes {
            if last.replace(purpose) != Some(purpose) {
                batches.extend(vault::batches_since(tx, purpose, row.received, BATCHES_SHOWN)?);
            }
        }
        batches.sort_by_key(|batch| batch.at);
    }
    Ok(Some(StatusView { household: row, statement, openings, batches }))
}
