//! A platform with a scheme that has passed its gate, on SQLite in a temporary directory; and the world around it.

use std::path::Path;
use std::sync::{Arc, Mutex};

use assurance::{AddRecord, Digest, NewRecord, OpenGate, RecordKind, SignVersion, Tier};
use axum::Router;
use flows::{Platform, PlatformParts, Ports, work_round};
use hongkong::{Gazetteer, shipped_premises};
use journal::{Actor, Work};
use kernel::{Day, Environment, Id, Instant, Language, Random, Text, kinds};
use notify::{Carrier, CarrierError, Outgoing, Sent};
use people::{CreateDepartment, EditScheme, Role, Scope, SignGate, SignedIn, SubmitGateRecord, authorise};
use registration::Sender;
use registration::matching::{Answer, PopulationRegister, Question, RegisterUnavailable};
use registration::scheme::{Definition, Scheme};
use resident::ResidentState;
use seal::Ed25519Signer;
use store::{Location, Options, StoreError};
use tempfile::TempDir;
use testkit::{MovableClock, SeededRandom};
use webkit::{FormKeys, Shell};

pub const SLUG: &str = "masks-2020";
pub const OPENS: &str = "2020-05-06T07:00";
pub const CLOSES: &str = "2020-06-06T23:59";

/// Everything a test needs of a city.
pub struct City {
    pub platform: Arc<Platform>,
    pub clock: Arc<MovableClock>,
    pub app: Router,
    pub state: Arc<ResidentState>,
    pub phone: Arc<Phone>,
    pub department: Id<kinds::Department>,
    ports: Ports,
    _files: TempDir,
}

impl City {
    /// A city at this moment, with the mask scheme open from 6 May 2020, 7 am.
    pub fn at(now: &str) -> Self {
        Self::traced(now, Options::default())
    }

    /// The same on a store with other options.
    pub fn traced(now: &str, options: Options) -> Self {
        Self::made(now, options, Environment::Demo)
    }

    /// The same on a platform of another environment.
    pub fn made(now: &str, options: Options, environment: Environment) -> Self {
        let files = TempDir::new().unwrap();
        let clock = Arc::new(MovableClock::at(now));
        let gazetteer = Arc::new(Gazetteer::build(shipped_premises().unwrap()));
        let platform = platform(files.path(), clock.clone(), gazetteer.clone(), (options, environment));
        let department = department(&platform);
        let font = notify::LetterFont::open(Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")).ok();
        let state = ResidentState::new(platform.clone(), gazetteer, components()).with_font(font).with_scanner(Some(Arc::new(Suspicious)));
        let state = Arc::new(state);
        let keys = Arc::new(Keys(platform.clone()));
        let shell = Shell::new(Arc::new(resident::layout(Environment::Demo)), keys, clock.clone(), &Chance);
        let app = shell.wrap(resident::routes(state.clone()));
        let phone = Arc::new(Phone::default());
        let ports = Ports { register: Arc::new(Register), carrier: phone.clone() };
        let city = Self { platform, clock, app, state, phone, department, ports, _files: files };
        city.launch(&definition(SLUG));
        city
    }

    /// Saves a scheme and takes it through its gate.
    pub fn launch(&self, definition: &Definition) -> Id<kinds::Service> {
        let (service, version) = self.draft(definition);
        self.pass_gate(service, version);
        service
    }

    /// Saves a scheme whose gate is open but empty.
    pub fn draft(&self, definition: &Definition) -> (Id<kinds::Service>, Id<kinds::SchemeVersion>) {
        let digest = Scheme::compile(definition.clone()).unwrap().digest();
        let (toml, owner) = (definition.to_toml().unwrap(), self.officer(1, Role::SchemeOwner));
        let edit = authorise::<EditScheme>(&owner, None).unwrap();
        let saved = self.act(edit.actor(), move |work| Ok(registration::create_scheme(work, &edit, &toml).unwrap()));
        let scoped = authorise::<EditScheme>(&owner, Some(Scope::at_console(saved.service, self.department))).unwrap();
        let open = OpenGate { service: saved.service, digest: Digest::new(digest), tier: Tier::LargeOrHighRisk };
        let version = self.act(scoped.actor(), move |work| Ok(assurance::open_gate(work, &scoped, open).unwrap()));
        (saved.service, version)
    }

    /// Documents and signatures.
    pub fn pass_gate(&self, service: Id<kinds::Service>, version: Id<kinds::SchemeVersion>) {
        let scope = Some(Scope::at_console(service, self.department));
        let officers = [self.officer(1, Role::SchemeOwner), self.officer(2, Role::PrivacyOfficer)];
        let today = self.platform.now().day();
        for kind in documents() {
            let grant = authorise::<SubmitGateRecord>(&officers[0], scope).unwrap();
            let command = AddRecord { version, record: document(kind, today) };
            self.act(grant.actor(), move |work| Ok(assurance::add_record(work, &grant, command.clone()).unwrap()));
        }
        for officer in &officers {
            let grant = authorise::<SignGate>(officer, scope).unwrap();
            self.act(grant.actor(), move |work| {
                let now = work.now();
                let gate = assurance::status(work.tx(), version, now)?.unwrap().gate;
                let sign = SignVersion { version, shown: gate.digest(), records: gate.to_sign(now.day()) };
                Ok(assurance::sign_version(work, &grant, sign).unwrap())
            });
        }
        self.state.platform.refresh().unwrap();
    }

    /// An officer of the department.
    pub fn officer(&self, number: u8, role: Role) -> SignedIn {
        let post = Text::new("Officer", "主任", "主任");
        SignedIn::at_console(Id::from_bytes([number; 16]), self.department, vec![role], post)
    }

    /// One act in the platform's own ledger.
    pub fn act<T: Send + 'static>(
        &self,
        actor: Actor,
        verb: impl FnMut(&mut Work<'_, '_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.platform.ledger().write("test.act", actor, verb).map_err(|_| "refused").unwrap().0
    }

    /// Does the slow work until there is none.
    pub fn work(&self) {
        let mut rounds = 0..50;
        while rounds.next().is_some() {
            let round = work_round(&self.platform, &self.ports, &|_, _| {});
            assert_eq!(round.failed, 0, "a step of the work failed");
            if round.is_idle() {
                return;
            }
        }
        assert!(!rounds.is_empty(), "work without end");
    }
}

/// The mask scheme under a name.
pub fn definition(slug: &str) -> Definition {
    let moment = |text| Instant::parse_hong_kong(text).unwrap();
    let masks = Definition::masks_2020().unwrap().with_slug(slug);
    masks.with_window(moment(OPENS), moment(CLOSES), "2020-06-30".parse().unwrap())
}

fn platform(
    files: &Path,
    clock: Arc<MovableClock>,
    places: Arc<Gazetteer>,
    (options, environment): (Options, Environment),
) -> Arc<Platform> {
    for folder in ["stores", "keys", "roots", "tiles"] {
        std::fs::create_dir_all(files.join(folder)).unwrap();
    }
    Platform::open(PlatformParts {
        environment,
        location: Location::Sqlite(files.join("stores")),
        options,
        keys: files.join("keys"),
        roots: files.join("roots").into(),
        tiles: files.join("tiles"),
        signer: Arc::new(Ed25519Signer::create(&files.join("log.key"), "lionrock.test").unwrap()),
        clock,
        random: Arc::new(SeededRandom::new(2020)),
        places,
        origin: "lionrock.test".into(),
        sender: Sender { origin: "https://register.example".into(), host: "register.example".into() },
    })
    .unwrap()
}

fn department(platform: &Platform) -> Id<kinds::Department> {
    let name = Text::new("Innovation Services Department", "創新服務署", "创新服务署");
    let command = CreateDepartment { code: "ISD".into(), name };
    let create = move |work: &mut Work<'_, '_>| Ok::<_, StoreError>(people::create_department(work, command.clone()).unwrap());
    platform.ledger().write("test.department", Actor::Operator, create).map_err(|_| "refused").unwrap().0
}

fn components() -> Vec<assurance::Component> {
    let one = |name: &str, licence: &str| assurance::Component {
        name: name.into(),
        version: "1.0.0".into(),
        licence: licence.into(),
    };
    vec![one("axum", "MIT"), one("rusqlite", "MIT"), one("serde", "MIT OR Apache-2.0")]
}

fn documents() -> Vec<RecordKind> {
    let statements = Language::ALL.into_iter().map(|language| RecordKind::CollectionStatement { language });
    statements
        .chain([
            RecordKind::PrivacyCommissionerConsultation,
            RecordKind::PrivacyImpactAssessment,
            RecordKind::SecurityRiskAssessment,
            RecordKind::SecurityAudit,
            RecordKind::PreLaunchTest { simulated_intrusion: true },
        ])
        .collect()
}

fn document(kind: RecordKind, today: Day) -> NewRecord {
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

/// The register knows everybody under the date of birth 1 January 1970, and nobody else.
struct Register;

impl PopulationRegister for Register {
    fn check(&self, _basis: &str, questions: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable> {
        let known: Day = "1970-01-01".parse().unwrap();
        let answer = |question: &Question| if question.birth == known { Answer::Resident } else { Answer::Mismatch };
        Ok(questions.iter().map(answer).collect())
    }
}

/// Everybody's telephone: what was sent to which number.
#[derive(Default)]
pub struct Phone(Mutex<Vec<(String, String)>>);

impl Phone {
    /// The texts sent so far, oldest first.
    pub fn texts(&self) -> Vec<(String, String)> {
        self.0.lock().unwrap().clone()
    }

    /// The six digits of the last code.
    pub fn code(&self) -> String {
        let mut codes = self.texts().into_iter().rev().filter_map(|(_, text)| {
            let digits: Vec<String> = text.split(|c: char| !c.is_ascii_digit()).map(str::to_owned).collect();
            digits.into_iter().find(|part| part.len() == 6)
        });
        codes.next().unwrap()
    }
}

impl Carrier for Phone {
    fn send(&self, message: &Outgoing) -> Result<Sent, CarrierError> {
        self.0.lock().unwrap().push((message.to.expose().clone(), message.text.expose().clone()));
        Ok(Sent)
    }
}

struct Keys(Arc<Platform>);

impl FormKeys for Keys {
    fn mac(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
        self.0.ledger().keys().prf(label, bytes)
    }
}

struct Chance;

impl Random for Chance {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}

/// Finds the word MALWARE; cannot look at what says SILENCE.
struct Suspicious;

impl kernel::Scanner for Suspicious {
    fn scan(&self, bytes: &[u8]) -> Result<kernel::Scan, kernel::ScanError> {
        let says = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        if says(b"SILENCE") {
            return Err(kernel::ScanError::Unreachable("it does not answer".into()));
        }
        Ok(if says(b"MALWARE") { kernel::Scan::Infected("Test".into()) } else { kernel::Scan::Clean })
    }
}
