use std::path::Path;
use std::sync::Arc;

use journal::{Actor, Checkpoint, Event, JournalError, Ledger, LedgerParts};
use kernel::{Clock as _, Random};
use seal::{Ed25519Signer, Keyring, Signer};
use store::{Store, StoreError};
use tempfile::TempDir;
use testkit::{MovableClock, Place, SeededRandom};

pub const ORIGIN: &str = "test.example/log";

pub struct Stage<'p> {
    place: &'p Place,
    pub directory: TempDir,
    pub clock: Arc<MovableClock>,
    pub signer: Arc<dyn Signer>,
    pub keys: Arc<Keyring>,
}

impl<'p> Stage<'p> {
    pub fn new(place: &'p Place) -> Self {
        let directory = TempDir::new().unwrap();
        let clock = Arc::new(MovableClock::at("2020-05-06T07:00"));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(3));
        let signer = Arc::new(Ed25519Signer::create(&directory.path().join("log.key"), "test.example/key").unwrap());
        let keys = Arc::new(Keyring::in_memory("test", clock.now().day(), random));
        Self { place, directory, clock, signer, keys }
    }

    pub fn store(&self, name: &str) -> Store {
        self.place.store(name, &[journal::MIGRATIONS])
    }

    pub fn open(&self) -> Arc<Ledger> {
        self.try_open("log", "tiles", self.signer.clone(), ORIGIN).unwrap()
    }

    pub fn try_open(
        &self,
        store: &str,
        tiles: &str,
        signer: Arc<dyn Signer>,
        origin: &str,
    ) -> Result<Arc<Ledger>, JournalError> {
        Ledger::open(LedgerParts {
            store: self.store(store),
            keys: self.keys.clone(),
            signer,
            clock: self.clock.clone(),
            random: Arc::new(SeededRandom::new(5)),
            tiles: self.directory.path().join(tiles),
            origin: origin.into(),
        })
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    pub fn checkpoint(&self, ledger: &Ledger) -> Checkpoint {
        Checkpoint::verified(&ledger.checkpoint().unwrap(), &*self.signer).unwrap()
    }
}

/// Notes so many events, three to a unit of work.
pub fn note(ledger: &Ledger, count: usize) {
    let mut left = count;
    while left > 0 {
        let part = left.min(3);
        left -= part;
        let work = move |work: &mut journal::Work<'_, '_>| {
            for _ in 0..part {
                work.journal(Event::new("test.happened").record([7; 16]).detail("left", left))?;
            }
            Ok::<_, StoreError>(())
        };
        ledger.write("test.note", Actor::Job("test"), work).unwrap();
    }
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}
