//! A small writer of evidence, from the formats page and RFC 6962 alone.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use verifier::Key;

pub const ORIGIN: &str = "lionrock.demo/cumask";
pub const AT: &str = "2020-05-06T07:00:00.000+08:00";
pub const DEADLINE: &str = "2020-05-06T07:01:00.000+08:00";
pub const SALT: [u8; 16] = [3; 16];

pub type Hash = [u8; 32];

pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

pub fn sha256(parts: &[&[u8]]) -> Hash {
    Sha256::digest(parts.concat()).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

pub struct Writer {
    pub name: &'static str,
    key: SigningKey,
}

impl Writer {
    pub fn new(name: &'static str, seed: u8) -> Self {
        Self { name, key: SigningKey::from_bytes(&[seed; 32]) }
    }

    fn hash(&self) -> Hash {
        sha256(&[self.name.as_bytes(), b"\n\x01", self.key.verifying_key().as_bytes()])
    }

    pub fn vkey(&self) -> String {
        let hex = hex(&self.hash()[..4]);
        let public = [&[1], self.key.verifying_key().as_bytes().as_slice()].concat();
        format!("{}+{hex}+{}", self.name, base64(public))
    }

    pub fn key(&self) -> Key {
        Key::parse(&self.vkey()).unwrap()
    }

    pub fn sign(&self, text: &str) -> String {
        base64(self.key.sign(text.as_bytes()).to_bytes())
    }

    pub fn note(&self, text: &str) -> String {
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        format!("{text}\n— {} {}\n", self.name, base64([&self.hash()[..4], &signature].concat()))
    }
}

/// A journal in memory.
pub struct Journal(pub Vec<Hash>);

impl Journal {
    /// So many entries of others, then the given event, then as many again.
    pub fn around(event: &str, others: u8) -> Self {
        let other = |n: u8| leaf_of(&format!("{{\"other\":{n}}}"));
        let before = (0..others).map(other);
        let after = (0..others).map(|n| other(n + 100));
        Self(before.chain([leaf_of(event)]).chain(after).collect())
    }

    pub fn root(&self) -> Hash {
        root(&self.0)
    }

    pub fn path(&self, index: usize) -> Vec<String> {
        path(index, &self.0).iter().map(base64).collect()
    }

    pub fn checkpoint(&self, writer: &Writer, origin: &str) -> String {
        writer.note(&format!("{origin}\n{}\n{}\n", self.0.len(), base64(self.root())))
    }

    pub fn inclusion(&self, index: usize, writer: &Writer) -> Value {
        json!({"index": index, "path": self.path(index), "checkpoint": self.checkpoint(writer, ORIGIN)})
    }

    pub fn growth(&self, old: usize) -> Vec<String> {
        growth(old, &self.0, true).iter().map(base64).collect()
    }
}

pub fn leaf_of(event: &str) -> Hash {
    sha256(&[&[0], &sha256(&[&SALT, event.as_bytes()])])
}

pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            sha256(&[&[1], &root(left), &root(right)])
        }
    }
}

fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut below, beside) =
        if index < left.len() { (path(index, left), root(right)) } else { (path(index - left.len(), right), root(left)) };
    below.push(beside);
    below
}

fn growth(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut below, beside) = if old <= left.len() {
        (growth(old, left, whole), root(right))
    } else {
        (growth(old - left.len(), right, false), root(left))
    };
    below.push(beside);
    below
}

pub const EVENT: &str = r#"{"at":1588719600000,"verb":"registration.submitted","details":{"statement":"v1","note":"收到"}}"#;

/// A receipt with the promise of a group of five and, when wished, its inclusion.
pub fn receipt(writer: &Writer, included: bool) -> Value {
    let group = Journal::around(EVENT, 2);
    let signed = format!("lionrock receipt group v1\n{ORIGIN}\n5\n{}\n{AT}\n{DEADLINE}\n", base64(group.root()));
    let promise = json!({"size": 5, "index": 2, "path": group.path(2), "root": base64(group.root()), "at": AT, "deadline": DEADLINE,
        "key": writer.name, "signature": writer.sign(&signed)});
    let mut receipt = json!({"format": "lionrock-receipt/1", "origin": ORIGIN, "event": EVENT, "salt": base64(SALT), "promise": promise});
    if included {
        receipt["inclusion"] = Journal::around(EVENT, 9).inclusion(9, writer);
    }
    receipt
}

/// The one line of a QR code.
pub fn line(receipt: &Value) -> String {
    let promise = &receipt["promise"];
    let hashes = promise["path"].as_array().unwrap().iter().map(|hash| STANDARD.decode(hash.as_str().unwrap()).unwrap());
    let joined: Vec<u8> = hashes.collect::<Vec<_>>().concat();
    let array = json!([receipt["origin"], receipt["event"], receipt["salt"], promise["index"], promise["size"], base64(joined),
        promise["at"], promise["deadline"], promise["key"], promise["signature"]]);
    format!("LR1.{}", URL_SAFE_NO_PAD.encode(array.to_string()))
}

/// The text of a certificate issued when the journal had four entries.
pub fn certificate_text() -> String {
    let (root, hex) = (base64(Journal::around("", 4).root_of_first(4)), "ab".repeat(32));
    [
        "lionrock erasure certificate v1".to_owned(),
        format!("origin: {ORIGIN}"),
        "service: Mask registration 口罩登記".to_owned(),
        "scope: the whole service".to_owned(),
        "households: 20000".to_owned(),
        "persons: 55012".to_owned(),
        format!("values: {}", base64([8; 32])),
        "purposes: matching, delivery".to_owned(),
        format!("tree: matching {AT}"),
        format!("tree: delivery {AT}"),
        format!("root: {hex} overwritten {AT}"),
        "custodian: Head of Systems, Demo Department".to_owned(),
        format!("store: dropped {AT}"),
        format!("journal: 4 {root}"),
        format!("issued: {DEADLINE}\n"),
    ]
    .join("\n")
}

impl Journal {
    fn root_of_first(&self, count: usize) -> Hash {
        root(&self.0[..count])
    }
}

/// The event that records a certificate's text.
pub fn certificate_event(text: &str) -> String {
    let digest = hex(&sha256(&[text.as_bytes()]));
    format!(r#"{{"verb":"vault.certified","details":{{"certificate":"{digest}"}}}}"#)
}

/// A certificate with this text, recorded as entry 4 of nine.
pub fn certificate(writer: &Writer, text: &str) -> Value {
    let event = certificate_event(text);
    let journal = Journal::around(&event, 4);
    json!({"format": "lionrock-certificate/1", "note": writer.note(text), "event": event, "salt": base64(SALT),
        "inclusion": journal.inclusion(4, writer), "consistency": journal.growth(4)})
}

/// Calls `check` with every version of `text` in which one bit is flipped and which is still text.
pub fn every_flip(text: &str, mut check: impl FnMut(&str, usize)) {
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            if let Ok(altered) = String::from_utf8(bytes) {
                check(&altered, at);
            }
        }
    }
}
