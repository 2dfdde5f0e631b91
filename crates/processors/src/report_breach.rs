use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::{Grant, HandleIncident};
use store::StoreError;

use crate::escalate::escalate;
use crate::{Cause, Escalation, Lease, LeaseRules, Partner, storage};

/// Why a breach was not put on record.
#[derive(Debug, thiserror::Error)]
pub enum ReportBreachError {
    /// There is no such lease for you.
    #[error("there is no such lease for you")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ReportBreachError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// The contractor gives notice of a breach, as its contract demands: the lease stops, and an incident opens. Nothing when the
/// same was on record already.
pub fn notify_breach(
    work: &mut Work<'_, '_>,
    partner: &Partner,
    lease: Id<kinds::Lease>,
    rules: &LeaseRules,
) -> Result<Option<Escalation>, ReportBreachError> {
    let found = storage::lease::find(work.tx(), lease)?;
    let lease = found.filter(|lease| lease.contract == partner.contract().id).ok_or(ReportBreachError::Missing)?;
    report(work, lease, "contractor", rules)
}

/// An officer who was told of a breach puts it on record.
pub fn report_breach(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    lease: Id<kinds::Lease>,
    rules: &LeaseRules,
) -> Result<Option<Escalation>, ReportBreachError> {
    let found = storage::lease::find(work.tx(), lease)?;
    let lease = found.filter(|lease| lease.department == grant.department()).ok_or(ReportBreachError::Missing)?;
    report(work, lease, "officer", rules)
}

fn report(
    work: &mut Work<'_, '_>,
    lease: Lease,
    by: &str,
    rules: &LeaseRules,
) -> Result<Option<Escalation>, ReportBreachError> {
    work.journal(
        Event::new("processors.breach_reported").detail("lease", lease.id.to_string()).detail("reported_by", by),
    )?;
    Ok(escalate(work, lease, Cause::BreachReported, rules)?)
}
