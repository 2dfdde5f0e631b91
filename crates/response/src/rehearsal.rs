//! A platform ledger with a movable clock: where this crate is tried.

use std::sync::Arc;

use journal::{Actor, Ledger, LedgerParts, Work};
use kernel::{Clock as _, Id, Random, Text, kinds};
use people::{Role, SignedIn};
use seal::{Ed25519Signer, Keyring};
use serde_json::Value;
use store::{Migration, RunError, Store, StoreError, Tx};
use tempfile::TempDir;
use testkit::{MovableClock, SeededRandom};

use crate::*;

pub(crate) struct City {
    pub(crate) ledger: Arc<Ledger>,
    _tiles: TempDir,
}

impl City {
    pub(crate) const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, MIGRATIONS];
    pub(crate) const DEPARTMENT: Id<kinds::Department> = Id::from_bytes([1; 16]);
    pub(crate) const SERVICE: Id<kinds::Service> = Id::from_bytes([4; 16]);

    pub(crate) fn new() -> Self {
        Self::on(Store::open_in_memory(Self::TABLES).unwrap())
    }

    pub(crate) fn on(store: Store) -> Self {
        let tiles = TempDir::new().unwrap();
        let clock = Arc::new(MovableClock::at("2023-02-28T09:00"));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(5));
        let parts = LedgerParts {
            store,
            keys: Arc::new(Keyring::in_memory("platform", clock.now().day(), random.clone())),
            signer: Arc::new(Ed25519Signer::create(&tiles.path().join("log.key"), "test").unwrap()),
            clock,
            random,
            tiles: tiles.path().join("tiles"),
            origin: "test.example/platform".to_owned(),
        };
        Self { ledger: Ledger::open(parts).unwrap(), _tiles: tiles }
    }

    pub(crate) fn officer(department: u8, roles: &[Role]) -> SignedIn {
        let post = Text::new("Post", "職位", "职位");
        SignedIn::at_console(Id::from_bytes([9; 16]), Id::from_bytes([department; 16]), roles.to_vec(), post)
    }

    pub(crate) fn act<T, E>(
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

    pub(crate) fn read<T>(&self, look: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> T {
        self.ledger.read("test", look).unwrap()
    }

    pub(crate) fn open(&self, kind: IncidentKind, key: &str) -> Id<kinds::Incident> {
        let command = OpenIncident {
            kind,
            department: Some(Self::DEPARTMENT),
            service: Some(Self::SERVICE),
            contractor: None,
            cause_key: key.to_owned(),
            summary: Text::new("What is known", "已知情況", "已知情况"),
        };
        self.act(Actor::Job("test"), move |work| open_incident(work, &command)).unwrap()
    }

    pub(crate) fn raise(&self, key: &str, to: &[Role]) -> Id<kinds::Alert> {
        let command = RaiseAlert {
            kind: AlertKind::LeaseEnds,
            department: Some(Self::DEPARTMENT),
            service: Some(Self::SERVICE),
            to: to.to_vec(),
            key: key.to_owned(),
            text: Text::new("A lease ends in 7 days", "租約七日後屆滿", "租约七日后届满"),
        };
        self.act(Actor::Job("test"), move |work| raise_alert(work, &command)).unwrap()
    }

    pub(crate) fn verbs(&self) -> Vec<String> {
        let verb = |body: String| serde_json::from_str::<Value>(&body).unwrap()["verb"].as_str().unwrap().to_owned();
        self.ledger.scan(None, 1000).unwrap().into_iter().map(|entry| verb(entry.body)).collect()
    }
}
