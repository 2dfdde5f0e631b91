//! An online service has a resident sign: once for each document, only what that resident allowed, and nothing of it stays.

use journal::{Actor, Work};
use kernel::{Environment, Fault as _, Id, Kind, Text, kinds};
use openid::{Audience, Client, ClientAuthentication, ClientId, Profile, RedirectUri, SenderConstraint};
use people::{EditScheme, Role, SignGate, authorise};
use provider::{AskedAttribute, Brought, ClientProof, Decision, LEVELS, Permission, Registration, ServiceContact, Shown, Standing, Term};
use signing::{AskError, Form, Part};
use store::RunError;
use testkit::canary::{Canary, scan_dir};

use crate::identity_story::{pass_gate, save};
use crate::rehearsal::{City, on_each_engine};
use crate::signing_story::{Person, answer, office, person, verify};
use crate::{
    AskSignatureError, AskedToSign, IdentityService, SignDocumentError, SigningOffice, ask_signature, cancel_signature, fetch_signature, read_signing,
    register_signing, sign_document, signature_state, waiting_document,
};

const ISSUER: &str = "http://localhost:8080";
const BACK: &str = "https://library.example/back";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct Stage {
    city: City,
    service: std::sync::Arc<IdentityService>,
    office: SigningOffice,
    mine: Person,
    other: Person,
}

/// Two services that show certificates, and a resident who signs.
fn stage(city: City) -> Stage {
    let provider = save(&city, identity::SHIPPED_CHARTER);
    pass_gate(&city, &provider);
    let service = city.platform().public_identity().unwrap();
    let office = office(&city);
    let (mine, other) = (person(&service, "5123 4567"), person(&service, "5123 7654"));
    verify(&service, &mine, "Q123456");
    register_signing(service.ledger(), &mine.who, mine.id).unwrap();
    register(&city, &service, "library", 7);
    register(&city, &service, "museum", 8);
    Stage { city, service, office, mine, other }
}

fn register(city: &City, service: &IdentityService, id: &str, certificate: u8) {
    let reason = Text::new("To lend rare books", "借閱珍本", "借阅珍本");
    let attributes = vec![AskedAttribute { name: openid::SIGN.to_owned(), reason, needed: false }];
    let registration = Registration {
        client: Client {
            id: ClientId::parse(id).unwrap(),
            profile: Profile::Fapi2,
            redirect_uris: vec![RedirectUri::register(BACK, false).unwrap()],
            authentication: ClientAuthentication::TlsCertificate([certificate; 32]),
            constraint: SenderConstraint::Tls,
            scope: Registration::scope_of(&attributes).unwrap(),
        },
        standing: Standing::Live,
        name: Text::new("Harbour library", "海港圖書館", "海港图书馆"),
        department: Text::new("Leisure and Culture", "康樂及文化", "康乐及文化"),
        purpose: Text::new("To borrow books", "借閱圖書", "借阅图书"),
        contact: ServiceContact { post: Text::new("Librarian", "館長", "馆长"), phone: "2921 0208".into(), email: "library@department.example".into() },
        attributes,
        logo: None,
        logout_uri: None,
        after_logout: Vec::new(),
    };
    let scope = Some(service.scope());
    let edit = authorise::<EditScheme>(&city.officer(1, Role::SchemeOwner), scope).unwrap();
    let sign = authorise::<SignGate>(&city.officer(2, Role::PrivacyOfficer), scope).unwrap();
    let (digest, _) = service.ledger().write("test.register", Actor::Operator, move |work| provider::register_client(work, &edit, &registration)).unwrap();
    let id = id.to_owned();
    let approve = move |work: &mut Work<'_, '_>| provider::approve_client(work, &sign, Environment::Test, &id, digest);
    service.ledger().write("test.approve", Actor::Operator, approve).unwrap();
}

fn shows(certificate: u8) -> Shown {
    Shown { dpop: None, certificate: Some([certificate; 32]) }
}

/// An access token of a service for a resident who allowed signatures, or did not.
fn token(stage: &Stage, client: &str, certificate: u8, who: &Person, allows: bool) -> String {
    let ledger = stage.service.ledger();
    let now = ledger.now();
    let audience = Audience { issuer: ISSUER, endpoint: ISSUER };
    let proof = ClientProof::Certificate { client, hash: [certificate; 32] };
    let proven = ledger.read("test.prove", |tx| provider::prove(tx, &proof, None, audience, now)).unwrap().unwrap();
    let pairs = [
        ("client_id", client), ("redirect_uri", BACK), ("response_type", "code"), ("scope", "openid sign"),
        ("code_challenge", CHALLENGE), ("code_challenge_method", "S256"),
    ];
    let pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let (shown, pushing) = (shows(certificate), proven.clone());
    let pushed = ledger.write("test.push", Actor::Visitor, move |work| provider::push_request(work, &pushing, &shown, &pairs));
    let request_uri = pushed.unwrap().0.unwrap().request_uri;
    let person = provider::Person {
        account: who.who.account().bytes(),
        session: who.who.session().bytes(),
        signed_in: now,
        acr: LEVELS[3].to_owned(),
        amr: vec!["pop".to_owned()],
    };
    let asked = ledger.read("test.asked", |tx| provider::asked(tx, client, &request_uri, now)).unwrap().unwrap();
    let term = allows.then_some(Term::Once);
    let permission = Permission {
        client: client.to_owned(),
        request_uri,
        issuer: ISSUER.to_owned(),
        subject: provider::subject_at(ledger.keys(), &asked, &person),
        decided: Some(vec![Decision { attribute: openid::SIGN.to_owned(), term }]),
    };
    let address = ledger.write("test.allow", Actor::Visitor, move |work| provider::allow(work, &person, &permission)).unwrap().0.unwrap();
    let code = address.split(['?', '&']).find_map(|part| part.strip_prefix("code=")).unwrap().to_owned();
    let brought = Brought { code, redirect_uri: BACK.to_owned(), verifier: VERIFIER.to_owned() };
    let (keys, shown) = (stage.service.token_keys(), shows(certificate));
    let redeem = move |work: &mut Work<'_, '_>| provider::redeem_code(work, &keys, ISSUER, &proven, &shown, &brought);
    ledger.write("test.redeem", Actor::Visitor, redeem).unwrap().0.unwrap().access.expose().clone()
}

fn agreement(text: &str) -> AskedToSign {
    AskedToSign {
        document: testkit::pdf(&[text]),
        purpose: "Lending agreement".to_owned(),
        form: Form::Pdf,
        return_to: Some(BACK.to_owned()),
        state: Some("canary-state".to_owned()),
    }
}

impl Stage {
    fn ask(&self, token: &str, asked: AskedToSign) -> Result<Id<kinds::SigningRequest>, AskSignatureError> {
        bare(ask_signature(self.service.ledger(), &self.office, (token, shows(7)), asked))
    }

    fn sign(&mut self, id: Id<kinds::SigningRequest>) {
        let said = answer(&self.service, &self.office, &mut self.mine, id);
        sign_document(self.service.ledger(), &self.office, &self.mine.who, (id, &said)).unwrap();
    }

    fn state(&self, token: &str, id: Id<kinds::SigningRequest>) -> &'static str {
        let (asked, now) = signature_state(self.service.ledger(), (token, shows(7)), id).unwrap();
        asked.state(now)
    }

    fn fetch(&self, token: &str, id: Id<kinds::SigningRequest>) -> Result<Vec<u8>, AskSignatureError> {
        bare(fetch_signature(self.service.ledger(), (token, shows(7)), id)).map(|(_, bytes)| bytes.expose().clone())
    }
}

fn bare<T>(done: Result<T, RunError<AskSignatureError>>) -> Result<T, AskSignatureError> {
    done.map_err(|error| match error {
        RunError::Refused(error) => error,
        other => panic!("{other:?}"),
    })
}

fn missing<T: std::fmt::Debug>(done: &Result<T, AskSignatureError>) -> bool {
    matches!(done, Err(AskSignatureError::Ask(AskError::Missing)))
}

#[test]
fn a_service_gets_back_what_its_resident_signed_and_an_hour_later_nothing_is_left() {
    on_each_engine(|city| {
        let mut stage = stage(city);
        let (access, museum) = (token(&stage, "library", 7, &stage.mine, true), token(&stage, "museum", 8, &stage.mine, true));
        let id = stage.ask(&access, agreement("canary agreement")).unwrap();
        let waiting = waiting_document(stage.service.ledger(), &stage.mine.who, id).unwrap();
        assert_eq!(waiting.title, "Lending agreement");
        let back = waiting.back.unwrap();
        assert_eq!((back.address.as_str(), back.state.as_deref()), (BACK, Some("canary-state")));
        assert_eq!(stage.state(&access, id), "waiting");
        assert!(missing(&stage.fetch(&access, id)), "nothing is signed yet");
        let foreign = signature_state(stage.service.ledger(), (&museum, shows(8)), id).map(drop);
        assert!(missing(&bare(foreign)), "another service's document");
        let stolen = signature_state(stage.service.ledger(), (&access, shows(9)), id).map(drop);
        assert!(matches!(bare(stolen), Err(AskSignatureError::Token)), "a token in other hands");
        stage.sign(id);
        assert_eq!(stage.state(&access, id), "signed");
        let cancelled = bare(cancel_signature(stage.service.ledger(), (&access, shows(7)), id));
        assert!(matches!(cancelled, Err(AskSignatureError::Ask(AskError::Answered))));
        let signed = stage.fetch(&access, id).unwrap();
        let now = stage.city.platform().now();
        let verdict = signing::judge_pdf(&signed, &stage.office.trust, now, |_| signing::ocsp::State::Good).unwrap();
        assert_eq!((verdict.name.as_str(), verdict.statement.service.as_str()), ("CHAN TAI MAN", "Harbour library / 海港圖書館 (library)"));
        assert_eq!(stage.fetch(&access, id).unwrap(), signed, "an answer may get lost");
        let canaries = ["canary agreement", "canary-state", "Lending agreement"].map(|text| Canary::new("document", text.to_owned()));
        assert_eq!(scan_dir(&stage.city.path(""), &canaries), []);
        stage.city.clock.advance_secs(59 * 60);
        assert!(read_signing(stage.service.ledger(), &stage.mine.who, id, Part::Signed).is_ok(), "the resident keeps a copy");
        stage.city.clock.advance_secs(2 * 60);
        stage.city.work();
        assert!(read_signing(stage.service.ledger(), &stage.mine.who, id, Part::Signed).is_err());
        let rows = stage.service.ledger().read("test.rows", |tx| tx.query("-- test.rows\nselect id from signing_request", &[])).unwrap();
        assert_eq!(rows.len(), 0, "gone from the store as well");
        let account = stage.mine.who.account();
        let list = stage.service.ledger().read("test.list", move |tx| signing::asked_signatures(tx, account)).unwrap();
        assert_eq!((list.len(), list[0].state(stage.city.platform().now())), (1, "signed"), "that it was asked stays in the list");
        assert!(list[0].fetched.is_some());
    });
}

#[test]
fn a_document_is_refused_or_taken_back_or_lapses_once() {
    on_each_engine(|city| {
        let stage = stage(city);
        let access = token(&stage, "library", 7, &stage.mine, true);
        let ledger = stage.service.ledger();
        let (refused, account) = (stage.ask(&access, agreement("one")).unwrap(), stage.mine.who.account());
        ledger.write("test.refuse", Actor::Visitor, move |work| signing::withdraw_request(work, refused, account)).unwrap();
        assert_eq!(stage.state(&access, refused), "refused");
        let cancelled = stage.ask(&access, agreement("two")).unwrap();
        let cancel = || bare(cancel_signature(ledger, (&access, shows(7)), cancelled));
        cancel().unwrap();
        assert!(matches!(cancel(), Err(AskSignatureError::Ask(AskError::Answered))));
        assert!(waiting_document(ledger, &stage.mine.who, cancelled).is_err(), "gone at once");
        let lapses = stage.ask(&access, agreement("three")).unwrap();
        stage.city.clock.advance_secs(31 * 60);
        let later = token(&stage, "library", 7, &stage.mine, true);
        assert_eq!([refused, cancelled, lapses].map(|id| stage.state(&later, id)), ["refused", "cancelled", "lapsed"]);
    });
}

#[test]
fn what_may_not_be_brought_is_refused_before_it_is_drawn() {
    let stage = stage(City::new());
    let access = token(&stage, "library", 7, &stage.mine, true);
    let asked = |change: fn(&mut AskedToSign)| {
        let mut asked = agreement("one");
        change(&mut asked);
        stage.ask(&access, asked).unwrap_err()
    };
    assert!(matches!(asked(|one| one.purpose = "two\nlines".into()), AskSignatureError::Purpose));
    assert!(matches!(asked(|one| one.return_to = Some("https://evil.example/back".into())), AskSignatureError::Return));
    assert!(matches!(asked(|one| one.state = Some("s".repeat(513))), AskSignatureError::Return));
    assert!(matches!(asked(|one| one.return_to = None), AskSignatureError::Return), "a state without a way back");
    assert_eq!(asked(|one| one.document = b"no PDF".to_vec()).kind(), Kind::Invalid);
    let early = token(&stage, "library", 7, &stage.other, true);
    assert!(matches!(stage.ask(&early, agreement("one")), Err(AskSignatureError::Sign(SignDocumentError::NoKey))), "not of level plus");
    let withheld = token(&stage, "library", 7, &stage.mine, false);
    assert!(matches!(stage.ask(&withheld, agreement("one")), Err(AskSignatureError::Scope)));
    assert!(matches!(stage.ask("unknown", agreement("one")), Err(AskSignatureError::Token)));
    let access = token(&stage, "library", 7, &stage.mine, true);
    for _ in 0..2 {
        stage.ask(&access, agreement("one")).unwrap();
    }
    assert!(matches!(stage.ask(&access, agreement("one")), Err(AskSignatureError::Ask(AskError::TooMany))), "two of a service wait at most");
    let own = crate::ToSign { document: testkit::pdf(&["own"]), title: "Own".into(), form: Form::Pdf, service: ISSUER.into() };
    crate::bring_document(stage.service.ledger(), &stage.office, &stage.mine.who, &own).unwrap();
}
