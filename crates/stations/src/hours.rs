use hongkong::{DayKind, Hours, day_kind};
use kernel::{Day, Text};
use serde::{Deserialize, Serialize};

/// The hours of a week as minutes of the day, Monday first; none: closed on that day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WeekHours(pub [Option<(i64, i64)>; 7]);

/// What holds on a general holiday that is not an ordinary Sunday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnHolidays {
    /// Closed.
    #[default]
    Closed,
    /// The hours of Sundays.
    AsSunday,
    /// The hours of that day of the week.
    AsUsual,
}

/// What a station does on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayHours {
    /// It is open between these minutes.
    Open(Hours),
    /// It is closed.
    Closed(Closed),
}

/// Why a station is closed on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It never opens on this day of the week.
    Weekly,
    /// A general holiday.
    Holiday(Text),
    /// Somebody closed it for that day, and said why.
    Changed(Text),
    /// It is not there yet, or no longer.
    NotThere,
}

const DAY_MINUTES: i64 = 24 * 60;

impl WeekHours {
    /// Whether every pair of minutes is one: 0 to 1,440, the end after the start.
    pub(crate) fn are_hours(&self) -> bool {
        self.0.iter().flatten().all(|hours| is_span(*hours))
    }

    /// Whether the station opens at all.
    pub(crate) fn open_sometimes(&self) -> bool {
        self.0.iter().any(Option::is_some)
    }

    fn of(&self, weekday: usize) -> DayHours {
        let hours = self.0.get(weekday).copied().flatten();
        hours.map_or(DayHours::Closed(Closed::Weekly), |(from, until)| DayHours::Open(Hours::new(from, until)))
    }

    /// The hours of a day as the week and the table of general holidays have them.
    pub(crate) fn on(&self, day: Day, holidays: OnHolidays) -> DayHours {
        let weekday = usize::try_from(day.weekday() - 1).unwrap_or(SUNDAY);
        match (day_kind(day), holidays) {
            (DayKind::Holiday(name), OnHolidays::Closed) => DayHours::Closed(Closed::Holiday(name.clone())),
            (DayKind::Holiday(_), OnHolidays::AsSunday) => self.of(SUNDAY),
            _ => self.of(weekday),
        }
    }
}

pub(crate) const fn is_span((from, until): (i64, i64)) -> bool {
    0 <= from && from < until && until <= DAY_MINUTES
}

const SUNDAY: usize = 6;
