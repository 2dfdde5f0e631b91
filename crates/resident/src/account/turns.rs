use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Passwords compared or hashed at once: each takes tens of milliseconds of a core and 19 MiB, on purpose.
const AT_ONCE: usize = 2;
/// So many more wait, which is about a second; whoever comes then is told that the service is busy.
const WAITING: usize = 32;

/// Who may work on a password now, so that nobody starves the server with guesses.
#[derive(Clone, Debug)]
pub struct Turns {
    places: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

/// Kept while the password is worked on.
#[derive(Debug)]
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
    _running: OwnedSemaphorePermit,
}

impl Default for Turns {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE + WAITING)), running: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Turns {
    /// Waits for a turn; nothing when too many wait already.
    pub(super) async fn take(&self) -> Option<Turn> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        let running = self.running.clone().acquire_owned().await.ok()?;
        Some(Turn { _place: place, _running: running })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_few_run_a_few_more_wait_and_the_rest_is_told_so_at_once() {
        let turns = Turns::default();
        let mut running = Vec::new();
        for _ in 0..AT_ONCE {
            running.push(turns.take().await.unwrap());
        }
        let waiting: Vec<_> = (0..WAITING)
            .map(|_| {
                let turns = turns.clone();
                tokio::spawn(async move { turns.take().await.is_some() })
            })
            .collect();
        while turns.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(turns.take().await.is_none());
        drop(running);
        for one in waiting {
            assert!(one.await.unwrap());
        }
        assert!(turns.take().await.is_some());
    }
}
