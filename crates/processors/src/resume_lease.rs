use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::{Grant, HandleIncident};
use store::StoreError;

use crate::{Lease, LeaseRules, LeaseState, storage};

/// Why a lease was not taken up again.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// There is no such escalated lease in your department.
    #[error("there is no such escalated lease in your department")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ResumeError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Takes a lease up again after an escalation: the statement is due anew, or, where one was accepted, the probes begin anew.
pub fn resume_lease(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    lease: Id<kinds::Lease>,
    rules: &LeaseRules,
) -> Result<Lease, ResumeError> {
    let mut lease = escalated(work, grant, lease)?;
    let (now, chance) = (work.now(), work.random().below(rules.jitter_hours.max(1)));
    lease.resume(now, rules, chance);
    storage::lease::update(work.tx(), &lease)?;
    note(work, grant, &lease, "processors.lease_resumed")?;
    Ok(lease)
}

/// Closes a lease after an audit at the contractor's own place, where probes cannot say anything: data on machines that were
/// never on the public network, or an address that cannot be judged.
pub fn confirm_on_site(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    lease: Id<kinds::Lease>,
    audit: [u8; 32],
) -> Result<Lease, ResumeError> {
    let mut lease = escalated(work, grant, lease)?;
    if lease.statement.is_none() {
        return Err(ResumeError::Missing);
    }
    let now = work.now();
    lease.state = LeaseState::Closed;
    lease.closed = Some(now);
    lease.inspected = Some((now, kernel::to_hex(&audit)));
    storage::lease::update(work.tx(), &lease)?;
    work.journal(
        Event::new("processors.confirmed_on_site")
            .detail("lease", lease.id.to_string())
            .detail("audit", kernel::to_hex(&audit))
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(lease)
}

fn escalated(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    id: Id<kinds::Lease>,
) -> Result<Lease, ResumeError> {
    let found = storage::lease::find(work.tx(), id)?;
    found
        .filter(|lease| lease.department == grant.department() && lease.state == LeaseState::Escalated)
        .ok_or(ResumeError::Missing)
}

fn note(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    lease: &Lease,
    verb: &'static str,
) -> Result<(), StoreError> {
    work.journal(
        Event::new(verb)
            .detail("lease", lease.id.to_string())
            .detail("state", lease.state.slug())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(())
}
