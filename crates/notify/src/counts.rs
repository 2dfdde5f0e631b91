//! Kept counters: what pages show without counting rows.
//!
//! Every change appends a small tally; a worker folds the tallies into one row for each template. One shared counter row that
//! every transaction updates would make them all wait for each other.

use std::collections::BTreeMap;

use journal::Work;
use store::{StoreError, Tx};

use crate::storage;

/// How many messages of one template stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting.
    pub queued: i64,
    /// Taken by the carrier, or posted.
    pub sent: i64,
    /// Given up.
    pub failed: i64,
}

impl Counts {
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self { queued: self.queued + other.queued, sent: self.sent + other.sent, failed: self.failed + other.failed }
    }
}

/// The counters by template: the folded ones and the few tallies that are not folded yet.
pub fn counts(tx: &mut Tx<'_>) -> Result<BTreeMap<String, Counts>, StoreError> {
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for (template, more) in storage::folded(tx)?.into_iter().chain(storage::tallies(tx)?) {
        let sum = counts.entry(template).or_default();
        *sum = sum.plus(more);
    }
    Ok(counts)
}

/// Folds up to 10,000 tallies into the counters; returns how many. The worker calls it until nothing is left.
pub fn fold_counts(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let Some(last) = storage::last_tally_of(work.tx(), 10_000)? else {
        return Ok(0);
    };
    for (template, more) in storage::tallies_until(work.tx(), &last)? {
        storage::add(work.tx(), &template, more)?;
    }
    storage::delete_tallies_until(work.tx(), &last)
}

#[cfg(test)]
mod tests {
    use journal::Actor;

    use super::*;
    use crate::deliver_due;
    use crate::stage::{Recording, Stage};

    #[test]
    fn folding_changes_no_number_and_leaves_no_tally() {
        let stage = Stage::new();
        stage.queue(&[stage.confirmed(1), stage.confirmed(2)]);
        deliver_due(&stage.ledger, &Recording::default(), 1).unwrap();
        stage.queue(&[stage.confirmed(3)]);
        assert_eq!(stage.counts("registration-confirmed"), (2, 1, 0));
        let fold = || stage.ledger.write("test.fold", Actor::Job("test"), fold_counts).unwrap().0;
        assert_eq!(fold(), 3, "two tallies of queueing, one of sending");
        assert_eq!(fold(), 0);
        assert_eq!(stage.counts("registration-confirmed"), (2, 1, 0));
        stage.queue(&[stage.confirmed(4)]);
        fold();
        assert_eq!(stage.counts("registration-confirmed"), (3, 1, 0), "a second folding adds to the first");
    }
}
