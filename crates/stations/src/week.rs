use kernel::Day;

use crate::{DayHours, Listed};

/// Seven days, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    monday: Day,
}

/// One station on one day.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The day.
    pub day: Day,
    /// The station.
    pub listed: &'a Listed,
}

impl Week {
    /// The week of a day.
    pub fn of(day: Day) -> Self {
        Self { monday: day.plus(1 - i32::from(day.weekday())) }
    }

    /// Its Monday.
    pub const fn monday(self) -> Day {
        self.monday
    }

    /// Its Sunday.
    pub const fn sunday(self) -> Day {
        self.monday.plus(6)
    }

    /// Its days.
    pub fn days(self) -> impl Iterator<Item = Day> {
        (0..7).map(move |ahead| self.monday.plus(ahead))
    }

    /// The week before or after.
    pub const fn plus(self, weeks: i32) -> Self {
        Self { monday: self.monday.plus(weeks * 7) }
    }

    /// The days on which each station is open, in the order of the list.
    pub fn open_days(self, listed: &[Listed]) -> Vec<Line<'_>> {
        let open = |station: &Listed, day: Day| matches!(station.station.hours_on(day), DayHours::Open(_));
        let days = |station| self.days().filter(move |day| open(station, *day)).map(move |day| Line { day, listed: station });
        listed.iter().flat_map(days).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_its_monday() {
        for day in ["2022-01-03", "2022-01-05", "2022-01-09"] {
            let week = Week::of(day.parse().unwrap());
            assert_eq!((week.monday().to_string(), week.sunday().to_string()), ("2022-01-03".into(), "2022-01-09".into()));
        }
        assert_eq!(Week::of("2022-01-05".parse().unwrap()).plus(-1).monday().to_string(), "2021-12-27");
    }
}
