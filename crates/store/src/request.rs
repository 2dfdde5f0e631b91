use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{RunError, StoreError, Tx};

/// A write that waits for the writer, its types forgotten.
pub(crate) trait Request: Send {
    fn name(&self) -> &'static str;
    /// Runs the closure (again); true when it wants to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Replaces the closure's result by a failure of the store.
    fn fail(&mut self, error: StoreError);
    /// Tells whoever asked.
    fn answer(self: Box<Self>);
}

/// A named closure with the place its result goes to.
pub(crate) struct Named<T, E, W, R> {
    name: &'static str,
    work: W,
    reply: R,
    result: Option<Result<T, RunError<E>>>,
}

impl<T, E, W, R> Named<T, E, W, R>
where
    W: FnMut(&mut Tx<'_>) -> Result<T, E>,
    R: FnOnce(Result<T, RunError<E>>),
{
    pub(crate) fn new(name: &'static str, work: W, reply: R) -> Self {
        Self { name, work, reply, result: None }
    }

    /// Answers without having run.
    pub(crate) fn turn_away(self, error: RunError<E>) {
        (self.reply)(Err(error));
    }
}

impl<T, E, W, R> Request for Named<T, E, W, R>
where
    T: Send,
    E: Send,
    W: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    R: FnOnce(Result<T, RunError<E>>) + Send,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let result = guarded(self.name, &mut self.work, tx);
        let kept = result.is_ok();
        self.result = Some(result);
        kept
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Some(Err(RunError::Store(error)));
    }

    fn answer(self: Box<Self>) {
        let Self { reply, result, .. } = *self;
        let result = result.unwrap_or(Err(RunError::Store(StoreError::Closed)));
        // A reply that panics must not take the writer, and with it everybody's answers, down.
        let _ = catch_unwind(AssertUnwindSafe(|| reply(result)));
    }
}

/// Runs a closure; a panic is its own failure and nobody else's.
pub(crate) fn guarded<T, E>(
    name: &'static str,
    work: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    tx: &mut Tx<'_>,
) -> Result<T, RunError<E>> {
    match catch_unwind(AssertUnwindSafe(|| work(tx))) {
        Ok(result) => result.map_err(RunError::Refused),
        Err(_) => Err(RunError::Store(StoreError::Panicked(name))),
    }
}
