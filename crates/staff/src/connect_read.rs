use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use desk::{Desk, LANGUAGES, Mistakes, named};
use kernel::Text;
use openid::{Client, ClientAuthentication, ClientId, Jwk, JwkError, Profile, RedirectError, RedirectUri};
use provider::{AskedAttribute, Registration, ServiceContact};
use serde_json::{Value, json};

use crate::connect_sheet::{ASKS, askable, constraint, slug, standing};

/// Reads the form of a service. `known` is the id of a service on record; `department` is the officer's own.
pub(crate) fn read(desk: &Desk, known: Option<&ClientId>, department: Text) -> Result<Registration, Mistakes> {
    let mut mistakes = Mistakes::default();
    let id = known.cloned().or_else(|| ClientId::parse(desk.values.get("id").trim()));
    if id.is_none() {
        mistakes.add("id", desk.say("service-id-wrong"));
    }
    let [name, purpose, post] = ["service-name", "service-purpose", "service-post"].map(|label| named(desk, &mut mistakes, label));
    let contact = ServiceContact { post, phone: required(desk, &mut mistakes, "phone"), email: mailbox(desk, &mut mistakes) };
    let choice = |name: &str, mistakes: &mut Mistakes| {
        if !desk.values.has(name) {
            mistakes.add(name, desk.say("choose-one"));
        }
        desk.values.get(name)
    };
    let chosen = standing(choice("standing", &mut mistakes));
    let profile = if choice("profile", &mut mistakes) == "basic" { Profile::Basic } else { Profile::Fapi2 };
    let authentication = match choice("means", &mut mistakes) {
        "certificate" => certificate(desk, &mut mistakes).map(ClientAuthentication::TlsCertificate),
        _ => keys(desk, &mut mistakes).map(ClientAuthentication::PrivateKeyJwt),
    };
    let redirect_uris = addresses(desk, &mut mistakes, "redirects");
    if redirect_uris.is_empty() && mistakes.of("redirects").is_none() {
        mistakes.add("redirects", desk.say("service-redirects-missing"));
    }
    let logout_uri = addresses(desk, &mut mistakes, "logout").into_iter().next();
    let after_logout = addresses(desk, &mut mistakes, "after-logout");
    let attributes = attributes(desk, &mut mistakes);
    let (Some(id), Some(standing), Some(authentication)) = (id, chosen, authentication) else { return Err(mistakes) };
    let Some(scope) = Registration::scope_of(&attributes).filter(|_| mistakes.is_empty()) else { return Err(mistakes) };
    let constraint = constraint(profile, matches!(authentication, ClientAuthentication::TlsCertificate(_)));
    let client = Client { id, profile, redirect_uris, authentication, constraint, scope };
    let registration = Registration { client, standing, name, department, purpose, contact, attributes, logo: None, logout_uri, after_logout };
    for fault in registration.client.faults() {
        mistakes.add("redirects", desk.say(&format!("service-fault-{}", fault.slug())));
    }
    if mistakes.is_empty() { Ok(registration) } else { Err(mistakes) }
}

fn required(desk: &Desk, mistakes: &mut Mistakes, name: &str) -> String {
    if !desk.values.has(name) {
        mistakes.add(name, desk.tell("line-missing", [("field", desk.say(&format!("service-{name}")))]));
    }
    desk.values.get(name).trim().to_owned()
}

fn mailbox(desk: &Desk, mistakes: &mut Mistakes) -> String {
    let mailbox = required(desk, mistakes, "email");
    if !mailbox.is_empty() && people::Contact::parse("Office", &mailbox).is_err() {
        mistakes.add("email", desk.say("service-email-wrong"));
    }
    mailbox
}

/// The addresses of a field, one a line; each is checked by itself and named in what is wrong.
fn addresses(desk: &Desk, mistakes: &mut Mistakes, name: &str) -> Vec<RedirectUri> {
    let loopback = desk.platform().environment().synthetic_only();
    let mut read = Vec::new();
    for line in desk.values.get(name).lines().map(str::trim).filter(|line| !line.is_empty()) {
        match RedirectUri::register(line, loopback) {
            Ok(address) => read.push(address),
            Err(error) => {
                let key = match error {
                    RedirectError::Scheme => "service-address-scheme",
                    RedirectError::Form => "service-address-form",
                    RedirectError::Length => "service-address-length",
                };
                mistakes.add(name, desk.tell(key, [("address", line)]));
            }
        }
    }
    read
}

/// The public keys that were pasted. An address of keys is not fetched: a server that fetches what a form says is a door.
fn keys(desk: &Desk, mistakes: &mut Mistakes) -> Option<Vec<Jwk>> {
    let text = desk.values.get("keys").trim();
    let key = if text.is_empty() {
        "service-keys-missing"
    } else if text.starts_with("http://") || text.starts_with("https://") {
        "service-keys-address"
    } else if text.contains("PRIVATE KEY-----") {
        "service-keys-private"
    } else {
        let read = serde_json::from_str(text).map_err(|_| JwkError::Form).and_then(|set| Jwk::read_set(&as_set(set)));
        match read {
            Ok(keys) if keys.is_empty() => "service-keys-none",
            Ok(keys) => return Some(keys),
            Err(JwkError::Private) => "service-keys-private",
            Err(JwkError::Weak) => "service-keys-weak",
            Err(_) => "service-keys-wrong",
        }
    };
    mistakes.add("keys", desk.say(key));
    None
}

/// A key that was pasted alone is a set of one.
fn as_set(pasted: Value) -> Value {
    if pasted.get("kty").is_some() { json!({ "keys": [pasted] }) } else { pasted }
}

/// The certificate that was pasted, by its SHA-256; or that number itself.
fn certificate(desk: &Desk, mistakes: &mut Mistakes) -> Option<[u8; 32]> {
    let text = desk.values.get("keys").trim();
    let hash = kernel::from_hex(text).ok().and_then(|bytes| bytes.try_into().ok());
    let hash = hash.or_else(|| {
        let (_, rest) = text.split_once("-----BEGIN CERTIFICATE-----")?;
        let (coded, _) = rest.split_once("-----END CERTIFICATE-----")?;
        let der = STANDARD.decode(coded.split_whitespace().collect::<String>()).ok()?;
        // Every certificate is a DER sequence.
        (der.first() == Some(&0x30)).then(|| provider::certificate_hash(&der))
    });
    if hash.is_none() {
        mistakes.add("keys", desk.say("service-certificate-wrong"));
    }
    hash
}

fn attributes(desk: &Desk, mistakes: &mut Mistakes) -> Vec<AskedAttribute> {
    let mut asked = Vec::new();
    for name in askable() {
        let slug = slug(name);
        let answer = desk.values.get(&format!("ask-{slug}"));
        if !ASKS.contains(&answer) || answer == "no" {
            continue;
        }
        let [english, traditional, simplified] = LANGUAGES.map(|language| {
            let field = format!("reason-{slug}-{language}");
            if !desk.values.has(&field) {
                let what = desk.say(&format!("attribute-{slug}"));
                mistakes.add(field.clone(), desk.tell("service-reason-missing", [("attribute", what)]));
            }
            desk.values.get(&field).trim().to_owned()
        });
        asked.push(AskedAttribute { name: name.to_owned(), reason: Text::new(english, traditional, simplified), needed: answer == "must" });
    }
    asked
}
