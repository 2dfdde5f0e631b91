//! One scheme with its ledger, a clock that moves, a population and officers: where the stories of this crate are told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hongkong::{District, IdNumber};
use journal::{Actor, Committed, Ledger, LedgerParts, Work};
use kernel::{Clock as _, Day, Environment, Id, Instant, Language, Random, Secret, Text, kinds};
use people::{Grant, Role, Scope, SignedIn, authorise};
use registration::matching::{Answer, PopulationRegister, Question, RegisterUnavailable};
use registration::scheme::{Definition, Scheme};
use registration::{
    AddressForm, Batch, BirthForm, Channel, EnteredBy, Figures, Household, HouseholdForm, HouseholdRow, MatchError, Matcher,
    PersonForm, Places, Received, Reference, Rules, Sender, Submission, match_batch, prepare, register,
};
use seal::{Ed25519Signer, Keyring, age_files};
use store::{Options, RunError, Store, StoreError};
use tempfile::TempDir;
use testkit::{MovableClock, Place, SeededRandom};

pub struct Stage {
    pub ledger: Arc<Ledger>,
    pub scheme: Scheme,
    pub clock: Arc<MovableClock>,
    pub sender: Sender,
    pub population: Population,
    pub courier: Secret<String>,
    pub sql: Arc<Mutex<Vec<String>>>,
    pub directory: TempDir,
    in_order: bool,
}

pub const OPENS: &str = "2020-05-06T07:00";

pub fn migrations() -> [&'static [store::Migration]; 5] {
    [journal::MIGRATIONS, vault::MIGRATIONS, notify::MIGRATIONS, people::APPROVAL_MIGRATIONS, registration::MIGRATIONS]
}

impl Stage {
    /// A scheme on SQLite, in files of its own directory.
    pub fn on_disk() -> Self {
        let directory = TempDir::new().unwrap();
        let location = store::Location::Sqlite(directory.path().to_owned());
        Self::new(directory, |options| Store::open(&location, "masks", &migrations(), options).unwrap())
    }

    /// A scheme in a fresh place of either engine.
    pub fn at(place: &Place) -> Self {
        Self::new(TempDir::new().unwrap(), |options| place.store_with("masks", &migrations(), options))
    }

    fn new(directory: TempDir, open: impl FnOnce(Options) -> Store) -> Self {
        let clock = Arc::new(MovableClock::at(OPENS));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(11));
        let sql: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = sql.clone();
        let trace = move |name: &'static str, text: &str| heard.lock().unwrap().push(format!("{name}: {text}"));
        let store = open(Options { trace: Some(Arc::new(trace)), ..Options::default() });
        let in_order = store.commits_in_order();
        let (courier, recipient) = age_files::generate_identity();
        let scheme = scheme(&recipient);
        let at = |name| directory.path().join(name);
        let place = seal::KeyPlace::in_files(at("keys/masks.tree"), at("roots/masks.root"), at("tiles/erasures"));
        let keys = Arc::new(Keyring::create(place, "masks", clock.now().day(), random.clone()).unwrap());
        let mut purposes: Vec<String> = scheme.purposes().iter().map(|purpose| purpose.id.clone()).collect();
        purposes.push(notify::PURPOSE.to_owned());
        vault::prepare_keys(&keys, &purposes).unwrap();
        let parts = LedgerParts {
            store,
            keys,
            signer: Arc::new(Ed25519Signer::create(&directory.path().join("log.key"), "test.example/log").unwrap()),
            clock: clock.clone(),
            random,
            tiles: directory.path().join("tiles"),
            origin: "test.example/masks".into(),
        };
        let ledger = Ledger::open(parts).unwrap();
        let sender = Sender { origin: "https://masks.example".into(), host: "masks.example".into() };
        let population = Population::default();
        let stage = Self { ledger, scheme, clock, sender, population, courier, sql, directory, in_order };
        let scheme = stage.scheme.clone();
        stage.act(Actor::Operator, move |work| registration::put_in_force(work, service(), &scheme)).unwrap();
        stage.clock.advance_secs(60);
        stage
    }

    pub fn act<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        actor: Actor,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, RunError<E>> {
        self.ledger.write("test.act", actor, act).map(|(value, _)| value)
    }

    /// Registers what was typed, with its own key.
    pub fn register(&self, key: &str, form: &HouseholdForm) -> Received {
        self.try_register(key, form, Channel::Online, None).unwrap().0
    }

    pub fn try_register(
        &self,
        key: &str,
        form: &HouseholdForm,
        channel: Channel,
        replaces: Option<Id<kinds::Household>>,
    ) -> Result<(Received, Committed), RunError<registration::RegisterError>> {
        let household = Household::parse(form, &self.rules(channel)).unwrap();
        let idempotency = format!("test-key-00000-{key}");
        let submission = Submission {
            household: &household,
            idempotency: &idempotency,
            language: Language::ZhHant,
            channel,
            replaces,
            shown: self.scheme.digest(),
            officer: (channel != Channel::Online).then(|| EnteredBy::Counter(grant(1, Role::CaseOfficer))),
        };
        let command = prepare(self.ledger.keys(), &self.scheme, &submission).map_err(RunError::Refused)?;
        self.clock.advance_millis(5);
        self.ledger.write("registration.register", command.actor(), move |work| register(work, &command))
    }

    pub fn rules(&self, channel: Channel) -> Rules<'static> {
        rules_on(self.clock.now().day(), self.scheme.max_people(), channel == Channel::Letter)
    }

    pub fn match_some(&self, limit: usize) -> Result<Batch, MatchError> {
        if !self.in_order {
            self.clock.advance_secs(10);
        }
        let (scheme, register, sender) = (&self.scheme, &self.population, &self.sender);
        match_batch(&self.ledger, &Matcher { scheme, register, sender, limit })
    }

    pub fn match_all(&self) -> Batch {
        let mut sum = Batch::default();
        loop {
            let Batch { taken, twins, confirmed, checking } = self.match_some(20).unwrap();
            sum.taken += taken;
            sum.twins += twins;
            sum.confirmed += confirmed;
            sum.checking += checking;
            if taken == 0 {
                return sum;
            }
        }
    }

    pub fn household(&self, reference: Reference) -> HouseholdRow {
        registration::find(&self.ledger, reference).unwrap().unwrap()
    }

    /// State and reason, as words.
    pub fn state(&self, received: &Received) -> String {
        let row = self.household(received.reference);
        [row.state.as_str(), row.reason.as_str()].join(" ").trim().to_owned()
    }

    pub fn figures(&self) -> Figures {
        self.ledger.read("test.figures", Figures::read).unwrap()
    }

    /// The verbs of the journal, oldest first.
    pub fn events(&self) -> Vec<serde_json::Value> {
        let entries = self.ledger.scan(None, 10_000).unwrap();
        entries.iter().map(|entry| serde_json::from_str(&entry.body).unwrap()).collect()
    }

    pub fn count(&self, verb: &str) -> usize {
        self.events().iter().filter(|event| event["verb"] == verb).count()
    }

    /// Who sent what: template names with how many wait or went.
    pub fn queued(&self, template: &str) -> i64 {
        self.act(Actor::Job("test"), notify::fold_counts).unwrap();
        let counts = self.ledger.read("test.counts", notify::counts).unwrap();
        counts.get(template).map_or(0, |counts| counts.queued + counts.sent + counts.failed)
    }

    /// The texts of messages, opened as the demonstration's inbox does.
    pub fn texts(&self) -> Vec<(String, String)> {
        let inbox = notify::inbox(&self.ledger, Actor::Job("test"), None, 1000).unwrap();
        let text = |message: notify::InboxMessage| match message.content {
            Some(notify::Opened::Sms { to, text }) => Some((to, text)),
            _ => None,
        };
        inbox.into_iter().filter_map(text).collect()
    }

    /// What was asked of the database since the last call.
    pub fn take_sql(&self) -> Vec<String> {
        std::mem::take(&mut self.sql.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn run_sql(&self, sql: &'static str) -> Result<u64, RunError<StoreError>> {
        self.ledger.store().write("test.sql", move |tx| tx.execute(sql, &[]))
    }
}

pub fn scheme(recipient: &str) -> Scheme {
    Scheme::compile(Definition::masks_2020().unwrap().with_recipient(recipient)).unwrap()
}

/// An officer of the department with one role.
pub fn officer(number: u8, role: Role) -> SignedIn {
    let post = Text::new("Officer", "主任", "主任");
    SignedIn::at_console(Id::from_bytes([number; 16]), Id::from_bytes([1; 16]), vec![role], post)
}

pub fn service() -> Id<kinds::Service> {
    Id::from_bytes([2; 16])
}

pub fn grant<A: people::Action>(number: u8, role: Role) -> Grant<A> {
    authorise(&officer(number, role), Some(Scope::at_console(service(), Id::from_bytes([1; 16])))).unwrap()
}

/// The same right in another service of the department.
pub fn grant_elsewhere<A: people::Action>(role: Role) -> Grant<A> {
    let other = Scope::at_console(Id::from_bytes([9; 16]), Id::from_bytes([1; 16]));
    authorise(&officer(1, role), Some(other)).unwrap()
}

pub fn number(n: usize) -> String {
    IdNumber::from_number(&format!("Q{n:06}")).unwrap().formatted()
}

pub fn birth(n: usize) -> String {
    format!("19{:02}-{:02}-{:02}", 31 + n % 60, 1 + n % 12, 1 + n % 28)
}

/// A household of two: person 2n, and their relative 2n + 1.
pub fn form(n: usize) -> HouseholdForm {
    HouseholdForm {
        id_number: number(2 * n),
        birth: BirthForm::Iso(birth(2 * n)),
        name: format!("Lau Siu {}", ["Ming", "Fong", "Keung", "Ling"][n % 4]),
        address: AddressForm { key: "k1".into(), flat: format!("F{n}"), floor: "12".into(), ..AddressForm::default() },
        mobile: format!("5123{n:04}"),
        members: vec![PersonForm { id_number: number(2 * n + 1), birth: BirthForm::Iso(birth(2 * n + 1)) }],
        vaccination: String::new(),
    }
}

pub fn rules_on(today: Day, max_people: usize, without_mobile: bool) -> Rules<'static> {
    Rules { environment: Environment::Demo, today, max_people, minimum_age: 18, without_mobile, vaccination: registration::Asked::No, places: &OnePlace }
}

struct OnePlace;

impl Places for OnePlace {
    fn premises(&self, key: &str, flat: &str, floor: &str) -> Option<(String, District)> {
        (key == "k1").then(|| (format!("Flat {flat}, {floor}/F, Harbour House, Canary Road"), District::KwunTong))
    }

    fn resolve(&self, _: &str) -> Option<(String, District)> {
        None
    }
}

/// Everybody from 0 to 999,999 with the birthday of [`birth`]; some are not residents.
#[derive(Default)]
pub struct Population {
    pub not_residents: Vec<usize>,
    pub asked: Mutex<HashMap<String, usize>>,
    pub silent: std::sync::atomic::AtomicBool,
}

impl PopulationRegister for Population {
    fn check(&self, _: &str, questions: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable> {
        if self.silent.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(RegisterUnavailable("it is being maintained".into()));
        }
        let answer = |question: &Question| {
            *self.asked.lock().unwrap().entry(question.id_number.clone()).or_default() += 1;
            let n: usize = question.id_number[1..].parse().unwrap();
            match (question.birth.to_string() == birth(n), self.not_residents.contains(&n)) {
                (false, _) => Answer::Mismatch,
                (true, true) => Answer::NotResident,
                (true, false) => Answer::Resident,
            }
        };
        Ok(questions.iter().map(answer).collect())
    }
}

pub fn moment(text: &str) -> Instant {
    Instant::parse_hong_kong(text).unwrap()
}

/// The contract that exports of these stories go under.
pub fn contract() -> Id<kinds::Contract> {
    Id::from_bytes([7; 16])
}

/// The words of an approval of an export.
pub fn export_words(scheme: &Scheme, district: &str) -> String {
    registration::export_words(scheme, district, contract())
}

/// An export as `flows` makes it, without planted records: one file of comma-separated lines.
pub fn export_district(
    ledger: &Ledger,
    scheme: &Scheme,
    sender: &Sender,
    grant: &Arc<Grant<people::RequestExport>>,
    district: &str,
    approval: Id<kinds::Approval>,
) -> Result<registration::ExportRow, registration::ExportError> {
    let ask = registration::AskDelivery { district: district.to_owned(), contract: contract(), approval };
    let cargo = registration::delivery_cargo(ledger, scheme, sender, grant, &ask)?;
    let cell = |text: &String| if text.contains(',') { format!("\"{text}\"") } else { text.clone() };
    let lines = std::iter::once(&cargo.table.fields).chain(&cargo.table.rows);
    let lines = lines.map(|line| line.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n");
    let text: String = lines.collect();
    let bytes = age_files::encrypt_to(&[scheme.courier().unwrap().recipient.clone()], text.as_bytes()).unwrap();
    let records = u64::try_from(cargo.table.rows.len()).unwrap();
    let file = registration::ExportFile { lease: Id::from_bytes([8; 16]), bytes, records };
    registration::record_export(ledger, scheme, grant, cargo, file)
}
