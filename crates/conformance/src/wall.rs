use std::time::{SystemTime, UNIX_EPOCH};

use kernel::{Clock, Instant};

/// The wall clock: clients judge the time of what they get by their own.
#[derive(Debug)]
pub struct Wall;

impl Clock for Wall {
    #[expect(clippy::disallowed_methods, reason = "foreign clients compare our tokens with the real time")]
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
