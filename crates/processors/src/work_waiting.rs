use kernel::Instant;
use store::{StoreError, Tx};

use crate::escalate::escalations_waiting;
use crate::remind::reminders_waiting;
use crate::storage::pursuit::key;
use crate::{Cause, LeaseRules, storage};

/// Whether any lease needs anything at this moment, apart from probes: a look, so that an idle round writes nothing.
pub fn work_waiting(tx: &mut Tx<'_>, now: Instant, rules: &LeaseRules) -> Result<bool, StoreError> {
    Ok(!storage::lease::over(tx, now.day())?.is_empty()
        || !storage::lease::with_living_key(tx)?.is_empty()
        || storage::lease::due(tx, now)?.iter().any(|lease| lease.overdue(now).is_some())
        || unanswered(tx, now)?
        || escalations_waiting(tx, now)?
        || reminders_waiting(tx, now, rules)?)
}

/// Whether an enquiry is overdue that was not escalated.
fn unanswered(tx: &mut Tx<'_>, now: Instant) -> Result<bool, StoreError> {
    for enquiry in storage::pursuit::overdue_enquiries(tx, now)? {
        if let Some(lease) = storage::lease::find(tx, enquiry.lease)?
            && !storage::pursuit::is_escalated(tx, &key(&lease, Cause::EnquiryUnanswered))?
        {
            return Ok(true);
        }
    }
    Ok(false)
}
