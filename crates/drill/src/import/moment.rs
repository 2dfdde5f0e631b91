use kernel::{Day, Instant};

/// When a row of a sheet comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// So many seconds from the day of the exercise, before it or after.
    Relative(i64),
    /// At a moment on the wall.
    Absolute(Instant),
}

/// Reads `J-60`, `D+1 10:30`, `T+00:45`, `H+2`, `26/06/2024 09h00`, `2024-06-26 09:00` and `09:05`.
pub(super) fn read(text: &str) -> Option<Moment> {
    let text = text.trim();
    relative(text).map(Moment::Relative).or_else(|| absolute(text).map(Moment::Absolute))
}

/// Days since the end of 1899, as spreadsheets count.
#[expect(clippy::cast_possible_truncation, reason = "some ten thousand days; what lies outside is refused before")]
pub(super) fn serial(days: f64) -> Option<Moment> {
    let first = Day::from_civil(1899, 12, 30)?;
    if !(0.0..80_000.0).contains(&days) {
        return None;
    }
    let seconds = (days * 86_400.0).round() as i64;
    Some(Moment::Absolute(Instant::at(first, 0).plus_secs(seconds)))
}

/// A letter for the unit (J or D for days, H for hours, M for minutes, T for a clock), a signed number, and perhaps a time of day.
fn relative(text: &str) -> Option<i64> {
    let upper = text.to_ascii_uppercase();
    let (letters, rest) = upper.split_at(upper.find(|sign: char| !sign.is_ascii_alphabetic())?);
    let (sign, rest) = match rest.chars().next()? {
        '-' => (-1, rest.get(1..)?),
        '+' => (1, rest.get(1..)?),
        _ => return None,
    };
    let (number, time) = rest.split_once(' ').unwrap_or((rest, ""));
    if letters == "T" {
        return Some(sign * clock(number).or_else(|| number.parse::<i64>().ok().map(|minutes| minutes * 60))?);
    }
    let unit = match letters {
        "J" | "JJ" | "D" => 86_400,
        "H" => 3_600,
        "M" => 60,
        _ => return None,
    };
    let number: i64 = number.parse().ok().filter(|number| (0..=3_650).contains(number))?;
    let time = if time.trim().is_empty() { 0 } else { clock(time)? };
    Some(sign * number * unit + time)
}

fn absolute(text: &str) -> Option<Instant> {
    let (day, time) = text.split_once([' ', 'T']).map_or((text, ""), |(day, time)| (day, time.trim()));
    let seconds = if time.is_empty() { 0 } else { clock(time)? };
    if let Some(seconds) = clock(day).filter(|_| time.is_empty()) {
        return Some(Instant::at(Day::from_number(0), 0).plus_secs(seconds));
    }
    let parts: Vec<i16> = day.split(['/', '-', '.']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (year, month, date) = match *parts.as_slice() {
        [year, month, date] if year > 1_900 => (year, month, date),
        [date, month, year] if year > 1_900 => (year, month, date),
        _ => return None,
    };
    let day = Day::from_civil(year, i8::try_from(month).ok()?, i8::try_from(date).ok()?)?;
    Some(Instant::at(day, 0).plus_secs(seconds))
}

/// `09h05`, `9:05`, `09:05:30`, `9h`.
fn clock(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    if !text.contains([':', 'h']) {
        return None;
    }
    let parts: Vec<i64> =
        text.split([':', 'h']).map(|part| if part.is_empty() { Some(0) } else { part.parse().ok() }).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match *parts.as_slice() {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let fits = (0..=720).contains(&hours) && (0..60).contains(&minutes) && (0..60).contains(&seconds);
    fits.then_some(hours * 3_600 + minutes * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_sheets_are_read() {
        for (text, seconds) in [("J-60", -60 * 86_400), ("d+1 10:30", 86_400 + 37_800), ("T+00:45", 2_700), ("T+45", 2_700), ("H+2", 7_200)] {
            assert_eq!(read(text), Some(Moment::Relative(seconds)), "{text}");
        }
        let nine = Instant::parse_hong_kong("2024-06-26T09:00").unwrap();
        for text in ["26/06/2024 09h00", "2024-06-26 09:00", "26.06.2024 9:00:00", "2024-06-26T09:00"] {
            assert_eq!(read(text), Some(Moment::Absolute(nine)), "{text}");
        }
        assert_eq!(serial(45_469.375), Some(Moment::Absolute(nine)));
        for text in ["", "tomorrow", "J", "J60", "31/02/2024", "26/06/24", "25h90", "J+99999"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(serial(-1.0), None);
    }
}
