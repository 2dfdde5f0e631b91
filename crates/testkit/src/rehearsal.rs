use std::path::Path;
use std::sync::Arc;

use journal::{Actor, Ledger, LedgerParts, Work};
use kernel::{Clock as _, Instant, Random};
use seal::{Ed25519Signer, Keyring};
use store::{RunError, Store, StoreError, Tx};
use tempfile::TempDir;

use crate::{MovableClock, SeededRandom};

/// The most entries of a journal that a rehearsal reads back.
const ENTRIES_MOST: usize = 100_000;

/// A ledger with keys in memory, a clock that moves when it is told to, and seeded chance: where the verbs of a crate are tried. Its files
/// go with it.
pub struct Rehearsal {
    /// The ledger.
    pub ledger: Arc<Ledger>,
    /// The clock that the ledger reads.
    pub clock: Arc<MovableClock>,
    /// What signs the checkpoints.
    pub signer: Arc<Ed25519Signer>,
    directory: TempDir,
}

impl Rehearsal {
    /// The ledger of a store that has a journal's tables: `name` is that of its keys, `begins` a moment in Hong Kong as in
    /// `2020-05-06T07:00`, `seed` that of its chance.
    ///
    /// # Panics
    /// When it does not open.
    #[expect(clippy::expect_used, reason = "only tests call this")]
    pub fn on(store: Store, name: &str, begins: &str, seed: u64) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let clock = Arc::new(MovableClock::at(begins));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(seed));
        let keys = Arc::new(Keyring::in_memory(name, clock.now().day(), random.clone()));
        let signer = Arc::new(Ed25519Signer::create(&directory.path().join("log.key"), "test").expect("a key for the journal"));
        let parts = LedgerParts {
            store,
            keys,
            signer: signer.clone(),
            clock: clock.clone(),
            random,
            tiles: directory.path().join("tiles"),
            origin: format!("test.example/{name}"),
        };
        Self { ledger: Ledger::open(parts).expect("a ledger opens"), clock, signer, directory }
    }

    /// Another process on the same store, with chance of its own: nothing is left of the first but what it had written, and the keys.
    ///
    /// # Panics
    /// When it does not open.
    #[must_use]
    #[expect(clippy::expect_used, reason = "only tests call this")]
    pub fn reopened(self, open: impl FnOnce() -> Store, seed: u64) -> Self {
        let Self { ledger, clock, signer, directory, .. } = self;
        let (keys, origin) = (ledger.keys().clone(), ledger.origin().to_owned());
        drop(ledger);
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(seed));
        let tiles = directory.path().join("tiles");
        let parts = LedgerParts { store: open(), keys, signer: signer.clone(), clock: clock.clone(), random, tiles, origin };
        Self { ledger: Ledger::open(parts).expect("a ledger opens again"), clock, signer, directory }
    }

    /// The keys.
    pub fn keys(&self) -> &Arc<Keyring> {
        self.ledger.keys()
    }

    /// Where its files are, and more may be put.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What the clock shows.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// One unit of work.
    ///
    /// # Errors
    /// What the verb refuses, and what the store does.
    pub fn act<T, E>(
        &self,
        actor: Actor,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, RunError<E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.ledger.write("test", actor, act).map(|(value, _)| value)
    }

    /// What a reader sees.
    ///
    /// # Panics
    /// When the store fails.
    #[expect(clippy::expect_used, reason = "only tests call this")]
    pub fn read<T>(&self, look: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> T {
        self.ledger.read("test", look).expect("the store reads")
    }

    /// The verbs in the journal, oldest first.
    ///
    /// # Panics
    /// When an entry is no event.
    #[expect(clippy::expect_used, reason = "only tests call this")]
    pub fn verbs(&self) -> Vec<String> {
        let verb = |body: &String| {
            let event: serde_json::Value = serde_json::from_str(body).expect("an entry is JSON");
            event.get("verb").and_then(|verb| verb.as_str()).expect("an event has a verb").to_owned()
        };
        self.bodies().iter().map(verb).collect()
    }

    /// Every event as it was noted, one a line, oldest first.
    pub fn journal_text(&self) -> String {
        self.bodies().into_iter().map(|body| body + "\n").collect()
    }

    #[expect(clippy::expect_used, reason = "only tests call this")]
    fn bodies(&self) -> Vec<String> {
        let entries = self.ledger.scan(None, ENTRIES_MOST).expect("the journal reads");
        entries.into_iter().map(|entry| entry.body).collect()
    }
}
