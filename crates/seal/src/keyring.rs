use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use kernel::{Day, Random, Secret};

use crate::envelope::Macs;
use crate::ledger::{Destroyed, Roll};
use crate::node::Node;
use crate::path::Path;
use crate::roots::Files;
use crate::slot::HEADER_LEN;
use crate::state::{Root, State};
use crate::trail::Bench;
use crate::{AfterCommit, Purpose, RecordNumber, SealError, Sealed, Slot, aead, file};

/// Record numbers are reserved this many at a time, so that one sync serves them all; a crash skips the rest.
const BLOCK: u64 = 65_536;
/// How many threads seal and open without waiting for each other.
const BENCHES: usize = 8;

/// Where a keyring's two files stand. They must be in different directories, so that no one backup holds both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPlace {
    /// The tree file, `<keys>/<service>.tree`.
    pub tree: PathBuf,
    /// The root key file, `<roots>/<service>.root`.
    pub root: PathBuf,
}

/// The keys of one service. Shared by all threads; what is forgotten is forgotten for all of them at once.
pub struct Keyring {
    pub(crate) service: String,
    pub(crate) random: Arc<dyn Random>,
    files: Option<Files>,
    held: RwLock<Held>,
    numbers: Mutex<std::ops::Range<u64>>,
    /// Emptied whenever a tree changes, under the write lock of `held`: nothing outlives its node here.
    benches: [Padded; BENCHES],
}

/// Alone on its cache lines, so that threads at different benches do not slow each other.
#[repr(align(128))]
#[derive(Default)]
struct Padded(Mutex<Bench>);

pub(crate) struct Held {
    state: State,
    root: Root,
    pub(crate) macs: Macs,
    /// The files, or old copies of them, may still open what was forgotten; a roll ends it.
    dirty: bool,
    destroyed: Option<Destroyed>,
}

impl Keyring {
    /// Makes the keys of a new service. Refuses when there are some already.
    pub fn create(place: KeyPlace, service: &str, today: Day, random: Arc<dyn Random>) -> Result<Self, SealError> {
        file::make_directory_of(&place.tree)?;
        file::make_directory_of(&place.root)?;
        let files = Files::hold(place, service)?;
        let (root, state) = (Root::new(0, random.as_ref()), State::new(today, random.as_ref()));
        files.create(&root, &state, random.as_ref())?;
        Ok(Self::assemble(service, random, Some(files), root, state))
    }

    /// Loads the keys of a service, drops the nodes of past days, and finishes what a crash interrupted.
    pub fn open(place: KeyPlace, service: &str, today: Day, random: Arc<dyn Random>) -> Result<Self, SealError> {
        if !file::directory_of(&place.tree).is_dir() {
            return Err(SealError::NoTree(place.tree));
        }
        let files = Files::hold(place, service)?;
        let (root, state) = files.load(random.as_ref())?;
        let keyring = Self::assemble(service, random, Some(files), root, state);
        keyring.midnight(today)?;
        Ok(keyring)
    }

    /// A keyring without files, for tests and simulations.
    pub fn in_memory(service: &str, today: Day, random: Arc<dyn Random>) -> Self {
        let (root, state) = (Root::new(0, random.as_ref()), State::new(today, random.as_ref()));
        Self::assemble(service, random, None, root, state)
    }

    /// What is on record of a keyring that was destroyed, or nothing when it lives or never was.
    pub fn destroyed(place: &KeyPlace) -> Result<Option<Destroyed>, SealError> {
        Files::tombstone(&place.tree)
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

    /// Drops the nodes of days before `today` and rolls the root, so that old copies of the files die too. Returns how
    /// many nodes were dropped. Cheap when the day is not new, so it may be called before every unit of work.
    pub fn midnight(&self, today: Day) -> Result<usize, SealError> {
        let up_to_date = |held: &Held| today <= held.state.today && !held.dirty;
        if up_to_date(&*self.read()?) {
            return Ok(0);
        }
        let mut held = self.write()?;
        self.forget_trails();
        let dropped = held.state.drop_past(today)?;
        held.dirty |= dropped > 0;
        if held.dirty {
            self.roll_held(&mut held)?;
        }
        Ok(dropped)
    }

    /// Forgets one record's values of one purpose and expiry day. Old copies of the files open them until the next
    /// `roll`, which ends a batch of erasures.
    pub fn puncture(&self, purpose: &Purpose, expiry: Day, record: RecordNumber) -> Result<(), SealError> {
        let mut held = self.write()?;
        if self.puncture_held(&mut held, *purpose, expiry, record)? {
            held.dirty = true;
            self.persist(&held)?;
        }
        Ok(())
    }

    /// Forgets many records at once, then rolls the root: one write of the tree, however many there are.
    pub fn puncture_batch(&self, records: &[(Purpose, Day, RecordNumber)]) -> Result<Roll, SealError> {
        let mut held = self.write()?;
        held.dirty = true;
        for &(purpose, expiry, record) in records {
            self.puncture_held(&mut held, purpose, expiry, record)?;
        }
        self.roll_held(&mut held)
    }

    /// Writes the tree anew under a new root, then overwrites and removes the old root.
    pub fn roll(&self) -> Result<Roll, SealError> {
        self.roll_held(&mut *self.write()?)
    }

    /// Every change of the root so far, for certificates.
    pub fn rolls(&self) -> Result<Vec<Roll>, SealError> {
        Ok(self.read()?.state.rolls.clone())
    }

    /// Forgets everything: nodes, index key, root. May be repeated; the keyring refuses everything afterwards.
    pub fn destroy(&self) -> Result<Destroyed, SealError> {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(destroyed) = &held.destroyed {
            return Ok(destroyed.clone());
        }
        self.forget_trails();
        if let Some(files) = &self.files {
            files.write_tombstone(&held.root)?;
            files.erase_roots(self.random.as_ref())?;
        }
        let destroyed = Destroyed::overwritten(held.root.id(), held.root.number);
        let (root, state) = (Root::new(0, self.random.as_ref()), State::new(held.state.today, self.random.as_ref()));
        *held = Held::new(root, state);
        held.destroyed = Some(destroyed.clone());
        Ok(destroyed)
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

    fn assemble(service: &str, random: Arc<dyn Random>, files: Option<Files>, root: Root, state: State) -> Self {
        Self {
            service: service.to_owned(),
            random,
            files,
            held: RwLock::new(Held::new(root, state)),
            numbers: Mutex::new(0..0),
            benches: std::array::from_fn(|_| Padded::default()),
        }
    }

    fn write(&self) -> Result<RwLockWriteGuard<'_, Held>, SealError> {
        let held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.destroyed.is_some() { Err(SealError::Gone) } else { Ok(held) }
    }

    /// The leaf of a slot, and what else is wanted from the bench at which it was derived.
    fn leaf<T>(&self, held: &Held, slot: &Slot, and: impl FnOnce(&mut Bench) -> T) -> Result<(Node, T), SealError> {
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

    fn forget_trails(&self) {
        for bench in &self.benches {
            locked(&bench.0).forget();
        }
    }

    fn puncture_held(&self, held: &mut Held, purpose: Purpose, expiry: Day, record: RecordNumber) -> Result<bool, SealError> {
        let path = Path::of_record(expiry, record)?;
        let tree = held.state.tree_mut(&purpose)?;
        self.forget_trails();
        Ok(tree.puncture(path) > 0)
    }

    fn reserve(&self) -> Result<std::ops::Range<u64>, SealError> {
        let mut held = self.write()?;
        let start = held.state.reserved;
        let end = start + BLOCK;
        if end > RecordNumber::LIMIT {
            return Err(SealError::Exhausted);
        }
        held.state.reserved = end;
        self.persist(&held).inspect_err(|_| held.state.reserved = start)?;
        Ok(start..end)
    }

    fn persist(&self, held: &Held) -> Result<(), SealError> {
        match &self.files {
            Some(files) => files.write_tree(&held.root, &held.state, self.random.as_ref()),
            None => Ok(()),
        }
    }

    fn roll_held(&self, held: &mut Held) -> Result<Roll, SealError> {
        let root = Root::new(held.root.number + 1, self.random.as_ref());
        let (before, after) = (held.root.id(), root.id());
        let roll = Roll { number: root.number, day: held.state.today, root_id_before: before, root_id_after: after };
        held.state.rolls.push(roll.clone());
        if let Some(files) = &self.files {
            // An earlier roll may have failed after its tree was written: its root must be in place before root.new is reused.
            let written = files.promote(&held.root, self.random.as_ref()).and_then(|()| {
                files.write_new_root(&root)?;
                files.write_tree(&root, &held.state, self.random.as_ref())
            });
            written.inspect_err(|_| drop(held.state.rolls.pop()))?;
            held.root = root;
            files.promote(&held.root, self.random.as_ref())?;
        } else {
            held.root = root;
        }
        held.dirty = false;
        Ok(roll)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Held {
    fn new(root: Root, state: State) -> Self {
        let macs = Macs::new(&state.index_key, &state.prf_key);
        Self { state, root, macs, dirty: false, destroyed: None }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
