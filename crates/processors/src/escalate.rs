use journal::{Event, Job, Work, claim_jobs};
use kernel::{Instant, kinds};
use store::{StoreError, Tx};

use crate::storage::pursuit::key;
use crate::{Cause, EndedBy, Enquiry, Escalation, Lease, LeaseRules, end_lease, storage};

const JOB: &str = "processors.escalation";
const DAY_MS: i64 = 86_400_000;

/// Everything that has not come by its day: statements, clean probes, answers. Each is escalated once.
pub fn escalate_overdue(work: &mut Work<'_, '_>, rules: &LeaseRules) -> Result<Vec<Escalation>, StoreError> {
    let now = work.now();
    let mut escalations = Vec::new();
    for lease in storage::lease::due(work.tx(), now)? {
        if let Some(cause) = lease.overdue(now) {
            escalations.extend(escalate(work, lease, cause, rules)?);
        }
    }
    for enquiry in storage::pursuit::overdue_enquiries(work.tx(), now)? {
        if let Some(lease) = storage::lease::find(work.tx(), enquiry.lease)? {
            escalations.extend(escalate(work, lease, Cause::EnquiryUnanswered, rules)?);
        }
    }
    Ok(escalations)
}

/// Escalates: the lease is stopped, and the occasion is put into the outbox, from which `flows` opens an incident and tells the
/// head of the department. The same occasion a second time is nothing new.
pub(crate) fn escalate(
    work: &mut Work<'_, '_>,
    mut lease: Lease,
    cause: Cause,
    rules: &LeaseRules,
) -> Result<Option<Escalation>, StoreError> {
    let now = work.now();
    let escalation = Escalation {
        id: work.new_id(),
        key: key(&lease, cause),
        lease: lease.id,
        contractor: lease.contractor,
        department: lease.department,
        service: lease.service,
        cause,
        at: now,
    };
    if cause.stops_lease() {
        let ended_now = lease.ended.is_none();
        lease.escalate(now, cause, rules);
        storage::lease::update(work.tx(), &lease)?;
        if ended_now {
            end_lease::note_end(work, &lease, EndedBy::Breach)?;
        }
    }
    if !storage::pursuit::insert_escalation(work.tx(), &escalation)? {
        return Ok(None);
    }
    work.journal(
        Event::new("processors.escalated")
            .detail("lease", lease.id.to_string())
            .detail("contractor", lease.contractor.to_string())
            .detail("cause", cause.slug()),
    )?;
    let body = serde_json::to_value(&escalation).unwrap_or_default();
    work.outbox(JOB, &escalation.key, now, &body)?;
    Ok(Some(escalation))
}

/// An escalation from the outbox: carry it, then `journal::finish_job`.
#[derive(Clone, Debug)]
pub struct ToCarry {
    /// The job.
    pub job: kernel::Id<kinds::Job>,
    /// The escalation.
    pub escalation: Escalation,
}

/// Whether an escalation waits to be carried.
pub fn escalations_waiting(tx: &mut Tx<'_>, now: Instant) -> Result<bool, StoreError> {
    journal::jobs_waiting(tx, JOB, now)
}

/// Takes escalations from the outbox, each for a minute.
pub fn claim_escalations(work: &mut Work<'_, '_>, limit: usize) -> Result<Vec<ToCarry>, StoreError> {
    let carry = |job: Job| {
        let escalation = serde_json::from_value(job.body).ok()?;
        Some(ToCarry { job: job.id, escalation })
    };
    Ok(claim_jobs(work, JOB, limit, 60_000)?.into_iter().filter_map(carry).collect())
}

/// Asks, because of what happened at this contractor, about every other lease that it holds. Each department is to be told; a
/// second time nothing is sent.
pub fn link_enquiries(
    work: &mut Work<'_, '_>,
    escalation: &Escalation,
    rules: &LeaseRules,
) -> Result<Vec<(Enquiry, Lease)>, StoreError> {
    // An enquiry that was not answered would otherwise ask about itself.
    if escalation.cause == Cause::EnquiryUnanswered {
        return Ok(Vec::new());
    }
    let now = work.now();
    let mut linked = Vec::new();
    for lease in storage::lease::of_contractor(work.tx(), escalation.contractor)? {
        if lease.id == escalation.lease || lease.closed.is_some() {
            continue;
        }
        let enquiry = Enquiry {
            id: work.new_id(),
            lease: lease.id,
            escalation: escalation.id,
            sent: now,
            due: now.plus_millis(rules.enquiry_days * DAY_MS),
            answered: None,
            answers: None,
        };
        if storage::pursuit::insert_enquiry(work.tx(), &enquiry)? {
            work.journal(
                Event::new("processors.enquiry_sent")
                    .detail("enquiry", enquiry.id.to_string())
                    .detail("lease", lease.id.to_string())
                    .detail("because", escalation.id.to_string()),
            )?;
            linked.push((enquiry, lease));
        }
    }
    Ok(linked)
}

/// The escalations of a department, newest first.
pub fn escalations(
    tx: &mut Tx<'_>,
    department: kernel::Id<kinds::Department>,
    limit: usize,
) -> Result<Vec<Escalation>, StoreError> {
    storage::pursuit::escalations(tx, department, i64::try_from(limit).unwrap_or(100))
}
