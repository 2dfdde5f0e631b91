use std::sync::atomic::{AtomicI64, Ordering};

use kernel::{Clock, Instant};

/// A clock that stands still until it is moved. Share it in an `Arc`.
#[derive(Debug)]
pub struct MovableClock(AtomicI64);

impl MovableClock {
    /// A clock that shows this moment.
    pub const fn new(now: Instant) -> Self {
        Self(AtomicI64::new(now.millis()))
    }

    /// A clock that shows a civil time in Hong Kong, such as `2020-05-06T07:00`.
    ///
    /// # Panics
    /// When the text is not one.
    #[expect(clippy::expect_used, reason = "only tests call this")]
    pub fn at(hong_kong: &str) -> Self {
        Self::new(Instant::parse_hong_kong(hong_kong).expect("a time such as 2020-05-06T07:00"))
    }

    /// Moves the clock to this moment, forwards or backwards.
    pub fn set(&self, now: Instant) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }

    /// Moves the clock forwards.
    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Moves the clock forwards.
    pub fn advance_secs(&self, secs: i64) {
        self.advance_millis(secs * 1000);
    }

    /// Moves the clock forwards by so many times 24 hours.
    pub fn advance_days(&self, days: i64) {
        self.advance_secs(days * 86_400);
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_only_when_told() {
        let clock = MovableClock::at("2020-05-06T07:00");
        assert_eq!(clock.now(), clock.now());
        clock.advance_days(2);
        assert_eq!(clock.now().hong_kong_minute(), "2020-05-08 07:00");
        clock.set(Instant::from_millis(0));
        assert_eq!(clock.now().millis(), 0);
    }
}
