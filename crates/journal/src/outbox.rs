use kernel::{Id, Instant, kinds};
use serde_json::Value;
use store::{StoreError, Tx};

use crate::{Work, storage};

/// A job taken from the outbox under a lease. Whoever takes it must be idempotent: a lease that runs out is taken again.
#[derive(Clone, Debug)]
pub struct Job {
    /// The job.
    pub id: Id<kinds::Job>,
    /// What was put in.
    pub body: Value,
    /// How often it has been taken, this time included.
    pub attempts: i64,
}

/// Takes up to `limit` jobs of a kind that are due, for `lease_ms` milliseconds.
pub fn claim_jobs(
    work: &mut Work<'_, '_>,
    kind: &'static str,
    limit: usize,
    lease_ms: i64,
) -> Result<Vec<Job>, StoreError> {
    let now = work.now();
    let limit = i64::try_from(limit).unwrap_or(100);
    let rows = storage::claim(work.tx(), kind, now, now.plus_millis(lease_ms), limit)?;
    rows.iter()
        .map(|row| {
            let body: String = row.get(1)?;
            let body = serde_json::from_str(&body).unwrap_or(Value::Null);
            Ok(Job { id: row.get(0)?, body, attempts: row.get(2)? })
        })
        .collect()
}

/// Whether a job of a kind waits and is due: a look, so that an idle worker writes nothing.
pub fn jobs_waiting(tx: &mut Tx<'_>, kind: &'static str, now: Instant) -> Result<bool, StoreError> {
    storage::jobs_waiting(tx, kind, now)
}

/// The job is done.
pub fn finish_job(work: &mut Work<'_, '_>, id: Id<kinds::Job>) -> Result<(), StoreError> {
    storage::delete_job(work.tx(), id).map(|_| ())
}

/// The job failed; it is due again at `due`.
pub fn retry_job(work: &mut Work<'_, '_>, id: Id<kinds::Job>, due: Instant) -> Result<(), StoreError> {
    storage::postpone_job(work.tx(), id, due).map(|_| ())
}
