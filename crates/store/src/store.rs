use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::engine::{Engine, Opened};
use crate::group;
use crate::location::{Location, check_name};
use crate::migration::Migration;
use crate::queue::{Queue, Turned};
use crate::request::{Named, guarded};
use crate::session::{Session, Step};
use crate::{Options, RunError, StoreError, Trace, Tx, postgresql, sqlite};

/// One service's records. Clones share it; the last one to go waits for the writers to finish what is queued.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    name: String,
    queue: Arc<Queue>,
    engine: Box<dyn Engine>,
    writers: Mutex<Vec<JoinHandle<()>>>,
    trace: Option<Trace>,
}

/// What a caller is told when the queue is full: a full queue is served in about this time.
const RETRY_AFTER_MS: u64 = 1000;
/// How often a reader that lost its connection tries again.
const READ_TRIES: usize = 3;

impl Store {
    /// Opens the store, makes it when it is not there, and brings its schema up to date.
    pub fn open(location: &Location, name: &str, migrations: &[&[Migration]], options: Options) -> Result<Self, StoreError> {
        check_name(name)?;
        let opened = match location {
            Location::Sqlite(directory) => sqlite::open(directory, name, migrations, &options)?,
            Location::Postgres(url) => postgresql::open(url, name, migrations, &options)?,
        };
        Self::start(name, opened, options)
    }

    /// A store in memory on SQLite, for tests. Readers and the writer take turns: no read within a write.
    pub fn open_in_memory(migrations: &[&[Migration]]) -> Result<Self, StoreError> {
        Self::start("memory", sqlite::open_in_memory(migrations)?, Options::default())
    }

    /// Whether there is a store of this name.
    pub fn exists(location: &Location, name: &str) -> Result<bool, StoreError> {
        check_name(name)?;
        match location {
            Location::Sqlite(directory) => sqlite::exists(directory, name),
            Location::Postgres(url) => postgresql::exists(url, name),
        }
    }

    /// Queues a write. The reply runs once, after COMMIT (or rollback) on a writer's thread, so it must be short; when
    /// the queue is full or closed it runs at once on this one. The closure may run more than once.
    pub fn submit<T, E>(
        &self,
        name: &'static str,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(Result<T, RunError<E>>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: Send + 'static,
    {
        let mut request = Some(Named::new(name, work, reply));
        let turned = self.0.queue.push(|| request.take().map(|named| Box::new(named) as _));
        if let (Err(turned), Some(request)) = (turned, request) {
            request.turn_away(match turned {
                Turned::Full => RunError::Busy { retry_after_ms: RETRY_AFTER_MS },
                Turned::Closed => RunError::Store(StoreError::Closed),
            });
        }
    }

    /// Queues a write and waits for it. Never inside a transaction or a reply: the writer would wait for itself.
    pub fn write<T, E>(
        &self,
        name: &'static str,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, RunError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let (sender, receiver) = sync_channel(1);
        self.submit(name, work, move |result| {
            // The receiver is there: it waits below.
            let _ = sender.send(result);
        });
        receiver.recv().unwrap_or(Err(RunError::Store(StoreError::Closed)))
    }

    /// Reads one snapshot on this thread. The closure may run more than once; it cannot write. It must not read through
    /// the store again: when every reader did that, all would wait for one more connection.
    pub fn read<T, E>(&self, name: &'static str, mut work: impl FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, RunError<E>> {
        let mut outcome = Err(RunError::Store(StoreError::Closed));
        self.0.engine.reader(&mut |session| outcome = read(session, name, self.0.trace.as_ref(), &mut work))?;
        outcome
    }

    /// Leaves no old page behind: the log is emptied and the file rewritten. Writers wait meanwhile.
    pub fn compact(&self) -> Result<(), StoreError> {
        self.0.engine.compact()
    }

    /// Empties the log, in which pages stand as they were before a deletion; a few milliseconds. On SQLite nothing is left of what
    /// was deleted then: the file itself is overwritten at once. While a reader looks at an older snapshot it is refused
    /// as locked, at once, and is to be tried again.
    pub fn empty_log(&self) -> Result<(), StoreError> {
        self.0.engine.empty_log()
    }

    /// Gives free pages of the file back to the disk, so many at most; writers wait for a few milliseconds for each thousand. Returns
    /// how many are still free: 0 where the engine has none to give, as PostgreSQL.
    pub fn give_back(&self, most: u32) -> Result<u64, StoreError> {
        self.0.engine.give_back(most)
    }

    /// Whether only [`Store::compact`] ends what was deleted: on PostgreSQL, where its bytes stay where they are until then, and on SQLite for a file that was made before files
    /// could shrink, once.
    pub fn wants_rewriting(&self) -> bool {
        self.0.engine.wants_rewriting()
    }

    /// Ends the store: serves what is queued, closes, removes the file or drops the schema. Other clones find it closed.
    pub fn destroy(self) -> Result<(), StoreError> {
        self.0.shut();
        self.0.engine.remove()
    }

    /// What the store takes on the disk.
    pub fn size_bytes(&self) -> Result<u64, StoreError> {
        self.0.engine.size_bytes()
    }

    /// Whether transactions commit in the order in which they run: one writer does, several do not.
    pub fn commits_in_order(&self) -> bool {
        self.0.writers.lock().unwrap_or_else(PoisonError::into_inner).len() <= 1
    }

    /// The store's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    fn start(name: &str, opened: Opened, options: Options) -> Result<Self, StoreError> {
        let queue = Arc::new(Queue::new(options.queue));
        let mut writers = Vec::new();
        for lend in opened.writers {
            let (queue, trace, most) = (Arc::clone(&queue), options.trace.clone(), options.group);
            let writer = thread::Builder::new()
                .name(format!("writer {name}"))
                .spawn(move || group::serve(&queue, most, trace.as_ref(), lend))
                .map_err(|error| StoreError::Engine(format!("no thread for the writer: {error}")))?;
            writers.push(writer);
        }
        let inner = Inner { name: name.to_owned(), queue, engine: opened.engine, writers: Mutex::new(writers), trace: options.trace };
        Ok(Self(Arc::new(inner)))
    }
}

impl Inner {
    /// Waits for the writers, unless this is one of them (a reply may hold the last clone).
    fn shut(&self) {
        self.queue.close();
        let writers = std::mem::take(&mut *self.writers.lock().unwrap_or_else(PoisonError::into_inner));
        for writer in writers {
            if writer.thread().id() != thread::current().id() {
                // A writer that panicked has nothing left to finish.
                let _ = writer.join();
            }
        }
        self.engine.close();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shut();
    }
}

fn read<T, E>(
    session: &mut dyn Session,
    name: &'static str,
    trace: Option<&Trace>,
    work: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, RunError<E>> {
    let mut error = StoreError::Conflict;
    for _ in 0..READ_TRIES {
        error = match read_once(session, name, trace, work) {
            Ok(result) => return result,
            Err(error) => error,
        };
        if matches!(error, StoreError::Unreachable(_)) && session.reopen().is_err() {
            break;
        }
    }
    Err(RunError::Store(error))
}

/// The closure's result, or what makes it worth another try.
fn read_once<T, E>(
    session: &mut dyn Session,
    name: &'static str,
    trace: Option<&Trace>,
    work: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Result<Result<T, RunError<E>>, StoreError> {
    match session.step(Step::Begin) {
        Err(error @ (StoreError::Conflict | StoreError::Unreachable(_))) => return Err(error),
        Err(error) => return Ok(Err(RunError::Store(error))),
        Ok(()) => {}
    }
    let mut tx = Tx::new(&mut *session, name, trace);
    let result = guarded(name, work, &mut tx);
    let failure = tx.failure();
    // A snapshot has nothing to keep.
    let _ = session.step(Step::Rollback);
    match (result, failure) {
        (_, Some(error @ (StoreError::Conflict | StoreError::Unreachable(_)))) => Err(error),
        (Ok(_), Some(error)) => Ok(Err(RunError::Store(error))),
        (result, _) => Ok(result),
    }
}
