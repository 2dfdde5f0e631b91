//! The thief: copies all files at every step, and those of the keys all the time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::simulate::Failure;

/// Those who have been told that they are erased, in that order: places in the plan.
pub type Told = Arc<Mutex<Vec<usize>>>;

/// The key files of a service as they stood at a moment.
#[derive(Clone, Debug)]
pub struct Keys {
    /// How many had been told that they were erased before the copy began.
    pub told: usize,
    /// The key tree.
    pub tree: Vec<u8>,
    /// The erasure ledger, read after the tree.
    pub ledger: Vec<u8>,
}

/// Everything he has of the keys.
#[derive(Clone, Debug, Default)]
pub struct Loot {
    /// Trees with their ledgers.
    pub keys: Vec<Keys>,
    /// Roots by the number of their roll.
    pub roots: BTreeMap<u64, Vec<u8>>,
}

/// The thief at work.
pub struct Thief {
    house: PathBuf,
    name: String,
    keep: PathBuf,
    told: Told,
    loot: Arc<Mutex<Loot>>,
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
    /// The directories that hold everything as it was at each step.
    pub steps: Vec<(String, PathBuf)>,
}

/// How often he looks at first. After each [`MANY`] copies half as often, so that a long run does not fill his memory.
const EAGER: Duration = Duration::from_millis(3);
const MANY: usize = 60;

impl Thief {
    /// Sets to work on an installation: keys of the service with this name.
    pub fn begin(house: &Path, name: &str, keep: &Path, told: &Told) -> Result<Self, Failure> {
        fs::create_dir_all(keep)?;
        let (stop, stopped) = channel();
        let loot = Arc::new(Mutex::new(Loot::default()));
        let (own, place, name_of, known) = (loot.clone(), house.to_owned(), name.to_owned(), told.clone());
        let thread = std::thread::Builder::new().name("thief".into()).spawn(move || {
            let mut patience = EAGER;
            while stopped.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                let many = steal(&place, &name_of, &known, &own);
                patience = EAGER * 2_u32.saturating_pow(u32::try_from(many / MANY).unwrap_or(9).min(9));
            }
        })?;
        let (house, name, keep, told) = (house.to_owned(), name.to_owned(), keep.to_owned(), told.clone());
        Ok(Self { house, name, keep, told, loot, stop, thread: Some(thread), steps: Vec::new() })
    }

    /// Copies everything at the end of a step.
    pub fn step(&mut self, name: &str) -> Result<(), Failure> {
        steal(&self.house, &self.name, &self.told, &self.loot);
        let place = self.keep.join(format!("{:02}", self.steps.len()));
        copy(&self.house, &place)?;
        self.steps.push((name.to_owned(), place));
        Ok(())
    }

    /// How many distinct key trees and roots he has by now.
    pub fn count(&self) -> (usize, usize) {
        let loot = self.loot.lock().unwrap_or_else(PoisonError::into_inner);
        (loot.keys.len(), loot.roots.len())
    }

    /// A copy of what he has of the keys.
    pub fn loot(&self) -> Loot {
        self.loot.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Thief {
    fn drop(&mut self) {
        let _ = self.stop.send(());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Takes tree, roots and ledger as they stand; returns how many trees he has.
fn steal(house: &Path, name: &str, told: &Told, loot: &Mutex<Loot>) -> usize {
    let before = told.lock().unwrap_or_else(PoisonError::into_inner).len();
    // A file may go, or change, while it is copied.
    let roots = [format!("{name}.root"), format!("{name}.root.new")];
    let mut roots: Vec<Vec<u8>> = roots.iter().filter_map(|root| fs::read(house.join("roots").join(root)).ok()).collect();
    let tree = fs::read(house.join("keys").join(format!("{name}.tree"))).ok();
    let ledger = fs::read(house.join("tiles").join(name).join("erasures")).unwrap_or_default();
    roots.extend(fs::read(house.join("roots").join(format!("{name}.root"))).ok());
    let mut loot = loot.lock().unwrap_or_else(PoisonError::into_inner);
    for root in roots {
        if let Some(number) = roll_of(&root).filter(|_| root.starts_with(b"lionrock-root")) {
            loot.roots.insert(number, root);
        }
    }
    if let Some(tree) = tree.filter(|tree| loot.keys.last().is_none_or(|last| last.tree != *tree)) {
        loot.keys.push(Keys { told: before, tree, ledger });
    }
    loot.keys.len()
}

/// The number of the roll, which stands in clear at the head of trees and roots.
pub fn roll_of(bytes: &[u8]) -> Option<u64> {
    bytes.get(16..24)?.try_into().ok().map(u64::from_be_bytes)
}

/// Copies a directory with everything in it; what goes meanwhile is not there.
pub fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => copy(&path, &place)?,
            Ok(kind) if kind.is_file() => match fs::copy(&path, &place) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            },
            _ => {}
        }
    }
    Ok(())
}
