use crate::StoreError;
use crate::group::Lend;
use crate::session::Session;

/// What a store needs of a database, beside its connections.
pub(crate) trait Engine: Send + Sync {
    /// Lends a connection that can only read to the caller's thread.
    fn reader(&self, use_it: &mut dyn FnMut(&mut dyn Session)) -> Result<(), StoreError>;
    /// Rewrites the store so that no page or row of the past is left.
    fn compact(&self) -> Result<(), StoreError>;
    /// Empties the log of what was written, where a file has one.
    fn empty_log(&self) -> Result<(), StoreError>;
    /// Gives free pages back, so many at most; returns how many are left.
    fn give_back(&self, most: u32) -> Result<u64, StoreError>;
    /// Whether what was deleted is really gone only once the store is rewritten.
    fn wants_rewriting(&self) -> bool;
    /// Closes every connection; the writers have ended.
    fn close(&self);
    /// Removes the store; it has been closed.
    fn remove(&self) -> Result<(), StoreError>;
    /// What it takes on the disk.
    fn size_bytes(&self) -> Result<u64, StoreError>;
}

/// An open database: the engine and the connections of its writers.
pub(crate) struct Opened {
    pub(crate) engine: Box<dyn Engine>,
    pub(crate) writers: Vec<Lend>,
}
