//! The one place that reads the wall clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use kernel::{Clock, Instant};

/// The wall clock, moved by an offset that only demonstrations and tests may change.
#[derive(Debug, Default)]
pub struct WallClock {
    offset_ms: AtomicI64,
}

impl WallClock {
    /// Moves the clock so that it now shows `now`; it goes on from there.
    pub fn show(&self, now: Instant) {
        self.offset_ms.store(now.since(wall()), Ordering::SeqCst);
    }

    /// Shows the real time again.
    pub fn show_real(&self) {
        self.offset_ms.store(0, Ordering::SeqCst);
    }
}

impl Clock for WallClock {
    fn now(&self) -> Instant {
        wall().plus_millis(self.offset_ms.load(Ordering::SeqCst))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
fn wall() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
