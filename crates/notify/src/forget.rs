//! The end of messages.

use journal::Work;
use kernel::{Day, Id, kinds};
use seal::RecordNumber;
use store::StoreError;

use crate::storage;

/// Removes every message of a household. The caller punctures what is returned, so that copies of the rows die too.
pub fn forget_household(
    work: &mut Work<'_, '_>,
    household: Id<kinds::Household>,
) -> Result<Vec<(RecordNumber, Day)>, StoreError> {
    let rows = storage::delete_of(work, household)?;
    storage::tally_given_up(work, &rows)?;
    Ok(rows.into_iter().map(|row| (row.record, row.expiry)).collect())
}

/// Removes up to `limit` messages whose day has passed; their keys are dead already. Returns how many.
pub fn purge(work: &mut Work<'_, '_>, limit: usize) -> Result<usize, StoreError> {
    let rows = storage::delete_expired(work, limit)?;
    storage::tally_given_up(work, &rows)?;
    Ok(rows.len())
}

#[cfg(test)]
mod tests {
    use journal::Actor;
    use seal::Purpose;

    use super::*;
    use crate::stage::{Recording, Stage, household};
    use crate::{PURPOSE, deliver_due, inbox, prepare};

    #[test]
    fn a_households_messages_go_and_copies_of_their_rows_die_with_the_keys() {
        let stage = Stage::new();
        let copy = prepare(stage.ledger.keys(), &stage.confirmed(1)).unwrap();
        let (slot, put) = (copy.slot, copy.clone());
        stage.ledger.write("test", Actor::Job("test"), move |work| crate::queue(work, &put)).unwrap();
        stage.queue(&[stage.confirmed(2)]);
        let (dead, _) =
            stage.ledger.write("test", Actor::Job("test"), |work| forget_household(work, household(1))).unwrap();
        assert_eq!(dead, [(slot.record, slot.expiry)]);
        for (record, expiry) in dead {
            stage.ledger.keys().puncture(&Purpose::new(PURPOSE).unwrap(), expiry, record).unwrap();
        }
        assert!(!stage.ledger.keys().is_alive(&slot));
        assert_eq!(inbox(&stage.ledger, Actor::Operator, None, 10).unwrap().len(), 1);
        assert_eq!(stage.counts("registration-confirmed"), (1, 0, 1));
    }

    #[test]
    fn what_has_expired_is_removed_and_was_unreadable_before() {
        let stage = Stage::new();
        stage.queue(&[stage.confirmed(1), stage.confirmed(2)]);
        deliver_due(&stage.ledger, &Recording::default(), 1).unwrap();
        stage.clock.advance_days(31);
        stage.ledger.keys().midnight(stage.clock_day()).unwrap();
        let seen = inbox(&stage.ledger, Actor::Operator, None, 10).unwrap();
        assert!(seen.iter().all(|message| message.content.is_none()), "the keys died at midnight");
        let purge_one = || stage.ledger.write("test", Actor::Job("test"), |work| purge(work, 1)).unwrap().0;
        assert_eq!([purge_one(), purge_one(), purge_one()], [1, 1, 0]);
        assert_eq!(stage.counts("registration-confirmed"), (0, 1, 1));
    }
}
