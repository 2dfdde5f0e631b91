use std::collections::BTreeMap;

use hongkong::District;
use journal::{Actor, Event, Ledger};
use kernel::Instant;
use store::{RunError, StoreError, Tx};

use crate::storage::counter;

pub use crate::storage::counter::Bulletin;

/// Everything that pages count, from kept counters: a few hundred rows at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    counters: BTreeMap<(String, String), i64>,
}

impl Figures {
    /// Reads the counters.
    pub fn read(tx: &mut Tx<'_>) -> Result<Self, StoreError> {
        let rows = counter::read_all(tx)?;
        Ok(Self { counters: rows.into_iter().map(|(name, bucket, value)| ((name, bucket), value)).collect() })
    }

    /// One counter: `received`, `people`, `confirmed`, `checking`, `repaired`, `dispatched`, `delivered`…
    pub fn total(&self, name: &str) -> i64 {
        self.bucket(name, "")
    }

    /// One bucket of a counter.
    pub fn bucket(&self, name: &str, bucket: &str) -> i64 {
        self.counters.get(&(name.to_owned(), bucket.to_owned())).copied().unwrap_or(0)
    }

    /// All buckets of a counter, in order.
    pub fn buckets(&self, name: &str) -> Vec<(String, i64)> {
        let rows = self.counters.iter().filter(|((counter, _), _)| counter == name);
        rows.map(|((_, bucket), value)| (bucket.clone(), *value)).collect()
    }

    /// Registrations by district for the public, small cells suppressed: see [`suppress`].
    pub fn public_districts(&self, minimum: i64) -> Vec<(District, Option<i64>)> {
        let cells: Vec<i64> =
            District::ALL.iter().map(|district| self.bucket("received-by-district", district.code())).collect();
        District::ALL.into_iter().zip(suppress(&cells, minimum)).collect()
    }
}

/// Hides cells from 1 to `minimum` - 1. When the hidden cells could be worked out as the difference to a published total,
/// because there is only one of them or because together they are still under the minimum, the smallest of the others is
/// hidden too (complementary suppression). Noughts are shown, because that nobody registered says nothing about anybody, unless
/// they are the only cells left to hide behind.
pub fn suppress(cells: &[i64], minimum: i64) -> Vec<Option<i64>> {
    let small = |value: i64| value > 0 && value < minimum;
    let mut hidden: Vec<bool> = cells.iter().map(|&value| small(value)).collect();
    loop {
        let together: i64 = cells.iter().zip(&hidden).filter(|(_, hide)| **hide).map(|(value, _)| *value).sum();
        let count = hidden.iter().filter(|hide| **hide).count();
        if count == 0 || (count > 1 && together >= minimum) {
            break;
        }
        let shown = cells.iter().zip(&hidden).enumerate().filter(|(_, (_, hide))| !**hide);
        let Some((next, _)) = shown.min_by_key(|(_, (value, _))| (**value == 0, **value)) else { break };
        if let Some(hide) = hidden.get_mut(next) {
            *hide = true;
        }
    }
    cells.iter().zip(hidden).map(|(value, hide)| (!hide).then_some(*value)).collect()
}

/// Publishes the figures "as at" now: registrations, people, average wait.
pub fn publish_bulletin(ledger: &Ledger, wait_seconds: i64) -> Result<Bulletin, RunError<StoreError>> {
    let (bulletin, _) = ledger.write("registration.bulletin", Actor::Job("bulletin"), move |work| {
        let figures = Figures::read(work.tx())?;
        let bulletin = Bulletin {
            id: work.new_id(),
            at: work.now(),
            registrations: figures.total("received"),
            people: figures.total("people"),
            wait_seconds,
        };
        counter::insert_bulletin(work.tx(), &bulletin)?;
        let event = Event::new("registration.bulletin")
            .detail("registrations", bulletin.registrations)
            .detail("people", bulletin.people);
        work.journal(event)?;
        Ok::<_, StoreError>(bulletin)
    })?;
    Ok(bulletin)
}

/// Submissions that wait to be matched: exactly up to ten thousand, "at least" beyond.
pub fn backlog(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    let from = counter::cursor(tx, crate::matching::CURSOR)?;
    crate::storage::submission::waiting(tx, from, BACKLOG_MOST)
}

/// A backlog beyond this is long, however long it is.
const BACKLOG_MOST: i64 = 10_000;

/// The newest bulletins.
pub fn bulletins(tx: &mut Tx<'_>, limit: usize) -> Result<Vec<Bulletin>, StoreError> {
    counter::bulletins(tx, i64::try_from(limit).unwrap_or(10))
}

/// Whether a bulletin is due: one of the scheme's minutes of the day has passed since the last one.
pub fn bulletin_due(minutes_of_day: &[i64], last: Option<Instant>, now: Instant) -> bool {
    minutes_of_day.iter().any(|&minute| {
        let at = Instant::at(now.day(), minute);
        now >= at && last.is_none_or(|last| last < at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cells_and_what_would_betray_them_are_hidden() {
        assert_eq!(suppress(&[100, 50, 0], 10), [Some(100), Some(50), Some(0)]);
        // One small cell: the total minus the rest would give it away, so the next smallest goes too.
        assert_eq!(suppress(&[100, 3, 50], 10), [Some(100), None, None]);
        // Two small cells that together are still under the minimum.
        assert_eq!(suppress(&[100, 3, 4, 50], 10), [Some(100), None, None, None]);
        // The only cell with anybody in it: the noughts hide which one it is.
        assert_eq!(suppress(&[0, 5, 0], 10), [None, None, None]);
        assert_eq!(suppress(&[100, 8, 9, 50], 10), [Some(100), None, None, Some(50)]);
    }

    #[test]
    fn a_bulletin_is_due_once_at_three() {
        let at = |text| Instant::parse_hong_kong(text).unwrap();
        let three = [15 * 60];
        assert!(!bulletin_due(&three, None, at("2020-05-06T14:59")));
        assert!(bulletin_due(&three, None, at("2020-05-06T15:00")));
        assert!(!bulletin_due(&three, Some(at("2020-05-06T15:00")), at("2020-05-06T18:00")));
        assert!(bulletin_due(&three, Some(at("2020-05-06T15:00")), at("2020-05-07T15:01")));
    }
}
