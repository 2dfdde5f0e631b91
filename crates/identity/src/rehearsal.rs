//! One identity provider's ledger with a movable clock, everybody's telephone and a browser with a software passkey.

use std::sync::{Arc, Mutex};

use hongkong::Phone;
use journal::{Actor, Ledger, LedgerParts, Work};
use kernel::{Clock as _, Instant, Language, Random};
use notify::{Carrier, CarrierError, Mobile, Outgoing, Sent};
use people::{RelyingParty, SoftwarePasskey};
use seal::{Ed25519Signer, Keyring};
use serde_json::Value;
use store::{Migration, Options, RunError, Store, StoreError, Tx};
use tempfile::TempDir;
use testkit::{MovableClock, Place, SeededRandom};

use crate::*;

pub(crate) const ORIGIN: &str = "http://localhost:8080";
pub(crate) const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, notify::MIGRATIONS, MIGRATIONS];

pub(crate) struct Stage {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) clock: Arc<MovableClock>,
    pub(crate) rp: RelyingParty,
    pub(crate) charter: Charter,
    sql: Arc<Mutex<Vec<String>>>,
    phone: Telephone,
    files: TempDir,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let files = TempDir::new().unwrap();
        let location = store::Location::Sqlite(files.path().to_owned());
        Self::open(files, |options| Store::open(&location, "identity", TABLES, options).unwrap())
    }

    pub(crate) fn at(place: &Place) -> Self {
        Self::open(TempDir::new().unwrap(), |options| place.store_with("identity", TABLES, options))
    }

    fn open(files: TempDir, open: impl FnOnce(Options) -> Store) -> Self {
        let clock = Arc::new(MovableClock::at("2021-03-01T09:00"));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(31));
        let sql: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = sql.clone();
        let trace = move |name: &'static str, text: &str| heard.lock().unwrap().push(format!("{name}: {text}"));
        let store = open(Options { trace: Some(Arc::new(trace)), ..Options::default() });
        let keys = Arc::new(Keyring::in_memory("identity", clock.now().day(), random.clone()));
        prepare_keys(&keys).unwrap();
        let parts = LedgerParts {
            store,
            keys,
            signer: Arc::new(Ed25519Signer::create(&files.path().join("log.key"), "test").unwrap()),
            clock: clock.clone(),
            random,
            tiles: files.path().join("tiles"),
            origin: "test.example/identity".into(),
        };
        let ledger = Ledger::open(parts).unwrap();
        let rp = RelyingParty::new(ORIGIN, "Lionrock").unwrap();
        let charter = Charter::parse(SHIPPED_CHARTER).unwrap();
        Self { ledger, clock, rp, charter, sql, phone: Telephone::default(), files }
    }

    pub(crate) fn keys(&self) -> &Keyring {
        self.ledger.keys()
    }

    pub(crate) fn files(&self) -> &std::path::Path {
        self.files.path()
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn act<T, E>(
        &self,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, RunError<E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.ledger.write("test", Actor::Visitor, act).map(|(value, _)| value)
    }

    pub(crate) fn read<T>(&self, look: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> T {
        self.ledger.read("test", look).unwrap()
    }

    pub(crate) fn take_sql(&self) -> Vec<String> {
        std::mem::take(&mut self.sql.lock().unwrap())
    }

    pub(crate) fn verbs(&self) -> Vec<String> {
        let verb = |body: &str| serde_json::from_str::<Value>(body).unwrap()["verb"].as_str().unwrap().to_owned();
        self.ledger.scan(None, 1000).unwrap().iter().map(|entry| verb(&entry.body)).collect()
    }

    pub(crate) fn ask_from(&self, number: &str, network: &str) -> Result<Ticket, RunError<BeginError>> {
        self.ask_code(CodeFor::SignUp, number, (network, None))
    }

    pub(crate) fn ask_code(
        &self,
        aim: CodeFor,
        number: &str,
        (network, device): (&str, Option<&KnownDevice>),
    ) -> Result<Ticket, RunError<BeginError>> {
        let mobile = Mobile::try_from(Phone::parse(number).unwrap()).unwrap();
        let asked = AskCode { aim, mobile, language: Language::En, network, host: "localhost", device };
        let (ticket, new) = prepare_enrolment(self.keys(), &**self.ledger.random(), self.now(), asked).unwrap();
        self.act(move |work| begin_enrolment(work, &new)).map(|()| ticket)
    }

    pub(crate) fn ask(&self, number: &str) -> Ticket {
        self.ask_from(number, "192.0.2.1").unwrap()
    }

    /// The code of the last message.
    pub(crate) fn code(&self) -> String {
        notify::deliver_due(&self.ledger, &self.phone, 100).unwrap();
        let texts = self.phone.0.lock().unwrap();
        // What was due at the same time was sent by several lanes, in any order.
        let (_, text) = texts.iter().rev().find(|(_, text)| text.contains('#')).unwrap();
        text.rsplit('#').next().unwrap().to_owned()
    }

    /// The last message as it was sent.
    pub(crate) fn notice(&self) -> String {
        send_notices(&self.ledger, "localhost").unwrap();
        notify::deliver_due(&self.ledger, &self.phone, 100).unwrap();
        self.phone.0.lock().unwrap().last().unwrap().1.clone()
    }

    pub(crate) fn texts(&self) -> usize {
        send_notices(&self.ledger, "localhost").unwrap();
        notify::deliver_due(&self.ledger, &self.phone, 1000).unwrap();
        self.phone.0.lock().unwrap().len()
    }

    pub(crate) fn check(&self, ticket: &Ticket, code: &str) -> Checked {
        let (keys, ticket, code) = (self.ledger.keys().clone(), ticket.clone(), code.to_owned());
        self.act(move |work| confirm_code(work, &keys, &ticket, &code)).unwrap()
    }

    /// The whole way to an account.
    pub(crate) fn sign_up(&self, number: &str) -> (SoftwarePasskey, SignedIn) {
        let ticket = self.ask(number);
        assert_eq!(self.check(&ticket, &self.code()), Checked::New);
        self.make_account(&ticket).unwrap()
    }

    pub(crate) fn begin_first(&self, ticket: &Ticket) -> Ceremony {
        first_passkey(self.keys(), &**self.ledger.random(), &self.rp, self.now(), ticket, "Account").unwrap()
    }

    pub(crate) fn make_account(
        &self,
        ticket: &Ticket,
    ) -> Result<(SoftwarePasskey, SignedIn), RunError<CreateAccountError>> {
        let ceremony = self.begin_first(ticket);
        let (passkey, answer) = SoftwarePasskey::create(ORIGIN, &ceremony.options).unwrap();
        self.finish_first(ticket, &ceremony, answer).map(|signed_in| (passkey, signed_in))
    }

    pub(crate) fn finish_first(
        &self,
        ticket: &Ticket,
        ceremony: &Ceremony,
        answer: Value,
    ) -> Result<SignedIn, RunError<CreateAccountError>> {
        let answer = (ceremony.sealed.as_str(), answer);
        create_account(&self.ledger, &self.rp, &self.charter, ticket, Language::En, answer)
    }

    pub(crate) fn begin_sign_in(&self) -> Ceremony {
        begin_sign_in(self.keys(), &**self.ledger.random(), &self.rp, self.now()).unwrap()
    }

    pub(crate) fn answer(
        &self,
        ceremony: &Ceremony,
        answer: Value,
        replaces: Option<Token>,
    ) -> Result<SignIn, RunError<SignInError>> {
        sign_in(&self.ledger, &self.rp, &self.charter, (replaces, |_, _| Ok(0)), (&ceremony.sealed, answer))
    }

    pub(crate) fn try_sign_in(&self, passkey: &mut SoftwarePasskey) -> Result<SignIn, RunError<SignInError>> {
        let ceremony = self.begin_sign_in();
        let answer = passkey.get(ORIGIN, &ceremony.options).unwrap();
        self.answer(&ceremony, answer, None)
    }

    pub(crate) fn sign_in(&self, passkey: &mut SoftwarePasskey) -> SignedIn {
        match self.try_sign_in(passkey).unwrap() {
            SignIn::Welcome(signed_in) => signed_in,
            SignIn::Suspended => panic!("suspended"),
        }
    }

    pub(crate) fn find(&self, token: &Token) -> Option<Found> {
        let now = self.now();
        self.read(|tx| find_session(tx, token, now))
    }
}

#[derive(Default)]
struct Telephone(Mutex<Vec<(String, String)>>);

impl Carrier for Telephone {
    fn send(&self, message: &Outgoing) -> Result<Sent, CarrierError> {
        self.0.lock().unwrap().push((message.to.expose().clone(), message.text.expose().clone()));
        Ok(Sent)
    }
}
