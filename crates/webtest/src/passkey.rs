use serde_json::{Value, json};

use crate::{Failure, Page};

/// A phone's or laptop's built-in authenticator, emulated by the browser for one page. It keeps resident keys and answers
/// at once. WebAuthn ties keys to the host's name: open pages as `localhost`, never as 127.0.0.1.
pub struct Passkey<'page> {
    page: &'page Page,
    id: Value,
}

impl Page {
    /// Gives the page an authenticator that does or does not verify its user (finger, face, PIN).
    pub fn virtual_passkey(&self, user_verified: bool) -> Result<Passkey<'_>, Failure> {
        self.virtual_passkey_by("internal", user_verified)
    }

    /// The same, reached in another way: `usb`, `nfc`, `ble`, or `cable`, which is a telephone beside the computer (hybrid). How the two
    /// meet, by a picture and by radio, is not emulated; what the site must do is.
    pub fn virtual_passkey_by(&self, transport: &str, user_verified: bool) -> Result<Passkey<'_>, Failure> {
        self.call("WebAuthn.enable", &json!({}))?;
        let options = json!({
            "protocol": "ctap2",
            "transport": transport,
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": user_verified,
            "automaticPresenceSimulation": true,
        });
        let made = self.call(
            "WebAuthn.addVirtualAuthenticator",
            &json!({ "options": options }),
        )?;
        let id = made
            .get("authenticatorId")
            .cloned()
            .ok_or(Failure::Answer("authenticatorId"))?;
        Ok(Passkey { page: self, id })
    }
}

impl Passkey<'_> {
    /// The keys it holds, as DevTools describes them (`rpId`, `userName`, `isResidentCredential`, `signCount`, …).
    pub fn credentials(&self) -> Result<Vec<Value>, Failure> {
        let mut answer = self.ask("WebAuthn.getCredentials", json!({}))?;
        match answer.get_mut("credentials").map(Value::take) {
            Some(Value::Array(keys)) => Ok(keys),
            _ => Err(Failure::Answer("credentials")),
        }
    }

    /// Brings a key from another authenticator, as a synchronised passkey does.
    pub fn add(&self, credential: &Value) -> Result<(), Failure> {
        self.ask(
            "WebAuthn.addCredential",
            json!({ "credential": credential }),
        )
        .map(drop)
    }

    /// Whether the next ceremonies find their user verified.
    pub fn verify(&self, user_verified: bool) -> Result<(), Failure> {
        self.ask(
            "WebAuthn.setUserVerified",
            json!({ "isUserVerified": user_verified }),
        )
        .map(drop)
    }

    /// Makes the next answers of sign-ins false: with a signature that does not fit, or with nobody verified although somebody was.
    pub fn forge(&self, signature: bool, verified: bool) -> Result<(), Failure> {
        self.ask(
            "WebAuthn.setResponseOverrideBits",
            json!({ "isBogusSignature": signature, "isBadUV": verified, "isBadUP": false }),
        )
        .map(drop)
    }

    /// Takes the authenticator away, as when the phone is lost.
    pub fn lose(self) -> Result<(), Failure> {
        self.ask("WebAuthn.removeVirtualAuthenticator", json!({}))
            .map(drop)
    }

    fn ask(&self, method: &str, mut params: Value) -> Result<Value, Failure> {
        if let Some(fields) = params.as_object_mut() {
            fields.insert("authenticatorId".to_owned(), self.id.clone());
        }
        self.page.call(method, &params)
    }
}
