use journal::{Event, Work};
use store::StoreError;

use crate::session::{idle_before, old_before};
use crate::{change, opening, proof_recovery, storage};

/// Accounts that one round removes at most.
const ACCOUNTS: i64 = 500;

/// Removes what is over: enrolments, periods of budgets, answered ceremonies, dead sessions, old entries of openings, and accounts that nobody used for as
/// long as the charter says. Their keys died at the midnight after their last day; this takes the rows. Returns how many accounts.
pub fn purge(work: &mut Work<'_, '_>) -> Result<usize, StoreError> {
    let (now, today) = (work.now(), work.today());
    storage::enrolment::sweep(work.tx(), now)?;
    storage::budget::sweep(work.tx(), now)?;
    storage::recovery::sweep(work.tx(), now)?;
    storage::proofing::sweep_recoveries(work.tx(), proof_recovery::kept_since(now))?;
    storage::answered::sweep(work.tx(), now)?;
    storage::visit::sweep(work.tx(), now)?;
    storage::pin::forget_late(work.tx(), today)?;
    opening::sweep(work.tx(), now)?;
    change::sweep(work.tx(), now)?;
    storage::session::sweep(work.tx(), idle_before(now), old_before(now))?;
    let expired = storage::account::expired(work.tx(), today, ACCOUNTS)?;
    for account in &expired {
        storage::account::remove(work.tx(), *account)?;
    }
    if !expired.is_empty() {
        work.journal(Event::new("identity.accounts_removed").detail("accounts", expired.len()))?;
    }
    Ok(expired.len())
}
