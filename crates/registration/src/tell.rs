use journal::{Actor, Event, Job, Ledger, Work, claim_jobs, finish_job, jobs_waiting, retry_job};
use kernel::{Id, Instant, kinds};
use serde_json::json;
use store::StoreError;

use crate::matching::{MatchError, State, openings, put_on_record};
use crate::messages::{Sender, prepare_for, resolved_message};
use crate::scheme::Scheme;
use crate::sealing::{open_contact, open_mobile, readable};
use crate::storage;
use crate::storage::household::HouseholdRow;
use crate::storage::submission::Submitted;

const JOB: &str = "registration.tell";
const LEASE_MS: i64 = 60_000;

/// Notes that a household has to be told its answer anew. The unit of work has no keys; [`tell_resolved`] has.
pub(crate) fn later(work: &mut Work<'_, '_>, household: Id<kinds::Household>) -> Result<(), StoreError> {
    let now = work.now();
    let key = format!("{household}:{}", now.millis());
    work.outbox(JOB, &key, now, &json!({ "household": household }))
}

/// Tells households what an officer's decision made of them: at most `limit`. Returns how many were told. One that cannot be told
/// holds up nobody else: it is tried again later and later, and after some days given up, which the journal says.
pub fn tell_resolved(ledger: &Ledger, scheme: &Scheme, sender: &Sender, limit: usize) -> Result<usize, MatchError> {
    if !ledger.read("registration.tell_waiting", |tx| Ok::<_, MatchError>(jobs_waiting(tx, JOB, ledger.now())?))? {
        return Ok(0);
    }
    let (jobs, _) = ledger.write("registration.tell_claim", Actor::Job("telling"), move |work| {
        Ok::<_, MatchError>(claim_jobs(work, JOB, limit, LEASE_MS)?)
    })?;
    if let Ok(told) = tell(ledger, scheme, sender, &jobs) {
        return Ok(told);
    }
    let (mut told, mut fault) = (0, None);
    for job in &jobs {
        match tell(ledger, scheme, sender, std::slice::from_ref(job)) {
            Ok(count) => told += count,
            Err(error) => {
                put_off(ledger, job)?;
                fault = Some(error);
            }
        }
    }
    fault.map_or(Ok(told), Err)
}

/// Attempts at telling one household: with the waits between them some three days, as long as a message is worth sending.
const ATTEMPTS_MOST: i64 = 18;
const WAIT_FIRST_SECS: i64 = 60;
const WAIT_MOST_SECS: i64 = 6 * 3600;

fn put_off(ledger: &Ledger, job: &Job) -> Result<(), MatchError> {
    let (id, attempts, household) = (job.id, job.attempts, household(job));
    ledger.write("registration.tell_put_off", Actor::Job("telling"), move |work| {
        if attempts < ATTEMPTS_MOST {
            let wait = (WAIT_FIRST_SECS << attempts.clamp(0, 16)).min(WAIT_MOST_SECS);
            let due = work.now().plus_secs(wait);
            return Ok::<_, MatchError>(retry_job(work, id, due)?);
        }
        finish_job(work, id)?;
        if let Some(household) = household {
            work.journal(Event::new("registration.not_told").record(household.bytes()))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn household(job: &Job) -> Option<Id<kinds::Household>> {
    job.body.get("household")?.as_str()?.parse().ok()
}

fn tell(ledger: &Ledger, scheme: &Scheme, sender: &Sender, jobs: &[Job]) -> Result<usize, MatchError> {
    let found = read(ledger, jobs)?;
    let messages = prepare(ledger, scheme, sender, &found)?;
    let told = messages.len();
    let done: Vec<_> = jobs.iter().map(|job| job.id).collect();
    ledger.write("registration.tell_write", Actor::Job("telling"), move |work| {
        notify::queue_batch(work, &messages)?;
        for job in &done {
            finish_job(work, *job)?;
        }
        Ok::<_, MatchError>(())
    })?;
    Ok(told)
}

fn read(ledger: &Ledger, jobs: &[Job]) -> Result<Vec<(HouseholdRow, Submitted)>, MatchError> {
    let ids: Vec<Id<kinds::Household>> = jobs.iter().filter_map(household).collect();
    let found = ledger.read("registration.tell_read", |tx| {
        let mut found = Vec::new();
        for id in &ids {
            let Some(row) = storage::household::by_id(tx, *id)? else { continue };
            let Some(submission) = storage::submission::by_event(tx, row.submission)? else { continue };
            if matches!(row.state, State::Confirmed | State::Checking) {
                found.push((row, submission));
            }
        }
        Ok::<_, MatchError>(found)
    })?;
    Ok(found)
}

fn prepare(
    ledger: &Ledger,
    scheme: &Scheme,
    sender: &Sender,
    found: &[(HouseholdRow, Submitted)],
) -> Result<Vec<notify::Prepared>, MatchError> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let group = |(row, submission): &(HouseholdRow, Submitted)| {
        let sealed = &submission.sealed;
        (if sealed.mobile.bytes.is_some() { sealed.mobile.clone() } else { sealed.contact.clone() }, row.id)
    };
    let groups: Vec<_> = found.iter().map(group).collect();
    let commands = openings(groups.iter().map(|(group, id)| (group, *id)), scheme, "decision of an officer");
    let committed = put_on_record(ledger, Actor::Job("telling"), commands)?;
    let (keys, now): (_, Instant) = (ledger.keys(), ledger.now());
    let mut messages = Vec::new();
    for (row, submission) in found {
        let sealed = &submission.sealed;
        let mobile = readable(open_mobile(&committed, keys, row.record, &sealed.mobile))?;
        let by_letter = sealed.mobile.bytes.is_none();
        let contact =
            if by_letter { readable(open_contact(&committed, keys, row.record, &sealed.contact))? } else { None };
        if let Some(message) = resolved_message(sender, scheme, row, mobile.as_ref(), contact.as_ref(), now) {
            messages.push(prepare_for(keys, sealed, message)?);
        }
    }
    Ok(messages)
}
