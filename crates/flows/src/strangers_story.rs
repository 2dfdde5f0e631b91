//! Promise 12 with people who have numbers: no service hears of an identity number what it was not given, as itself or as a hash.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hongkong::IdNumber;
use identity::{AttributeName, Resident, SHIPPED_CHARTER, Source};
use journal::{Actor, Work};
use kernel::{Environment, Secret, Text};
use openid::{Audience, Client, ClientAuthentication, ClientId, Profile, RedirectUri, Scope, SenderConstraint};
use people::{EditScheme, Role, SignGate, authorise};
use provider::{AskedAttribute, Brought, ClientProof, Decision, Permission, Person, Registration, ServiceContact, Shown, Standing, Term};
use serde_json::Value;
use store::StoreError;
use tempfile::TempDir;
use testkit::Traces;

use crate::identity_story::{pass_gate, save};
use crate::rehearsal::City;
use crate::signing_story::person;
use crate::{Asking, IdentityService, release};

const RESIDENTS: u32 = 1000;
const SERVICES: u32 = 50;
/// The one service that is given identity numbers.
const GIVEN: u32 = 0;
const ISSUER: &str = "https://id.example";
const SECRET: &str = "a secret that fifty services share in this story";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn number(resident: u32) -> IdNumber {
    IdNumber::from_number(&format!("Q{:06}", 100_000 + resident * 7)).unwrap()
}

/// As people write their number.
fn spellings(number: &IdNumber) -> Vec<String> {
    let (plain, digit) = (number.number(), number.check_digit());
    let (letter, digits) = plain.split_at(1);
    vec![
        plain.to_owned(),
        format!("{plain}{digit}"),
        number.formatted(),
        format!("{plain} ({digit})"),
        format!("{letter} {digits}({digit})"),
        format!("{letter}-{digits}-{digit}"),
        plain.to_lowercase(),
        format!("{plain}{digit}").to_lowercase(),
        number.formatted().to_lowercase(),
    ]
}

fn callback(at: u32) -> String {
    format!("https://service-{at}.example/cb")
}

fn client(at: u32) -> Client {
    Client {
        id: ClientId::parse(&format!("service-{at}")).unwrap(),
        profile: Profile::Basic,
        redirect_uris: vec![RedirectUri::register(&callback(at), false).unwrap()],
        authentication: ClientAuthentication::SecretBasic(Secret::new(seal::sha256(&[SECRET.as_bytes()]))),
        constraint: SenderConstraint::Bearer,
        scope: Scope::parse("openid name hk_identity_number").unwrap(),
    }
}

fn connect(city: &City, service: &IdentityService, at: u32) {
    let text = |en: &str| Text::new(en, "服務", "服务");
    let asked = |name: &str| AskedAttribute { name: name.into(), reason: text("For the file"), needed: false };
    let registration = Registration {
        client: client(at),
        name: text("A service"),
        department: text("A department"),
        standing: Standing::Sandbox,
        purpose: text("To serve"),
        contact: ServiceContact { post: text("Clerk"), phone: "2921 0208".into(), email: "clerk@department.example".into() },
        logo: None,
        attributes: vec![asked("name"), asked("hk_identity_number")],
        logout_uri: None,
        after_logout: Vec::new(),
    };
    let owner = authorise::<EditScheme>(&city.officer(1, Role::SchemeOwner), None).unwrap();
    let second = authorise::<SignGate>(&city.officer(2, Role::PrivacyOfficer), None).unwrap();
    let connect = move |work: &mut Work<'_, '_>| {
        let digest = provider::register_client(work, &owner, &registration).unwrap();
        provider::approve_client(work, &second, Environment::Demo, registration.client.id.as_str(), digest).unwrap();
        Ok::<_, StoreError>(())
    };
    service.ledger().write("test.connect", Actor::Operator, connect).unwrap();
}

/// Gives everybody the same number's worth of attributes.
fn known(service: &IdentityService, who: &Resident, resident: u32) {
    let (ledger, number) = (service.ledger(), number(resident));
    let values = [
        (AttributeName::NameEn, Secret::new(format!("CHAN {resident} TAI MAN"))),
        (AttributeName::IdentityNumber, Secret::new(number.formatted())),
    ];
    let sealed = identity::seal_attributes(ledger.keys(), ledger.now(), 24, Source::Proofed, &values).unwrap();
    let (keys, account) = (ledger.keys().clone(), who.account());
    ledger.write("test.verify", Actor::Visitor, move |work| identity::verify_person(work, &keys, account, &number, &sealed)).unwrap();
}

/// Everything that a service hears of a resident who signs in there, as it stands on the wire and taken apart; without signatures, which
/// are of nobody's choosing.
fn heard(service: &IdentityService, who: &Resident, at: u32) -> String {
    let (ledger, now) = (service.ledger(), service.ledger().now());
    let redirect = callback(at);
    let form = [("client_id", format!("service-{at}")), ("redirect_uri", redirect.clone()), ("response_type", "code".into()), ("scope", "openid name hk_identity_number".into()), ("code_challenge", CHALLENGE.into()), ("code_challenge_method", "S256".into()), ("nonce", "n1".into())];
    let form: Vec<(String, String)> = form.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let (kept, own) = (client(at), client(at));
    let pushed = ledger.write("test.keep", Actor::Visitor, move |work| provider::keep_request(work, &kept, &form)).unwrap().0.unwrap();
    let asked = ledger.read::<_, StoreError>("test.asked", |tx| provider::asked(tx, own.id.as_str(), &pushed.request_uri, now)).unwrap().unwrap();
    let person = Person { account: who.account().bytes(), session: kernel::Random::bytes16(&**ledger.random()), signed_in: now, acr: provider::LEVELS[2].into(), amr: vec!["pop".into()] };
    let term = |given: bool| given.then_some(Term::Lasting);
    let decided = vec![Decision { attribute: "name".into(), term: term(true) }, Decision { attribute: "hk_identity_number".into(), term: term(at == GIVEN) }];
    let permission = Permission {
        client: own.id.to_string(),
        request_uri: pushed.request_uri.clone(),
        issuer: ISSUER.into(),
        subject: provider::subject_at(ledger.keys(), &asked, &person),
        decided: Some(decided),
    };
    let back = ledger.write("test.allow", Actor::Visitor, move |work| provider::allow(work, &person, &permission)).unwrap().0.unwrap();
    let code = back.split(['?', '&']).find_map(|part| part.strip_prefix("code=")).unwrap().to_owned();
    let (keys, brought) = (service.token_keys(), Brought { code, redirect_uri: redirect, verifier: VERIFIER.into() });
    let redeem = move |work: &mut Work<'_, '_>| {
        let audience = Audience { issuer: ISSUER, endpoint: ISSUER };
        let proof = ClientProof::Secret { client: own.id.as_str(), secret: SECRET };
        let proven = provider::prove(work.tx(), &proof, None, audience, now)?.unwrap();
        provider::redeem_code(work, &keys, ISSUER, &proven, &Shown::default(), &brought)
    };
    let tokens = ledger.write("test.redeem", Actor::Visitor, redeem).unwrap().0.unwrap();
    let released = release(ledger, tokens.access.expose(), Shown::default(), Asking::Named).unwrap().unwrap();
    let token = tokens.id_token.unwrap();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let apart: Vec<String> = signed.split('.').map(|part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()).collect();
    let refresh = tokens.refresh.map(|token| token.expose().clone()).unwrap_or_default();
    [pushed.request_uri, back, tokens.access.expose().clone(), refresh, signed.to_owned(), apart.join(" "), released.subject, Value::Object(released.claims).to_string()].join("\n")
}

/// A mobile for each.
fn mobile(resident: u32) -> String {
    format!("5123 {resident:04}")
}

#[test]
fn promise_12_no_service_of_fifty_hears_a_number_or_a_hash_of_one_that_it_was_not_given() {
    // In memory where there is a file system of it: fifteen thousand commits of one after the other wait for nobody else's disk.
    let memory = Path::new("/dev/shm");
    let files = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    let city = City::on_disk(files.unwrap());
    let charter = save(&city, SHIPPED_CHARTER);
    pass_gate(&city, &charter);
    let service: Arc<IdentityService> = city.platform().public_identity().unwrap();
    for at in 0..SERVICES {
        connect(&city, &service, at);
    }
    let mut traces = Traces::default();
    let mut transcripts: BTreeMap<u32, Vec<(u32, String)>> = BTreeMap::new();
    for resident in 0..RESIDENTS {
        // A second each, so that the newest message is the one that was sent last and no budget is used up.
        city.clock.advance_secs(60);
        let who = person(&service, &mobile(resident)).who;
        known(&service, &who, resident);
        for spelling in &spellings(&number(resident)) {
            traces.add(resident, spelling);
        }
        for at in [resident % SERVICES, (resident / SERVICES * 7 + resident + 1) % SERVICES] {
            transcripts.entry(at).or_default().push((resident, heard(&service, &who, at)));
        }
    }
    assert_eq!(transcripts.len(), usize::try_from(SERVICES).unwrap());
    for (at, heard) in &transcripts {
        for (resident, text) in heard {
            assert!(text.contains(&format!("CHAN {resident} TAI MAN")), "a name was given");
            let found = traces.find(text);
            if *at == GIVEN {
                assert_eq!(found, Some((*resident, "in clear")), "a number that was given is found: {text}");
            } else {
                assert_eq!(found, None, "service {at} about resident {resident}: {text}");
            }
        }
    }
}
