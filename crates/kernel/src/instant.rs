use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Day;

/// Milliseconds since 1970-01-01T00:00:00Z; stored as INT64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

/// Hong Kong keeps UTC+8 all year (no summer time since 1979; this system knows no older moments).
const HONG_KONG_OFFSET_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

impl Instant {
    /// The instant so many milliseconds after the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The instant so many milliseconds later (earlier when negative); saturates.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// The instant so many seconds later.
    pub const fn plus_secs(self, secs: i64) -> Self {
        self.plus_millis(secs.saturating_mul(1000))
    }

    /// Milliseconds from `earlier` to this instant.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The civil day in Hong Kong.
    #[expect(clippy::cast_possible_truncation, reason = "i64 milliseconds of any civil date fit i32 days")]
    pub const fn day(self) -> Day {
        Day::from_number(self.0.saturating_add(HONG_KONG_OFFSET_MS).div_euclid(DAY_MS) as i32)
    }

    /// Minutes since midnight in Hong Kong, 0 to 1439.
    pub const fn minute_of_day(self) -> i64 {
        self.0.saturating_add(HONG_KONG_OFFSET_MS).rem_euclid(DAY_MS) / 60_000
    }

    /// The instant at which `day` begins in Hong Kong, plus so many minutes.
    pub const fn at(day: Day, minute_of_day: i64) -> Self {
        Self(day.number() as i64 * DAY_MS - HONG_KONG_OFFSET_MS + minute_of_day * 60_000)
    }

    /// Reads `2020-05-06T07:00` (or with a space, or with seconds) as Hong Kong time.
    pub fn parse_hong_kong(text: &str) -> Option<Self> {
        let civil: jiff::civil::DateTime = text.trim().parse().ok()?;
        let day = Day::from_civil(civil.year(), civil.month(), civil.day())?;
        let minutes = i64::from(civil.hour()) * 60 + i64::from(civil.minute());
        Some(Self::at(day, minutes).plus_secs(i64::from(civil.second())))
    }

    /// `2020-05-06 15:00` in Hong Kong time.
    pub fn hong_kong_minute(self) -> String {
        let minute = self.minute_of_day();
        format!("{} {:02}:{:02}", self.day(), minute / 60, minute % 60)
    }
}

/// RFC 3339 with milliseconds, in Hong Kong time: `2020-05-06T07:00:00.000+08:00`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = self.minute_of_day();
        let rest = self.0.rem_euclid(60_000);
        let (hour, min) = (minute / 60, minute % 60);
        write!(f, "{}T{hour:02}:{min:02}:{:02}.{:03}+08:00", self.day(), rest / 1000, rest % 1000)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where the present moment comes from: the wall clock in the product, a movable one in simulations.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Instant;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_midnight_in_hong_kong() {
        let open = Instant::parse_hong_kong("2020-05-06T07:00").unwrap();
        assert_eq!(open.to_string(), "2020-05-06T07:00:00.000+08:00");
        assert_eq!(open.millis(), 1_588_719_600_000);
        assert_eq!(open.day().to_string(), "2020-05-06");
        let midnight = Instant::at(open.day(), 0);
        assert_eq!(midnight.day(), open.day());
        assert_eq!(midnight.plus_millis(-1).day(), open.day().plus(-1));
        assert_eq!(midnight.minute_of_day(), 0);
        assert_eq!(open.hong_kong_minute(), "2020-05-06 07:00");
    }
}
