//! A platform ledger with some departments and a movable clock: where this crate is tried.

use std::sync::Arc;

use journal::{Actor, Ledger, LedgerParts, Work};
use kernel::{Clock as _, Id, Instant, Random, Text, kinds};
use people::{Action, CreateDepartment, Duty, Grant, ManageTeam, Role, SignedIn, authorise};
use seal::{Ed25519Signer, Keyring};
use serde_json::Value;
use store::{Migration, RunError, Store, StoreError, Tx};
use tempfile::TempDir;
use testkit::{MovableClock, SeededRandom};

use crate::*;

pub(crate) struct City {
    ledger: Option<Arc<Ledger>>,
    pub(crate) clock: Arc<MovableClock>,
    pub(crate) departments: Vec<Id<kinds::Department>>,
    tiles: TempDir,
}

impl City {
    pub(crate) const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, people::MIGRATIONS, MIGRATIONS];

    /// With two departments.
    pub(crate) fn new() -> Self {
        Self::with(2, 5)
    }

    pub(crate) fn with(departments: usize, seed: u64) -> Self {
        Self::on(Store::open_in_memory(Self::TABLES).unwrap(), departments, seed)
    }

    pub(crate) fn on(store: Store, departments: usize, seed: u64) -> Self {
        let tiles = TempDir::new().unwrap();
        let clock = Arc::new(MovableClock::at("2023-02-26T09:00"));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(seed));
        let keys = Arc::new(Keyring::in_memory("platform", clock.now().day(), random.clone()));
        prepare_keys(&keys).unwrap();
        drop(Ed25519Signer::create(&tiles.path().join("log.key"), "test").unwrap());
        let ledger = Some(Self::ledger_on(store, keys, clock.clone(), random, &tiles));
        let mut city = Self { ledger, clock, departments: Vec::new(), tiles };
        city.departments = (0..departments).map(|n| city.department(n)).collect();
        city
    }

    fn ledger_on(
        store: Store,
        keys: Arc<Keyring>,
        clock: Arc<MovableClock>,
        random: Arc<dyn Random>,
        tiles: &TempDir,
    ) -> Arc<Ledger> {
        let signer = Arc::new(Ed25519Signer::open(&tiles.path().join("log.key"), "test").unwrap());
        let (tiles, origin) = (tiles.path().join("tiles"), "test.example/platform".to_owned());
        Ledger::open(LedgerParts { store, keys, signer, clock, random, tiles, origin }).unwrap()
    }

    /// Another process on the same store: nothing is left of the first but what it had written, and the keys.
    pub(crate) fn reopen(&mut self, open: impl FnOnce() -> Store, seed: u64) {
        let keys = self.ledger().keys().clone();
        self.ledger = None;
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(seed));
        self.ledger = Some(Self::ledger_on(open(), keys, self.clock.clone(), random, &self.tiles));
    }

    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        self.ledger.as_ref().unwrap()
    }

    fn department(&self, n: usize) -> Id<kinds::Department> {
        let name = Text::new(format!("Department {n}"), format!("第{n}部門"), format!("第{n}部门"));
        let command = CreateDepartment { code: format!("D{n:02}"), name };
        self.act(Actor::Operator, move |work| people::create_department(work, command.clone())).unwrap()
    }

    pub(crate) fn officer(&self, department: usize, role: Role) -> SignedIn {
        let post = Text::new("Post", "職位", "职位");
        SignedIn::at_console(Id::from_bytes([9; 16]), self.departments[department], vec![role], post)
    }

    pub(crate) fn grant<A: Action>(&self, department: usize, role: Role) -> Grant<A> {
        authorise(&self.officer(department, role), None).unwrap()
    }

    pub(crate) fn manager(&self, department: usize) -> Grant<ManageTeam> {
        self.grant(department, Role::SecurityOfficer)
    }

    pub(crate) fn mobile(n: usize) -> String {
        format!("+8525123{n:04}")
    }

    pub(crate) fn details(&self, n: usize) -> SealedDetails {
        let mail = format!("duty{n}@dept.example.hk");
        let details = Details::parse("Chan Siu Ming", &Self::mobile(n), &format!("2123{n:04}"), &mail).unwrap();
        seal_details(self.ledger().keys(), self.now().day(), &details).unwrap()
    }

    pub(crate) fn hire(&self, grant: &Grant<ManageTeam>, duties: &[Duty], n: usize) -> PersonId {
        let command = KeepPerson {
            person: None,
            post: Text::new(format!("Manager {n}"), format!("經理{n}"), format!("经理{n}")),
            duties: duties.to_vec(),
            quiet: QuietHours::default(),
            details: self.details(n),
        };
        let grant = *grant;
        self.act(grant.actor(), move |work| keep_person(work, &grant, &command)).unwrap()
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
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
        self.ledger().write("test", actor, act).map(|(value, _)| value)
    }

    pub(crate) fn read<T>(&self, look: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> T {
        self.ledger().read("test", look).unwrap()
    }

    pub(crate) fn verbs(&self) -> Vec<String> {
        let verb = |body: String| serde_json::from_str::<Value>(&body).unwrap()["verb"].as_str().unwrap().to_owned();
        self.ledger().scan(None, 100_000).unwrap().into_iter().map(|entry| verb(entry.body)).collect()
    }

    pub(crate) fn journal_text(&self) -> String {
        self.ledger().scan(None, 100_000).unwrap().into_iter().map(|entry| entry.body + "\n").collect()
    }
}
