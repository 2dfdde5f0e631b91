//! A platform with one scheme that is open, on either engine, that can be closed and opened again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use assurance::{AddRecord, Digest, NewRecord, OpenGate, RecordKind, SignVersion, Tier};
use hongkong::{District, IdNumber};
use journal::{Actor, Work};
use kernel::{Day, Environment, Id, Instant, Language, Text, kinds};
use notify::{Carrier, CarrierError, Outgoing, Sent};
use people::{CreateDepartment, EditScheme, Role, Scope, SignGate, SignedIn, SubmitGateRecord, authorise};
use registration::matching::{Answer, PopulationRegister, Question, RegisterUnavailable};
use registration::scheme::{Definition, Scheme};
use registration::{
    AddressForm, BirthForm, Channel, EnteredBy, HouseholdForm, HouseholdRow, PersonForm, Places, Reference, Sender,
};
use seal::Ed25519Signer;
use store::{Location, Options, StoreError};
use tempfile::TempDir;
use testkit::{MovableClock, Place, SeededRandom, both_engines};

use crate::{Platform, PlatformParts, Ports, Service, Submit, submit_household, work_round};

pub const SLUG: &str = "masks-2020";

pub struct City {
    pub platform: Option<Arc<Platform>>,
    pub clock: Arc<MovableClock>,
    pub department: Id<kinds::Department>,
    pub files: TempDir,
    pub ports: Ports,
    location: Location,
    /// How often the program was started: each time with chance of its own.
    starts: u64,
    /// Keeps a database of its own until the end.
    _place: Option<Place>,
}

/// Tells one story on each engine; the failing one is named in the output.
pub fn on_each_engine(story: impl Fn(City)) {
    both_engines(|place| {
        let on_server = matches!(place.location(), Location::Postgres(_));
        story(if on_server { City::at(TempDir::new().unwrap(), place.location().clone(), None).opened() } else { City::new() });
    });
}

impl City {
    /// On SQLite.
    pub fn new() -> Self {
        Self::on_disk(TempDir::new().unwrap()).opened()
    }

    /// On the PostgreSQL of the tests.
    pub fn on_postgres() -> Self {
        let place = Place::postgres();
        let location = place.location().clone();
        Self::at(TempDir::new().unwrap(), location, Some(place)).opened()
    }

    /// Without a scheme, on SQLite in this directory.
    pub fn on_disk(files: TempDir) -> Self {
        let location = Location::Sqlite(files.path().join("stores"));
        Self::at(files, location, None)
    }

    fn at(files: TempDir, location: Location, place: Option<Place>) -> Self {
        for folder in ["stores", "keys", "roots", "tiles"] {
            std::fs::create_dir_all(files.path().join(folder)).unwrap();
        }
        Ed25519Signer::create(&files.path().join("log.key"), "lionrock.test").unwrap();
        let clock = Arc::new(MovableClock::at("2020-05-06T08:00"));
        let ports = Ports { register: Arc::new(Everybody), carrier: Arc::new(Silent(Mutex::default())) };
        let department = Id::from_bytes([0; 16]);
        let mut city = Self { platform: None, clock, department, files, ports, location, starts: 0, _place: place };
        city.restart();
        city.department = self::department(city.platform());
        city
    }

    fn opened(self) -> Self {
        let moment = |text| Instant::parse_hong_kong(text).unwrap();
        let definition = Definition::masks_2020().unwrap().with_window(
            moment("2020-05-06T07:00"),
            moment("2020-06-06T23:59"),
            "2020-06-30".parse().unwrap(),
        );
        self.launch(&definition);
        self
    }

    pub fn platform(&self) -> &Arc<Platform> {
        self.platform.as_ref().unwrap()
    }

    pub fn location(&self) -> &Location {
        &self.location
    }

    pub fn service(&self) -> Arc<Service> {
        self.service_of(SLUG)
    }

    pub fn service_of(&self, slug: &str) -> Arc<Service> {
        self.platform().service(slug).unwrap()
    }

    /// Stops the program without any ceremony and starts it again.
    pub fn restart(&mut self) {
        self.platform = None;
        self.starts += 1;
        let seed = u64::try_from(self.clock_millis()).unwrap().rotate_left(20) ^ self.starts;
        self.platform = Some(Platform::open(self.parts(seed)).unwrap());
    }

    fn clock_millis(&self) -> i64 {
        kernel::Clock::now(&*self.clock).millis()
    }

    /// Another installation on SQLite that begins where this one stands, which must not be open.
    pub fn twin(&self, files: TempDir) -> Self {
        assert!(self.platform.is_none());
        let copied = Command::new("cp").arg("-a").arg(self.path(".")).arg(files.path()).status().unwrap();
        assert!(copied.success());
        let location = Location::Sqlite(files.path().join("stores"));
        let clock = Arc::new(MovableClock::at("2020-05-06T08:00"));
        clock.set(kernel::Clock::now(&*self.clock));
        let (department, ports, starts) = (self.department, self.ports.clone(), self.starts);
        let mut twin = Self { platform: None, clock, department, files, ports, location, starts, _place: None };
        twin.restart();
        twin
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.files.path().join(below)
    }

    /// Registers household `n` and matches it.
    pub fn register(&self, n: usize) -> HouseholdRow {
        let row = self.submit(n, &form(n));
        self.work();
        registration::find(self.service().ledger(), row).unwrap().unwrap()
    }

    pub fn submit(&self, n: usize, form: &HouseholdForm) -> Reference {
        self.submit_to(&self.service(), n, form, (Channel::Online, None))
    }

    pub fn submit_to(
        &self,
        service: &Arc<Service>,
        n: usize,
        form: &HouseholdForm,
        (channel, officer): (Channel, Option<EnteredBy>),
    ) -> Reference {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let key = format!("rehearsal-key-{n:06}");
        let submit = Submit {
            form,
            idempotency: &key,
            language: Language::En,
            channel,
            replaces: None,
            shown: service.scheme().digest(),
            officer,
        };
        self.clock.advance_millis(7);
        submit_household(self.platform(), service, &submit, move |result| {
            sender.send(result.unwrap().received.reference).unwrap();
        });
        receiver.recv().unwrap()
    }

    pub fn work(&self) {
        for _ in 0..50 {
            let round = work_round(self.platform(), &self.ports, &|name, error| panic!("{name}: {error}"));
            if round.is_idle() {
                return;
            }
        }
        panic!("work without end");
    }

    pub fn officer(&self, number: u8, role: Role) -> SignedIn {
        let post = Text::new("Officer", "主任", "主任");
        SignedIn::at_console(Id::from_bytes([number; 16]), self.department, vec![role], post)
    }

    pub fn scope(&self) -> Scope {
        Scope::at_console(self.service().id(), self.department)
    }

    /// Brings a scheme through its gate.
    pub fn launch(&self, definition: &Definition) {
        let digest = Scheme::compile(definition.clone()).unwrap().digest();
        let (toml, owner) = (definition.to_toml().unwrap(), self.officer(1, Role::SchemeOwner));
        let edit = authorise::<EditScheme>(&owner, None).unwrap();
        let saved = self.act(edit.actor(), move |work| Ok(registration::create_scheme(work, &edit, &toml).unwrap()));
        let scope = Some(Scope::at_console(saved.service, self.department));
        let grant = authorise::<EditScheme>(&owner, scope).unwrap();
        let gate = OpenGate { service: saved.service, digest: Digest::new(digest), tier: Tier::LargeOrHighRisk };
        let version = self.act(grant.actor(), move |work| Ok(assurance::open_gate(work, &grant, gate).unwrap()));
        let today = self.platform().now().day();
        for kind in documents() {
            let grant = authorise::<SubmitGateRecord>(&owner, scope).unwrap();
            let command = AddRecord { version, record: document(kind, today) };
            self.act(grant.actor(), move |work| Ok(assurance::add_record(work, &grant, command.clone()).unwrap()));
        }
        for officer in [owner, self.officer(2, Role::PrivacyOfficer)] {
            let grant = authorise::<SignGate>(&officer, scope).unwrap();
            self.act(grant.actor(), move |work| {
                let now = work.now();
                let gate = assurance::status(work.tx(), version, now)?.unwrap().gate;
                let sign = SignVersion { version, shown: gate.digest(), records: gate.to_sign(now.day()) };
                Ok(assurance::sign_version(work, &grant, sign).unwrap())
            });
        }
        self.platform().refresh().unwrap();
    }

    /// What the program is started with.
    pub fn parts(&self, seed: u64) -> PlatformParts {
        let files = self.files.path();
        PlatformParts {
            environment: Environment::Demo,
            location: self.location.clone(),
            options: Options::default(),
            keys: files.join("keys"),
            roots: files.join("roots").into(),
            tiles: files.join("tiles"),
            signer: Arc::new(Ed25519Signer::open(&files.join("log.key"), "lionrock.test").unwrap()),
            clock: self.clock.clone(),
            random: Arc::new(SeededRandom::new(seed)),
            places: Arc::new(OnePlace),
            origin: "lionrock.test".into(),
            sender: Sender { origin: "https://register.example".into(), host: "register.example".into() },
        }
    }

    pub fn act<T: Send + 'static>(
        &self,
        actor: Actor,
        verb: impl FnMut(&mut Work<'_, '_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.platform().ledger().write("test.act", actor, verb).map_err(|_| "refused").unwrap().0
    }
}

/// A directory in memory where there is such a place: for long runs that look at what opens, not at what a disk keeps.
pub fn in_memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory).unwrap() } else { TempDir::new().unwrap() }
}

fn department(platform: &Platform) -> Id<kinds::Department> {
    let name = Text::new("Innovation Services Department", "創新服務署", "创新服务署");
    let command = CreateDepartment { code: "ISD".into(), name };
    let create = move |work: &mut Work<'_, '_>| Ok::<_, StoreError>(people::create_department(work, command.clone()).unwrap());
    platform.ledger().write("test.department", Actor::Operator, create).map_err(|_| "refused").unwrap().0
}

pub fn documents() -> Vec<RecordKind> {
    let statements = Language::ALL.into_iter().map(|language| RecordKind::CollectionStatement { language });
    let others = [
        RecordKind::PrivacyCommissionerConsultation,
        RecordKind::PrivacyImpactAssessment,
        RecordKind::SecurityRiskAssessment,
        RecordKind::SecurityAudit,
        RecordKind::PreLaunchTest { simulated_intrusion: true },
    ];
    statements.chain(others).collect()
}

pub fn document(kind: RecordKind, today: Day) -> NewRecord {
    let title = format!("{} (test)", kind.title().get(Language::En));
    NewRecord {
        kind,
        document: Digest::of(title.as_bytes()),
        title,
        author: "Assessment Team".into(),
        organisation: "Harbour Assurance".into(),
        dated: today.plus(-14),
        expires: None,
    }
}

pub fn number(n: usize) -> String {
    IdNumber::from_number(&format!("Q{n:06}")).unwrap().formatted()
}

/// A household of two: person 2n, and their relative 2n + 1.
pub fn form(n: usize) -> HouseholdForm {
    let birth = || BirthForm::Iso(format!("19{:02}-{:02}-{:02}", 31 + n % 60, 1 + n % 12, 1 + n % 28));
    HouseholdForm {
        id_number: number(2 * n),
        birth: birth(),
        name: name(n),
        address: AddressForm { key: "k1".into(), flat: format!("F{n}"), floor: "12".into(), ..AddressForm::default() },
        mobile: mobile(n),
        members: vec![PersonForm { id_number: number(2 * n + 1), birth: birth() }],
        vaccination: String::new(),
    }
}

pub fn name(n: usize) -> String {
    let letters: String = format!("{n:04}").chars().map(|digit| char::from(b'a' + digit as u8 - b'0')).collect();
    format!("Canary{letters} Wing")
}

pub fn mobile(n: usize) -> String {
    format!("5123{n:04}")
}

struct OnePlace;

impl Places for OnePlace {
    fn premises(&self, key: &str, flat: &str, floor: &str) -> Option<(String, District)> {
        (key == "k1").then(|| (format!("Flat {flat}, {floor}/F, Harbour House"), District::KwunTong))
    }

    fn resolve(&self, _: &str) -> Option<(String, District)> {
        None
    }
}

struct Everybody;

impl PopulationRegister for Everybody {
    fn check(&self, _: &str, questions: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable> {
        Ok(questions.iter().map(|_| Answer::Resident).collect())
    }
}

struct Silent(Mutex<usize>);

impl Carrier for Silent {
    fn send(&self, _: &Outgoing) -> Result<Sent, CarrierError> {
        *self.0.lock().unwrap() += 1;
        Ok(Sent)
    }
}
