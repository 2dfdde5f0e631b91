//! The end of messages.

use journal::Work;
use store::StoreError;

use crate::storage;

/// Removes up to `limit` messages whose day has passed; their keys are dead already. Returns how many.
pub fn purge(work: &mut Work<'_, '_>, limit: usize) -> Result<usize, StoreError> {
    let rows = storage::delete_expired(work, limit)?;
    storage::tally_given_up(work, &rows)?;
    Ok(rows.len())
}

#[cfg(test)]
mod tests {
    use journal::Actor;

    use super::*;
    use crate::stage::{Recording, Stage};
    use crate::{deliver_due, inbox};

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
