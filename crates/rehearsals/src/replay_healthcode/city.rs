//! The month itself: every act goes through the verbs that the pages call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hongkong::{IdNumber, Phone};
use identity::{
    ActivationDetails, AskCode, AtDoor, Cancellation, Charter, CodeFor, Document, DocumentTag, Resident, SHIPPED_CHARTER, Ticket, Tried,
    TypedDocument,
};
use journal::{Actor, Ledger, LedgerParts, Work};
use kernel::{Clock as _, Day, Environment, Id, Instant, Language, Random, kinds};
use notify::{Carrier, CarrierError, Mobile, Outgoing, Sent};
use people::{Grant, ProofIdentity, RelyingParty, RequestExport, Role, Scope, SignedIn, SoftwarePasskey, authorise};
use seal::{Ed25519Signer, KeyPlace, Keyring, OsRandom};
use store::{Location, Options, RunError, Store, StoreError};
use tempfile::TempDir;

use super::people::{Chance, Held, Home, Person, Ways};
use super::{DAYS, Ended, Rules};
use crate::replay_contractor::department::SetClock;
use crate::simulate::Failure;

const FIRST_DAY: &str = "2021-12-10";
const ORIGIN: &str = "https://replay.example";
const HOST: &str = "replay.example";
/// Everybody has registered by 2 January.
const REGISTERING_DAYS: u32 = 24;
/// A letter arrives after so many days, and comes back after so many.
const POST_DAYS: i32 = 3;
const RETURN_DAYS: i32 = 7;
/// Whoever can types the PIN within so many days.
const TYPING_DAYS: u64 = 4;
/// Of a hundred who hear that their letter came back so many put it right, within so many days; of them so many cancel and register anew.
const MENDING: u64 = 85;
const MENDING_DAYS: u64 = 3;
const ANEW: u64 = 30;
const BATCH: i64 = 1_000;
/// Fewer codes than one hour's budget for everybody together.
const CODES_AN_HOUR: usize = 8_000;
const DEPARTMENT: Id<kinds::Department> = Id::from_bytes([21; 16]);
const SERVICE: Id<kinds::Service> = Id::from_bytes([22; 16]);
const LEASE: Id<kinds::Lease> = Id::from_bytes([23; 16]);

/// A letter in the post.
struct InPost {
    day: i32,
    person: usize,
    pin: String,
    barcode: String,
    comes_back: bool,
}

/// Everybody's telephone: the last message of each.
#[derive(Default)]
struct Telephones(Mutex<BTreeMap<String, String>>);

impl Carrier for Telephones {
    fn send(&self, message: &Outgoing) -> Result<Sent, CarrierError> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert(message.to.expose().clone(), message.text.expose().clone());
        Ok(Sent)
    }
}

pub struct City {
    rules: Rules,
    chance: Chance,
    ledger: Arc<Ledger>,
    clock: Arc<SetClock>,
    first: Day,
    rp: RelyingParty,
    charter: Charter,
    phones: Telephones,
    people: Vec<Person>,
    of_account: BTreeMap<[u8; 16], usize>,
    post: Vec<InPost>,
    a_station_a_day: f64,
    /// Turns at stations that are left from earlier days.
    turns: f64,
    _folder: TempDir,
}

impl City {
    pub fn open(rules: Rules, seed: u64, people: u32, a_station_a_day: f64) -> Result<Self, Failure> {
        let folder = TempDir::new()?;
        let first: Day = FIRST_DAY.parse()?;
        let clock = Arc::new(SetClock::at(Instant::at(first, 9 * 60)));
        let mut chance = Chance::new(seed);
        let people = (0..people).map(|number| Person::new(number, &mut chance)).collect();
        let ledger = ledger(&folder, &clock)?;
        Ok(Self {
            rules,
            chance,
            ledger,
            clock,
            first,
            rp: RelyingParty::new(ORIGIN, "Lionrock").map_err(|_| "no site")?,
            charter: Charter::parse(SHIPPED_CHARTER)?,
            phones: Telephones::default(),
            people,
            of_account: BTreeMap::new(),
            post: Vec::new(),
            a_station_a_day,
            turns: 0.0,
            _folder: folder,
        })
    }

    /// One day of the month, at nine in the morning.
    pub fn live(&mut self, day: i32) -> Result<(), Failure> {
        self.clock.set(Instant::at(self.first.plus(day), 9 * 60));
        let today = u32::try_from(day).unwrap_or(0);
        let all: Vec<usize> = (0..self.people.len()).filter(|n| n % REGISTERING_DAYS as usize == today as usize).collect();
        if today < REGISTERING_DAYS {
            self.register(&all)?;
        }
        self.mend(day)?;
        self.check_addresses(day)?;
        self.print(day)?;
        self.deliver(day)?;
        self.type_pins(day)?;
        self.stations(day)?;
        self.act(identity::lapse_pins)?;
        self.act(identity::remind_pins)?;
        Ok(())
    }

    fn register(&mut self, all: &[usize]) -> Result<(), Failure> {
        let mut asked = Vec::new();
        for (&who, n) in all.iter().zip(1_usize..) {
            let Some(person) = self.people.get(who) else { continue };
            if n % CODES_AN_HOUR == 0 {
                self.clock.set(self.now().plus_secs(3_600));
            }
            let network = network(person.number);
            let asked_for = ask(person.number, CodeFor::SignUp, &network)?;
            let (ticket, new) = identity::prepare_enrolment(self.ledger.keys(), &**self.ledger.random(), self.now(), asked_for)?;
            self.act(move |work| identity::begin_enrolment(work, &new))?;
            asked.push((who, ticket));
        }
        self.carry()?;
        for (who, ticket) in asked {
            let resident = self.open_account(&ticket)?;
            self.of_account.insert(resident.account().bytes(), who);
            if let Some(person) = self.people.get_mut(who) {
                person.account = Some(resident);
            }
            self.ask_for_pin(who)?;
        }
        Ok(())
    }

    fn open_account(&self, ticket: &Ticket) -> Result<Resident, Failure> {
        let (keys, typed, code) = (self.ledger.keys().clone(), ticket.clone(), self.code(ticket)?);
        self.act(move |work| identity::confirm_code(work, &keys, &typed, &code))?;
        let begun = identity::first_passkey(self.ledger.keys(), &**self.ledger.random(), &self.rp, self.now(), ticket, "Account")
            .map_err(|error| error.to_string())?;
        let (_, answer) = SoftwarePasskey::create(ORIGIN, &begun.options).map_err(|_| "no passkey")?;
        let made = identity::create_account(&self.ledger, &self.rp, &self.charter, ticket, Language::ZhHant, (&begun.sealed, answer));
        Ok(made.map_err(|error| error.to_string())?.who)
    }

    fn ask_for_pin(&self, who: usize) -> Result<(), Failure> {
        let Some((person, resident)) = self.people.get(who).and_then(|person| Some((person, person.account?))) else { return Ok(()) };
        let details = ActivationDetails {
            name_en: format!("Invented {}", person.number),
            name_zh: String::new(),
            document: document(person.number)?,
            address: person.address(),
            district: person.district,
        };
        let new = identity::prepare_activation(&self.ledger, &self.charter, &resident, &details)?;
        self.act(move |work| identity::ask_activation(work, &resident, &new))
    }

    /// The register is asked in the month of now; where it knows the address the PIN goes by text message.
    fn check_addresses(&mut self, day: i32) -> Result<(), Failure> {
        loop {
            let waiting = identity::addresses_to_check(&self.ledger, BATCH).map_err(|error| error.to_string())?;
            if waiting.is_empty() {
                return Ok(());
            }
            for one in waiting {
                let who = self.of_account.get(&one.account.bytes()).copied().unwrap_or(usize::MAX);
                let known = self.people.get(who).is_some_and(|person| person.home == Home::Known);
                if self.rules == Rules::Now && known {
                    identity::text_pin(&self.ledger, &one, HOST).map_err(|error| error.to_string())?;
                    self.hold(who, one.pin.expose().clone(), day);
                } else {
                    self.act(move |work| identity::queue_letter(work, one.account, one.number))?;
                }
            }
        }
    }

    /// The batches of the day, which the bureau posts at once.
    fn print(&mut self, day: i32) -> Result<(), Failure> {
        let grant: Grant<RequestExport> = grant(Role::DeliveryOfficer)?;
        while let Some((batch, letters)) =
            identity::open_batch(&self.ledger, &grant, LEASE, BATCH).map_err(|error| error.to_string())?
        {
            let id = batch.id;
            self.act(move |work| identity::finish_batch(work, &batch, &[]))?;
            self.act(move |work| identity::post_batch(work, &grant, id))?;
            for letter in letters {
                let Some(&person) = self.of_account.get(&letter.account.bytes()) else { continue };
                let comes_back = self.people.get(person).is_some_and(|person| person.home == Home::Wrong);
                let day = day + if comes_back { RETURN_DAYS } else { POST_DAYS };
                let (pin, barcode) = (letter.pin.into_exposed(), letter.barcode);
                self.post.push(InPost { day, person, pin, barcode, comes_back });
            }
        }
        Ok(())
    }

    fn deliver(&mut self, day: i32) -> Result<(), Failure> {
        let (today, later) = std::mem::take(&mut self.post).into_iter().partition(|letter: &InPost| letter.day <= day);
        self.post = later;
        for letter in today {
            if letter.comes_back {
                self.comes_back(letter, day)?;
            } else {
                self.hold(letter.person, letter.pin, day);
            }
        }
        Ok(())
    }

    /// A letter comes back. As it was nobody learns of it; now it is scanned and its owner hears, and most put it right.
    fn comes_back(&mut self, letter: InPost, day: i32) -> Result<(), Failure> {
        if self.rules == Rules::AsItWas {
            return Ok(());
        }
        let grant: Grant<ProofIdentity> = grant(Role::CaseOfficer)?;
        self.act(move |work| identity::return_letter(work, &grant, &letter.barcode))?;
        let mends = self.chance.below(100) < MENDING;
        let on = day + 1 + i32::try_from(self.chance.below(MENDING_DAYS)).unwrap_or(0);
        if let Some(person) = self.people.get_mut(letter.person).filter(|person| mends && person.mends.is_none()) {
            person.mends = Some(on);
        }
        Ok(())
    }

    fn hold(&mut self, who: usize, pin: String, day: i32) {
        let typed = day + i32::try_from(self.chance.below(TYPING_DAYS)).unwrap_or(0);
        if let Some(person) = self.people.get_mut(who) {
            person.held = Some(Held { pin, typed });
        }
    }

    /// Whoever knows of the wrong address asks for a second letter, or cancels the account and registers anew.
    fn mend(&mut self, day: i32) -> Result<(), Failure> {
        let due = |person: &Person| !person.activated && person.home == Home::Wrong && person.mends.is_some_and(|on| on <= day);
        let all: Vec<usize> = self.people.iter().enumerate().filter(|(_, person)| due(person)).map(|(who, _)| who).collect();
        for who in all {
            if let Some(person) = self.people.get_mut(who) {
                person.home = Home::Right;
            }
            if self.chance.below(100) < ANEW {
                self.cancel(who)?;
                self.register(&[who])?;
            } else {
                self.ask_for_pin(who)?;
            }
        }
        Ok(())
    }

    fn cancel(&mut self, who: usize) -> Result<(), Failure> {
        let number = self.people.get(who).map_or(0, |person| person.number);
        let tag = DocumentTag::of(self.ledger.keys(), &document(number)?);
        let network = network(number);
        let asked = ask(number, CodeFor::Cancel, &network)?;
        let (ticket, new) = identity::prepare_errand(self.ledger.keys(), &**self.ledger.random(), self.now(), asked, tag)?;
        self.act(move |work| identity::begin_enrolment(work, &new))?;
        self.carry()?;
        let (keys, code) = (self.ledger.keys().clone(), self.code(&ticket)?);
        if !self.act(move |work| identity::ask_to_cancel(work, &keys, &ticket, &code))? {
            return Err("the code is wrong".into());
        }
        let next = self.ledger.read("replay.next", identity::next_cancellation).map_err(|error| error.to_string())?;
        let Some(Cancellation { errand, account: Some(account) }) = next else { return Err("nobody is cancelled".into()) };
        self.act(move |work| identity::note_cancelled(work, account))?;
        let doomed = self.ledger.read("replay.doomed", |tx| identity::doomed(tx, account)).map_err(|error| error.to_string())?;
        let targets: Vec<_> = doomed.iter().map(|(target, values)| (*target, seal::sha256(&values.iter().map(Vec::as_slice).collect::<Vec<_>>()))).collect();
        let entries = self.ledger.keys().erase(self.now(), &targets)?;
        self.act(move |work| identity::apply_erasures(work, &entries))?;
        self.act(move |work| identity::end_errand(work, errand))?;
        Ok(())
    }

    fn type_pins(&mut self, day: i32) -> Result<(), Failure> {
        let able = |person: &Person| person.ways == Ways::Able && person.held.as_ref().is_some_and(|held| held.typed <= day);
        let all: Vec<usize> = (0..self.people.len()).filter(|who| self.people.get(*who).is_some_and(|person| !person.activated && able(person))).collect();
        all.into_iter().try_for_each(|who| self.type_pin(who))
    }

    fn type_pin(&mut self, who: usize) -> Result<(), Failure> {
        let Some(person) = self.people.get(who) else { return Ok(()) };
        let (Some(resident), Some(Held { pin, .. })) = (person.account, person.held.clone()) else { return Ok(()) };
        let keys = self.ledger.keys().clone();
        let tried = self.act(move |work| identity::try_pin(work, &keys, &AtDoor::own(&resident), &pin))?;
        if let Some(person) = self.people.get_mut(who) {
            person.activated = matches!(tried, Tried::Activated(_));
        }
        Ok(())
    }

    /// Stations help whoever needs it; now also those whose letter came back and who did not put it right themselves.
    fn stations(&mut self, day: i32) -> Result<(), Failure> {
        self.turns += f64::from(self.rules.stations(day)) * self.a_station_a_day;
        for who in 0..self.people.len() {
            if self.turns < 1.0 {
                return Ok(());
            }
            let Some(person) = self.people.get_mut(who).filter(|person| !person.activated && person.account.is_some()) else { continue };
            let types = person.ways == Ways::Helpless && person.held.is_some();
            let mends = self.rules == Rules::Now && person.home == Home::Wrong && person.mends.is_none();
            if !types && !mends {
                continue;
            }
            self.turns -= 1.0;
            person.helped = true;
            if types {
                self.type_pin(who)?;
            } else {
                person.mends = Some(day + 1);
            }
        }
        // Nobody else came: turns are not saved up for other days.
        self.turns = self.turns.min(1.0);
        Ok(())
    }

    /// How it ended; what the counters say must be what became of the people.
    pub fn end(self) -> Result<Ended, Failure> {
        let funnel = self.ledger.read("replay.funnel", identity::funnel).map_err(|error| error.to_string())?;
        let [registered, letters, _, returned, activated, _, cancelled, _] = funnel.city;
        let count = |what: &dyn Fn(&Person) -> bool| i64::try_from(self.people.iter().filter(|person| what(person)).count()).unwrap_or(i64::MAX);
        if registered - cancelled != count(&|_| true) || activated != count(&|person| person.activated) {
            return Err("the counters do not agree with the people".into());
        }
        let waits = |person: &Person| person.held.as_ref().is_none_or(|held| person.ways == Ways::Able && held.typed >= DAYS);
        let stuck = |what: &dyn Fn(&Person) -> bool| count(&|person| !person.activated && what(person));
        Ok(Ended {
            registered: registered - cancelled,
            activated,
            wrong_address: stuck(&|person| person.home == Home::Wrong),
            on_the_way: stuck(&|person| person.home != Home::Wrong && waits(person)),
            without_help: stuck(&|person| person.home != Home::Wrong && !waits(person) && person.ways == Ways::Helpless),
            never: stuck(&|person| person.home != Home::Wrong && !waits(person) && person.ways != Ways::Helpless),
            helped: count(&|person| person.helped),
            letters,
            returned,
            cancelled,
        })
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn carry(&self) -> Result<(), Failure> {
        while notify::deliver_due(&self.ledger, &self.phones, 500)?.claimed > 0 {}
        Ok(())
    }

    fn code(&self, ticket: &Ticket) -> Result<String, Failure> {
        let last = self.phones.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = last.get(&ticket.mobile().e164()).ok_or("no message came")?;
        Ok(text.rsplit('#').next().unwrap_or_default().to_owned())
    }

    fn act<T, E>(&self, act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static) -> Result<T, Failure>
    where
        T: Send + 'static,
        E: std::error::Error + From<StoreError> + Send + 'static,
    {
        let done = self.ledger.write("replay.act", Actor::Visitor, act);
        done.map(|(value, _)| value).map_err(|error: RunError<E>| error.to_string().into())
    }
}

/// Everybody asks from an address of their own.
fn network(number: u32) -> String {
    std::net::Ipv4Addr::from_bits(0x0a00_0000 + number * 256 % 0x00ff_ffff).to_string()
}

fn ask(number: u32, aim: CodeFor, network: &str) -> Result<AskCode<'_>, Failure> {
    let mobile = Phone::parse(&format!("51{number:06}")).ok().and_then(|phone| Mobile::try_from(phone).ok()).ok_or("no mobile")?;
    Ok(AskCode { aim, mobile, language: Language::ZhHant, network, host: HOST, device: None })
}

fn document(number: u32) -> Result<Document, Failure> {
    let card = IdNumber::from_number(&format!("Q{number:06}")).map_err(|_| "no number")?.formatted();
    let typed = TypedDocument { kind: "identity-card", number: &card, issued: ["1", "6", "2019"] };
    Document::parse(&typed, FIRST_DAY.parse()?, Environment::Demo).map_err(|_| "no document".into())
}

fn grant<A: people::Action>(role: Role) -> Result<Grant<A>, Failure> {
    let who = SignedIn::at_console(Id::from_bytes([9; 16]), DEPARTMENT, vec![role], role.title());
    Ok(authorise(&who, Some(Scope::at_console(SERVICE, DEPARTMENT)))?)
}

fn ledger(folder: &TempDir, clock: &Arc<SetClock>) -> Result<Arc<Ledger>, Failure> {
    let at = |name: &str| folder.path().join(name);
    for name in ["store", "keys", "roots", "tiles"] {
        std::fs::create_dir(at(name))?;
    }
    let random: Arc<dyn Random> = Arc::new(OsRandom);
    let tables = [journal::MIGRATIONS, notify::MIGRATIONS, identity::MIGRATIONS];
    let store = Store::open(&Location::Sqlite(at("store")), "identity", &tables, Options::default())?;
    let place = KeyPlace::in_files(at("keys/tree"), at("roots/root"), at("erasures"));
    let keys = Arc::new(Keyring::create(place, "identity", clock.now().day(), random.clone())?);
    identity::prepare_keys(&keys)?;
    let signer = Arc::new(Ed25519Signer::create(&at("log.key"), "replay.example")?);
    let origin = "replay.example/identity".to_owned();
    Ok(Ledger::open(LedgerParts { store, keys, signer, clock: clock.clone(), random, tiles: at("tiles"), origin })?)
}
