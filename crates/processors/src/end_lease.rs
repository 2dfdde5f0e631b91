use journal::{Event, Work};
use kernel::{Id, kinds};
use people::{Grant, GrantLease};
use store::{StoreError, Tx};

use crate::grant_lease::own_lease;
use crate::{EndedBy, Lease, LeaseError, LeaseRules, storage};

/// Ends a lease before its last day. Returns it: its key is to be erased.
pub fn end_lease(
    work: &mut Work<'_, '_>,
    grant: &Grant<GrantLease>,
    lease: Id<kinds::Lease>,
    rules: &LeaseRules,
) -> Result<Lease, LeaseError> {
    let lease = own_lease(work, grant, lease)?;
    if lease.ended.is_some() {
        return Err(LeaseError::Ended);
    }
    Ok(end(work, lease, EndedBy::Officer, rules)?)
}

/// Notes the end of every lease whose last day has passed. Its look-ups stopped at midnight without this.
pub fn end_due(work: &mut Work<'_, '_>, rules: &LeaseRules) -> Result<Vec<Lease>, StoreError> {
    let today = work.today();
    let over = storage::lease::over(work.tx(), today)?;
    over.into_iter().map(|lease| end(work, lease, EndedBy::Day, rules)).collect()
}

/// Leases that have ended and whose key's death is not on record yet: erase [`Lease::keys`], then call [`note_key_died`].
pub fn keys_to_erase(tx: &mut Tx<'_>) -> Result<Vec<Lease>, StoreError> {
    storage::lease::with_living_key(tx)
}

/// The key of an ended lease has been erased: what it sealed is removed.
pub fn note_key_died(work: &mut Work<'_, '_>, lease: Id<kinds::Lease>) -> Result<(), StoreError> {
    let Some(mut lease) = storage::lease::find(work.tx(), lease)?.filter(|lease| lease.ended.is_some()) else {
        return Ok(());
    };
    if lease.key_died.is_some() {
        return Ok(());
    }
    lease.key_died = Some(work.now());
    storage::lease::clear(work.tx(), lease.id)?;
    storage::lease::update(work.tx(), &lease)?;
    work.journal(Event::new("processors.lease_key_died").detail("lease", lease.id.to_string()))?;
    Ok(())
}

pub(crate) fn end(
    work: &mut Work<'_, '_>,
    mut lease: Lease,
    by: EndedBy,
    rules: &LeaseRules,
) -> Result<Lease, StoreError> {
    let now = work.now();
    lease.end(now, by, rules);
    storage::lease::update(work.tx(), &lease)?;
    note_end(work, &lease, by)?;
    Ok(lease)
}

pub(crate) fn note_end(work: &mut Work<'_, '_>, lease: &Lease, by: EndedBy) -> Result<(), StoreError> {
    let due = lease.due.map_or_else(String::new, |due| due.to_string());
    work.journal(
        Event::new("processors.lease_ended")
            .detail("lease", lease.id.to_string())
            .detail("by", by.slug())
            .detail("statement_due", due),
    )?;
    Ok(())
}
