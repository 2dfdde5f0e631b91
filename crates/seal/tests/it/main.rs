//! The keyring from outside: what opens, what dies, and what a crash leaves.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests stop at the first surprise")]

mod crashes;
mod erasures;
mod escrow;
mod files;
mod labels;
mod life;
mod lost_ledger;
mod model;
mod signers;
mod softhsm;
mod thief;
mod token;
mod values;

use std::sync::Arc;

use kernel::{Day, Instant, Random};
use seal::{AfterCommit, KeyPlace, Keyring, OsRandom, Purpose, RecordNumber, SealError, Sealed, Slot, Target};

fn today() -> Day {
    "2020-05-06".parse().unwrap()
}

fn purpose(name: &str) -> Purpose {
    Purpose::new(name).unwrap()
}

fn random() -> Arc<dyn Random> {
    Arc::new(OsRandom)
}

fn slot(record: u64, expiry: Day) -> Slot {
    Slot { purpose: purpose("matching"), record: RecordNumber(record), person: 1, group: 2, schema: 3, expiry }
}

fn now() -> Instant {
    Instant::at(today(), 600)
}

/// Everything of a record under `matching`.
fn record(record: u64, expiry: Day) -> Target {
    Target::Record { purpose: purpose("matching"), expiry, record: RecordNumber(record) }
}

/// Erases without a roll.
fn erase(keys: &Keyring, targets: &[Target]) {
    let batch: Vec<_> = targets.iter().map(|target| (*target, [7; 32])).collect();
    keys.erase(now(), &batch).unwrap();
}

fn open(keys: &Keyring, slot: &Slot, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
    Ok(keys.open_sealed(slot, sealed, &AfterCommit::vouched_by_journal())?.into_exposed())
}

/// Two directories, as an operator would have them.
struct House(tempfile::TempDir);

impl House {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn place(&self) -> KeyPlace {
        let at = |name| self.0.path().join(name);
        KeyPlace::in_files(at("keys/cumask.tree"), at("roots/cumask.root"), at("tiles/cumask/erasures"))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn root(&self) -> std::path::PathBuf {
        self.path("roots/cumask.root")
    }

    fn create(&self) -> Keyring {
        let keys = Keyring::create(self.place(), "cumask", today(), random()).unwrap();
        keys.add_purpose(&purpose("matching")).unwrap();
        keys
    }

    fn open(&self) -> Result<Keyring, SealError> {
        self.open_on(today())
    }

    fn open_on(&self, today: Day) -> Result<Keyring, SealError> {
        Keyring::open(self.place(), "cumask", today, random())
    }

    /// Every file, by its name within the house.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        for directory in ["keys", "roots", "tiles/cumask"] {
            for entry in std::fs::read_dir(self.0.path().join(directory)).into_iter().flatten() {
                let path = entry.unwrap().path();
                let name = format!("{directory}/{}", path.file_name().unwrap().to_str().unwrap());
                found.push((name, std::fs::read(path).unwrap()));
            }
        }
        found.retain(|(name, _)| name != "keys/cumask.tree.lock");
        found.sort();
        found
    }

    fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.path().join(name)).unwrap()
    }

    /// A house with exactly these files.
    fn with(files: &[(&str, &[u8])]) -> Self {
        let house = Self::new();
        for directory in ["keys", "roots", "tiles/cumask", "escrow"] {
            std::fs::create_dir_all(house.0.path().join(directory)).unwrap();
        }
        for (name, bytes) in files {
            std::fs::write(house.0.path().join(name), bytes).unwrap();
        }
        house
    }
}

fn refusal<T>(result: Result<T, SealError>) -> SealError {
    match result {
        Ok(_) => panic!("this had to be refused"),
        Err(error) => error,
    }
}
