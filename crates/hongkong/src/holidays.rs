use std::sync::LazyLock;

use kernel::{Day, Language, Text};
use serde::Deserialize;

/// What the table of general holidays (General Holidays Ordinance, Cap. 149) says of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// A general holiday with a name; some fall on a Sunday.
    Holiday(&'static Text),
    /// A Sunday, which is always a general holiday.
    Sunday,
    /// Not a general holiday.
    Ordinary,
    /// No Sunday, and outside the years that the table knows: it may be a holiday.
    Unknown,
}

/// The days that the table knows. Holidays of a year are gazetted about a year ahead, so the table ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The first day known.
    pub from: Day,
    /// The last day known.
    pub until: Day,
}

impl Coverage {
    /// Whether the table knows the day.
    pub fn covers(self, day: Day) -> bool {
        (self.from..=self.until).contains(&day)
    }
}

/// The days that the table knows: 2020-01-01 to 2027-12-31.
pub fn holiday_coverage() -> Coverage {
    TABLE.coverage
}

/// What the table says of a day.
pub fn day_kind(day: Day) -> DayKind {
    let named = TABLE.holidays.binary_search_by_key(&day, |(known, _)| *known).ok();
    match named.and_then(|position| TABLE.holidays.get(position)) {
        Some((_, name)) => DayKind::Holiday(name),
        None if day.is_sunday() => DayKind::Sunday,
        None if TABLE.coverage.covers(day) => DayKind::Ordinary,
        None => DayKind::Unknown,
    }
}

/// Whether a day is known to be a general holiday, Sundays included. Outside [`holiday_coverage`] only Sundays are
/// known; ask [`day_kind`] where the difference matters.
pub fn is_general_holiday(day: Day) -> bool {
    matches!(day_kind(day), DayKind::Holiday(_) | DayKind::Sunday)
}

/// The name of a general holiday other than an ordinary Sunday.
pub fn holiday_name(day: Day, language: Language) -> Option<&'static str> {
    match day_kind(day) {
        DayKind::Holiday(name) => Some(name.get(language)),
        _ => None,
    }
}

struct Table {
    coverage: Coverage,
    /// Sorted by day.
    holidays: Vec<(Day, Text)>,
}

#[derive(Deserialize)]
struct File {
    years: Vec<i16>,
    holidays: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    date: Day,
    en: String,
    #[serde(rename = "zh-Hant")]
    zh_hant: String,
    #[serde(rename = "zh-Hans")]
    zh_hans: String,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let file: Option<File> = serde_json::from_str(include_str!("../data/public-holidays-2020-2027.json")).ok();
    file.and_then(table).unwrap_or(NOTHING_KNOWN)
});

/// A table that cannot be read knows no day; a test holds that the one compiled in can.
const NOTHING_KNOWN: Table =
    Table { coverage: Coverage { from: Day::from_number(0), until: Day::from_number(-1) }, holidays: Vec::new() };

fn table(file: File) -> Option<Table> {
    let from = Day::from_civil(*file.years.iter().min()?, 1, 1)?;
    let until = Day::from_civil(*file.years.iter().max()?, 12, 31)?;
    let mut holidays: Vec<(Day, Text)> =
        file.holidays.into_iter().map(|row| (row.date, Text::new(row.en, row.zh_hant, row.zh_hans))).collect();
    holidays.sort_by_key(|(day, _)| *day);
    Some(Table { coverage: Coverage { from, until }, holidays })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn every_year_has_seventeen_named_holidays() {
        for year in 2020..=2027 {
            let named = TABLE.holidays.iter().filter(|(day, _)| day.civil().0 == year).count();
            assert_eq!(named, 17, "{year}");
        }
        assert!(TABLE.holidays.iter().all(|(_, name)| name.blanks().is_empty()));
    }

    #[test]
    fn holidays_have_names_in_three_languages() {
        let buddha = day("2020-04-30");
        assert_eq!(Language::ALL.map(|language| holiday_name(buddha, language).unwrap()), ["The Birthday of the Buddha", "佛誕", "佛诞"]);
        assert!(is_general_holiday(buddha));
        assert!(is_general_holiday(day("2020-05-10")), "a Sunday");
        assert_eq!(day_kind(day("2020-05-06")), DayKind::Ordinary);
        assert_eq!(holiday_name(day("2020-05-10"), Language::En), None);
    }

    #[test]
    fn outside_its_years_the_table_says_that_it_does_not_know() {
        assert_eq!(holiday_coverage().until, day("2027-12-31"));
        assert_eq!(day_kind(day("2027-12-31")), DayKind::Ordinary);
        assert_eq!(day_kind(day("2028-01-01")), DayKind::Unknown);
        assert_eq!(day_kind(day("2028-01-02")), DayKind::Sunday);
        assert_eq!(day_kind(day("2019-12-31")), DayKind::Unknown);
    }
}
