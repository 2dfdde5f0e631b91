//! The identity provider in use, backed up, lost and put back: who signs in, who does not, and what opens nothing any more.

use std::sync::Arc;

use flows::{IdentityService, close_account};
use hongkong::{IdNumber, Phone};
use identity::{AskCode, AttributeName, Charter, CodeFor, Resident, SignIn, Source, Token};
use installation::backup::Kind;
use installation::restore::{self, into_scratch};
use installation::seed;
use journal::{Actor, Ledger, Work};
use kernel::{Language, Secret, Text};
use notify::Mobile;
use openid::{Client, ClientAuthentication, ClientId, Profile, RedirectUri, Scope, SenderConstraint};
use people::{RelyingParty, Role, SoftwarePasskey};
use provider::{AskedAttribute, Decision, Permission, Person, Registration, ServiceContact, Standing, Term};
use rehearsals::simulate::Console;
use serde_json::Value;
use store::{StoreError, Tx};
use testkit::canary::{Canary, scan_dir};
use testkit::both_engines;

use crate::backup::{Stage, work};

pub(crate) const ORIGIN: &str = "http://localhost:8443";
const CALLBACK: &str = "https://library.example/cb";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Somebody with an account, a passkey and a name.
pub(crate) struct Citizen {
    pub(crate) who: Resident,
    token: Token,
    pub(crate) passkey: SoftwarePasskey,
}

/// What nobody may find: number, name and mobile of each.
pub(crate) const PEOPLE: [(&str, &str, &str); 3] =
    [("51234567", "Q123456", "CANARY KEPT WAI MAN"), ("51237654", "Q654321", "CANARY GONE SIU LING"), ("51230000", "U123456", "CANARY LOST TAI MING")];

pub(crate) fn party() -> RelyingParty {
    RelyingParty::new(ORIGIN, "Lionrock").unwrap()
}

pub(crate) fn provider_of(console: &Console) -> Arc<IdentityService> {
    console.platform().public_identity().unwrap()
}

/// The provider through its gate, with one service in force.
pub(crate) fn open_provider(console: &Console) -> Arc<IdentityService> {
    let platform = console.platform();
    let department = seed::department(platform, "IDP", Text::new("Identity", "身分", "身份")).unwrap();
    let rp = Arc::new(party());
    let [owner, privacy] = [(Role::SchemeOwner, 7), (Role::PrivacyOfficer, 8)].map(|(role, number)| seed::officer(platform, &rp, ORIGIN, department, role, number).unwrap().id);
    let (service, version) = seed::identity_provider(platform, department, owner, None).unwrap();
    seed::pass_gate(platform, department, service, version, owner, privacy).unwrap();
    seed::online_service(platform, department, (owner, privacy), &library()).unwrap();
    provider_of(console)
}

fn library() -> Registration {
    let client = Client {
        id: ClientId::parse("library").unwrap(),
        profile: Profile::Basic,
        redirect_uris: vec![RedirectUri::register(CALLBACK, false).unwrap()],
        authentication: ClientAuthentication::SecretBasic(Secret::new([5; 32])),
        constraint: SenderConstraint::Bearer,
        scope: Scope::parse("openid name").unwrap(),
    };
    let text = |en: &str| Text::new(en, "圖書館", "图书馆");
    Registration {
        client,
        name: text("Public library"),
        department: text("Libraries"),
        standing: Standing::Sandbox,
        purpose: text("To borrow books"),
        contact: ServiceContact { post: text("Librarian"), phone: "2921 0208".into(), email: "library@department.example".into() },
        logo: None,
        attributes: vec![AskedAttribute { name: "name".into(), reason: text("For the card"), needed: true }],
        logout_uri: None,
        after_logout: Vec::new(),
    }
}

/// Signs up with a passkey, and is verified.
pub(crate) fn citizen(service: &IdentityService, (mobile, number, name): (&str, &str, &str)) -> Citizen {
    let (ledger, rp) = (service.ledger(), party());
    let to = Mobile::try_from(Phone::parse(mobile).unwrap()).unwrap();
    let asked = AskCode { aim: CodeFor::SignUp, mobile: to, language: Language::En, network: "192.0.2.1", host: "localhost", device: None };
    let (ticket, new) = identity::prepare_enrolment(ledger.keys(), &**ledger.random(), ledger.now(), asked).unwrap();
    ledger.write("test.begin", Actor::Visitor, move |work| identity::begin_enrolment(work, &new)).unwrap();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let sent = notify::inbox(ledger, Actor::Visitor, None, 50).unwrap().into_iter().find_map(|message| match message.content {
        Some(notify::Opened::Sms { to, text }) if digits(&to).ends_with(mobile) => Some(text),
        _ => None,
    });
    let code = sent.unwrap().rsplit('#').next().unwrap().to_owned();
    let (keys, typed) = (ledger.keys().clone(), ticket.clone());
    ledger.write("test.code", Actor::Visitor, move |work: &mut Work<'_, '_>| identity::confirm_code(work, &keys, &typed, &code)).unwrap();
    let begun = identity::first_passkey(ledger.keys(), &**ledger.random(), &rp, ledger.now(), &ticket, "Account").unwrap();
    let (passkey, answer) = SoftwarePasskey::create(ORIGIN, &begun.options).unwrap();
    let made = identity::create_account(ledger, &rp, &service.charter(), &ticket, Language::En, (&begun.sealed, answer)).unwrap();
    let (keys, account, number) = (ledger.keys().clone(), made.who.account(), IdNumber::from_number(number).unwrap());
    let sealed = identity::seal_attributes(&keys, ledger.now(), 24, Source::Proofed, &[(AttributeName::NameEn, Secret::new(name.to_owned()))]).unwrap();
    ledger.write("test.verify", Actor::Visitor, move |work| identity::verify_person(work, &keys, account, &number, &sealed)).unwrap();
    Citizen { who: made.who, token: made.token, passkey }
}

pub(crate) fn sign_in(service: &IdentityService, citizen: &mut Citizen) -> Result<Token, String> {
    let (ledger, rp) = (service.ledger(), party());
    let charter: Arc<Charter> = service.charter();
    let begun = identity::begin_sign_in(ledger.keys(), &**ledger.random(), &rp, ledger.now()).unwrap();
    let answer = citizen.passkey.get(ORIGIN, &begun.options).unwrap();
    match identity::sign_in(ledger, &rp, &charter, (None, provider::end_session_grants), (&begun.sealed, answer)) {
        Ok(SignIn::Welcome(welcome)) => Ok(welcome.token),
        Ok(_) => Err("suspended".into()),
        Err(error) => Err(error.to_string()),
    }
}

pub(crate) fn is_signed_in(ledger: &Ledger, token: &Token) -> bool {
    let now = ledger.now();
    ledger.read::<_, StoreError>("test.session", |tx| identity::find_session(tx, token, now)).unwrap().is_some()
}

/// The library asks for a name; where what it asks stands.
fn push(ledger: &Ledger) -> String {
    let form = [("client_id", "library"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("scope", "openid name"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let form: Vec<(String, String)> = form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let client = library().client;
    let (pushed, _) = ledger.write("test.push", Actor::Visitor, move |work| provider::keep_request(work, &client, &form)).unwrap();
    pushed.unwrap().request_uri
}

/// The resident gives the library name and attributes until taken back; the code waits.
fn allow(ledger: &Ledger, who: &Resident) -> String {
    let (uri, now) = (push(ledger), ledger.now());
    let asked = ledger.read::<_, StoreError>("test.asked", |tx| provider::asked(tx, "library", &uri, now)).unwrap().unwrap();
    let person = Person { account: who.account().bytes(), session: [9; 16], signed_in: now, acr: provider::LEVELS[2].into(), amr: vec!["pop".into()] };
    let permission = Permission {
        client: "library".into(),
        request_uri: uri,
        issuer: ORIGIN.into(),
        subject: provider::subject_at(ledger.keys(), &asked, &person),
        decided: Some(vec![Decision { attribute: "name".into(), term: Some(Term::Lasting) }]),
    };
    ledger.write("test.allow", Actor::Visitor, move |work| provider::allow(work, &person, &permission)).unwrap().0.unwrap()
}

/// Rows of a table of the provider's.
fn rows(ledger: &Ledger, table: &str) -> usize {
    let sql: &str = Box::leak(format!("-- test.rows\nselect 1 from {table}").into_boxed_str());
    ledger.read::<_, StoreError>("test.rows", |tx| Ok(tx.query(sql, &[])?.len())).unwrap()
}

/// Where something stands that opens a door.
const DOORS: [&str; 12] = [
    "identity_session", "identity_enrolment", "identity_recovery", "identity_visit", "provider_grant", "provider_code", "provider_access", "provider_refresh",
    "provider_service_token", "provider_pushed", "provider_consent", "provider_share",
];

fn verbs(ledger: &Ledger) -> Vec<String> {
    let verb = |body: &str| serde_json::from_str::<Value>(body).unwrap()["verb"].as_str().unwrap().to_owned();
    ledger.page(None, 1000).unwrap().iter().map(|entry| verb(&entry.body)).collect()
}

#[test]
fn residents_sign_in_again_after_a_restore_and_nothing_that_had_ended_opens_a_door() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let console = stage.console();
        let service = open_provider(&console);
        let (mut kept, mut gone) = (citizen(&service, PEOPLE[0]), citizen(&service, PEOPLE[1]));
        let session = sign_in(&service, &mut kept).unwrap();
        allow(service.ledger(), &kept.who);
        push(service.ledger());
        work(&console);
        let archive = stage.back_up(Kind::Data);

        let mut lost = citizen(&service, PEOPLE[2]);
        sign_in(&service, &mut lost).unwrap();
        let ended = session.clone();
        let who = kept.who;
        service.ledger().write("test.sign_out", Actor::Visitor, move |work: &mut Work<'_, '_>| identity::sign_out(work, &ended, provider::end_session_grants).map(drop)).unwrap();
        service.ledger().write("test.take_back", Actor::Visitor, move |work| provider::end_consent(work, who.account().bytes(), "library")).unwrap();
        close_account(&service, &gone.who).unwrap();
        work(&console);
        drop((service, console));

        stage.restore(&archive, true).unwrap();
        let console = stage.console();
        let service = provider_of(&console);
        let ledger = service.ledger();
        for table in DOORS {
            assert_eq!(rows(ledger, table), 0, "{table} came back from the backup");
        }
        assert!(!is_signed_in(ledger, &session), "signed out is signed out");
        assert!(!is_signed_in(ledger, &kept.token), "every session ends by a restore");
        let found = |citizen: &Citizen| {
            let account = citizen.who.account();
            ledger.read::<_, StoreError>("test.account", |tx| identity::account(tx, account)).unwrap().is_some()
        };
        assert_eq!([found(&kept), found(&gone), found(&lost)], [true, false, false]);
        let again = sign_in(&service, &mut kept).unwrap();
        assert!(is_signed_in(ledger, &again), "the passkey of before signs in");
        assert!(sign_in(&service, &mut gone).is_err(), "who was erased stays erased");
        assert!(sign_in(&service, &mut lost).is_err(), "who came after the backup is not known");
        let library = ledger.read::<_, StoreError>("test.client", |tx| provider::find_client(tx, "library")).unwrap();
        assert!(library.unwrap().is_in_force());
        let said = [verbs(ledger), verbs(console.platform().ledger())].concat();
        for verb in ["identity.ended_by_restore", "provider.ended_by_restore", "people.ended_by_restore"] {
            assert_eq!(said.iter().filter(|found| *found == verb).count(), 1, "{verb}");
        }
        allow(ledger, &kept.who);
        let later = citizen(&service, PEOPLE[2]);
        assert!(later.who.account() != lost.who.account());
        drop((service, console));
        // Another start is no restore.
        let console = stage.console();
        assert!(is_signed_in(provider_of(&console).ledger(), &again));
    });
}

#[test]
fn promise_01_no_table_or_archive_of_the_identity_provider_holds_a_name_or_number() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let console = stage.console();
        let service = open_provider(&console);
        for person in PEOPLE {
            let mut citizen = citizen(&service, person);
            sign_in(&service, &mut citizen).unwrap();
            allow(service.ledger(), &citizen.who);
        }
        push(service.ledger());
        work(&console);
        let archive = stage.back_up(Kind::Data);
        let scratch = stage.away.path().join("scratch");
        into_scratch(&stage.config, &restore::Order { from: &archive, identity: &stage.identity, move_aside: false }, &scratch).unwrap();
        let canaries: Vec<Canary> = PEOPLE
            .iter()
            .flat_map(|(mobile, number, name)| [("mobile", *mobile), ("number", *number), ("name", *name)])
            .map(|(kind, text)| Canary::new(kind, text.to_owned()))
            .collect();
        for table in [
            "identity_account", "identity_attribute", "identity_person", "identity_passkey", "identity_session", "provider_client", "provider_key", "provider_pushed", "provider_grant",
            "provider_code", "provider_consent", "provider_share", "journal_event",
        ] {
            assert!(rows(service.ledger(), table) > 0, "{table} is empty, so nothing was looked for in it");
        }
        // An archive is restored into files, whatever the engine: every row of every table stands in them.
        assert_eq!(scan_dir(&scratch, &canaries), []);
        assert_eq!(scan_dir(&stage.victim.installation.directory, &canaries), []);
        let plant = |tx: &mut Tx<'_>| tx.execute("-- test.plant\nupdate provider_consent set scope = 'CANARY LOST TAI MING'", &[]);
        assert_eq!(service.ledger().store().write("test.plant", plant).unwrap(), 3);
        let (planted, scratch) = (stage.back_up(Kind::Data), stage.away.path().join("planted"));
        into_scratch(&stage.config, &restore::Order { from: &planted, identity: &stage.identity, move_aside: false }, &scratch).unwrap();
        assert!(!scan_dir(&scratch, &canaries).is_empty(), "a canary that was planted is found");
    });
}
