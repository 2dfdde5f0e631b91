//! The end of messages before their time.

use journal::Work;
use kernel::{Day, Id, kinds};
use seal::{ErasureEntry, Purpose, Target};
use store::{StoreError, Tx};

use crate::{Channel, PURPOSE, storage};

/// A message that is to be erased: where it is sealed, and its sealed bytes.
#[derive(Clone, Debug)]
pub struct Doomed {
    /// What the keys are to forget.
    pub target: Target,
    /// The sealed bytes, for the commitment.
    pub sealed: Vec<u8>,
}

/// The messages of a household that are to go with it, of one channel or of both.
pub fn doomed(
    tx: &mut Tx<'_>,
    household: Id<kinds::Household>,
    channel: Option<Channel>,
) -> Result<Vec<Doomed>, StoreError> {
    let purpose = Purpose::new(PURPOSE).map_err(|error| StoreError::Engine(error.to_string()))?;
    let mut found = Vec::new();
    // A plain loop: written as a chain of closures with a fallible one, rustc 1.95 at opt-level 3 flips a bit of the day (seen with
    // the example `city_rate`, not without optimisation).
    for row in storage::sealed_of(tx, household)? {
        if channel.is_none_or(|channel| row.channel == channel) {
            let target = Target::Record { purpose, expiry: row.expiry, record: row.record };
            found.push(Doomed { target, sealed: row.sealed });
        }
    }
    Ok(found)
}

/// Removes the messages whose keys the erasure ledger says are gone. May be repeated. Returns how many went.
pub fn apply_erasures(work: &mut Work<'_, '_>, entries: &[ErasureEntry]) -> Result<u64, StoreError> {
    let mut removed = 0;
    for entry in entries.iter().filter(|entry| entry.target.purpose().is_some_and(|p| p.as_str() == PURPOSE)) {
        let rows = match entry.target {
            Target::Day { expiry, .. } => storage::delete_of_days(work, expiry, expiry)?,
            Target::Purpose { .. } => storage::delete_of_days(work, Day::from_number(0), Day::from_number(i32::MAX))?,
            target => match target.record() {
                Some(record) => storage::delete_of_record(work, record)?,
                None => Vec::new(),
            },
        };
        storage::tally_given_up(work, &rows)?;
        removed += u64::try_from(rows.len()).unwrap_or(0);
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use journal::Actor;
    use kernel::Clock as _;

    use super::*;
    use crate::stage::{Stage, household};

    #[test]
    fn promise_04_messages_go_by_what_the_ledger_says_and_their_counters_follow() {
        let stage = Stage::new();
        stage.queue(&[stage.confirmed(1), stage.confirmed(2)]);
        let doomed = stage.ledger.read("test.doomed", |tx| doomed(tx, household(1), Some(Channel::Sms))).unwrap();
        assert_eq!(doomed.len(), 1);
        let none = stage.ledger.read("test.doomed", |tx| super::doomed(tx, household(1), Some(Channel::Letter)));
        assert!(none.unwrap().is_empty());
        let batch: Vec<(Target, [u8; 32])> = doomed.iter().map(|one| (one.target, [7; 32])).collect();
        let entries = stage.ledger.keys().erase(stage.clock.now(), &batch).unwrap();
        let apply = |entries: Vec<ErasureEntry>| {
            stage.ledger.write("test", Actor::Job("test"), move |work| apply_erasures(work, &entries)).unwrap().0
        };
        assert_eq!([apply(entries.clone()), apply(entries)], [1, 0], "a second time changes nothing");
        let left = crate::inbox(&stage.ledger, Actor::Operator, None, 10).unwrap();
        assert_eq!(left.len(), 1);
        assert!(left[0].content.is_some(), "the other household's message is still readable");
        assert_eq!(stage.counts("registration-confirmed"), (1, 0, 1));
    }
}
