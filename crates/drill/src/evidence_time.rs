use kernel::{Day, Instant};

/// The moment that a text names, wherever in its beginning it stands: as RFC 3339 writes it (`2022-05-11T18:10:21.997Z`, with a space, with
/// a comma, with slashes) or as web servers do (`11/May/2022:18:10:21 +0800`). Without a zone it is UTC.
pub(crate) fn moment(text: &str) -> Option<Instant> {
    let head: Vec<u8> = text.bytes().take(WITHIN).collect();
    (0..head.len()).find_map(|from| {
        let rest = head.get(from..)?;
        let before = from.checked_sub(1).and_then(|at| head.get(at));
        if before.is_some_and(u8::is_ascii_digit) || !rest.first()?.is_ascii_digit() {
            return None;
        }
        international(rest).or_else(|| common_log(rest))
    })
}

/// Seconds or milliseconds since 1970, as some records write their time.
pub(crate) fn since_1970(number: f64) -> Option<Instant> {
    let millis = if number.abs() < 1e11 { number * 1_000.0 } else { number };
    let sane = (0.0..1e14).contains(&millis);
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds are kept, and the range was checked")]
    sane.then_some(Instant::from_millis(millis as i64))
}

/// A moment as pages show it: UTC, as nearly every record writes it, to the millisecond.
pub(crate) fn in_utc(at: Instant) -> String {
    let millis = at.millis();
    let (year, month, day) = Day::from_number(i32::try_from(millis.div_euclid(DAY_MS)).unwrap_or_default()).civil();
    let rest = millis.rem_euclid(DAY_MS);
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    let broken = if rest % 1_000 == 0 { String::new() } else { format!(".{:03}", rest % 1_000) };
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{broken}")
}

/// Midnight in UTC before a moment.
pub(crate) const fn midnight(at: Instant) -> Instant {
    Instant::from_millis(at.millis().div_euclid(DAY_MS) * DAY_MS)
}

/// A clock's time alone, `18:10` or `18:10:21.5`, in milliseconds since midnight.
pub(crate) fn clock(text: &str) -> Option<i64> {
    let mut reader = Reader(text.as_bytes());
    let (hour, _) = (reader.number(2)?, reader.one_of(b":")?);
    let minute = reader.number(2)?;
    let second = if reader.one_of(b":").is_some() { reader.number(2)? } else { 0 };
    let broken = reader.fraction();
    (reader.0.is_empty()).then(|| of_day(hour, minute, second).map(|millis| millis + broken))?
}

/// How far into a line its time may stand.
const WITHIN: usize = 120;
const DAY_MS: i64 = 86_400_000;
const MONTHS: [&[u8]; 12] = [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

struct Reader<'t>(&'t [u8]);

impl Reader<'_> {
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (head, rest) = self.0.split_at_checked(digits)?;
        let number = std::str::from_utf8(head).ok().filter(|_| head.iter().all(u8::is_ascii_digit))?.parse().ok()?;
        self.0 = rest;
        Some(number)
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        if !wanted.contains(first) {
            return None;
        }
        self.0 = rest;
        Some(*first)
    }

    fn month(&mut self) -> Option<i64> {
        let (head, rest) = self.0.split_at_checked(3)?;
        let at = MONTHS.iter().position(|month| *month == head)?;
        self.0 = rest;
        i64::try_from(at + 1).ok()
    }

    /// The part after the second, in milliseconds; 0 where there is none.
    fn fraction(&mut self) -> i64 {
        if !matches!(self.0, [b'.' | b',', digit, ..] if digit.is_ascii_digit()) {
            return 0;
        }
        let digits = self.0.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        let value = self.0.iter().skip(1).take(digits.min(3)).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        self.0 = self.0.get(digits + 1..).unwrap_or_default();
        [100, 10, 1].get(digits.min(3).saturating_sub(1)).map_or(0, |factor| value * factor)
    }

    /// How far ahead of UTC the clock was, in milliseconds; 0 where nothing is said.
    fn zone(&mut self) -> i64 {
        let Some(sign) = self.one_of(b"+-") else { return 0 };
        let Some(hours) = self.number(2) else { return 0 };
        let _ = self.one_of(b":");
        let minutes = self.number(2).unwrap_or(0);
        let ahead = (hours * 60 + minutes) * 60_000;
        if sign == b'-' { -ahead } else { ahead }
    }
}

fn international(bytes: &[u8]) -> Option<Instant> {
    let mut reader = Reader(bytes);
    let year = reader.number(4)?;
    let between = reader.one_of(b"-/")?;
    let (month, _, day) = (reader.number(2)?, reader.one_of(&[between])?, reader.number(2)?);
    reader.one_of(b"T ")?;
    let (hour, _, minute) = (reader.number(2)?, reader.one_of(b":")?, reader.number(2)?);
    let second = if reader.one_of(b":").is_some() { reader.number(2)? } else { 0 };
    let broken = reader.fraction();
    moment_of((year, month, day), of_day(hour, minute, second)? + broken - reader.zone())
}

fn common_log(bytes: &[u8]) -> Option<Instant> {
    let mut reader = Reader(bytes);
    let (day, _, month) = (reader.number(2)?, reader.one_of(b"/")?, reader.month()?);
    let (_, year, _) = (reader.one_of(b"/")?, reader.number(4)?, reader.one_of(b":")?);
    let (hour, _, minute) = (reader.number(2)?, reader.one_of(b":")?, reader.number(2)?);
    let (_, second) = (reader.one_of(b":")?, reader.number(2)?);
    let _ = reader.one_of(b" ");
    moment_of((year, month, day), of_day(hour, minute, second)? - reader.zone())
}

/// 60 is the leap second that some clocks show.
fn of_day(hour: i64, minute: i64, second: i64) -> Option<i64> {
    (hour < 24 && minute < 60 && second <= 60).then_some(((hour * 60 + minute) * 60 + second) * 1_000)
}

fn moment_of((year, month, day): (i64, i64, i64), millis: i64) -> Option<Instant> {
    let day = Day::from_civil(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)?;
    Some(Instant::from_millis(i64::from(day.number()) * DAY_MS + millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_records_write_them() {
        for (text, shown) in [
            ("2022-05-11T18:10:21.997Z rest", "2022-05-11 18:10:21.997"),
            ("2022-05-11 18:10:21", "2022-05-11 18:10:21"),
            ("2022-05-11 18:10", "2022-05-11 18:10:00"),
            ("2022-05-11T18:10:20.4Z", "2022-05-11 18:10:20.400"),
            ("2022-05-11T18:10:20.399931000Z", "2022-05-11 18:10:20.399"),
            ("2022-05-12T02:10:21+08:00", "2022-05-11 18:10:21"),
            ("2022/05/11 18:10:21 [error] 7#7", "2022-05-11 18:10:21"),
            ("127.0.0.5 - - [12/May/2022:02:10:21 +0800] \"GET / HTTP/1.1\" 200 5", "2022-05-11 18:10:21"),
            ("<30>1 2022-05-11T14:10:21-0400 host", "2022-05-11 18:10:21"),
        ] {
            assert_eq!(moment(text).map(in_utc).as_deref(), Some(shown), "{text}");
        }
        for text in ["", "no time", "2022-13-11T18:10:21Z", "2022-05-11T25:10:21Z", "11/Mai/2022:18:10:21", "2022-05", "99992022-05-11T18:10:21Z"] {
            assert_eq!(moment(text), None, "{text}");
        }
        assert_eq!(since_1970(1_652_292_621.997).map(in_utc).as_deref(), Some("2022-05-11 18:10:21.997"));
        assert_eq!(since_1970(1_652_292_621_997.0), moment("2022-05-11T18:10:21.997Z"));
        assert_eq!((since_1970(-1.0), since_1970(f64::NAN)), (None, None));
        assert_eq!((clock("18:10"), clock("18:10:21.5"), clock("18:60"), clock("18:10 x")), (Some(65_400_000), Some(65_421_500), None, None));
    }
}
