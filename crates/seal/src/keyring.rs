use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use kernel::{Day, Random, Secret};

use crate::envelope::Macs;
use crate::erasures::ErasureLedger;
use crate::files::{Files, Loaded};
use crate::ledger::Destroyed;
use crate::node::Node;
use crate::slot::HEADER_LEN;
use crate::state::{Root, State};
use crate::trail::Bench;
use crate::{AfterCommit, KeyPlace, Purpose, RecordNumber, SealError, Sealed, Slot, aead, file};

/// Record numbers are reserved this many at a time, so that one sync serves them all; a crash skips the rest.
const BLOCK: u64 = 65_536;
/// How many threads seal and open without waiting for each other.
const BENCHES: usize = 8;

/// The keys of one service. Shared by all threads; what is forgotten is forgotten for all of them at once.
pub struct Keyring {
    pub(crate) service: String,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) files: Option<Files>,
    pub(crate) held: RwLock<Held>,
    numbers: Mutex<std::ops::Range<u64>>,
    /// Emptied whenever a tree changes, under the write lock of `held`: nothing outlives its node here.
    benches: [Padded; BENCHES],
}

/// Alone on its cache lines, so that threads at different benches do not slow each other.
#[repr(align(128))]
#[derive(Default)]
struct Padded(Mutex<Bench>);

pub(crate) struct Held {
    pub(crate) state: State,
    pub(crate) root: Root,
    pub(crate) ledger: ErasureLedger,
    pub(crate) macs: Macs,
    /// A roll was due and failed, or an old root has not come to its end: the next `midnight` tries again.
    pub(crate) overdue: bool,
    /// Writing the tree under a new root failed: the one on disk may be under either, and both must stay until it is
    /// written once more.
    pub(crate) unsure: bool,
    pub(crate) destroyed: Option<Destroyed>,
}

impl Keyring {
    /// Makes the keys of a new service. Refuses when there are some already.
    pub fn create(place: KeyPlace, service: &str, today: Day, random: Arc<dyn Random>) -> Result<Self, SealError> {
        file::make_directory_of(&place.tree)?;
        place.make_directory_of_root()?;
        let files = Files::hold(place, service, random.clone())?;
        let state = State::new(service, today, random.as_ref());
        let (root, ledger) = files.create(&state)?;
        Ok(Self::assemble(service, random, Some(files), Loaded { root, state, ledger }))
    }

    /// Loads the keys of a service, forgets what the ledger names and the tree does not know of yet, drops the nodes of past
    /// days, and finishes what a crash interrupted.
    pub fn open(place: KeyPlace, service: &str, today: Day, random: Arc<dyn Random>) -> Result<Self, SealError> {
        if !file::directory_of(&place.tree).is_dir() {
            return Err(SealError::NoTree(place.tree));
        }
        let files = Files::hold(place, service, random.clone())?;
        let loaded = files.load()?;
        Self::assemble(service, random, Some(files), loaded).caught_up(today)
    }

    /// A keyring without files, for tests and simulations.
    pub fn in_memory(service: &str, today: Day, random: Arc<dyn Random>) -> Self {
        let (root, state) = (Root::new(0, random.as_ref()), State::new(service, today, random.as_ref()));
        let ledger = ErasureLedger::in_memory(service);
        Self::assemble(service, random, None, Loaded { root, state, ledger })
    }

    /// Where something stands that belongs beside the tree: its file name with this ending. Nothing for a keyring in memory.
    pub fn beside(&self, ending: &str) -> Option<PathBuf> {
        self.files.as_ref().map(|files| file::with_suffix(&files.tree, ending))
    }

    /// What is on record of a keyring that was destroyed, or nothing when it lives or never was.
    pub fn destroyed(place: &KeyPlace) -> Result<Option<Destroyed>, SealError> {
        Files::stone(&place.tree)
    }

    /// Makes the tree of a purpose; nothing happens when there is one.
    pub fn add_purpose(&self, purpose: &Purpose) -> Result<(), SealError> {
        let mut held = self.write()?;
        if held.state.add(*purpose, self.random.as_ref())? {
            self.persist(&held).inspect_err(|_| drop(held.state.trees.pop()))?;
        }
        Ok(())
    }

    /// A record number that was never handed out before, whatever happened to the database.
    pub fn next_record(&self) -> Result<RecordNumber, SealError> {
        let mut numbers = locked(&self.numbers);
        if numbers.is_empty() {
            *numbers = self.reserve()?;
        }
        numbers.next().map(RecordNumber).ok_or(SealError::Exhausted)
    }

    /// Seals a value for its slot.
    pub fn seal(&self, slot: &Slot, plaintext: &[u8]) -> Result<Sealed, SealError> {
        let held = self.read()?;
        if slot.expiry < held.state.today {
            return Err(SealError::Invalid("the expiry day has passed"));
        }
        let mut bytes = Vec::with_capacity(HEADER_LEN + aead::OVERHEAD + plaintext.len());
        bytes.extend_from_slice(&slot.header()?);
        let aad = slot.additional_data(&self.service)?;
        let (leaf, seed) = self.leaf(&held, slot, |bench| bench.seed(self.random.as_ref()))?;
        aead::seal_with(&mut bytes, leaf.bytes(), &seed, &aad, plaintext)?;
        Ok(Sealed::from_bytes(bytes))
    }

    /// Opens a value in its slot, once its opening is on record.
    pub fn open_sealed(&self, slot: &Slot, sealed: &Sealed, _proof: &AfterCommit) -> Result<Secret<Vec<u8>>, SealError> {
        let held = self.read()?;
        let (header, body) = sealed.parts()?;
        if *header != slot.header()? {
            return Err(SealError::Broken);
        }
        let aad = slot.additional_data(&self.service)?;
        let (leaf, ()) = self.leaf(&held, slot, |_| ())?;
        let mut plain = aead::open(leaf.bytes(), &aad, body)?;
        Ok(Secret::new(std::mem::take(&mut *plain)))
    }

    /// Whether a value in this slot could be opened.
    pub fn is_alive(&self, slot: &Slot) -> bool {
        self.read().and_then(|held| self.leaf(&held, slot, |_| ())).is_ok()
    }

    /// What is held, unless it was destroyed.
    pub(crate) fn read(&self) -> Result<RwLockReadGuard<'_, Held>, SealError> {
        let held = self.read_anyway();
        if held.destroyed.is_some() { Err(SealError::Gone) } else { Ok(held) }
    }

    /// What is held; noise after destruction.
    pub(crate) fn read_anyway(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// With the day told and every erasure made final.
    pub(crate) fn caught_up(self, today: Day) -> Result<Self, SealError> {
        self.midnight(today)?;
        if self.needs_roll() {
            self.roll()?;
        }
        Ok(self)
    }

    pub(crate) fn assemble(service: &str, random: Arc<dyn Random>, files: Option<Files>, loaded: Loaded) -> Self {
        Self {
            service: service.to_owned(),
            random,
            files,
            held: RwLock::new(Held::new(loaded)),
            numbers: Mutex::new(0..0),
            benches: std::array::from_fn(|_| Padded::default()),
        }
    }

    pub(crate) fn write(&self) -> Result<RwLockWriteGuard<'_, Held>, SealError> {
        let held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.destroyed.is_some() { Err(SealError::Gone) } else { Ok(held) }
    }

    /// The leaf of a slot, and what else is wanted from the bench at which it was derived.
    pub(crate) fn leaf<T>(&self, held: &Held, slot: &Slot, and: impl FnOnce(&mut Bench) -> T) -> Result<(Node, T), SealError> {
        let path = slot.path()?;
        let (at, tree) = held.state.tree(&slot.purpose)?;
        let mut bench = self.free_bench();
        let leaf = bench.walk(at, tree, path).ok_or(SealError::Gone)?;
        Ok((leaf, and(&mut bench)))
    }

    /// A bench at which no other thread works, by preference the one at which this thread worked last.
    fn free_bench(&self) -> MutexGuard<'_, Bench> {
        let mut hasher = DefaultHasher::new();
        std::thread::current().id().hash(&mut hasher);
        let usual = usize::from(hasher.finish().to_le_bytes()[0]) % BENCHES;
        let (before, from) = self.benches.split_at(usual);
        let [first, ..] = &self.benches;
        from.iter().chain(before).find_map(|bench| bench.0.try_lock().ok()).unwrap_or_else(|| locked(&first.0))
    }

    pub(crate) fn forget_trails(&self) {
        for bench in &self.benches {
            locked(&bench.0).forget();
        }
    }

    /// Passes over so many record numbers: for a tree that was put back from a backup, which does not know what was handed out
    /// after it was taken. To be called before the first number is asked for.
    pub fn skip_records(&self, count: u64) -> Result<(), SealError> {
        self.reserve_some(count).map(drop)
    }

    fn reserve(&self) -> Result<std::ops::Range<u64>, SealError> {
        self.reserve_some(BLOCK)
    }

    fn reserve_some(&self, count: u64) -> Result<std::ops::Range<u64>, SealError> {
        let mut held = self.write()?;
        let start = held.state.reserved;
        let end = start.saturating_add(count);
        if end > RecordNumber::LIMIT {
            return Err(SealError::Exhausted);
        }
        held.state.reserved = end;
        self.persist(&held).inspect_err(|_| held.state.reserved = start)?;
        Ok(start..end)
    }

    pub(crate) fn persist(&self, held: &Held) -> Result<(), SealError> {
        match &self.files {
            Some(files) => files.write_tree(&held.root, &held.state),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Held {
    fn new(loaded: Loaded) -> Self {
        let Loaded { root, state, ledger } = loaded;
        let macs = Macs::new(&state.index_key, &state.prf_key);
        Self { state, root, ledger, macs, overdue: false, unsure: false, destroyed: None }
    }

    /// Lets everything go but the ledger.
    pub(crate) fn replace(&mut self, root: Root, state: State) {
        self.macs = Macs::new(&state.index_key, &state.prf_key);
        (self.root, self.state) = (root, state);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
