use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use journal::Committed;
use kernel::{Fault, Id, Instant, Kind, Random, Secret, from_hex, kinds, to_hex};
use seal::{OneTimeKey, SealError, sha256};

use crate::Piece;

/// Cases whose keys one process holds at most: each locks a page of memory, and 8 MB may be locked as a rule.
const HELD_MOST: usize = 1_000;
/// Of those, cases of people without a way in at most: they must not keep out whoever is signed in.
const RECOVERIES_MOST: usize = 300;
const LOCK: &str = "running";

/// What a proofing compares: details and photos, sealed under a key that is written nowhere.
///
/// One key a case, in a locked page of this process. The ciphertext lies in a spool, so that photos do not fill the memory; without
/// the process it is worth nothing. Whoever destroys the key has destroyed the evidence, and so has a crash. The spool of each
/// run of the program is a directory of its own with a lock that the kernel releases when the run ends, however it ends:
/// [`Evidence::ended`] finds those.
pub struct Evidence {
    boot: [u8; 16],
    spool: PathBuf,
    lock: Mutex<Option<File>>,
    random: Arc<dyn Random>,
    held: Mutex<BTreeMap<Id<kinds::Proofing>, Held>>,
}

struct Held {
    key: OneTimeKey,
    deadline: Instant,
    /// Whether its proofing stands in the store.
    listed: bool,
    /// Whether it is for a recovery.
    recovery: bool,
    pieces: BTreeMap<Piece, [u8; 32]>,
}

/// Why evidence is not taken or not shown.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The key has died, or another process holds it.
    #[error("the evidence has been destroyed")]
    Gone,
    /// As many cases are open as may be.
    #[error("too many identities are being proofed at this moment")]
    Full,
    /// The key.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The spool.
    #[error("the spool of evidence: {0}")]
    Spool(#[from] io::Error),
}

impl Fault for EvidenceError {
    fn kind(&self) -> Kind {
        match self {
            Self::Gone => Kind::Gone,
            Self::Full => Kind::Busy,
            Self::Seal(error) => error.kind(),
            Self::Spool(_) => Kind::Broken,
        }
    }
}

impl Evidence {
    /// A store of evidence for this run of the program. The spool is made when the first evidence comes.
    pub fn new(spool: PathBuf, random: Arc<dyn Random>) -> Self {
        Self { boot: random.bytes16(), spool, lock: Mutex::default(), random, held: Mutex::default() }
    }

    /// The name of this run.
    pub(crate) const fn boot(&self) -> [u8; 16] {
        self.boot
    }

    /// Makes the key of a case, for an account or for whoever wants one back. Returns its id.
    pub(crate) fn begin(
        &self,
        case: Id<kinds::Proofing>,
        deadline: Instant,
        recovery: Option<Id<kinds::Recovery>>,
    ) -> Result<[u8; 16], EvidenceError> {
        self.take_spool()?;
        let mut held = locked(&self.held);
        let recovery = recovery.is_some();
        let full = recovery && held.values().filter(|one| one.recovery).count() >= RECOVERIES_MOST;
        if full || held.len() >= HELD_MOST {
            return Err(EvidenceError::Full);
        }
        let key = OneTimeKey::new(&*self.random)?;
        let id = key.id();
        held.insert(case, Held { key, deadline, listed: false, recovery, pieces: BTreeMap::new() });
        Ok(id)
    }

    /// Seals a piece into the spool, in place of one of its kind. Returns SHA-256 of the ciphertext of every piece.
    pub(crate) fn keep(
        &self,
        case: Id<kinds::Proofing>,
        piece: Piece,
        plain: &[u8],
    ) -> Result<Vec<(Piece, [u8; 32])>, EvidenceError> {
        let mut held = locked(&self.held);
        let one = held.get_mut(&case).ok_or(EvidenceError::Gone)?;
        let sealed = one.key.seal(&label(case, piece), plain, &*self.random)?;
        fs::write(self.file(case, piece), &sealed)?;
        one.pieces.insert(piece, sha256(&[&sealed]));
        Ok(one.pieces.iter().map(|(piece, digest)| (*piece, *digest)).collect())
    }

    /// Says that the proofing of a case stands in the store now.
    pub(crate) fn listed(&self, case: Id<kinds::Proofing>) {
        if let Some(held) = locked(&self.held).get_mut(&case) {
            held.listed = true;
        }
    }

    /// Cases whose proofing stood in the store and is not among the open ones any more: their account was closed, or ended.
    pub(crate) fn orphans(&self, open: &BTreeSet<Id<kinds::Proofing>>) -> Vec<Id<kinds::Proofing>> {
        let held = locked(&self.held);
        held.iter().filter(|(case, one)| one.listed && !open.contains(case)).map(|(case, _)| *case).collect()
    }

    /// Lets a case live until another moment.
    pub(crate) fn extend(&self, case: Id<kinds::Proofing>, deadline: Instant) -> Result<(), EvidenceError> {
        let mut held = locked(&self.held);
        held.get_mut(&case).ok_or(EvidenceError::Gone)?.deadline = deadline;
        Ok(())
    }

    /// Opens a piece, once its opening is on record; never after the deadline.
    pub(crate) fn open(
        &self,
        committed: &Committed,
        case: Id<kinds::Proofing>,
        piece: Piece,
    ) -> Result<Secret<Vec<u8>>, EvidenceError> {
        let sealed = match fs::read(self.file(case, piece)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(EvidenceError::Gone),
            read => read?,
        };
        let held = locked(&self.held);
        let one = held.get(&case).filter(|one| committed.at() < one.deadline).ok_or(EvidenceError::Gone)?;
        Ok(committed.open_one_time(&one.key, &label(case, piece), &sealed)?)
    }

    /// Whether this process holds the key of a case.
    pub fn holds(&self, case: Id<kinds::Proofing>) -> bool {
        locked(&self.held).contains_key(&case)
    }

    /// Destroys the key of a case, then the ciphertext. False when there was none here.
    pub(crate) fn destroy(&self, case: Id<kinds::Proofing>) -> Result<bool, EvidenceError> {
        let held = locked(&self.held).remove(&case);
        for piece in Piece::ALL {
            remove(&self.file(case, piece))?;
        }
        Ok(held.is_some())
    }

    /// Cases whose time is over.
    pub(crate) fn overdue(&self, now: Instant) -> Vec<Id<kinds::Proofing>> {
        let held = locked(&self.held);
        held.iter().filter(|(_, one)| now >= one.deadline).map(|(case, _)| *case).collect()
    }

    /// Runs of the program that have ended and left a spool: their keys died with them.
    pub fn ended(&self) -> Result<Vec<[u8; 16]>, EvidenceError> {
        let entries = match fs::read_dir(&self.spool) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut ended = Vec::new();
        for entry in entries {
            let boot = from_hex(&entry?.file_name().to_string_lossy()).ok().and_then(|bytes| bytes.try_into().ok());
            let Some(boot) = boot.filter(|boot| *boot != self.boot) else { continue };
            ended.extend((!is_running(&self.directory(boot))?).then_some(boot));
        }
        Ok(ended)
    }

    /// Removes what a run left, once it is on record that its evidence is lost.
    pub(crate) fn bury(&self, boot: [u8; 16]) -> Result<(), EvidenceError> {
        match fs::remove_dir_all(self.directory(boot)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Makes the directory of this run and takes its lock. The lock is taken before the directory has its name, so that nobody
    /// ever finds it without.
    fn take_spool(&self) -> Result<(), EvidenceError> {
        let mut lock = locked(&self.lock);
        if lock.is_none() {
            let directory = self.directory(self.boot);
            let unnamed = directory.with_extension("new");
            fs::DirBuilder::new().recursive(true).mode(0o700).create(&unnamed)?;
            let file = File::create(unnamed.join(LOCK))?;
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
            file.try_lock().map_err(io::Error::from)?;
            fs::rename(&unnamed, &directory)?;
            *lock = Some(file);
        }
        Ok(())
    }

    /// As kill -9 does: the keys are gone, the spool is not.
    #[cfg(test)]
    pub(crate) fn crash(self) {
        locked(&self.held).clear();
        *locked(&self.lock) = None;
    }

    fn directory(&self, boot: [u8; 16]) -> PathBuf {
        self.spool.join(to_hex(&boot))
    }

    fn file(&self, case: Id<kinds::Proofing>, piece: Piece) -> PathBuf {
        self.directory(self.boot).join(format!("{case}.{}", piece.name()))
    }
}

impl Drop for Evidence {
    /// The keys die with the fields; what they sealed goes too.
    fn drop(&mut self) {
        if locked(&self.lock).is_some() {
            drop(fs::remove_dir_all(self.directory(self.boot)));
        }
    }
}

fn is_running(directory: &Path) -> io::Result<bool> {
    let file = match File::open(directory.join(LOCK)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    match file.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn label(case: Id<kinds::Proofing>, piece: Piece) -> String {
    format!("{case} {}", piece.name())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
