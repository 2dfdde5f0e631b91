//! An online service of the basic profile, registered by two officers, and how it asks and redeems.

use flows::{Asking, Released};
use journal::{Actor, Ledger};
use kernel::{Environment, Secret, Text};
use openid::{Audience, Client, ClientAuthentication, ClientId, Profile, RedirectUri, SenderConstraint};
use people::{EditScheme, Role, SignGate, authorise};
use provider::{AskedAttribute, Brought, ClientProof, Registration, ServiceContact, Shown, Standing, Tokens};

use crate::accounts::Pages;

pub const SECRET: &str = "only the library knows this";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A library that needs a mobile number and would like a mail address; `callback` is where residents go back to.
pub fn registration(id: &str, callback: &str) -> Registration {
    let asks = |name: &str, needed| AskedAttribute {
        name: name.to_owned(),
        reason: Text::new("To say that a book has come", "通知你書籍已到", "通知你书籍已到"),
        needed,
    };
    let attributes = vec![asks("phone_number", true), asks("email", false)];
    Registration {
        client: Client {
            id: ClientId::parse(id).unwrap(),
            profile: Profile::Basic,
            redirect_uris: vec![RedirectUri::register(callback, true).unwrap()],
            authentication: ClientAuthentication::SecretBasic(Secret::new(seal::sha256(&[SECRET.as_bytes()]))),
            constraint: SenderConstraint::Bearer,
            scope: Registration::scope_of(&attributes).unwrap(),
        },
        standing: Standing::Sandbox,
        name: Text::new("Harbour library", "海港圖書館", "海港图书馆"),
        department: Text::new("Leisure and Culture", "康樂及文化", "康乐及文化"),
        purpose: Text::new("To borrow books", "借閱圖書", "借阅图书"),
        contact: ServiceContact {
            post: Text::new("Librarian", "館長", "馆长"),
            phone: "2921 0208".to_owned(),
            email: "library@department.example".to_owned(),
        },
        attributes,
        logo: None,
        logout_uri: Some(RedirectUri::register("https://library.example/logout", false).unwrap()),
        after_logout: vec![RedirectUri::register("https://library.example/bye", false).unwrap()],
    }
}

/// One officer registers it, another approves it.
pub fn register(pages: &Pages, registration: Registration) {
    let identity = pages.city.platform.public_identity().unwrap();
    let id = registration.client.id.to_string();
    let scope = Some(identity.scope());
    let edit = authorise::<EditScheme>(&pages.city.officer(1, Role::SchemeOwner), scope).unwrap();
    let sign = authorise::<SignGate>(&pages.city.officer(2, Role::PrivacyOfficer), scope).unwrap();
    let register = move |work: &mut journal::Work<'_, '_>| provider::register_client(work, &edit, &registration);
    let (digest, _) = identity.ledger().write("test.register", Actor::Operator, register).unwrap();
    let approve = move |work: &mut journal::Work<'_, '_>| provider::approve_client(work, &sign, Environment::Demo, &id, digest);
    identity.ledger().write("test.approve", Actor::Operator, approve).unwrap();
}

/// The address by which it sends a resident.
pub fn authorize(id: &str, callback: &str, scope: &str, more: &[(&str, &str)]) -> String {
    let mut pairs = vec![
        ("client_id", id),
        ("redirect_uri", callback),
        ("response_type", "code"),
        ("scope", scope),
        ("state", "s1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    pairs.extend(more);
    format!("/oidc/authorize?{}", serde_html_form::to_string(&pairs).unwrap())
}

/// Brings a code back.
pub fn redeem(pages: &Pages, id: &str, callback: &str, code: &str) -> Tokens {
    let identity = pages.city.platform.public_identity().unwrap();
    let (ledger, keys) = (identity.ledger(), identity.token_keys());
    let proof = ClientProof::Secret { client: id, secret: SECRET };
    let audience = Audience { issuer: "http://localhost", endpoint: "http://localhost/oidc/token" };
    let proven = ledger.read("test.prove", |tx| provider::prove(tx, &proof, None, audience, ledger.now())).unwrap().unwrap();
    let brought = Brought { code: code.to_owned(), redirect_uri: callback.to_owned(), verifier: VERIFIER.to_owned() };
    let redeem = move |work: &mut journal::Work<'_, '_>| {
        provider::redeem_code(work, &keys, "http://localhost", &proven, &Shown::default(), &brought)
    };
    ledger.write("test.redeem", Actor::Visitor, redeem).unwrap().0.unwrap()
}

/// Reads what it was given.
pub fn read(ledger: &Ledger, tokens: &Tokens, asking: Asking) -> Option<Released> {
    flows::release(ledger, tokens.access.expose(), Shown::default(), asking).unwrap()
}

/// A parameter of an address.
pub fn parameter(address: &str, name: &str) -> String {
    let (_, query) = address.split_once('?').unwrap();
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).unwrap();
    pairs.into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default()
}

