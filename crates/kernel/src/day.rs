use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A civil day of Hong Kong, as days since 1970-01-01. Retention is counted in these, never in hours.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// A text that is not a day of the calendar in the form `2020-05-06`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayError;

impl fmt::Display for DayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a day of the calendar in the form 2020-05-06")
    }
}

impl std::error::Error for DayError {}

impl Day {
    /// The day with this number (1970-01-01 is 0).
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The day of a civil date, or nothing where the calendar has none (31 February).
    pub fn from_civil(year: i16, month: i8, day: i8) -> Option<Self> {
        let date = Date::new(year, month, day).ok()?;
        Some(Self((date - EPOCH).get_days()))
    }

    /// Year, month (1 to 12) and day of the month.
    pub fn civil(self) -> (i16, i8, i8) {
        let date = self.date();
        (date.year(), date.month(), date.day())
    }

    /// So many days later (earlier when negative).
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// So many calendar months later; the end of a short month clips (31 January plus one month is 28 or 29 February).
    pub fn plus_months(self, months: i32) -> Self {
        let later = self.date().saturating_add(jiff::Span::new().months(months));
        Self((later - EPOCH).get_days())
    }

    /// Days from `earlier` to this day.
    pub const fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whether it is a Sunday (every Sunday is a general holiday, Cap. 149 s. 3).
    pub fn is_sunday(self) -> bool {
        self.date().weekday() == Weekday::Sunday
    }

    /// Monday is 1, Sunday is 7.
    pub fn weekday(self) -> i8 {
        self.date().weekday().to_monday_one_offset()
    }

    /// Whole years from `birth` to this day.
    pub fn age_since(self, birth: Self) -> i16 {
        let (year, month, day) = self.civil();
        let (born_year, born_month, born_day) = birth.civil();
        year - born_year - i16::from((month, day) < (born_month, born_day))
    }

    fn date(self) -> Date {
        EPOCH.saturating_add(jiff::Span::new().days(self.0.clamp(-700_000, 2_900_000)))
    }
}

const EPOCH: Date = Date::constant(1970, 1, 1);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let date: Date = text.parse().map_err(|_| DayError)?;
        Ok(Self((date - EPOCH).get_days()))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_the_calendar() {
        let day: Day = "2024-01-31".parse().unwrap();
        assert_eq!(day.plus_months(1).to_string(), "2024-02-29");
        assert_eq!(day.plus(1).to_string(), "2024-02-01");
        assert_eq!(Day::from_civil(2023, 2, 29), None);
        assert_eq!("2023-02-29".parse::<Day>(), Err(DayError));
        assert_eq!(Day::from_number(0).to_string(), "1970-01-01");
        assert!("2020-05-10".parse::<Day>().unwrap().is_sunday());
    }

    #[test]
    fn age_turns_on_the_birthday() {
        let birth: Day = "2004-02-29".parse().unwrap();
        assert_eq!("2022-02-28".parse::<Day>().unwrap().age_since(birth), 17);
        assert_eq!("2022-03-01".parse::<Day>().unwrap().age_since(birth), 18);
    }
}
