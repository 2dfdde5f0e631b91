//! What the resident's passkey signed, as it is published inside the signature.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey;
use serde_json::Value;

use super::certificate::verifies;
use super::sha256;
use super::words::Flaw;
use crate::key::hex;

/// A checked act.
pub struct Act {
    pub lines: Vec<String>,
    pub site: String,
    pub pages: usize,
    pub renderer: String,
    pub challenge: [u8; 32],
    /// SHA-256 of the passkey's public key.
    pub passkey: [u8; 32],
    covered: String,
    form: String,
}

impl Act {
    /// Whether it is about these bytes, and this form of signature.
    pub fn fits(&self, covered: &[u8; 32], form: &str) -> bool {
        self.covered == hex(covered) && self.form == form
    }
}

/// Reads and checks an act: the passkey signed these lines, at the site they name, and checked who used it.
pub fn check(json: &[u8]) -> Result<Act, Flaw> {
    let act: Value = serde_json::from_slice(json).map_err(|_| Flaw::Act)?;
    let text = |name: &str| act.get(name).and_then(Value::as_str).ok_or(Flaw::Act);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).map_err(|_| Flaw::Act);
    let (statement, authenticator, client) = (text("statement")?, bytes("authenticator_data")?, bytes("client_data")?);
    let challenge = sha256(statement.as_bytes());
    let said: Value = serde_json::from_slice(&client).map_err(|_| Flaw::Act)?;
    let word = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default();
    let lines: Vec<String> = statement.lines().map(str::to_owned).collect();
    let field = |name: &str| {
        let mut found = lines.iter().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found.next().map(str::to_owned).filter(|_| found.next().is_none()).ok_or(Flaw::Act)
    };
    let site = field("site")?;
    let host = site.split("://").nth(1).and_then(|rest| rest.split(':').next()).ok_or(Flaw::Act)?;
    let asked = word("type") == "webauthn.get" && word("challenge") == URL_SAFE_NO_PAD.encode(challenge) && word("origin") == site;
    let present = authenticator.get(32).is_some_and(|flags| flags & 0x05 == 0x05);
    let at_home = authenticator.get(..32) == Some(&sha256(host.as_bytes())) && said.get("crossOrigin") != Some(&Value::Bool(true));
    if !asked || !present || !at_home || lines.first().map(String::as_str) != Some("lionrock signing act v1") {
        return Err(Flaw::Act);
    }
    let message = [authenticator.as_slice(), &sha256(&client)].concat();
    let passkey = key(act.get("passkey").ok_or(Flaw::Act)?, &message, &bytes("signature")?)?;
    let pages = lines.iter().filter(|line| line.starts_with("page ")).count();
    Ok(Act { site, pages, renderer: field("renderer")?, challenge, passkey, covered: field("covered")?, form: field("form")?, lines })
}

/// Checks the passkey's signature, and returns the digest of its key (RFC 7638).
fn key(key: &Value, message: &[u8], signature: &[u8]) -> Result<[u8; 32], Flaw> {
    let text = |name: &str| key.get(name).and_then(Value::as_str).ok_or(Flaw::Act);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).map_err(|_| Flaw::Act);
    match (text("kty")?, text("crv")?) {
        ("EC", "P-256") => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            let point = [[4].as_slice(), &x, &y].concat();
            verifies(&point, message, signature).then_some(()).ok_or(Flaw::Act)?;
            Ok(sha256(format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text("x")?, text("y")?).as_bytes()))
        }
        ("OKP", "Ed25519") => {
            let point: [u8; 32] = bytes("x")?.try_into().map_err(|_| Flaw::Act)?;
            let key = VerifyingKey::from_bytes(&point).map_err(|_| Flaw::Act)?;
            let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| Flaw::Act)?;
            key.verify_strict(message, &signature).map_err(|_| Flaw::Act)?;
            Ok(sha256(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text("x")?).as_bytes()))
        }
        _ => Err(Flaw::Passkey),
    }
}
