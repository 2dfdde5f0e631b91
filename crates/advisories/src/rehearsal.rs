//! A platform ledger with a movable clock: where this crate is tried.

use std::sync::Arc;

use journal::{Actor, Ledger, LedgerParts, Work};
use kernel::{Clock as _, Id, Instant, Random, Text};
use people::{Grant, HandleIncident, Role, SignedIn, authorise};
use seal::{Ed25519Signer, Keyring};
use store::{Migration, RunError, Store, StoreError, Tx};
use tempfile::TempDir;
use testkit::{MovableClock, SeededRandom};

use crate::*;

pub(crate) struct City {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) clock: Arc<MovableClock>,
    _tiles: TempDir,
}

impl City {
    pub(crate) const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, notify::MAIL_MIGRATIONS, MIGRATIONS];

    pub(crate) fn new() -> Self {
        Self::on(Store::open_in_memory(Self::TABLES).unwrap())
    }

    pub(crate) fn on(store: Store) -> Self {
        let (tiles, clock) = (TempDir::new().unwrap(), Arc::new(MovableClock::at("2023-02-28T09:00")));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(5));
        let keys = Arc::new(Keyring::in_memory("platform", clock.now().day(), random.clone()));
        prepare_keys(&keys).unwrap();
        let parts = LedgerParts {
            store,
            keys,
            signer: Arc::new(Ed25519Signer::create(&tiles.path().join("log.key"), "test").unwrap()),
            clock: clock.clone(),
            random,
            tiles: tiles.path().join("tiles"),
            origin: "test.example/platform".to_owned(),
        };
        Self { ledger: Ledger::open(parts).unwrap(), clock, _tiles: tiles }
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn officer(department: u8) -> Grant<HandleIncident> {
        let post = Text::new("Post", "職位", "职位");
        let who = SignedIn::at_console(Id::from_bytes([9; 16]), Id::from_bytes([department; 16]), vec![Role::SecurityOfficer], post);
        authorise(&who, None).unwrap()
    }

    pub(crate) fn words(public: bool) -> PublishAdvisory {
        let text = Text::new("Mend it", "請修補", "请修补");
        PublishAdvisory {
            kind: AdvisoryKind::Warning,
            title: Text::new("A weakness", "漏洞警告", "漏洞警告"),
            body: text.clone(),
            public_body: public.then_some(text),
            audiences: if public { Audience::ALL.to_vec() } else { Vec::new() },
        }
    }

    pub(crate) fn publish(&self, grant: &Grant<HandleIncident>, public: bool) -> i64 {
        let (grant, command) = (*grant, Self::words(public));
        self.act(grant.actor(), move |work| publish_advisory(work, &grant, &command)).unwrap()
    }

    pub(crate) fn ask(&self, mail: &str, audience: Audience) {
        let keys = self.ledger.keys().clone();
        let address = seal_address(&keys, self.now().day(), mail).unwrap();
        self.act(Actor::Visitor, move |work| ask_subscription(work, &keys, (&address, audience))).unwrap();
        self.clock.advance_millis(1);
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

    pub(crate) fn journal_text(&self) -> String {
        self.ledger.scan(None, 100_000).unwrap().into_iter().map(|entry| entry.body + "\n").collect()
    }
}
