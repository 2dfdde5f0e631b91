//! Turns at a lent device. Its own program, which holds the key, asks for a turn before it starts a fresh browser profile; the officer lets
//! the turn begin; it ends by a button, by idleness or by its greatest age. A turn knows nothing about whoever is helped.

use journal::{Actor, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use people::{Grant, ManageStations, Token};
use store::{RunError, StoreError, Tx};

use crate::device::{DeviceError, key_hash, own};
use crate::{DeviceState, Help, storage};

/// A turn ends when nothing was done for so many minutes.
pub const IDLE_MINUTES: i64 = 10;
/// It ends after so many minutes in any case.
pub const LONGEST_MINUTES: i64 = 60;
/// The browser is opened within so many seconds after the program asked.
const OPEN_SECS: i64 = 120;
/// That something was done is noted at most once in so many seconds.
const NOTE_SECS: i64 = 20;

/// A turn as its browser sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// At which device.
    pub device: Id<kinds::Device>,
    /// How far it has come.
    pub state: TurnState,
    /// Whether it is time to note that something was done.
    pub stale: bool,
}

/// How far a turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnState {
    /// It waits for an officer.
    Waiting,
    /// Somebody is helped, until this moment at the latest.
    Helping(Instant),
    /// It has ended.
    Over,
}

/// What the store has of a turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TurnRow {
    pub device: Id<kinds::Device>,
    pub begun: Option<Instant>,
    pub seen: Option<Instant>,
    pub ended: Option<Instant>,
}

impl TurnRow {
    fn state(&self, now: Instant) -> TurnState {
        match (self.begun, self.seen, self.ended) {
            (None, _, None) => TurnState::Waiting,
            (Some(begun), Some(seen), None) => {
                let last = begun.plus_secs(LONGEST_MINUTES * 60);
                let alive = now < last && now < seen.plus_secs(IDLE_MINUTES * 60);
                if alive { TurnState::Helping(last) } else { TurnState::Over }
            }
            _ => TurnState::Over,
        }
    }

    fn turn(self, now: Instant) -> Turn {
        let stale = self.seen.is_some_and(|seen| now >= seen.plus_secs(NOTE_SECS));
        Turn { device: self.device, state: self.state(now), stale }
    }
}

/// Why a turn does not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartTurnError {
    /// The device does not wait: it is off, somebody is helped there, or its program is about to start a fresh browser.
    #[error("the device is not waiting; look whether it shows its waiting page")]
    NotWaiting,
    /// It is lent to no station.
    #[error("the device is lent to no station")]
    NotLent,
    /// No kind of help was named.
    #[error("name at least one thing that the resident is helped with")]
    NoHelp,
    /// There is no such device in your department.
    #[error("there is no such device in your department")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for StartTurnError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoHelp => Kind::Invalid,
            Self::NotWaiting | Self::NotLent => Kind::Taken,
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

impl From<DeviceError> for StartTurnError {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Store(error) => Self::Store(error),
            DeviceError::Name | DeviceError::Missing => Self::Missing,
        }
    }
}

/// Makes a turn for the device of this key, in place of the one before: what the fresh browser is opened with. Nothing when no device
/// has the key.
pub fn make_turn(ledger: &Ledger, key: &Token) -> Result<Option<Token>, RunError<StoreError>> {
    let ticket = Token::new(&**ledger.random());
    let (key, hash) = (key_hash(key), ticket.hash("station ticket"));
    let (made, _) = ledger.write("stations.make_turn", Actor::Visitor, move |work| {
        let now = work.now();
        let Some(device) = storage::device::by_key(work.tx(), key)? else { return Ok(false) };
        storage::turn::replace(work.tx(), device, hash, now)?;
        Ok::<_, StoreError>(true)
    })?;
    Ok(made.then_some(ticket))
}

/// Whether the turn of the device with this key is over, so that its browser goes. Nothing when no device has the key.
pub fn turn_is_over(tx: &mut Tx<'_>, key: &Token, now: Instant) -> Result<Option<bool>, StoreError> {
    let Some(device) = storage::device::by_key(tx, key_hash(key))? else { return Ok(None) };
    let row = storage::turn::of_device(tx, device)?;
    Ok(Some(row.is_none_or(|row| row.state(now) == TurnState::Over)))
}

/// What the browser of a turn keeps in a cookie, once for each turn. Nothing when the ticket is old, used or none.
pub fn open_turn(ledger: &Ledger, ticket: &Token) -> Result<Option<Token>, RunError<StoreError>> {
    let cookie = Token::new(&**ledger.random());
    let (ticket, hash) = (ticket.hash("station ticket"), cookie.hash("station turn"));
    let (opened, _) = ledger.write("stations.open_turn", Actor::Visitor, move |work| {
        let since = work.now().plus_secs(-OPEN_SECS);
        Ok::<_, StoreError>(storage::turn::open(work.tx(), (ticket, hash), since)? > 0)
    })?;
    Ok(opened.then_some(cookie))
}

/// The turn of a browser.
pub fn find_turn(tx: &mut Tx<'_>, cookie: &Token, now: Instant) -> Result<Option<Turn>, StoreError> {
    let row = storage::turn::by_cookie(tx, cookie.hash("station turn"))?;
    Ok(row.map(|row| row.turn(now)))
}

/// Notes that something was done.
pub fn keep_turn(work: &mut Work<'_, '_>, cookie: &Token) -> Result<(), StoreError> {
    let now = work.now();
    storage::turn::see(work.tx(), cookie.hash("station turn"), now)
}

/// Lets the turn begin that waits at a device, and counts it: by station, day and kind of help, and nothing else.
pub fn start_turn(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageStations>,
    (device, help): (Id<kinds::Device>, &[Help]),
) -> Result<(), StartTurnError> {
    if help.is_empty() {
        return Err(StartTurnError::NoHelp);
    }
    let device = own(work, grant, device)?;
    let station = device.station.ok_or(StartTurnError::NotLent)?;
    let now = work.now();
    if device.state != DeviceState::Enrolled || storage::turn::begin(work.tx(), device.id, now)? == 0 {
        return Err(StartTurnError::NotWaiting);
    }
    storage::count::add(work.tx(), (station, now.day()), SESSIONS)?;
    for kind in Help::ALL.into_iter().filter(|kind| help.contains(kind)) {
        storage::count::add(work.tx(), (station, now.day()), kind.slug())?;
    }
    work.journal(Event::new("stations.turn_started").detail("station", station.to_string()))?;
    Ok(())
}

/// Ends the turn of a browser. Doing it twice is fine.
pub fn end_turn(work: &mut Work<'_, '_>, cookie: &Token) -> Result<(), StoreError> {
    let now = work.now();
    storage::turn::end(work.tx(), cookie.hash("station turn"), now)
}

/// The devices of a department that wait for an officer, or at which somebody is helped.
pub fn turns_of(tx: &mut Tx<'_>, department: Id<kinds::Department>, now: Instant) -> Result<Vec<Turn>, StoreError> {
    let rows = storage::turn::of_department(tx, department)?;
    Ok(rows.into_iter().map(|row| row.turn(now)).collect())
}

/// Under this name every turn is counted once, whatever the help.
pub(crate) const SESSIONS: &str = "sessions";

#[cfg(test)]
mod tests {
    use store::RunError;

    use super::*;
    use crate::rehearsal::City;
    use crate::{HelpCounts, Week, end_device, help_counts, lend_device};

    fn waiting(city: &City, key: &Token) -> Token {
        let ticket = make_turn(&city.ledger, key).unwrap().unwrap();
        let cookie = open_turn(&city.ledger, &ticket).unwrap().unwrap();
        assert!(open_turn(&city.ledger, &ticket).unwrap().is_none(), "a ticket opens one browser");
        cookie
    }

    fn state(city: &City, cookie: &Token) -> Option<TurnState> {
        let now = city.ledger.now();
        city.read(|tx| find_turn(tx, cookie, now)).map(|turn| turn.state)
    }

    fn start(city: &City, department: u8, device: Id<kinds::Device>, help: &'static [Help]) -> Result<(), RunError<StartTurnError>> {
        city.act(Actor::Operator, move |work| start_turn(work, &City::grant(department), (device, help)))
    }

    fn is_over(city: &City, key: &Token) -> Option<bool> {
        let now = city.ledger.now();
        city.read(|tx| turn_is_over(tx, key, now))
    }

    #[test]
    fn a_turn_begins_by_an_officer_ends_by_a_button_and_leaves_a_count() {
        let city = City::new();
        let station = city.station();
        let (device, key) = city.device(station);
        assert!(start(&city, 1, device, &[Help::Register]).is_err(), "no browser waits");
        let cookie = waiting(&city, &key);
        assert_eq!((state(&city, &cookie), is_over(&city, &key)), (Some(TurnState::Waiting), Some(false)));
        assert!(start(&city, 2, device, &[Help::Register]).is_err(), "another department's device");
        assert!(start(&city, 1, device, &[]).is_err());
        start(&city, 1, device, &[Help::Register, Help::Install]).unwrap();
        assert!(start(&city, 1, device, &[Help::Register]).is_err(), "somebody is helped there");
        assert!(matches!(state(&city, &cookie), Some(TurnState::Helping(_))));
        let ended = cookie.clone();
        city.act(Actor::Visitor, move |work| end_turn(work, &ended)).unwrap();
        assert_eq!((state(&city, &cookie), is_over(&city, &key)), (Some(TurnState::Over), Some(true)));
        let next = waiting(&city, &key);
        assert_eq!((state(&city, &next), state(&city, &cookie)), (Some(TurnState::Waiting), None), "the next knows nothing of it");
        let week = Week::of(city.ledger.now().day());
        let counts = city.read(|tx| help_counts(tx, week));
        assert_eq!(counts[&station], HelpCounts { sessions: 1, kinds: [1, 0, 0, 0, 0, 1] });
    }

    #[test]
    fn idleness_and_age_end_a_turn() {
        let city = City::new();
        let (device, key) = city.device(city.station());
        let cookie = waiting(&city, &key);
        start(&city, 1, device, &[Help::Reset]).unwrap();
        for _ in 0..LONGEST_MINUTES / 9 {
            city.clock.advance_secs(9 * 60);
            assert!(matches!(state(&city, &cookie), Some(TurnState::Helping(_))), "something was done");
            let kept = cookie.clone();
            city.act(Actor::Visitor, move |work| keep_turn(work, &kept)).unwrap();
        }
        city.clock.advance_secs(7 * 60);
        assert_eq!(state(&city, &cookie), Some(TurnState::Over), "an hour is the most");
        let cookie = waiting(&city, &key);
        start(&city, 1, device, &[Help::Reset]).unwrap();
        city.clock.advance_secs(IDLE_MINUTES * 60);
        assert_eq!((state(&city, &cookie), is_over(&city, &key)), (Some(TurnState::Over), Some(true)));
    }

    #[test]
    fn a_missing_device_has_no_key_and_a_turn_there_ends() {
        let city = City::new();
        let (device, key) = city.device(city.station());
        let cookie = waiting(&city, &key);
        start(&city, 1, device, &[Help::Scheme]).unwrap();
        city.act(Actor::Operator, move |work| end_device(work, &City::grant(1), (device, false))).unwrap();
        assert_eq!((state(&city, &cookie), is_over(&city, &key)), (Some(TurnState::Over), None));
        assert!(make_turn(&city.ledger, &key).unwrap().is_none());
        assert!(city.act(Actor::Operator, move |work| lend_device(work, &City::grant(2), (device, None))).is_err(), "somebody else's");
    }
}
