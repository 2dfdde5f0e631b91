//! The product has no biometric capability, so nothing it keeps, sends, asks or answers has a place for a biometric element: neither the
//! tables, nor the forms, nor what goes over lines, nor what a passkey is asked and answers. A photo that somebody looks at is none; what
//! a machine would make of it, or an authenticator would tell of a finger, is.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use webtest::{Browser, Page};

use crate::city::{City, SLUG};
use crate::inbox::{CASE_OFFICER, sign_in};
use crate::proofing::code;

/// Words that name a biometric element; of `WebAuthn`, the extensions by which an authenticator tells how it knew its user (Level 1,
/// 10.8 `uvi`, 10.9 `uvm`), and factors of RFC 8176 that do the same.
const WORDS: [&str; 42] = [
    "biometric", "biometrics", "biometry", "bio", "face", "faces", "facial", "faceprint", "faceid", "fingerprint", "fingerprints", "finger",
    "fingers", "fpt", "iris", "retina", "retinal", "palm", "palmprint", "vein", "veins", "voiceprint", "vbm", "gait", "minutia", "minutiae",
    "liveness", "embedding", "embeddings", "landmarks", "similarity", "likeness", "physiognomy", "dna", "genome", "ridge", "uvm", "uvi",
    "biometricperfbounds", "touchid", "keystroke", "heartbeat",
];

/// `faceTemplate`, `face-template`, `FACE_TEMPLATE`: the words of a name.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() && small {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().unwrap().extend(letter.to_lowercase());
        }
        small = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn biometric<'n>(names: impl IntoIterator<Item = &'n String>) -> Vec<String> {
    let is = |name: &&String| words(name).iter().any(|word| WORDS.contains(&word.as_str()));
    names.into_iter().filter(is).cloned().collect()
}

/// Tables and columns of every store.
fn columns() -> Vec<String> {
    let mut found = Vec::new();
    for migration in ["platform", "identity", SLUG].into_iter().flat_map(flows::migrations_of).copied().flatten() {
        columns_of(migration.sql, &mut found);
    }
    found
}

fn columns_of(sql: &str, found: &mut Vec<String>) {
    let mut table = String::new();
    for line in sql.lines().map(str::trim).filter(|line| !line.starts_with("--")) {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            ["create" | "alter", "table", name, rest @ ..] => {
                (*name).clone_into(&mut table);
                found.push((*name).to_owned());
                found.extend(rest.iter().map(|word| format!("{table}.{word}")));
            }
            [column, ..] if !table.is_empty() => found.push(format!("{table}.{column}")),
            _ => {}
        }
    }
}

/// Names of everything that is read from or written to a line, a file or a form: fields and variants of types that are (de)serialised,
/// keys of JSON that is built by hand, names of form fields.
fn names_in(source: &str, found: &mut Vec<String>) {
    let mut within = false;
    for line in source.lines() {
        let plain = line.trim_start();
        if plain.starts_with("//") {
            continue;
        }
        if plain.starts_with("#[derive(") && (plain.contains("Serialize") || plain.contains("Deserialize")) {
            within = true;
        } else if line.starts_with('}') {
            within = false;
        }
        let declared = plain.trim_start_matches("pub ").trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        let end = declared.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(declared.len());
        if within && end > 0 {
            found.push(declared[..end].to_owned());
        }
        found.extend(quoted(plain));
    }
}

/// What stands in quotation marks and looks like a name.
fn quoted(line: &str) -> impl Iterator<Item = String> {
    let is_name = |text: &&str| {
        !text.is_empty() && text.len() < 60 && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.#:".contains(c))
    };
    line.split('"').skip(1).step_by(2).filter(is_name).map(str::to_owned)
}

/// Every source of the product: what only tests say is left out.
fn sources(directory: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        let is_test = name.ends_with("_story.rs") || ["tests", "examples", "testkit", "webtest", "target"].contains(&name.as_str());
        if entry.is_dir() && !is_test {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|kind| kind == "rs") && !is_test {
            let source = std::fs::read_to_string(&entry).unwrap();
            names_in(source.split("#[cfg(test)]\nmod tests {").next().unwrap(), found);
        }
    }
}

/// Every key in a JSON value.
fn keys(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            found.push(key.clone());
            keys(value, found);
        }),
        Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
        // JSON within JSON: what a client says of itself.
        Value::String(text) => {
            let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
            if let Ok(inner @ Value::Object(_)) = serde_json::from_slice(&bytes) {
                keys(&inner, found);
            }
        }
        _ => {}
    }
}

/// Text keys of a CBOR value (RFC 8949), and the byte string under `authData`.
fn cbor(bytes: &[u8], at: &mut usize, found: &mut Vec<String>, data: &mut Vec<u8>) -> Option<Value> {
    let first = *bytes.get(*at)?;
    *at += 1;
    let mut number = |size: usize| {
        let read = bytes.get(*at..*at + size)?.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        *at += size;
        Some(read)
    };
    let length = match first & 31 {
        small @ 0..=23 => usize::from(small),
        24 => number(1)?,
        25 => number(2)?,
        26 => number(4)?,
        27 => number(8)?,
        _ => return None,
    };
    match first >> 5 {
        2 => {
            *at += length;
            Some(json!(bytes.get(*at - length..*at)?))
        }
        3 => {
            *at += length;
            Some(json!(String::from_utf8_lossy(bytes.get(*at - length..*at)?)))
        }
        4 => (0..length).map(|_| cbor(bytes, at, found, data)).collect(),
        5 => {
            for _ in 0..length {
                let key = cbor(bytes, at, found, data)?;
                let value = cbor(bytes, at, found, data)?;
                if let Value::String(name) = &key {
                    found.push(name.clone());
                    if name == "authData" {
                        *data = serde_json::from_value(value).ok()?;
                    }
                }
            }
            Some(Value::Null)
        }
        _ => Some(json!(length)),
    }
}

/// What an authenticator says beside key and counter (`WebAuthn`, 6.1): the names of its extensions.
fn extensions(data: &[u8]) -> Vec<String> {
    const EXTENSIONS: u8 = 0x80;
    const CREDENTIAL: u8 = 0x40;
    let (flags, mut at, mut found) = (data[32], 37, Vec::new());
    if flags & CREDENTIAL != 0 {
        at += 16 + 2 + usize::from(u16::from_be_bytes([data[53], data[54]]));
        cbor(data, &mut at, &mut Vec::new(), &mut Vec::new()).expect("a key");
    }
    if flags & EXTENSIONS != 0 {
        cbor(data, &mut at, &mut found, &mut Vec::new()).expect("extensions");
    }
    assert_eq!(at, data.len(), "nothing beside that");
    found
}

/// What is said in a ceremony, in both directions: names, and what stands inside the authenticator's own forms.
fn said_in(traffic: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for one in traffic {
        keys(one, &mut found);
        let response = &one["response"];
        let bytes = |name: &str| response[name].as_str().map(|text| URL_SAFE_NO_PAD.decode(text).unwrap());
        let mut data = bytes("authenticatorData").unwrap_or_default();
        if let Some(attestation) = bytes("attestationObject") {
            cbor(&attestation, &mut 0, &mut found, &mut data).expect("an attestation");
        }
        if !data.is_empty() {
            found.extend(extensions(&data));
        }
    }
    found
}

/// Keeps what the page sends and gets as JSON, for [`heard`].
const LISTEN: &str = "(() => {
    const ask = window.fetch;
    const keep = (text) => {
        try { JSON.parse(text) } catch { return }
        sessionStorage.setItem('heard', JSON.stringify([...JSON.parse(sessionStorage.getItem('heard') || '[]'), text]));
    };
    window.fetch = async (...call) => {
        if (call[1]?.body) keep(call[1].body);
        const answer = await ask(...call);
        keep(await answer.clone().text());
        return answer;
    };
})()";

fn heard(page: &Page) -> Vec<Value> {
    let kept = page.eval("sessionStorage.getItem('heard') || '[]'").unwrap();
    let texts: Vec<String> = serde_json::from_str(kept.as_str().unwrap()).unwrap();
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// Names of the fields of every form on a page, what they fill in with, and what they take.
fn fields(page: &Page, url: &str) -> Vec<String> {
    page.goto(url).unwrap();
    let look = "[...document.querySelectorAll('input, select, textarea, button')]
        .flatMap(one => [one.name, one.autocomplete, one.accept, one.getAttribute('capture'), one.type]).filter(Boolean)";
    page.eval(look).unwrap().as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

#[test]
fn promise_09_no_table_no_line_and_no_form_in_the_sources_has_a_biometric_element() {
    let columns = columns();
    assert!(columns.len() > 500 && columns.iter().any(|one| one == "identity_proofing.verifier"), "{}", columns.len());
    assert_eq!(biometric(&columns), Vec::<String>::new());
    let mut names = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &mut names);
    for known in ["selfie", "date_of_issue", "hk_identity_number", "clientDataJSON"] {
        assert!(names.iter().any(|name| name == known), "{known} is seen");
    }
    let found: BTreeSet<String> = biometric(&names).into_iter().collect();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ALLOWED, "and nothing that is allowed is gone");
}

/// Names that look like it and are not: the key of the sentence that says that there is none, and the one place that takes a library's
/// question out.
const ALLOWED: [&str; 2] = ["proof-no-biometrics", "uvm"];

#[test]
fn promise_09_the_search_for_biometric_elements_finds_what_is_planted() {
    let mut planted = Vec::new();
    columns_of("create table identity_account (\n    id BYTES not null,\n    face_template BYTES\n);\nalter table a add column iris BYTES;", &mut planted);
    assert_eq!(biometric(&planted), ["identity_account.face_template", "a.iris"]);
    let mut named = Vec::new();
    names_in("#[derive(Serialize)]\nstruct Answer {\n    pub(super) voiceprint: String,\n}\njson!({ \"faceMatch\": 1 });\nTextInput::new(\"finger-print\")", &mut named);
    assert_eq!(biometric(&named), ["voiceprint", "faceMatch", "finger-print"]);
    // An authenticator that tells how it knew its user: {"uvm": [[2, 4, 2]]}, with a key before it.
    let mut data = vec![0; 37];
    data[32] = 0x80;
    data.extend(b"\xa1\x63uvm\x81\x83\x02\x04\x02");
    let assertion = json!({ "response": { "authenticatorData": URL_SAFE_NO_PAD.encode(&data) } });
    assert_eq!(biometric(&said_in(&[assertion])), ["uvm"]);
    let asked = json!({ "publicKey": { "extensions": { "biometricPerfBounds": { "FAR": 0.1 } } } });
    assert_eq!(biometric(&said_in(&[asked])), ["biometricPerfBounds"]);
}

#[test]
fn promise_09_browser_no_form_and_no_passkey_ceremony_has_a_biometric_element() {
    let (browser, city) = (Browser::launch().unwrap(), City::start());
    let page = browser.page().unwrap();
    page.virtual_passkey(true).unwrap();
    page.call("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": LISTEN })).unwrap();
    page.goto(&city.page("en", "/account/sign-up")).unwrap();
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
    page.fill("[name=code]", &code(&browser, &city, "5123 4567")).unwrap();
    page.submit().unwrap();
    page.follow("main form[data-passkey] button.lr-button").unwrap();
    page.goto(&city.page("en", "/account")).unwrap();
    page.follow("form[action$='/account/sign-out'] button").unwrap();
    page.goto(&city.page("en", "/account/sign-in")).unwrap();
    page.follow("main form[data-passkey] button.lr-button").unwrap();
    assert!(page.url().unwrap().ends_with("/en/account"), "{}", page.url().unwrap());
    let traffic = heard(&page);
    let has = |name: &str| traffic.iter().any(|one| one["response"][name].is_string());
    assert!(has("attestationObject") && has("signature"), "both ceremonies were heard: {traffic:?}");
    let names = said_in(&traffic);
    assert!(names.iter().any(|name| name == "fmt") && names.iter().any(|name| name == "userVerification"), "{names:?}");
    assert_eq!(biometric(&names), Vec::<String>::new());
    let officer = sign_in(&browser, &city, CASE_OFFICER);
    let residents = ["", "/proofing", "/proofing/details", "/passkeys/add", "/sign-in", "/recover", "/details", "/data", "/terminal/enrol"];
    let mut found: Vec<String> = residents.iter().flat_map(|path| fields(&page, &city.page("en", &format!("/account{path}")))).collect();
    let desk = ["/identity/proofing", "/identity/proofing/counter", "/identity/proofing/terminals"];
    found.extend(desk.iter().flat_map(|path| fields(&officer, &city.page("en", &format!("/staff{path}")))));
    assert!(found.iter().any(|name| name == "birth-day"), "{found:?}");
    assert_eq!(biometric(&found), Vec::<String>::new());
    let discovery = page.promised("fetch('/.well-known/openid-configuration').then(got => got.json())").unwrap();
    let said: Vec<String> = discovery.to_string().split('"').map(str::to_owned).collect();
    assert!(said.len() > 50);
    assert_eq!(biometric(&said), Vec::<String>::new());
}
