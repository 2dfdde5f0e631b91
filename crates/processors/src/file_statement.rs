use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds, to_hex};
use seal::{sha256, verify_ed25519};
use store::{StoreError, Tx};

use crate::escalate::escalate;
use crate::{Cause, Lease, LeaseRules, LeaseState, Partner, Statement, StatementVerdict, storage};

const TEXT_MOST_BYTES: usize = 64 * 1024;
const DAY_MS: i64 = 86_400_000;

/// A deletion statement as it is filed.
#[derive(Clone, Debug)]
pub struct FileStatement {
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// The exact text, as [`Statement::text`] writes it.
    pub text: String,
    /// The Ed25519 signature over the text's bytes, 64 bytes.
    pub signature: Vec<u8>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Accepted, or why not.
    pub verdict: StatementVerdict,
    /// Whether its day had passed.
    pub late: bool,
}

/// A statement on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRow {
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// When it was filed.
    pub at: Instant,
    /// What became of it.
    pub verdict: StatementVerdict,
    /// Whether its day had passed.
    pub late: bool,
    /// Its text.
    pub text: String,
}

/// Why a statement could not even be judged.
#[derive(Debug, thiserror::Error)]
pub enum FileStatementError {
    /// There is no such lease under this contract.
    #[error("there is no such lease under your contract")]
    Missing,
    /// The lease is still in force: there is nothing to state yet.
    #[error("this lease is still in force: its end comes first")]
    NotEnded,
    /// A statement was accepted already.
    #[error("a statement about this lease has been accepted already")]
    Taken,
    /// It is longer than any statement.
    #[error("a statement is at most 64 KiB")]
    TooLong,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for FileStatementError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::NotEnded | Self::TooLong => Kind::Invalid,
            Self::Taken => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Files a deletion statement and judges it. What is refused stays on record as it came, with the verdict.
pub fn file_statement(
    work: &mut Work<'_, '_>,
    partner: &Partner,
    command: &FileStatement,
    rules: &LeaseRules,
) -> Result<Filed, FileStatementError> {
    let found = storage::lease::find(work.tx(), command.lease)?;
    let mut lease =
        found.filter(|lease| lease.contract == partner.contract().id).ok_or(FileStatementError::Missing)?;
    if command.text.len() > TEXT_MOST_BYTES {
        return Err(FileStatementError::TooLong);
    }
    let Some((ended, _)) = lease.ended else { return Err(FileStatementError::NotEnded) };
    if lease.statement.is_some() || matches!(lease.state, LeaseState::Closed | LeaseState::Probing) {
        return Err(FileStatementError::Taken);
    }
    let now = work.now();
    let late = now >= ended.plus_millis(rules.statement_days * DAY_MS);
    let (verdict, statement) = judge(work, &lease, command)?;
    let row = StatementRow { lease: lease.id, at: now, verdict, late, text: command.text.clone() };
    let digest = sha256(&[command.text.as_bytes()]);
    storage::pursuit::insert_statement(work.tx(), &row, digest, &command.signature)?;
    work.journal(
        Event::new("processors.statement_filed")
            .detail("lease", lease.id.to_string())
            .detail("verdict", verdict.slug())
            .detail("late", late)
            .detail("statement", to_hex(&digest)),
    )?;
    match statement {
        Some(statement) if verdict == StatementVerdict::Accepted => {
            let chance = work.random().below(rules.jitter_hours.max(1));
            lease.accept_statement(now, late, rules, chance);
            storage::lease::update(work.tx(), &lease)?;
            check_sub_processors(work, lease, &statement.sub_processors, rules)?;
        }
        _ if verdict == StatementVerdict::Forged => {
            escalate(work, lease, Cause::StatementForged, rules)?;
        }
        _ => {}
    }
    Ok(Filed { verdict, late })
}

/// Whoever had the data without the department's consent is an incident, however honestly it is said.
pub(crate) fn check_sub_processors(
    work: &mut Work<'_, '_>,
    lease: Lease,
    named: &[String],
    rules: &LeaseRules,
) -> Result<(), StoreError> {
    let contract = storage::contractor::contract(work.tx(), lease.contract)?;
    let agreed = |name: &String| contract.as_ref().is_some_and(|contract| contract.allows(name));
    if !named.iter().all(agreed) {
        escalate(work, lease, Cause::UndeclaredSubProcessor, rules)?;
    }
    Ok(())
}

/// The statements of a lease, oldest first.
pub fn statements(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<StatementRow>, StoreError> {
    storage::pursuit::statements(tx, lease)
}

fn judge(
    work: &mut Work<'_, '_>,
    lease: &Lease,
    command: &FileStatement,
) -> Result<(StatementVerdict, Option<Statement>), StoreError> {
    let keys = storage::contractor::keys(work.tx(), lease.contractor)?;
    let Ok(statement) = Statement::parse(&command.text) else { return Ok((StatementVerdict::Unreadable, None)) };
    let signed = |key: &[u8; 32]| verify_ed25519(key, command.text.as_bytes(), &command.signature);
    let verdict = match keys.iter().position(|keys| signed(&keys.signing)) {
        None => StatementVerdict::Forged,
        Some(0) => judge_content(lease, &statement, work.now()),
        Some(_) => StatementVerdict::OldKey,
    };
    Ok((verdict, Some(statement)))
}

fn judge_content(lease: &Lease, statement: &Statement, now: Instant) -> StatementVerdict {
    if statement.lease != lease.id || statement.contractor != lease.contractor {
        return StatementVerdict::OtherLease;
    }
    if statement.deleted > now || statement.deleted < lease.granted {
        return StatementVerdict::WrongTime;
    }
    if !statement.copies.is_empty() || !statement.backups.is_empty() {
        return StatementVerdict::NotDeleted;
    }
    StatementVerdict::Accepted
}
