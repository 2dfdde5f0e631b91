//! Promise 7 against the real router: whatever happens to a gate, its pages are there exactly while it is in force.

use assurance::{
    AddRecord, Digest, NewRecord, OpenGate, RecordKind, SignVersion, Tier, WithdrawReason, WithdrawRecord, gates,
};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use kernel::{Id, Language, Random, kinds};
use people::{EditScheme, Role, Scope, SignGate, SignedIn, SubmitGateRecord, WithdrawGateRecord, authorise};
use registration::scheme::{Definition, Scheme};
use store::StoreError;
use testkit::SeededRandom;
use tower::ServiceExt;

use crate::city::{City, definition};

const SLUG: &str = "masks-gate";
const PAGES: [&str; 9] = [
    "/en/masks-gate",
    "/zh-hant/masks-gate",
    "/zh-hans/masks-gate/wait",
    "/en/masks-gate/register",
    "/en/masks-gate/status",
    "/en/masks-gate/repair",
    "/en/masks-gate/trust",
    "/en/masks-gate/statistics",
    "/masks-gate/queue.json",
];
const KINDS: [RecordKind; 8] = [
    RecordKind::CollectionStatement { language: Language::En },
    RecordKind::CollectionStatement { language: Language::ZhHant },
    RecordKind::CollectionStatement { language: Language::ZhHans },
    RecordKind::PrivacyCommissionerConsultation,
    RecordKind::PrivacyImpactAssessment,
    RecordKind::SecurityRiskAssessment,
    RecordKind::SecurityAudit,
    RecordKind::PreLaunchTest { simulated_intrusion: true },
];
const ROLES: [Role; 4] = [Role::SchemeOwner, Role::PrivacyOfficer, Role::SecurityOfficer, Role::SchemeOwner];
const ACTS: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn promise_07_no_gate_no_service() {
    let (mut open, mut shut) = (0, 0);
    for seed in 1..=4 {
        let mut story = Story::new(seed);
        for step in 0..ACTS {
            let act = story.act();
            let in_force = story.is_in_force();
            story.pages_agree(in_force, &format!("seed {seed}, step {step}, after {act}")).await;
            *(if in_force { &mut open } else { &mut shut }) += 1;
        }
    }
    assert!(open > 20 && shut > 20, "both were seen: {open} times open, {shut} times shut");
}

struct Story {
    city: City,
    service: Id<kinds::Service>,
    version: Id<kinds::SchemeVersion>,
    definition: Definition,
    chance: SeededRandom,
}

impl Story {
    fn new(seed: u64) -> Self {
        let city = City::at("2020-05-06T08:00");
        let definition = definition(SLUG);
        let (service, version) = city.draft(&definition);
        Self { city, service, version, definition, chance: SeededRandom::new(seed) }
    }

    fn one_of(&self, count: usize) -> usize {
        let [a, b, ..] = self.chance.bytes16();
        usize::from(u16::from_le_bytes([a, b])) % count
    }

    /// Something happens. What is refused changes nothing, and that is an event too.
    fn act(&mut self) -> String {
        match self.one_of(24) {
            0..=6 => self.complete(),
            7..=8 => self.add(KINDS[self.one_of(KINDS.len())], i32::try_from(self.one_of(4)).ok()),
            9..=19 => self.sign(self.one_of(ROLES.len())),
            20 => self.withdraw(),
            21 => self.new_version(),
            _ => return self.wait(),
        }
        // What the desk does after each act.
        self.city.platform.refresh().unwrap();
        "an act".to_owned()
    }

    /// Time passes, and nobody does anything about it.
    fn wait(&self) -> String {
        let days = i64::try_from(self.one_of(3)).unwrap();
        self.city.clock.advance_days(days);
        format!("{days} days")
    }

    fn scope(&self) -> Scope {
        Scope::at_console(self.service, self.city.department)
    }

    fn officer(&self, number: usize) -> SignedIn {
        self.city.officer(u8::try_from(number).unwrap() + 1, ROLES[number])
    }

    /// Adds whatever is missing.
    fn complete(&self) {
        let today = self.city.platform.now().day();
        let statuses = self.statuses();
        let gate = &statuses.iter().find(|status| status.gate.version() == self.version).unwrap().gate;
        let live = gate.to_sign(today);
        let held: Vec<RecordKind> = gate.held().filter(|record| live.contains(&record.id)).map(|record| record.kind).collect();
        for kind in KINDS.into_iter().filter(|kind| !held.contains(kind)) {
            self.add(kind, None);
        }
    }

    fn add(&self, kind: RecordKind, life: Option<i32>) {
        let today = self.city.platform.now().day();
        let grant = authorise::<SubmitGateRecord>(&self.officer(0), Some(self.scope())).unwrap();
        let record = NewRecord {
            kind,
            title: "A document".into(),
            author: "Assessment Team".into(),
            organisation: "Harbour Assurance".into(),
            dated: today.plus(-1),
            document: Digest::of(&self.chance.bytes16()),
            expires: life.map(|days| today.plus(days)),
        };
        let command = AddRecord { version: self.version, record };
        let ledger = self.city.platform.ledger();
        let _ = ledger.write("test.add", grant.actor(), move |work| assurance::add_record(work, &grant, command.clone()));
    }

    fn sign(&self, number: usize) {
        let (version, grant) = (self.version, authorise::<SignGate>(&self.officer(number), Some(self.scope())).unwrap());
        let _ = self.city.platform.ledger().write("test.sign", grant.actor(), move |work| {
            let now = work.now();
            let gate = assurance::status(work.tx(), version, now)?.unwrap().gate;
            let sign = SignVersion { version, shown: gate.digest(), records: gate.to_sign(now.day()) };
            assurance::sign_version(work, &grant, sign)
        });
    }

    fn withdraw(&self) {
        let statuses = self.statuses();
        let held: Vec<_> = statuses.iter().flat_map(|status| status.gate.held().map(|record| (status.gate.version(), record.id))).collect();
        if held.is_empty() {
            return;
        }
        let (version, record) = held[self.one_of(held.len())];
        let command = WithdrawRecord { version, record, reason: WithdrawReason::ALL[0] };
        let grant = authorise::<WithdrawGateRecord>(&self.officer(1), Some(self.scope())).unwrap();
        let _ = self.city.platform.ledger().write("test.withdraw", grant.actor(), move |work| {
            assurance::withdraw_record(work, &grant, command)
        });
    }

    /// The definition changes: the new version begins at an empty gate while the old one keeps running.
    fn new_version(&mut self) {
        self.definition.admission.rate_per_minute += 1;
        let (toml, service) = (self.definition.to_toml().unwrap(), self.service);
        let digest = Digest::new(Scheme::compile(self.definition.clone()).unwrap().digest());
        let grant = authorise::<EditScheme>(&self.officer(0), Some(self.scope())).unwrap();
        let opened = self.city.platform.ledger().write("test.version", grant.actor(), move |work| {
            registration::save_version(work, &grant, service, &toml).unwrap();
            let open = OpenGate { service, digest, tier: Tier::LargeOrHighRisk };
            Ok::<_, StoreError>(assurance::open_gate(work, &grant, open).unwrap())
        });
        self.version = opened.unwrap_or_else(|_| panic!("a new version is refused")).0;
    }

    fn statuses(&self) -> Vec<assurance::Status> {
        let (service, now) = (self.service, self.city.platform.now());
        self.city.platform.ledger().read("test.gates", move |tx| gates(tx, service, now)).unwrap_or_else(|_| panic!("unreadable"))
    }

    /// What the pure model of the gate says, from the events on record and the clock.
    fn is_in_force(&self) -> bool {
        let now = self.city.platform.now();
        self.statuses().iter().any(|status| status.gate.in_force(now).is_some())
    }

    async fn pages_agree(&self, in_force: bool, story: &str) {
        for path in PAGES {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let status = self.city.app.clone().oneshot(request).await.unwrap().status();
            assert_eq!(status != StatusCode::NOT_FOUND, in_force, "{story}: {path} answers {status}");
        }
    }
}

/// A damaged record closes its service, and the operator learns which one and what to do.
#[tokio::test(flavor = "multi_thread")]
async fn promise_07_a_gate_that_cannot_be_read_is_closed_and_said_to_be() {
    let city = City::at("2020-05-06T08:00");
    let watch = || {
        let said = std::sync::Mutex::new(Vec::new());
        flows::keep_watch(&city.platform, &|name, error| said.lock().unwrap().push(format!("{name}: {error}")));
        said.into_inner().unwrap()
    };
    let is_open = || city.platform.public_service(crate::city::SLUG).is_some();
    assert!(watch().is_empty() && is_open());
    let spoil = "-- test.spoil\nupdate gate_event set body = '{}' where number = 3";
    city.platform.ledger().store().write("test.spoil", move |tx| tx.execute(spoil, &[])).unwrap();
    city.clock.advance_secs(60);
    let said = watch();
    assert!(!is_open());
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("masks-2020: ") && said[0].contains("restore the platform's store"), "{said:?}");
    let noted = || {
        let entries = city.platform.ledger().scan(None, 10_000).unwrap();
        entries.iter().filter(|entry| entry.body.contains("assurance.gate_unreadable")).count()
    };
    city.clock.advance_secs(60);
    assert!(watch().is_empty(), "not each second");
    city.clock.advance_secs(3600);
    assert_eq!((watch().len(), noted()), (1, 1), "each hour in the log, once in the journal");
}
