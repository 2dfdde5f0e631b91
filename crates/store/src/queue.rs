use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::request::Request;

/// The bounded queue between callers and writers.
pub(crate) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    limit: usize,
}

struct State {
    waiting: VecDeque<Box<dyn Request>>,
    idle_writers: usize,
    closed: bool,
}

/// Why a request was not queued.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    Full,
    Closed,
}

impl Queue {
    pub(crate) fn new(limit: usize) -> Self {
        let state = State { waiting: VecDeque::new(), idle_writers: 0, closed: false };
        Self { state: Mutex::new(state), filled: Condvar::new(), limit }
    }

    /// Makes the request and queues it, or says why not before it is made.
    pub(crate) fn push(&self, request: impl FnOnce() -> Option<Box<dyn Request>>) -> Result<(), Turned> {
        let mut state = self.lock();
        if state.closed {
            return Err(Turned::Closed);
        }
        if state.waiting.len() >= self.limit {
            return Err(Turned::Full);
        }
        state.waiting.extend(request());
        let wake = state.idle_writers > 0;
        drop(state);
        if wake {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Waits for requests and takes all that are there, `most` at a time; nothing when the queue is closed and drained.
    pub(crate) fn take(&self, most: usize) -> Option<Vec<Box<dyn Request>>> {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return None;
            }
            state.idle_writers += 1;
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle_writers -= 1;
        }
        let count = state.waiting.len().min(most.max(1));
        Some(state.waiting.drain(..count).collect())
    }

    /// Refuses what comes from now on; what waits is still served.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
