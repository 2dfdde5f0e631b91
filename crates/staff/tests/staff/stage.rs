use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use flows::{Platform, PlatformParts, Ports};
use hongkong::{Gazetteer, shipped_premises};
use journal::Actor;
use kernel::{Environment, Id, Random, Scanner, Secret, Text, kinds};
use notify::{Carrier, CarrierError, Outgoing, Sent};
use people::{AttestationPolicy, AttestationRules, Contact, CreateDepartment, InviteOfficer, Inviter, RelyingParty, Role, seal_contact};
use registration::Sender;
use registration::matching::{Answer, PopulationRegister, Question, RegisterUnavailable};
use registration::scheme::Definition;
use seal::{Ed25519Signer, Keyring};
use staff::{StaffState, Uploads, layout, routes};
use store::{Location, Options};
use testkit::{MovableClock, SeededRandom};
use webkit::{FormKeys, Shell};

use crate::client::{Client, ORIGIN};

pub const SLUG: &str = "masks-2020";

/// A platform with two departments, an officer of each role in both, and nobody else.
pub struct Stage {
    pub router: Router,
    pub platform: Arc<Platform>,
    pub clock: Arc<MovableClock>,
    pub courier: Secret<String>,
    pub recipient: String,
    pub ports: Ports,
    origin: String,
    departments: Vec<Id<kinds::Department>>,
    invitations: HashMap<(usize, Role), String>,
    signed_in: Mutex<HashMap<(usize, Role), String>>,
    _folder: tempfile::TempDir,
}

struct Keys(Arc<Keyring>);

impl FormKeys for Keys {
    fn mac(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
        self.0.prf(label, bytes)
    }
}

/// A register in which everybody whose number begins with Q is a resident, and nobody else is known.
struct Register;

impl PopulationRegister for Register {
    fn check(&self, _: &str, questions: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable> {
        let answer = |question: &Question| if question.id_number.starts_with('Q') { Answer::Resident } else { Answer::Mismatch };
        Ok(questions.iter().map(answer).collect())
    }
}

struct Takes;

impl Carrier for Takes {
    fn send(&self, _: &Outgoing) -> Result<Sent, CarrierError> {
        Ok(Sent)
    }
}

impl Stage {
    pub fn new() -> Self {
        Self::at(ORIGIN)
    }

    /// A stage whose passkeys belong to this origin.
    pub fn at(origin: &str) -> Self {
        Self::with(origin, |_| None)
    }

    /// A stage in which a scanner, made for its clock, looks at every file.
    pub fn with(origin: &str, scanner: impl FnOnce(&Arc<MovableClock>) -> Option<Arc<dyn Scanner>>) -> Self {
        Self::made(&RelyingParty::new(origin, "Lionrock").unwrap(), scanner)
    }

    /// A stage in which these posts need a passkey whose maker vouches for it.
    pub fn demanding(origin: &str, rules: &AttestationRules) -> Self {
        let party = RelyingParty::new(origin, "Lionrock").unwrap();
        Self::made(&party.demanding(AttestationPolicy::new(rules).unwrap()), |_| None)
    }

    fn made(relying_party: &RelyingParty, scanner: impl FnOnce(&Arc<MovableClock>) -> Option<Arc<dyn Scanner>>) -> Self {
        let origin = relying_party.origin();
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(MovableClock::at("2020-05-06T08:00"));
        let uploads = Uploads::new(scanner(&clock));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(7));
        let city = Arc::new(Gazetteer::build(shipped_premises().unwrap()));
        let (courier, recipient) = seal::age_files::generate_identity();
        let platform = Platform::open(parts(folder.path(), &clock, &random, &city)).unwrap();
        let state = Arc::new(StaffState {
            platform: platform.clone(),
            relying_party: relying_party.clone(),
            origin: origin.clone(),
            letter_font: notify::LetterFont::open("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc".as_ref()).ok(),
            secure: false,
            uploads,
        });
        let shell = Shell::new(
            Arc::new(layout(Environment::Test)),
            Arc::new(Keys(platform.ledger().keys().clone())),
            clock.clone(),
            &*random,
        );
        let router = shell.session_cookie(state.session_cookie()).wrap(routes(state));
        let departments = departments(&platform);
        let invitations = invite_all(&platform, &departments);
        let ports = Ports { register: Arc::new(Register), carrier: Arc::new(Takes) };
        let signed_in = Mutex::default();
        Self { router, platform, clock, courier, recipient, ports, origin, departments, invitations, signed_in, _folder: folder }
    }

    /// A browser in which nobody is signed in.
    pub fn client(&self) -> Client {
        Client::new(&self.router, &self.origin)
    }

    /// One of the two departments.
    pub fn department(&self, at: usize) -> Id<kinds::Department> {
        self.departments[at]
    }

    /// Invites one more officer.
    pub fn invite(&self, department: usize, role: Role) -> String {
        invite(&self.platform, self.departments[department], role)
    }

    /// The link's secret of an officer's invitation.
    pub fn invitation(&self, department: usize, role: Role) -> &str {
        &self.invitations[&(department, role)]
    }

    /// A browser in which the officer of this role is signed in.
    pub fn officer(&self, department: usize, role: Role) -> Client {
        let client = self.client();
        let known = self.signed_in.lock().unwrap().get(&(department, role)).cloned();
        if let Some(session) = known {
            client.set_cookie("session", &session);
            if client.get("/en/staff").status == 200 {
                return client;
            }
        }
        client.join(self.invitation(department, role));
        self.signed_in.lock().unwrap().insert((department, role), client.cookie("session").unwrap());
        client
    }

    pub fn definition(&self) -> String {
        let day = |text| kernel::Instant::parse_hong_kong(text).unwrap();
        let latest = day("2020-06-30T00:00").day();
        let definition = Definition::masks_2020().unwrap();
        let definition = definition.with_window(day("2020-05-06T07:00"), day("2020-06-06T23:59"), latest);
        definition.with_recipient(&self.recipient).to_toml().unwrap()
    }

    /// One round of the jobs.
    pub fn work(&self) {
        flows::work_round(&self.platform, &self.ports, &|name, error| panic!("{name}: {error}"));
    }

    /// Takes the scheme through its launch gate, by the pages.
    pub fn launch(&self) -> String {
        self.launch_scheme(SLUG, &self.definition())
    }

    /// Takes any scheme through its launch gate.
    pub fn launch_scheme(&self, slug: &str, definition: &str) -> String {
        let owner = self.officer(0, Role::SchemeOwner);
        let made = owner.post("/en/staff/schemes/new", &[("definition", definition), ("act", "save")]);
        assert_eq!(made.location(), format!("/en/staff/schemes/{slug}"), "{}", made.text());
        let page = owner.get(&made.location());
        let gate = page.between(&format!("/en/staff/schemes/{slug}/gates/"), "\"");
        self.pass(&format!("/en/staff/schemes/{slug}/gates/{gate}"));
        gate
    }

    /// Saves a charter of the identity provider and takes it through its launch gate; the gate's own part of the address.
    pub fn launch_identity(&self, charter: &str) -> String {
        let owner = self.officer(0, Role::SchemeOwner);
        let saved = owner.post("/en/staff/identity/charter", &[("charter", charter), ("act", "save")]);
        let base = saved.location();
        let gate = base.strip_prefix("/en/staff/identity/gates/").unwrap_or_else(|| panic!("{}", saved.text())).to_owned();
        self.pass(&base);
        gate
    }

    /// Takes what was saved through its launch gate: every document, and two signatures.
    fn pass(&self, base: &str) {
        let owner = self.officer(0, Role::SchemeOwner);
        for kind in DOCUMENTS {
            let added = owner.post(&format!("{base}/records"), &document(kind));
            assert_eq!(added.status, 303, "{kind}: {}", added.text());
        }
        for role in [Role::SchemeOwner, Role::PrivacyOfficer] {
            Self::sign(&self.officer(0, role), base);
        }
    }

    /// Signs what the page shows.
    fn sign(officer: &Client, base: &str) {
        let page = officer.get(&format!("{base}/sign"));
        let shown = page.between("name=\"shown\" value=\"", "\"");
        let text = page.text();
        let records: Vec<&str> =
            text.split("name=\"record\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let mut pairs = vec![("shown", shown.as_str())];
        pairs.extend(records.into_iter().map(|record| ("record", record)));
        let signed = officer.post(&format!("{base}/sign"), &pairs);
        assert_eq!(signed.status, 303, "{}", signed.text());
    }
}

pub const DOCUMENTS: [&str; 8] = [
    "collection-statement-en",
    "collection-statement-zh-hant",
    "collection-statement-zh-hans",
    "privacy-commissioner-consultation",
    "privacy-impact-assessment",
    "security-risk-assessment",
    "security-audit",
    "pre-launch-test-with-intrusion",
];

pub fn document(kind: &str) -> Vec<(&str, &str)> {
    vec![
        ("kind", kind),
        ("title", "A document"),
        ("author", "Assessment team"),
        ("organisation", "Independent Assessors Limited"),
        ("dated-day", "20"),
        ("dated-month", "4"),
        ("dated-year", "2020"),
        ("digest", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"),
    ]
}

fn parts(
    folder: &std::path::Path,
    clock: &Arc<MovableClock>,
    random: &Arc<dyn Random>,
    city: &Arc<Gazetteer>,
) -> PlatformParts {
    let sub = |name: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    };
    let signer = Ed25519Signer::create(&folder.join("log.key"), "lionrock.example").unwrap();
    PlatformParts {
        environment: Environment::Test,
        location: Location::Sqlite(sub("data")),
        options: Options::default(),
        keys: sub("keys"),
        roots: sub("roots").into(),
        tiles: sub("tiles"),
        signer: Arc::new(signer),
        clock: clock.clone(),
        random: random.clone(),
        places: city.clone(),
        origin: "lionrock.example".into(),
        sender: Sender { origin: ORIGIN.into(), host: "localhost".into() },
    }
}

fn departments(platform: &Platform) -> Vec<Id<kinds::Department>> {
    let create = |code: &str| {
        let name = Text::new(format!("Department {code}"), format!("{code} 部門"), format!("{code} 部门"));
        let command = CreateDepartment { code: code.to_owned(), name };
        let made = platform.ledger().write("test.department", Actor::Operator, move |work| {
            people::create_department(work, command.clone())
        });
        made.unwrap().0
    };
    ["ISD", "HAD"].map(create).to_vec()
}

fn invite_all(platform: &Platform, departments: &[Id<kinds::Department>]) -> HashMap<(usize, Role), String> {
    let each = departments.iter().enumerate().flat_map(|(index, department)| {
        Role::ALL.map(|role| ((index, role), invite(platform, *department, role)))
    });
    each.collect()
}

fn invite(platform: &Platform, department: Id<kinds::Department>, role: Role) -> String {
    let contact = Contact::parse("Chan Siu Ming", "officer@department.example.hk").unwrap();
    let contact = seal_contact(platform.ledger().keys(), platform.now().day(), &contact).unwrap();
    let command = InviteOfficer { department, post: role.title(), roles: vec![role], contact };
    let invite = move |work: &mut journal::Work<'_, '_>| people::invite_officer(work, &Inviter::Operator, command.clone());
    let (invited, _) = platform.ledger().write("test.invite", Actor::Operator, invite).unwrap();
    invited.token.reveal().into_exposed()
}
