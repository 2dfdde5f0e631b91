//! The week in a calendar: `iCalendar` (RFC 5545), one event for each station and open day, times in UTC.

use std::fmt::Write as _;

use kernel::{Instant, Language, to_hex};

use crate::{DayHours, Listed, Week};

/// The open days of a week as a calendar. `host` makes the events' names unique in the world (RFC 7986, section 5.3).
pub fn week_calendar(week: Week, listed: &[Listed], language: Language, host: &str) -> String {
    let mut text = String::new();
    let mut line = |line: &str| fold(&mut text, line);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Lionrock//Support stations//EN");
    line("CALSCALE:GREGORIAN");
    for open in week.open_days(listed) {
        let station = &open.listed.station;
        let DayHours::Open(hours) = station.hours_on(open.day) else { continue };
        let moment = |minute| stamp(Instant::at(open.day, minute));
        line("BEGIN:VEVENT");
        line(&format!("UID:{}-{}@{host}", to_hex(&open.listed.id.bytes()), open.day));
        line(&format!("DTSTAMP:{}", stamp(open.listed.changed)));
        line(&format!("DTSTART:{}", moment(hours.from_minute)));
        line(&format!("DTEND:{}", moment(hours.until_minute)));
        line(&format!("SUMMARY:{}", escaped(&format!("{}: {}", title(language), station.place.name(language)))));
        line(&format!("LOCATION:{}", escaped(&format!("{}, {}", station.place.name(language), station.place.way(language)))));
        line(&format!("DESCRIPTION:{}", escaped(open.listed.operator.get(language))));
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    text
}

/// `20220103T010000Z`: Hong Kong is eight hours ahead of UTC, all the year.
fn stamp(moment: Instant) -> String {
    let utc = moment.plus_secs(-8 * 3600).to_string();
    let digits: String = utc.chars().take_while(|sign| *sign != '.').filter(|sign| !"-:".contains(*sign)).collect();
    format!("{digits}Z")
}

/// RFC 5545, section 3.3.11.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace("\r\n", "\\n").replace(['\r', '\n'], "\\n")
}

/// RFC 5545, section 3.1: no line over 75 octets; the rest follows after a space, and no character is cut.
fn fold(text: &mut String, line: &str) {
    let mut used = 0;
    for sign in line.chars() {
        if used + sign.len_utf8() > LINE_OCTETS {
            text.push_str("\r\n ");
            used = 1;
        }
        // A `String` takes every write.
        let _ = text.write_char(sign);
        used += sign.len_utf8();
    }
    text.push_str("\r\n");
}

const LINE_OCTETS: usize = 75;

const fn title(language: Language) -> &'static str {
    match language {
        Language::En => "Support station",
        Language::ZhHant => "流動支援站",
        Language::ZhHans => "流动支援站",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::listed;

    #[test]
    fn a_week_is_a_calendar_of_its_open_days() {
        let calendar = week_calendar(Week::of("2022-01-03".parse().unwrap()), &[listed(1)], Language::ZhHant, "stations.example");
        assert_eq!(calendar.matches("BEGIN:VEVENT\r\n").count(), 6);
        assert!(calendar.contains("DTSTART:20220103T010000Z\r\nDTEND:20220103T100000Z\r\n"), "nine to six in Hong Kong");
        assert!(calendar.contains("SUMMARY:流動支援站: 金鐘港鐵站\r\n"));
        assert!(calendar.lines().all(|line| line.len() <= 75));
        assert_eq!(calendar.matches("UID:").count(), calendar.lines().filter(|line| line.starts_with("UID:")).collect::<std::collections::HashSet<_>>().len());
    }

    #[test]
    fn long_lines_fold_between_characters_and_signs_are_escaped() {
        let mut text = String::new();
        let line = "LOCATION:".to_owned() + &"香".repeat(60);
        fold(&mut text, &line);
        assert!(text.lines().all(|part| part.len() <= 75) && text.replace("\r\n ", "") == format!("{line}\r\n"));
        assert_eq!(escaped("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
    }
}
