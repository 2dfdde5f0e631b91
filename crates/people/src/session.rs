use kernel::Instant;

/// A session dies after so long without a request: 15 minutes.
pub const IDLE_LIMIT_MS: i64 = 15 * 60_000;
/// A session dies so long after sign-in, however busy: 10 hours, a long working day.
pub const ABSOLUTE_LIMIT_MS: i64 = 10 * 3_600_000;
/// The store hears of a request at most once a minute, so the idle limit may come up to a minute early.
const NOTE_AFTER_MS: i64 = 60_000;

/// The times of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionTimes {
    pub(crate) started: Instant,
    pub(crate) seen: Instant,
}

impl SessionTimes {
    /// Whether the session still lives.
    pub(crate) const fn is_alive(self, now: Instant) -> bool {
        now.since(self.seen) < IDLE_LIMIT_MS && now.since(self.started) < ABSOLUTE_LIMIT_MS
    }

    /// When the session dies if nothing more is asked after a request at `now`.
    pub(crate) fn ends(self, now: Instant) -> Instant {
        let seen = if self.is_stale(now) { now } else { self.seen };
        seen.plus_millis(IDLE_LIMIT_MS).min(self.latest())
    }

    /// When it dies however busy it is.
    pub(crate) const fn latest(self) -> Instant {
        self.started.plus_millis(ABSOLUTE_LIMIT_MS)
    }

    /// Whether the store should hear that the session was used.
    pub(crate) const fn is_stale(self, now: Instant) -> bool {
        now.since(self.seen) >= NOTE_AFTER_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn a_session_dies_of_idleness_and_of_age() {
        let at = |minute: i64| Instant::from_millis(minute * MINUTE);
        let times = SessionTimes { started: at(0), seen: at(30) };
        assert!(times.is_alive(at(30)) && times.is_alive(at(45).plus_millis(-1)));
        assert!(!times.is_alive(at(45)));
        let busy = |minute| SessionTimes { started: at(0), seen: at(minute) };
        assert!(busy(599).is_alive(at(600).plus_millis(-1)));
        assert!(!busy(599).is_alive(at(600)));
        assert!(!times.is_stale(at(31).plus_millis(-1)) && times.is_stale(at(31)));
        assert_eq!([times.ends(at(30)), times.ends(at(31))], [at(45), at(46)]);
        assert_eq!([busy(590).ends(at(590)), times.latest()], [at(600), at(600)]);
    }
}
