use kernel::{Instant, Language};
use serde::{Deserialize, Serialize};

use crate::{Status, words};

/// How long someone will wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimate {
    /// Probably between these.
    Between {
        /// Hardly sooner.
        low_seconds: u64,
        /// Hardly later.
        high_seconds: u64,
    },
    /// Nobody is admitted for now.
    Paused,
}

/// Why an estimate was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The operator lets in fewer people a minute.
    RateLowered,
    /// Admission was paused.
    Paused,
    /// More of those ahead have stayed than expected.
    FewerLeft,
}

/// What a visitor was last told. The page keeps it, not the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The moment by which the turn was said to come.
    pub by: Instant,
    /// When that was said.
    pub told_at: Instant,
}

/// What a visitor is told now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The estimate to show.
    pub estimate: Estimate,
    /// To be kept for the next time; nothing while paused.
    pub promise: Option<Promise>,
    /// Must be shown when it is there: why the wait became longer.
    pub reason: Option<Reason>,
}

/// A promise is kept as long as the fresh estimate misses it by no more than this share of what is left.
const TOLERANCE_PERCENT: i64 = 25;

/// Settles what to show: an estimate is lowered freely, and raised only with its reason.
pub fn tell(fresh: Estimate, before: Option<Promise>, status: &Status) -> Told {
    let now = status.as_at;
    let Estimate::Between { low_seconds, high_seconds } = fresh else {
        return Told { estimate: fresh, promise: None, reason: Some(Reason::Paused) };
    };
    let by = now.plus_secs(i64::try_from(high_seconds).unwrap_or(i64::MAX / 1000));
    let anew = |reason| Told { estimate: fresh, promise: Some(Promise { by, told_at: now }), reason };
    let Some(promise) = before.filter(|promise| promise.by < by) else { return anew(None) };
    if let Some(slowed) = status.slowed.filter(|slowed| slowed.at >= promise.told_at) {
        return anew(Some(slowed.reason));
    }
    let left = promise.by.since(now).max(0);
    if by.since(promise.by) * 100 > left * TOLERANCE_PERCENT + 100 * LEEWAY_MS {
        return anew(Some(Reason::FewerLeft));
    }
    let high_seconds = u64::try_from(left / 1000).unwrap_or(0);
    let estimate = Estimate::Between { low_seconds: low_seconds.min(high_seconds), high_seconds };
    Told { estimate, promise: Some(promise), reason: None }
}

/// Nobody is told of a change of a few seconds.
const LEEWAY_MS: i64 = 15_000;

impl Estimate {
    /// The interval in words: "about 1 to 2 minutes", "less than a minute".
    pub fn words(&self, language: Language) -> String {
        match *self {
            Self::Between { low_seconds, high_seconds } => words::interval(low_seconds, high_seconds, language),
            Self::Paused => words::paused(language).to_owned(),
        }
    }

    /// The whole minutes between which the words promise the turn; used to check that the words are honest.
    pub fn promised_minutes(&self) -> Option<(u64, u64)> {
        match *self {
            Self::Between { low_seconds, high_seconds } => Some(words::rounded(low_seconds, high_seconds)),
            Self::Paused => None,
        }
    }
}

impl Reason {
    /// One plain sentence.
    pub fn words(self, language: Language) -> &'static str {
        words::reason(self, language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Room, Slowed};

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(1_588_719_600_000).plus_secs(seconds)
    }

    fn status(seconds: i64) -> Status {
        Room::new("masks-2020", 60, at(86_400), at(0)).status(at(seconds))
    }

    const fn between(low_seconds: u64, high_seconds: u64) -> Estimate {
        Estimate::Between { low_seconds, high_seconds }
    }

    #[test]
    fn an_estimate_is_lowered_freely() {
        let promise = Promise { by: at(600), told_at: at(0) };
        let told = tell(between(100, 200), Some(promise), &status(60));
        assert_eq!((told.estimate, told.reason), (between(100, 200), None));
        assert_eq!(told.promise, Some(Promise { by: at(260), told_at: at(60) }));
    }

    #[test]
    fn a_small_rise_keeps_the_promise() {
        let promise = Promise { by: at(600), told_at: at(0) };
        let told = tell(between(300, 620), Some(promise), &status(60));
        assert_eq!((told.estimate, told.promise, told.reason), (between(300, 540), Some(promise), None));
    }

    #[test]
    fn a_rise_has_its_reason() {
        let promise = Promise { by: at(600), told_at: at(0) };
        let told = tell(between(600, 900), Some(promise), &status(60));
        assert_eq!((told.estimate, told.reason), (between(600, 900), Some(Reason::FewerLeft)));
        let mut slowed = status(60);
        slowed.slowed = Some(Slowed { at: at(30), reason: Reason::RateLowered });
        assert_eq!(tell(between(300, 620), Some(promise), &slowed).reason, Some(Reason::RateLowered));
        let told = tell(Estimate::Paused, Some(promise), &status(60));
        assert_eq!((told.promise, told.reason), (None, Some(Reason::Paused)));
        assert!(Language::ALL.iter().all(|&language| !Reason::Paused.words(language).is_empty()));
    }
}
