use kernel::Instant;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Span;

/// How fast an exercise may run: so many of its seconds a second; 0 is a pause.
pub const FASTEST: u16 = 3_600;

/// The clock of an exercise: it pauses, runs faster and jumps forward, never back. It is a fold of what was said to it, so that a
/// restart changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExerciseClock {
    /// When the present leg began.
    since: Instant,
    /// What the clock showed then.
    shown: Span,
    /// Its seconds a second; 0 while it pauses.
    rate: u16,
}

/// Why a clock was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClockError {
    /// It runs so many times as fast as the wall's at most.
    #[error("an exercise runs at 0 (a pause) to {FASTEST} of its seconds a second")]
    Rate,
    /// What has happened has happened.
    #[error("an exercise clock never goes back: choose a later moment")]
    Back,
}

impl ExerciseClock {
    /// It begins at 0, running as the clock on the wall does.
    pub const fn started(at: Instant) -> Self {
        Self { since: at, shown: Span::seconds(0), rate: 1 }
    }

    /// What it shows at a moment on the wall.
    pub fn at(&self, now: Instant) -> Span {
        let passed = now.since(self.since).max(0) / 1_000;
        let passed = passed.saturating_mul(i64::from(self.rate));
        self.shown.plus(Span::seconds(u32::try_from(passed).unwrap_or(u32::MAX)))
    }

    /// The first moment on the wall at which it shows at least this; nothing while it pauses.
    pub fn reaches(&self, moment: Span) -> Option<Instant> {
        let missing = i64::from(moment.since(self.shown).as_seconds());
        let rate = i64::from(self.rate);
        let seconds = if missing == 0 { 0 } else { (missing + rate - 1).checked_div(rate)? };
        Some(self.since.plus_secs(seconds))
    }

    /// Runs at another rate from now on; 0 is a pause. The broken second is lost, not counted twice.
    pub fn run_at(&self, now: Instant, rate: u16) -> Result<Self, ClockError> {
        if rate > FASTEST {
            return Err(ClockError::Rate);
        }
        Ok(Self { since: now, shown: self.at(now), rate })
    }

    /// Shows a later moment from now on.
    pub fn jump(&self, now: Instant, to: Span) -> Result<Self, ClockError> {
        if to < self.at(now) {
            return Err(ClockError::Back);
        }
        Ok(Self { since: now, shown: to, rate: self.rate })
    }

    /// Its seconds a second; 0 while it pauses.
    pub const fn rate(&self) -> u16 {
        self.rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Instant = Instant::from_millis(1_679_450_400_000);

    fn span(text: &str) -> Span {
        text.parse().unwrap()
    }

    #[test]
    fn it_pauses_runs_faster_and_jumps_forward_only() {
        let clock = ExerciseClock::started(T0);
        assert_eq!(clock.at(T0.plus_secs(90)), span("1m30s"));
        assert_eq!(clock.at(T0.plus_secs(-5)), span("0s"), "before it began it shows nothing");
        let paused = clock.run_at(T0.plus_secs(90), 0).unwrap();
        assert_eq!((paused.at(T0.plus_secs(9_000)), paused.reaches(span("2m"))), (span("1m30s"), None));
        let fast = paused.run_at(T0.plus_secs(100), 60).unwrap();
        assert_eq!(fast.at(T0.plus_secs(101)), span("2m30s"));
        let later = fast.jump(T0.plus_secs(101), span("1h")).unwrap();
        assert_eq!(later.at(T0.plus_secs(102)), span("1h1m"));
        assert_eq!(later.jump(T0.plus_secs(102), span("1h")), Err(ClockError::Back));
        assert_eq!(later.run_at(T0, FASTEST + 1), Err(ClockError::Rate));
    }

    #[test]
    fn it_says_when_a_moment_comes_and_not_a_second_later() {
        for rate in [1, 7, 60, 3_600] {
            let clock = ExerciseClock::started(T0).run_at(T0.plus_secs(10), rate).unwrap();
            for wanted in [0_u32, 9, 10, 11, 17, 70, 3_611, 7_200] {
                let wanted = Span::seconds(wanted);
                let when = clock.reaches(wanted).unwrap();
                assert!(clock.at(when) >= wanted, "{rate} {wanted}");
                let before = when.plus_secs(-1);
                assert!(before.since(T0.plus_secs(10)) < 0 || clock.at(before) < wanted, "{rate} {wanted}");
            }
        }
    }
}
