use journal::{Actor, Event, Ledger};
use kernel::Instant;

use super::MatchError;
use crate::storage::patience as storage;

/// How long matching leaves a silent register alone, kept in the store: a restart does not forget it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// Failures in a row.
    pub failures: i64,
    /// Before this moment nothing is opened and nobody is asked.
    pub not_before: Instant,
}

const FIRST_MS: i64 = 2_000;
const LONGEST_MS: i64 = 5 * 60_000;

impl Patience {
    pub(super) fn read(ledger: &Ledger) -> Result<Self, MatchError> {
        let kept = ledger.read("registration.patience", |tx| Ok::<_, MatchError>(storage::read(tx)?))?;
        Ok(kept.unwrap_or(Self { failures: 0, not_before: Instant::from_millis(0) }))
    }

    pub(super) fn waits(self, now: Instant) -> bool {
        now < self.not_before
    }

    /// The register was silent: twice as long as the last time.
    pub(super) fn failed(self, ledger: &Ledger) -> Result<(), MatchError> {
        let wait = longer(self.failures);
        ledger.write("registration.register_silent", Actor::Job("matching"), move |work| {
            let next = Self { failures: self.failures.saturating_add(1), not_before: work.now().plus_millis(wait) };
            storage::write(work.tx(), next)?;
            let event = Event::new("registration.register_silent").detail("failures", next.failures);
            work.journal(event.detail("not_before", next.not_before.to_string()))?;
            Ok::<_, MatchError>(())
        })?;
        Ok(())
    }

    /// It answers: nothing is left of the wait.
    pub(super) fn answered(self, ledger: &Ledger) -> Result<(), MatchError> {
        if self.failures == 0 {
            return Ok(());
        }
        ledger.write("registration.register_answers", Actor::Job("matching"), move |work| {
            storage::forget(work.tx())?;
            work.journal(Event::new("registration.register_answers").detail("failures", self.failures))?;
            Ok::<_, MatchError>(())
        })?;
        Ok(())
    }
}

/// Milliseconds to wait after so many failures before this one.
fn longer(failures: i64) -> i64 {
    (FIRST_MS << failures.clamp(0, 16)).min(LONGEST_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_from_two_seconds_to_five_minutes() {
        let waits: Vec<i64> = (0..10).map(|failures| longer(failures) / 1000).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(longer(i64::MAX), LONGEST_MS);
    }
}
