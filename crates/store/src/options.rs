use std::fmt;
use std::sync::Arc;

/// Called with the transaction's name and each SQL text it runs; parameters are never shown.
pub type Trace = Arc<dyn Fn(&'static str, &str) + Send + Sync>;

/// How a store runs. The default is right for one machine.
#[derive(Clone)]
pub struct Options {
    /// Sees every statement when set.
    pub trace: Option<Trace>,
    /// How many requests may wait for the writer; the next one is refused as busy.
    pub queue: usize,
    /// How many requests share one commit at most.
    pub group: usize,
    /// How many snapshots may be read at once; the next reader waits for one of them.
    pub readers: usize,
    /// How many writers share the queue. PostgreSQL only: SQLite has one writer by nature.
    pub writers: usize,
    /// Acknowledge before the disk has it. Only for the torture test, which must see promise 5 broken by this.
    pub synchronous_off: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { trace: None, queue: 8192, group: 512, readers: 8, writers: 4, synchronous_off: false }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("trace", &self.trace.is_some())
            .field("queue", &self.queue)
            .field("group", &self.group)
            .field("readers", &self.readers)
            .field("writers", &self.writers)
            .field("synchronous_off", &self.synchronous_off)
            .finish()
    }
}
