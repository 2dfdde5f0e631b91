use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use kernel::{Clock, Fault, Id, Instant, Kind, Random, kinds};
use seal::{Keyring, Signer};
use store::{RunError, Store, StoreError, Tx};
use thiserror::Error;

use crate::integrate::Integrator;
use crate::receipt::Signatory;
use crate::{Actor, Committed, Entry, EventProof, Receipt, Removed, Work, storage};

/// What a ledger is made of.
pub struct LedgerParts {
    /// The service's store.
    pub store: Store,
    /// The service's keys.
    pub keys: Arc<Keyring>,
    /// The platform's log key, which outlives the service.
    pub signer: Arc<dyn Signer>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Where the tiles and the checkpoint stand: outside the database.
    pub tiles: PathBuf,
    /// The log's name, such as `lionrock.example/masks-2020`.
    pub origin: String,
}

/// One service: its store and its journal.
pub struct Ledger {
    store: Store,
    keys: Arc<Keyring>,
    signer: Arc<dyn Signer>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    origin: String,
    sequence: Arc<Sequence>,
    begun: Arc<Begun>,
    signatory: Signatory,
    pub(crate) integrator: Integrator,
}

/// A fault of the journal itself.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The tiles or the checkpoint cannot be read or written.
    #[error("the journal's tiles in {0}: {1}; check that the directory is writable and the disk is not full")]
    Tiles(PathBuf, std::io::Error),
    /// The published tree holds more than the database, and no restore said that this is so on purpose.
    #[error("the published checkpoint has {published} entries, the database only {stored}: put the newer database back, or restore a backup with `lionrock restore --in-place`, which continues the tree")]
    Behind {
        /// Entries in the checkpoint.
        published: u64,
        /// Entries in the database.
        stored: u64,
    },
    /// The database and the published tree are of two histories.
    #[error("entry {position} of the database is not the one that was published: this database does not belong to these tiles")]
    Forked {
        /// The first entry that differs.
        position: u64,
    },
    /// The checkpoint on disk is not signed by this log's key.
    #[error("the checkpoint in {0} is not signed by this log's key: was the signing key replaced?")]
    ForeignCheckpoint(PathBuf),
    /// The ledger of removals is damaged in both its places.
    #[error("the ledger of removals {0} is damaged, and so is its copy or there is none: put it back from a backup of the data, or move both aside (then the next restore brings back what was removed before)")]
    Removals(PathBuf),
    /// An event that was just noted has no place in the tree.
    #[error("an event has no place in the journal's tree: some unit of work has not ended for half a minute; try again")]
    Unplaced,
    /// The database was busy or refused.
    #[error("the journal could not be written: {0}")]
    Run(String),
}

impl Fault for JournalError {
    fn kind(&self) -> Kind {
        Kind::Broken
    }
}

impl From<RunError<StoreError>> for JournalError {
    fn from(error: RunError<StoreError>) -> Self {
        match error {
            RunError::Refused(error) | RunError::Store(error) => Self::Store(error),
            RunError::Busy { .. } => Self::Run("the write queue is full".into()),
        }
    }
}

impl Ledger {
    /// Opens a service's ledger and checks that its published tree and its database agree.
    pub fn open(parts: LedgerParts) -> Result<Arc<Self>, JournalError> {
        Self::open_settling(parts, |_, _| Ok(()))
    }

    /// The same; after a restore `settle` runs before anything else is done with the ledger, and is told what was removed since the backup.
    /// When the process dies on the way it runs again at the next start.
    pub fn open_settling(
        parts: LedgerParts,
        settle: impl FnMut(&mut Work<'_, '_>, &Removed) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<Arc<Self>, JournalError> {
        let LedgerParts { store, keys, signer, clock, random, tiles, origin } = parts;
        let last = store.read("journal.open", storage::last_event)?;
        let integrator = Integrator::open(&store, &*signer, (tiles.clone(), keys.beside("removals")), &origin)?;
        let signatory = Signatory::start(signer.clone(), origin.clone()).map_err(|e| JournalError::Tiles(tiles, e))?;
        let sequence = Arc::new(Sequence::after(last));
        let begun = Arc::default();
        let ledger = Self { store, keys, signer, clock, random, origin, sequence, begun, signatory, integrator };
        ledger.settle_restore(settle)?;
        Ok(Arc::new(ledger))
    }

    /// Runs a unit of work and waits until it is durable. The closure may run more than once.
    pub fn write<T, E>(
        &self,
        name: &'static str,
        actor: Actor,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<(T, Committed), RunError<E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, receiver) = sync_channel(1);
        self.submit(name, actor, act, move |result| {
            let _ = sender.send(result);
        });
        receiver.recv().unwrap_or_else(|_| Err(RunError::Busy { retry_after_ms: 1000 }))
    }

    /// Runs a unit of work and calls `reply` once it is durable or refused.
    pub fn submit<T, E>(
        &self,
        name: &'static str,
        actor: Actor,
        mut act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(Result<(T, Committed), RunError<E>>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (clock, random, sequence) = (self.clock.clone(), self.random.clone(), self.sequence.clone());
        let begun = self.begun.clone();
        let turn = begun.turn();
        let run = move |tx: &mut Tx<'_>| -> Result<(T, Instant, Vec<EventProof>), E> {
            begun.at(turn, sequence.latest());
            let mut work = Work::begin(tx, clock.now(), &*random, &actor, &sequence);
            let value = act(&mut work)?;
            let now = work.now();
            Ok((value, now, work.into_events()))
        };
        let begun = self.begun.clone();
        self.store.submit(name, run, move |result| {
            begun.ended(turn);
            reply(result.map(|(value, at, events)| (value, Committed::mint(at, events))));
        });
    }

    /// Looks without changing anything; what is sealed stays sealed.
    pub fn read<T, E>(
        &self,
        name: &'static str,
        look: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, RunError<E>>
    where
        E: From<StoreError>,
    {
        self.store.read(name, look)
    }

    /// Signs a receipt for the first event of a unit of work; `then` runs on the signing thread and must be short.
    /// A unit of work that noted nothing has no receipt: `then` is dropped.
    pub fn sign_receipt(&self, committed: &Committed, then: impl FnOnce(Receipt) + Send + 'static) {
        if let Some(event) = committed.events().first() {
            self.signatory.sign(event.clone(), then);
        }
    }

    /// As [`Ledger::sign_receipt`], waiting for it.
    pub fn receipt(&self, committed: &Committed) -> Option<Receipt> {
        let (sender, receiver) = sync_channel(1);
        self.sign_receipt(committed, move |receipt| {
            let _ = sender.send(receipt);
        });
        receiver.recv().ok()
    }

    /// The newest journal entries before `before`, newest first.
    pub fn page(&self, before: Option<Id<kinds::Event>>, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let limit = i64::try_from(limit).unwrap_or(100);
        Ok(self.store.read("journal.page", |tx| storage::page(tx, before, limit))?)
    }

    /// The entries after `after` in the order in which they were written: what a recount reads.
    pub fn scan(&self, after: Option<Id<kinds::Event>>, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let after = after.unwrap_or(Id::from_bytes([0; 16]));
        let limit = i64::try_from(limit).unwrap_or(1000);
        Ok(self.store.read("journal.scan", |tx| storage::scan(tx, after, limit))?)
    }

    /// One entry.
    pub fn entry(&self, id: Id<kinds::Event>) -> Result<Option<Entry>, JournalError> {
        Ok(self.store.read("journal.entry", |tx| storage::entry_by_id(tx, id))?)
    }

    /// Every event with an id up to this one is committed or never will be; nothing when all are. With one writer events
    /// commit in the order of their ids; with several, one that began earlier may commit later, and whoever follows the
    /// events by their ids must not run ahead of it.
    pub fn settled(&self) -> Option<Id<kinds::Event>> {
        self.begun.earliest().map(Id::from_bytes)
    }

    /// Waits until every unit of work that began before this event was noted has been answered, half a minute at most: then
    /// nothing stands before the event any more, and [`Ledger::integrate`] gives it its place.
    pub(crate) fn wait_for_earlier(&self, event: Id<kinds::Event>) {
        self.begun.wait_until_past(event.bytes());
    }

    /// The service's store.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The service's keys.
    pub const fn keys(&self) -> &Arc<Keyring> {
        &self.keys
    }

    /// The log's signer.
    pub const fn signer(&self) -> &Arc<dyn Signer> {
        &self.signer
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Time.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Chance.
    pub const fn random(&self) -> &Arc<dyn Random> {
        &self.random
    }
}

/// The units of work that have begun and not been answered, each with the last id handed out before it began.
#[derive(Default)]
struct Begun {
    turns: AtomicU64,
    open: Mutex<HashMap<u64, [u8; 16]>>,
    answered: Condvar,
}

/// The longest wait for earlier units of work.
const PATIENCE: Duration = Duration::from_secs(30);

impl Begun {
    fn turn(&self) -> u64 {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    fn at(&self, turn: u64, latest: [u8; 16]) {
        self.lock().insert(turn, latest);
    }

    fn ended(&self, turn: u64) {
        self.lock().remove(&turn);
        self.answered.notify_all();
    }

    fn wait_until_past(&self, id: [u8; 16]) {
        let behind = |open: &mut HashMap<u64, [u8; 16]>| open.values().any(|latest| *latest < id);
        drop(self.answered.wait_timeout_while(self.lock(), PATIENCE, behind));
    }

    fn earliest(&self) -> Option<[u8; 16]> {
        self.lock().values().min().copied()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, [u8; 16]>> {
        self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Hands out event ids that only ever grow, also when two events fall into one millisecond or the clock steps back.
pub(crate) struct Sequence(Mutex<[u8; 16]>);

impl Sequence {
    fn after(last: Option<Id<kinds::Event>>) -> Self {
        Self(Mutex::new(last.map_or([0; 16], |id| id.bytes())))
    }

    fn latest(&self) -> [u8; 16] {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn next(&self, now: Instant, random: &dyn Random) -> Id<kinds::Event> {
        let mut last = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let fresh: Id<kinds::Event> = Id::new(now, random);
        let following = u128::from_be_bytes(*last).saturating_add(1).to_be_bytes();
        *last = fresh.bytes().max(following);
        Id::from_bytes(*last)
    }
}
