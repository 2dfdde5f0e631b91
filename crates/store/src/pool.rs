use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::StoreError;

/// Connections for readers: opened when first needed, kept, never more than `most`.
pub(crate) struct Pool<S> {
    state: Mutex<State<S>>,
    changed: Condvar,
    most: usize,
    open: Box<dyn Fn() -> Result<S, StoreError> + Send + Sync>,
}

struct State<S> {
    idle: Vec<S>,
    lent: usize,
    closed: bool,
}

impl<S> Pool<S> {
    pub(crate) fn new(most: usize, open: impl Fn() -> Result<S, StoreError> + Send + Sync + 'static) -> Self {
        let state = State { idle: Vec::new(), lent: 0, closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), most: most.max(1), open: Box::new(open) }
    }

    /// A connection; waits when all are lent.
    pub(crate) fn lend(&self) -> Result<Lent<'_, S>, StoreError> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return Err(StoreError::Closed);
            }
            if let Some(session) = state.idle.pop() {
                state.lent += 1;
                return Ok(Lent { pool: self, session: Some(session) });
            }
            if state.lent < self.most {
                state.lent += 1;
                break;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        let mut lent = Lent { pool: self, session: None };
        lent.session = Some((self.open)()?);
        Ok(lent)
    }

    /// Drops every connection and waits for those that are lent.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.idle.clear();
        self.changed.notify_all();
        while state.lent > 0 {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection on loan; it goes back when dropped.
pub(crate) struct Lent<'p, S> {
    pool: &'p Pool<S>,
    session: Option<S>,
}

impl<S> Lent<'_, S> {
    /// Access to the connection, which is there from `lend` to `drop`.
    pub(crate) fn session(&mut self) -> Result<&mut S, StoreError> {
        self.session.as_mut().ok_or(StoreError::Closed)
    }
}

impl<S> Drop for Lent<'_, S> {
    fn drop(&mut self) {
        let session = self.session.take();
        let mut state = self.pool.lock();
        state.lent -= 1;
        if state.closed {
            self.pool.changed.notify_all();
        } else {
            // One connection serves one of those who wait; waking all of them costs more than the reading.
            state.idle.extend(session);
            self.pool.changed.notify_one();
        }
    }
}
