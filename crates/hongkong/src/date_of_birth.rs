use std::fmt;

use kernel::{Day, Fault, Kind};

use crate::fold::half_width;

/// A day of birth that a living person can have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateOfBirth(Day);

/// Why what was typed is not a date of birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateOfBirthError {
    /// Some of the three boxes are empty; `true` marks the empty ones.
    #[error("a date of birth has a day, a month and a year")]
    Missing {
        /// The day is empty.
        day: bool,
        /// The month is empty.
        month: bool,
        /// The year is empty.
        year: bool,
    },
    /// Not a day of the calendar (31 February, letters, a year of two digits).
    #[error("not a day of the calendar")]
    NotADate,
    /// Later than today.
    #[error("a date of birth cannot be in the future")]
    InFuture,
    /// More than 130 years ago.
    #[error("a date of birth cannot be more than 130 years ago")]
    TooOld,
}

impl Fault for DateOfBirthError {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

impl DateOfBirth {
    /// Reads the three boxes of a form: full-width digits, leading noughts, `日`, `月`, `年`, and English names of months.
    pub fn parse(day: &str, month: &str, year: &str, today: Day) -> Result<Self, DateOfBirthError> {
        let [day, month, year] = [(day, '日'), (month, '月'), (year, '年')].map(|(text, mark)| tidy(text, mark));
        if day.is_empty() || month.is_empty() || year.is_empty() {
            let (day, month, year) = (day.is_empty(), month.is_empty(), year.is_empty());
            return Err(DateOfBirthError::Missing { day, month, year });
        }
        let day = digits(&day, 1, 2).and_then(|day| i8::try_from(day).ok());
        let year = digits(&year, 4, 4);
        let civil = day.zip(month_number(&month)).zip(year).and_then(|((day, month), year)| Day::from_civil(year, month, day));
        Self::checked(civil.ok_or(DateOfBirthError::NotADate)?, today)
    }

    /// Reads `1950-12-31`.
    pub fn parse_iso(text: &str, today: Day) -> Result<Self, DateOfBirthError> {
        let text = half_width(text);
        let text = text.trim();
        if text.is_empty() {
            return Err(DateOfBirthError::Missing { day: true, month: true, year: true });
        }
        let mut parts = text.split('-');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(year), Some(month), Some(day), None) if month.len() == 2 && day.len() == 2 => {
                let numbers = (digits(year, 4, 4), digits(month, 2, 2), digits(day, 2, 2));
                let (Some(_), Some(_), Some(_)) = numbers else { return Err(DateOfBirthError::NotADate) };
                Self::parse(day, month, year, today)
            }
            _ => Err(DateOfBirthError::NotADate),
        }
    }

    /// The day itself.
    pub fn day(self) -> Day {
        self.0
    }

    fn checked(day: Day, today: Day) -> Result<Self, DateOfBirthError> {
        if day > today {
            Err(DateOfBirthError::InFuture)
        } else if today.age_since(day) > OLDEST_YEARS {
            Err(DateOfBirthError::TooOld)
        } else {
            Ok(Self(day))
        }
    }
}

impl From<DateOfBirth> for Day {
    fn from(birth: DateOfBirth) -> Self {
        birth.0
    }
}

/// Never the date: what is debugged ends in logs.
impl fmt::Debug for DateOfBirth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DateOfBirth(redacted)")
    }
}

/// The longest confirmed life was 122 years.
const OLDEST_YEARS: i16 = 130;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn tidy(text: &str, mark: char) -> String {
    half_width(text).trim().trim_end_matches(mark).trim().to_ascii_lowercase()
}

fn digits(text: &str, at_least: usize, at_most: usize) -> Option<i16> {
    let fits = (at_least..=at_most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn month_number(text: &str) -> Option<i8> {
    if let Some(number) = digits(text, 1, 2) {
        return i8::try_from(number).ok();
    }
    let named = text.len() >= 3;
    let position = MONTHS.iter().position(|month| named && month.starts_with(text))?;
    i8::try_from(position + 1).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn today() -> Day {
        "2020-05-06".parse().unwrap()
    }

    fn read(day: &str, month: &str, year: &str) -> Result<String, DateOfBirthError> {
        DateOfBirth::parse(day, month, year, today()).map(|birth| birth.day().to_string())
    }

    #[test]
    fn the_three_boxes_are_read_as_typed() {
        assert_eq!(read("1", "2", "1950").unwrap(), "1950-02-01");
        assert_eq!(read("０１", " ２月", "１９５０年").unwrap(), "1950-02-01");
        assert_eq!(read("29日", "Feb", "1952").unwrap(), "1952-02-29");
        assert_eq!(read("6", "5", "2020").unwrap(), "2020-05-06");
    }

    #[test]
    fn each_mistake_has_its_name() {
        assert_eq!(read("", "2", ""), Err(DateOfBirthError::Missing { day: true, month: false, year: true }));
        for (day, month, year) in [("31", "2", "1950"), ("1", "13", "1950"), ("1", "1", "50"), ("x", "1", "1950"), ("1", "ma", "1950"), ("-1", "1", "1950")] {
            assert_eq!(read(day, month, year), Err(DateOfBirthError::NotADate), "{day} {month} {year}");
        }
        assert_eq!(read("7", "5", "2020"), Err(DateOfBirthError::InFuture));
        assert_eq!(read("5", "5", "1889"), Err(DateOfBirthError::TooOld));
        assert!(read("7", "5", "1889").is_ok());
    }

    #[test]
    fn iso_texts_are_read() {
        let birth = DateOfBirth::parse_iso(" 1950-02-01 ", today()).unwrap();
        assert_eq!(birth.day().to_string(), "1950-02-01");
        assert_eq!(format!("{birth:?}"), "DateOfBirth(redacted)");
        for text in ["1950-2-1", "1950-02-30", "19500201", "1950-02-01T00:00", "1950-may-01"] {
            assert_eq!(DateOfBirth::parse_iso(text, today()), Err(DateOfBirthError::NotADate), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_day_goes_there_and_back(number in -29_000_i32..18_000) {
            let day = Day::from_number(number);
            let (year, month, date) = day.civil();
            let typed = DateOfBirth::parse(&date.to_string(), &month.to_string(), &year.to_string(), today());
            prop_assert_eq!(typed, DateOfBirth::parse_iso(&day.to_string(), today()));
            prop_assert_eq!(typed.unwrap().day(), day);
        }

        #[test]
        fn no_text_makes_it_panic(day in any::<String>(), month in any::<String>(), year in any::<String>()) {
            let _ = DateOfBirth::parse(&day, &month, &year, today());
            let _ = DateOfBirth::parse_iso(&year, today());
        }
    }
}
