use hongkong::{District, Hours};
use kernel::{Day, Instant, Text};
use serde::{Deserialize, Serialize};

use crate::hours::is_span;
use crate::{Closed, DayHours, OnHolidays, Place, WeekHours};

/// A support station as its department keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// Where.
    pub place: Place,
    /// From which day.
    pub first_day: Day,
    /// Until which day, that day included; none: until further notice.
    pub last_day: Option<Day>,
    /// The hours of a week.
    pub hours: WeekHours,
    /// What holds on general holidays.
    pub holidays: OnHolidays,
    /// Single days that differ.
    pub changes: Vec<Change>,
    /// What people are helped with.
    pub help: Vec<Help>,
    /// Whether one reaches it without a step.
    pub step_free: bool,
}

/// A single day that differs from the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The day.
    pub day: Day,
    /// From which minute to which; none: closed.
    pub hours: Option<(i64, i64)>,
    /// Why, for the public.
    pub why: Text,
}

/// What people are helped with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Help {
    /// To open an account.
    Register,
    /// To activate an account with the PIN of the letter.
    Activate,
    /// To get into an account again.
    Reset,
    /// To register a household in a scheme.
    Scheme,
    /// To make a passkey.
    Passkey,
    /// To put the page on the phone's home screen.
    Install,
}

impl Help {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Register, Self::Activate, Self::Reset, Self::Scheme, Self::Passkey, Self::Install];

    /// The name in forms and in the store.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Activate => "activate",
            Self::Reset => "reset",
            Self::Scheme => "scheme",
            Self::Passkey => "passkey",
            Self::Install => "install",
        }
    }
}

/// What is wrong with a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StationFlaw {
    /// The place is not one: a code that no MTR station has, or a text that is missing in a language.
    #[error("the place is not whole: an MTR code, or a name and a way to find it in three languages")]
    Place,
    /// The last day is before the first.
    #[error("the last day is before the first")]
    Days,
    /// Hours that are none.
    #[error("hours begin before they end, within one day")]
    Hours,
    /// It never opens.
    #[error("the station never opens: give hours for at least one day of the week")]
    NeverOpen,
    /// Two changes of one day, more than [`MOST_CHANGES`], or one without a reason.
    #[error("each changed day stands once, with a reason in three languages; at most 60")]
    Changes,
    /// Nobody is helped with anything.
    #[error("name at least one thing that people are helped with")]
    Help,
}

/// The next time that somebody is helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextOpening {
    /// The day.
    pub day: Day,
    /// The minute of the day; of today, when it is open later today.
    pub from_minute: i64,
}

const MOST_CHANGES: usize = 60;
/// How far the next opening is looked for.
const AHEAD_DAYS: i32 = 62;

impl Station {
    /// Its district; every station that was let in has one.
    pub fn district(&self) -> Option<District> {
        self.place.district()
    }

    /// Says whether this is a station.
    pub fn check(&self) -> Result<(), StationFlaw> {
        if !self.place.is_whole() {
            return Err(StationFlaw::Place);
        }
        if self.last_day.is_some_and(|last| last < self.first_day) {
            return Err(StationFlaw::Days);
        }
        if !self.hours.are_hours() {
            return Err(StationFlaw::Hours);
        }
        if !self.hours.open_sometimes() {
            return Err(StationFlaw::NeverOpen);
        }
        if self.help.is_empty() {
            return Err(StationFlaw::Help);
        }
        self.check_changes()
    }

    fn check_changes(&self) -> Result<(), StationFlaw> {
        if self.changes.iter().filter_map(|change| change.hours).any(|hours| !is_span(hours)) {
            return Err(StationFlaw::Hours);
        }
        let mut days: Vec<Day> = self.changes.iter().map(|change| change.day).collect();
        days.sort_unstable();
        days.dedup();
        let whole = self.changes.iter().all(|change| change.why.blanks().is_empty());
        if days.len() < self.changes.len() || days.len() > MOST_CHANGES || !whole {
            return Err(StationFlaw::Changes);
        }
        Ok(())
    }

    /// Whether it is there on a day, open or not.
    pub fn is_there(&self, day: Day) -> bool {
        self.first_day <= day && self.last_day.is_none_or(|last| day <= last)
    }

    /// What it does on a day: a change of that day before the holidays, and these before the week.
    pub fn hours_on(&self, day: Day) -> DayHours {
        if !self.is_there(day) {
            return DayHours::Closed(Closed::NotThere);
        }
        match self.changes.iter().find(|change| change.day == day) {
            Some(Change { hours: Some((from, until)), .. }) => DayHours::Open(Hours::new(*from, *until)),
            Some(Change { why, .. }) => DayHours::Closed(Closed::Changed(why.clone())),
            None => self.hours.on(day, self.holidays),
        }
    }

    /// Whether somebody is helped at this moment.
    pub fn is_open(&self, now: Instant) -> bool {
        matches!(self.hours_on(now.day()), DayHours::Open(hours) if hours.contains(now.minute_of_day()))
    }

    /// The next opening after this moment within two months; none while it is open, or when it does not open again by then.
    pub fn next_opening(&self, now: Instant) -> Option<NextOpening> {
        if self.is_open(now) {
            return None;
        }
        (0..AHEAD_DAYS).map(|ahead| now.day().plus(ahead)).find_map(|day| match self.hours_on(day) {
            DayHours::Open(hours) if day > now.day() || now.minute_of_day() < hours.from_minute => {
                Some(NextOpening { day, from_minute: hours.from_minute })
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::sample;

    fn at(text: &str) -> Instant {
        Instant::parse_hong_kong(text).unwrap()
    }

    #[test]
    fn holidays_and_single_days_change_the_week() {
        // Wednesday 29 December 2021; Monday 3 January 2022 was a weekday, Saturday 1 January a general holiday.
        let mut station = sample();
        assert!(station.is_open(at("2021-12-29T09:00")));
        assert!(!station.is_open(at("2021-12-29T08:59")) && !station.is_open(at("2021-12-29T18:00")));
        assert!(matches!(station.hours_on("2022-01-01".parse().unwrap()), DayHours::Closed(Closed::Holiday(_))));
        station.holidays = OnHolidays::AsSunday;
        assert_eq!(station.hours_on("2022-01-01".parse().unwrap()), DayHours::Open(Hours::new(600, 780)));
        station.holidays = OnHolidays::AsUsual;
        assert_eq!(station.hours_on("2022-01-01".parse().unwrap()), DayHours::Closed(Closed::Weekly), "a Saturday");
        let why = Text::new("Typhoon", "颱風", "台风");
        station.changes.push(Change { day: "2021-12-30".parse().unwrap(), hours: None, why: why.clone() });
        assert_eq!(station.hours_on("2021-12-30".parse().unwrap()), DayHours::Closed(Closed::Changed(why)));
        assert_eq!(station.hours_on("2021-12-01".parse().unwrap()), DayHours::Closed(Closed::NotThere));
    }

    #[test]
    fn the_next_opening_is_found_over_closed_days() {
        let station = sample();
        assert_eq!(station.next_opening(at("2021-12-29T10:00")), None, "open");
        let later = |day: &str, from_minute| Some(NextOpening { day: day.parse().unwrap(), from_minute });
        assert_eq!(station.next_opening(at("2021-12-29T07:00")), later("2021-12-29", 540));
        // Friday evening: Saturday is a holiday and closed anyway, Sunday opens at ten.
        assert_eq!(station.next_opening(at("2021-12-31T19:00")), later("2022-01-02", 600));
        assert_eq!(station.next_opening(at("2022-03-31T23:00")), None, "it was taken away");
    }

    #[test]
    fn what_is_no_station_is_named() {
        let flaw = |change: fn(&mut Station)| {
            let mut station = sample();
            change(&mut station);
            station.check()
        };
        assert_eq!(sample().check(), Ok(()));
        assert_eq!(
            flaw(|s| s.place = Place::Mtr { code: "XYZ".into(), spot: Text::new("a", "b", "c") }),
            Err(StationFlaw::Place)
        );
        assert_eq!(flaw(|s| s.last_day = Some(s.first_day.plus(-1))), Err(StationFlaw::Days));
        assert_eq!(flaw(|s| s.hours.0[2] = Some((700, 700))), Err(StationFlaw::Hours));
        assert_eq!(flaw(|s| s.hours = WeekHours::default()), Err(StationFlaw::NeverOpen));
        assert_eq!(flaw(|s| s.help.clear()), Err(StationFlaw::Help));
        let twice = |s: &mut Station| {
            let change = Change { day: s.first_day, hours: None, why: Text::new("a", "b", "c") };
            s.changes = vec![change.clone(), change];
        };
        assert_eq!(flaw(twice), Err(StationFlaw::Changes));
    }
}
