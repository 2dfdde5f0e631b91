//! Numbers for those who wait at a station. A number is a number: nothing is kept of who has it.

use journal::Work;
use kernel::{Day, Fault, Id, Instant, Kind, kinds};
use people::{Grant, ManageStations};
use seal::Keyring;
use store::{StoreError, Tx};

use crate::storage;

/// The numbers of a station on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// The last number that was given; 0: none yet.
    pub given: i64,
    /// The last number that was called; 0: none yet.
    pub called: i64,
}

impl Numbers {
    /// How many wait.
    pub const fn waiting(self) -> i64 {
        self.given - self.called
    }
}

/// Why there is no number.
#[derive(Debug, thiserror::Error)]
pub enum NumberError {
    /// The station is closed, or has given all numbers of the day.
    #[error("the station gives no numbers now")]
    Closed,
    /// Nobody waits.
    #[error("nobody is waiting")]
    NobodyWaits,
    /// There is no such station in your department.
    #[error("there is no such station in your department")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for NumberError {
    fn kind(&self) -> Kind {
        match self {
            Self::Closed | Self::NobodyWaits => Kind::Taken,
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// A station helps a few hundred people a day; whoever takes numbers for fun stops here.
const MOST_A_DAY: i64 = 999;
/// The code on the screen changes every so many minutes; the one before still works.
const CODE_MINUTES: i64 = 10;

/// Gives the next number of a station that is open. Officers may give one at any time of a day on which the station is there.
pub fn give_number(work: &mut Work<'_, '_>, station: Id<kinds::Station>, by_officer: bool) -> Result<i64, NumberError> {
    let now = work.now();
    let row = storage::by_id(work.tx(), station)?.ok_or(NumberError::Missing)?;
    let open = if by_officer { row.station.is_there(now.day()) } else { row.station.is_open(now) };
    let numbers = storage::queue::of(work.tx(), station, now.day())?;
    if !open || numbers.given >= MOST_A_DAY {
        return Err(NumberError::Closed);
    }
    let given = numbers.given + 1;
    storage::queue::put(work.tx(), station, now.day(), Numbers { given, ..numbers })?;
    Ok(given)
}

/// The same at the desk, for a station of the officer's department: the number is written on a slip.
pub fn give_number_at_desk(work: &mut Work<'_, '_>, grant: &Grant<ManageStations>, station: Id<kinds::Station>) -> Result<i64, NumberError> {
    own(work, grant, station)?;
    give_number(work, station, true)
}

/// Calls the next number.
pub fn call_next(work: &mut Work<'_, '_>, grant: &Grant<ManageStations>, station: Id<kinds::Station>) -> Result<i64, NumberError> {
    own(work, grant, station)?;
    let day = work.now().day();
    let numbers = storage::queue::of(work.tx(), station, day)?;
    if numbers.waiting() <= 0 {
        return Err(NumberError::NobodyWaits);
    }
    let called = numbers.called + 1;
    storage::queue::put(work.tx(), station, day, Numbers { called, ..numbers })?;
    Ok(called)
}

/// The numbers of a station on a day.
pub fn numbers(tx: &mut Tx<'_>, station: Id<kinds::Station>, day: Day) -> Result<Numbers, StoreError> {
    storage::queue::of(tx, station, day)
}

/// What the station's screen shows so that only those who stand there take a number with a phone.
pub fn screen_code(keys: &Keyring, station: Id<kinds::Station>, now: Instant) -> String {
    code(keys, station, slot(now))
}

/// Whether a code stood on the screen a short while ago.
pub fn is_screen_code(keys: &Keyring, station: Id<kinds::Station>, now: Instant, typed: &str) -> bool {
    [slot(now), slot(now) - 1].into_iter().any(|slot| code(keys, station, slot) == typed)
}

fn slot(now: Instant) -> i64 {
    now.millis().div_euclid(CODE_MINUTES * 60_000)
}

fn code(keys: &Keyring, station: Id<kinds::Station>, slot: i64) -> String {
    let bytes = [station.bytes().as_slice(), &slot.to_be_bytes()].concat();
    kernel::to_hex(keys.prf("station screen", &bytes).get(..6).unwrap_or_default())
}

fn own(work: &mut Work<'_, '_>, grant: &Grant<ManageStations>, station: Id<kinds::Station>) -> Result<(), NumberError> {
    let row = storage::by_id(work.tx(), station)?;
    row.filter(|row| row.department == grant.department()).map(|_| ()).ok_or(NumberError::Missing)
}

#[cfg(test)]
mod tests {
    use journal::Actor;
    use seal::Keyring;

    use super::*;
    use crate::rehearsal::City;

    #[test]
    fn numbers_are_given_and_called_one_by_one_and_begin_anew_each_day() {
        let city = City::new();
        let station = city.station();
        assert!(city.act(Actor::Visitor, move |work| give_number(work, station, false)).is_err(), "not there yet");
        city.clock.advance_secs(24 * 3600);
        let give = || city.act(Actor::Visitor, move |work| give_number(work, station, false));
        assert_eq!((give().unwrap(), give().unwrap()), (1, 2));
        let call = |department| city.act(Actor::Operator, move |work| call_next(work, &City::grant(department), station));
        assert!(call(2).is_err(), "another department's station");
        assert_eq!((call(1).unwrap(), call(1).unwrap()), (1, 2));
        assert!(call(1).is_err(), "nobody waits");
        city.clock.advance_secs(10 * 3600);
        assert!(give().is_err(), "closed for the night");
        assert_eq!(city.act(Actor::Operator, move |work| give_number_at_desk(work, &City::grant(1), station)).unwrap(), 3);
        city.clock.advance_secs(14 * 3600);
        assert_eq!(give().unwrap(), 1, "a new day");
    }

    #[test]
    fn a_code_of_the_screen_works_for_a_while_and_at_its_station_only() {
        let city = City::new();
        let keys: &Keyring = city.ledger.keys();
        let (here, there) = (Id::from_bytes([1; 16]), Id::from_bytes([2; 16]));
        let now = city.ledger.now();
        let code = screen_code(keys, here, now);
        assert!(is_screen_code(keys, here, now.plus_secs(CODE_MINUTES * 60), &code));
        assert!(!is_screen_code(keys, here, now.plus_secs(2 * CODE_MINUTES * 60), &code));
        assert!(!is_screen_code(keys, there, now, &code) && !is_screen_code(keys, here, now, ""));
    }
}
