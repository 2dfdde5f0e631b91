//! What the tests of this slice stand on: a ledger in memory, a movable clock, a carrier that records.

use std::sync::{Arc, Mutex};

use journal::{Actor, Ledger, LedgerParts};
use kernel::{Clock, Day, Id, Instant, Language, Text, kinds};
use seal::{Ed25519Signer, Keyring, Purpose};
use store::Store;
use testkit::{MovableClock, SeededRandom, memory_store};

use crate::{
    Carrier, CarrierError, Content, Mobile, Outgoing, PURPOSE, Prepared, QueueMessage, Sent, Template, prepare, queue_batch,
};

pub(crate) struct Stage {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) clock: Arc<MovableClock>,
    _tiles: tempfile::TempDir,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::on(memory_store(&[journal::MIGRATIONS, crate::MIGRATIONS, crate::MAIL_MIGRATIONS]))
    }

    pub(crate) fn on(store: Store) -> Self {
        let clock = Arc::new(MovableClock::at("2020-05-06T07:00"));
        let random = Arc::new(SeededRandom::new(7));
        let keys = Keyring::in_memory("masks", clock.now().day(), random.clone());
        keys.add_purpose(&Purpose::new(PURPOSE).unwrap()).unwrap();
        let tiles = tempfile::tempdir().unwrap();
        let signer = Ed25519Signer::create(&tiles.path().join("log.key"), "test").unwrap();
        let ledger = Ledger::open(LedgerParts {
            store,
            keys: Arc::new(keys),
            signer: Arc::new(signer),
            clock: clock.clone(),
            random,
            tiles: tiles.path().join("tiles"),
            origin: "test".into(),
        })
        .unwrap();
        Self { ledger, clock, _tiles: tiles }
    }

    pub(crate) fn clock_now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn clock_day(&self) -> Day {
        self.clock.now().day()
    }

    pub(crate) fn prepare(&self, message: &QueueMessage) -> Prepared {
        prepare(self.ledger.keys(), message).unwrap()
    }

    pub(crate) fn queue(&self, messages: &[QueueMessage]) -> u64 {
        let prepared: Vec<_> = messages.iter().map(|message| self.prepare(message)).collect();
        let act = move |work: &mut journal::Work<'_, '_>| queue_batch(work, &prepared);
        self.ledger.write("test.queue", Actor::Job("test"), act).unwrap().0
    }

    /// A confirmation to the household with this number, good for thirty days.
    pub(crate) fn confirmed(&self, number: u8) -> QueueMessage {
        self.message(number, Template::RegistrationConfirmed { scheme: masks(), reference: format!("LR-{number:04}") })
    }

    pub(crate) fn message(&self, number: u8, template: Template) -> QueueMessage {
        let now = self.clock.now();
        QueueMessage {
            key: format!("{}:{number}", template.name()),
            household: Some(household(number)),
            language: Language::ZhHant,
            content: Content::Sms { to: mobile(number), template },
            due: now,
            until: now.plus_secs(86_400),
            expiry: now.day().plus(30),
        }
    }

    /// Verbs and bodies of the journal, oldest first.
    pub(crate) fn journal(&self) -> Vec<serde_json::Value> {
        let entries = self.ledger.scan(None, 1_000).unwrap();
        entries.iter().map(|entry| serde_json::from_str(&entry.body).unwrap()).collect()
    }

    pub(crate) fn counts(&self, template: &str) -> (i64, i64, i64) {
        let counts = self.ledger.read("test.counts", crate::counts).unwrap();
        counts.get(template).map_or((0, 0, 0), |c| (c.queued, c.sent, c.failed))
    }
}

pub(crate) fn masks() -> Text {
    Text::new("Reusable Masks", "可重用口罩", "可重用口罩")
}

pub(crate) fn household(number: u8) -> Id<kinds::Household> {
    Id::from_bytes([number; 16])
}

pub(crate) fn mobile(number: u8) -> Mobile {
    hongkong::Phone::parse(&format!("9123{number:04}")).unwrap().try_into().unwrap()
}

/// A carrier that writes down what it was given and answers as told.
#[derive(Default)]
pub(crate) struct Recording {
    pub(crate) seen: Mutex<Vec<(String, String, String)>>,
    pub(crate) answer: Mutex<Option<CarrierError>>,
}

impl Recording {
    pub(crate) fn answering(error: CarrierError) -> Self {
        Self { answer: Mutex::new(Some(error)), ..Self::default() }
    }

    pub(crate) fn seen(&self) -> Vec<(String, String, String)> {
        let mut seen = self.seen.lock().unwrap().clone();
        seen.sort();
        seen
    }
}

impl Carrier for Recording {
    fn send(&self, message: &Outgoing) -> Result<Sent, CarrierError> {
        let entry = (message.to.expose().clone(), message.text.expose().clone(), message.idempotency.clone());
        self.seen.lock().unwrap().push(entry);
        self.answer.lock().unwrap().clone().map_or(Ok(Sent), Err)
    }
}
