//! Dates, times and numbers as the three languages write them in Hong Kong.
//!
//! Own code instead of `icu`: three languages, five shapes, no data tables (icu adds some sixty crates to the tree).

use kernel::{Day, Instant, Language};

/// `6 May 2020` or `2020年5月6日`.
pub fn date(day: Day, language: Language) -> String {
    let (year, month, date) = day.civil();
    match language {
        Language::En => format!("{date} {} {year}", pick(&MONTHS, month)),
        Language::ZhHant | Language::ZhHans => format!("{year}年{month}月{date}日"),
    }
}

/// `3:05 pm` or `下午3:05`, in Hong Kong time.
pub fn time(instant: Instant, language: Language) -> String {
    let minute_of_day = instant.minute_of_day();
    let (hour, minute) = (minute_of_day / 60, minute_of_day % 60);
    let clock_hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    match (language, hour < 12) {
        (Language::En, true) => format!("{clock_hour}:{minute:02} am"),
        (Language::En, false) => format!("{clock_hour}:{minute:02} pm"),
        (_, true) => format!("上午{clock_hour}:{minute:02}"),
        (_, false) => format!("下午{clock_hour}:{minute:02}"),
    }
}

/// `3:05 pm on 6 May 2020` or `2020年5月6日下午3:05`.
pub fn date_time(instant: Instant, language: Language) -> String {
    let (date, time) = (date(instant.day(), language), time(instant, language));
    match language {
        Language::En => format!("{time} on {date}"),
        Language::ZhHant | Language::ZhHans => format!("{date}{time}"),
    }
}

/// The end of a time during which something is open. An end at midnight is written as the last minute of the day that it ends:
/// `11:59 pm on 5 May 2020`, not `12:00 am on 6 May 2020`, which half of the readers take for the evening of that day.
pub fn end_of_window(instant: Instant, language: Language) -> String {
    let midnight = instant.minute_of_day() == 0;
    date_time(if midnight { instant.plus_secs(-60) } else { instant }, language)
}

/// `1,380,000`: all three languages group by thousands in Hong Kong.
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `12.5%` from thousandths (125).
pub fn per_cent(thousandths: i64) -> String {
    format!("{}.{}%", thousandths / 10, (thousandths % 10).abs())
}

fn pick(names: &[&'static str], number_from_one: i8) -> &'static str {
    usize::try_from(number_from_one - 1)
        .ok()
        .and_then(|index| names.get(index))
        .copied()
        .unwrap_or_default()
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_in_each_language() {
        let moment = Instant::parse_hong_kong("2020-05-06T15:05").unwrap();
        assert_eq!(date_time(moment, Language::En), "3:05 pm on 6 May 2020");
        assert_eq!(date_time(moment, Language::ZhHant), "2020年5月6日下午3:05");
        let midnight = Instant::parse_hong_kong("2020-05-06T00:00").unwrap();
        assert_eq!(time(midnight, Language::En), "12:00 am");
        assert_eq!(
            time(midnight.plus_secs(12 * 3600), Language::ZhHant),
            "下午12:00"
        );
    }

    #[test]
    fn a_window_that_ends_at_midnight_ends_on_the_day_before() {
        let midnight = Instant::parse_hong_kong("2020-05-06T00:00").unwrap();
        let said = Language::ALL.map(|language| end_of_window(midnight, language));
        assert_eq!(said, ["11:59 pm on 5 May 2020", "2020年5月5日下午11:59", "2020年5月5日下午11:59"]);
        let evening = midnight.plus_secs(-5 * 3600);
        assert_eq!(end_of_window(evening, Language::En), "7:00 pm on 5 May 2020");
    }

    #[test]
    fn numbers_are_grouped() {
        let table = [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_380_000, "1,380,000"),
            (-12_345, "-12,345"),
        ];
        for (value, expected) in table {
            assert_eq!(number(value), expected);
        }
        assert_eq!(number(i64::MIN), "-9,223,372,036,854,775,808");
        assert_eq!(per_cent(125), "12.5%");
    }
}
