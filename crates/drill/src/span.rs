use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A moment of an exercise, and a stretch of it: seconds since it began. The clock on the wall may pause, jump or run faster meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(u32);

/// Longest span: 30 days.
const LONGEST: u32 = 30 * 86_400;

/// Why a text is no span.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no time of an exercise: write hours, minutes and seconds as in `1h30m` or `45s`, 30 days at most")]
pub struct SpanError(String);

impl Span {
    /// So many seconds; 30 days at most.
    pub const fn seconds(seconds: u32) -> Self {
        Self(if seconds > LONGEST { LONGEST } else { seconds })
    }

    /// How many seconds.
    pub const fn as_seconds(self) -> u32 {
        self.0
    }

    /// So much later; 30 days at most.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self::seconds(self.0.saturating_add(other.0))
    }

    /// From `earlier` to this moment; nothing when it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        read(text).filter(|&seconds| seconds <= LONGEST).map(Self).ok_or_else(|| SpanError(text.to_owned()))
    }
}

/// Hours, minutes and seconds, each once at most and in this order.
fn read(text: &str) -> Option<u32> {
    let (mut rest, mut seconds, mut seen) = (text, 0_u32, false);
    for (unit, size) in [('h', 3_600), ('m', 60), ('s', 1)] {
        if let Some((number, after)) = rest.split_once(unit) {
            if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            seconds = seconds.checked_add(number.parse::<u32>().ok()?.checked_mul(size)?)?;
            (rest, seen) = (after, true);
        }
    }
    (seen && rest.is_empty()).then_some(seconds)
}

impl TryFrom<String> for Span {
    type Error = SpanError;

    fn try_from(text: String) -> Result<Self, SpanError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

/// As it is read: `1h30m`, `45s`, `0s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [(self.0 / 3_600, 'h'), (self.0 / 60 % 60, 'm'), (self.0 % 60, 's')];
        for (number, unit) in parts.into_iter().filter(|(number, _)| *number > 0) {
            write!(f, "{number}{unit}")?;
        }
        if self.0 == 0 { f.write_str("0s") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written() {
        for (text, seconds) in [("0s", 0), ("45s", 45), ("5m", 300), ("1h30m", 5_400), ("2h1s", 7_201), ("720h", 2_592_000)] {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.as_seconds(), span.to_string().as_str()), (seconds, text));
        }
        for text in ["", "5", "m", "5m5h", "5m 5s", "-5m", "+5m", "5.5m", "721h", "99999999999h", "5mm", "五分"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
