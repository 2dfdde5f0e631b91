use kernel::{Day, Instant};

use crate::holidays::{DayKind, day_kind};

/// When an office is open. Closed on general holidays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfficeHours {
    /// Monday to Friday.
    pub weekdays: Hours,
    /// Saturday, where the office opens at all.
    pub saturday: Option<Hours>,
}

/// From one minute of the day up to, and not including, another; an end at or before the start is never open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The first minute, counted from midnight.
    pub from_minute: i64,
    /// The first minute that no longer belongs.
    pub until_minute: i64,
}

/// The next moment at which an office is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The moment, which is the one asked about when the office is open then.
    pub at: Instant,
    /// False when the table of general holidays does not know every day up to it: the office may open later.
    pub certain: bool,
}

impl OfficeHours {
    /// Monday to Friday, 9:00 to 17:45, as most government offices keep.
    pub const USUAL: Self = Self { weekdays: Hours::new(9 * 60, 17 * 60 + 45), saturday: None };

    /// Whether the office is open, as far as the table of general holidays knows.
    pub fn is_office_time(&self, now: Instant) -> bool {
        self.hours_on(now.day()).is_some_and(|hours| hours.contains(now.minute_of_day()))
    }

    /// The hours of a day; none on a general holiday.
    pub fn hours_on(&self, day: Day) -> Option<Hours> {
        if matches!(day_kind(day), DayKind::Holiday(_) | DayKind::Sunday) {
            return None;
        }
        let hours = if day.weekday() == SATURDAY { self.saturday } else { Some(self.weekdays) };
        hours.filter(|hours| hours.from_minute < hours.until_minute)
    }

    /// The next moment at which the office is open, `now` included; none when it never opens.
    pub fn next_opening(&self, now: Instant) -> Option<Opening> {
        let mut certain = true;
        for ahead in 0..=LONGEST_CLOSURE_DAYS {
            let day = now.day().plus(ahead);
            certain &= day_kind(day) != DayKind::Unknown;
            let Some(hours) = self.hours_on(day) else { continue };
            let from = Instant::at(day, hours.from_minute).max(now);
            if from < Instant::at(day, hours.until_minute) {
                return Some(Opening { at: from, certain });
            }
        }
        None
    }
}

impl Default for OfficeHours {
    fn default() -> Self {
        Self::USUAL
    }
}

impl Hours {
    /// Hours from one minute of the day to another.
    pub const fn new(from_minute: i64, until_minute: i64) -> Self {
        Self { from_minute, until_minute }
    }

    /// Whether a minute of the day is among them.
    pub const fn contains(self, minute: i64) -> bool {
        self.from_minute <= minute && minute < self.until_minute
    }
}

const SATURDAY: i8 = 6;
/// No office that opens at all is closed for longer; bounds the search.
const LONGEST_CLOSURE_DAYS: i32 = 31;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_hong_kong(text).unwrap()
    }

    #[test]
    fn an_office_is_open_on_weekdays_and_closed_on_holidays() {
        let office = OfficeHours::USUAL;
        assert!(office.is_office_time(at("2020-05-06T09:00")));
        assert!(!office.is_office_time(at("2020-05-06T08:59")));
        assert!(!office.is_office_time(at("2020-05-06T17:45")));
        assert!(!office.is_office_time(at("2020-05-01T10:00")), "Labour Day");
        assert!(!office.is_office_time(at("2020-05-09T10:00")), "Saturday");
        let with_saturday = OfficeHours { saturday: Some(Hours::new(540, 720)), ..office };
        assert!(with_saturday.is_office_time(at("2020-05-09T10:00")));
    }

    #[test]
    fn the_next_opening_steps_over_a_long_week_end() {
        let office = OfficeHours::USUAL;
        // Good Friday, the day following, Easter Sunday, Easter Monday.
        let eve = at("2020-04-09T18:00");
        assert_eq!(office.next_opening(eve), Some(Opening { at: at("2020-04-14T09:00"), certain: true }));
        let open = at("2020-05-06T10:30");
        assert_eq!(office.next_opening(open), Some(Opening { at: open, certain: true }));
    }

    #[test]
    fn beyond_the_table_an_opening_is_not_certain() {
        let opening = OfficeHours::USUAL.next_opening(at("2027-12-31T18:00")).unwrap();
        assert!(!opening.certain);
        let never = OfficeHours { weekdays: Hours::new(600, 600), saturday: None };
        assert_eq!(never.next_opening(at("2020-05-06T10:30")), None);
    }

    proptest! {
        #[test]
        fn the_next_opening_is_an_office_time_not_in_the_past(minute in 0_i64..4_000_000) {
            let now = at("2020-01-01T00:00").plus_secs(minute * 60);
            let opening = OfficeHours::USUAL.next_opening(now).unwrap();
            prop_assert!(opening.at >= now);
            prop_assert!(OfficeHours::USUAL.is_office_time(opening.at));
            prop_assert_eq!(OfficeHours::USUAL.is_office_time(now), opening.at == now);
        }
    }
}
