use journal::{Event, Ledger};
use kernel::{Fault, Kind};
use people::{EnterInField, Grant};
use seal::SealError;
use store::StoreError;
use thiserror::Error;

use crate::health::{HealthValue, TestResult};
use crate::matching::State;
use crate::reference::Reference;
use crate::scheme::{FieldGroup, FieldKind, Scheme};
use crate::sealing::{seal_behind, split};
use crate::storage;

/// Results that can be recorded for one person.
pub const TESTS_MOST: u8 = 4;

/// A test result as an officer enters it, by the reference on the sample.
#[derive(Clone, Copy, Debug)]
pub struct RecordResult {
    /// The reference of the person.
    pub reference: Reference,
    /// The outcome.
    pub result: TestResult,
}

/// Why a result was not recorded.
#[derive(Debug, Error)]
pub enum RecordResultError {
    /// The scheme's statement does not tell of test results, or told of something else when this person was entered.
    #[error("the collection statement that this person was given does not name test results")]
    NotAsked,
    /// No such entry in this operation, or nothing is left of it.
    #[error("there is no such entry")]
    Missing,
    /// So many results are on record already.
    #[error("no more than {TESTS_MOST} results can be recorded for one person")]
    TooMany,
    /// Somebody else recorded a result at the same moment.
    #[error("another result was recorded at this moment: look at it, then record this one again")]
    Meanwhile,
    /// The keys of this entry are gone.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The write queue is full.
    #[error("the system is busy; try again in a moment")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RecordResultError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotAsked => Kind::Denied,
            Self::Missing => Kind::Missing,
            Self::TooMany => Kind::Invalid,
            Self::Meanwhile => Kind::Taken,
            Self::Seal(error) => error.kind(),
            Self::Busy => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}

store::from_run_error!(RecordResultError);

/// Records a result. Nothing is opened for it: the result is sealed behind what was known, as a value of its own, and the journal
/// says that one was recorded, by whom and for which entry, and not what it was.
pub fn record_result(
    ledger: &Ledger,
    scheme: &Scheme,
    grant: Grant<EnterInField>,
    command: RecordResult,
) -> Result<(), RecordResultError> {
    let (household, submission) = ledger.read("registration.result_of", |tx| {
        let found = storage::household::by_reference(tx, command.reference)?;
        let household = found.filter(|row| row.state != State::Withdrawn).ok_or(RecordResultError::Missing)?;
        let submission = storage::submission::by_event(tx, household.submission)?.ok_or(RecordResultError::Missing)?;
        Ok::<_, RecordResultError>((household, submission))
    })?;
    let (rule, health) = (scheme.group(FieldGroup::Health), submission.sealed.health);
    let told = scheme.asks(FieldKind::TestResult) && health.purpose == rule.purpose && health.expiry == rule.expiry;
    if !told {
        return Err(RecordResultError::NotAsked);
    }
    let known = health.bytes.as_deref().map_or(0, |bytes| split(bytes).len());
    let tests = known.saturating_sub(usize::from(scheme.asks(FieldKind::Vaccination)));
    if tests >= usize::from(TESTS_MOST) {
        return Err(RecordResultError::TooMany);
    }
    let value = HealthValue::Test { result: command.result, day: ledger.now().day().number() }.written()?;
    let after = seal_behind(ledger.keys(), &health, submission.record, FieldGroup::Health, &value)?;
    ledger.write("registration.record_result", grant.actor(), move |work| {
        if !vault::covers(work.tx(), &grant)? {
            return Err(RecordResultError::Missing);
        }
        work.journal(Event::new("registration.result_recorded").record(household.id.bytes()))?;
        let added = storage::erasure::add_health(work.tx(), household.submission, health.bytes.as_deref(), &after)?;
        if added { Ok(()) } else { Err(RecordResultError::Meanwhile) }
    })?;
    Ok(())
}
