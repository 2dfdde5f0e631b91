use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use seal::{Es256Signer, SealError, sha256};
use serde_json::{Value, json};

/// A passkey in memory, for simulations and tests: it answers a ceremony as a browser with a platform authenticator
/// does, and refuses what such a browser refuses. It protects nothing.
pub struct SoftwarePasskey {
    key: Es256Signer,
    credential: Vec<u8>,
    handle: String,
    rp_id: String,
    counter: u32,
}

/// Why the software passkey does not answer.
#[derive(Debug, thiserror::Error)]
pub enum CeremonyRefused {
    /// The options lack something.
    #[error("the options of the ceremony have no {0}")]
    Options(&'static str),
    /// The site asks for less than a resident key with user verification.
    #[error("the site does not ask for a resident key with user verification")]
    NotResident,
    /// The options are another site's.
    #[error("this passkey belongs to another site")]
    OtherSite,
    /// The key could not sign.
    #[error(transparent)]
    Key(#[from] SealError),
}

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

impl SoftwarePasskey {
    /// Answers `navigator.credentials.create`: the new passkey, and what the browser would send back.
    pub fn create(origin: &str, options: &Value) -> Result<(Self, Value), CeremonyRefused> {
        Self::make(origin, options, [0; 16], |data, _| Ok(attestation(data)))
    }

    /// The same by a security key whose maker vouches for it: with the maker's key, certificate and number of the model.
    #[cfg(test)]
    pub(crate) fn create_attested(
        origin: &str,
        options: &Value,
        (key, certificate, number): (&Es256Signer, &[u8], [u8; 16]),
    ) -> Result<(Self, Value), CeremonyRefused> {
        Self::make(origin, options, number, |data, client| {
            let signature = key.sign_der(&[data, &sha256(&[client.as_bytes()])].concat())?;
            Ok(packed(data, &signature, certificate))
        })
    }

    fn make(
        origin: &str,
        options: &Value,
        number: [u8; 16],
        vouch: impl FnOnce(&[u8], &str) -> Result<Vec<u8>, CeremonyRefused>,
    ) -> Result<(Self, Value), CeremonyRefused> {
        let selection = options.pointer("/publicKey/authenticatorSelection").unwrap_or(&Value::Null);
        let asks = |name: &str| selection.get(name).and_then(Value::as_str) == Some("required");
        if !asks("residentKey") || !asks("userVerification") {
            return Err(CeremonyRefused::NotResident);
        }
        let key = Es256Signer::generate()?;
        let (x, y) = key.public_point();
        let credential = sha256(&[&x, &y]).to_vec();
        let handle = text(options, "/publicKey/user/id", "user")?.to_owned();
        let rp_id = text(options, "/publicKey/rp/id", "relying party")?.to_owned();
        let passkey = Self { key, credential, handle, rp_id, counter: 0 };
        let mut data = passkey.authenticator_data(USER_PRESENT | USER_VERIFIED | HAS_CREDENTIAL);
        data.extend(number);
        data.extend([0, 32]);
        data.extend(&passkey.credential);
        data.extend(cose_key(&x, &y));
        let client = client_data("webauthn.create", origin, text(options, "/publicKey/challenge", "challenge")?);
        let vouched = vouch(&data, &client)?;
        let response = json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "attestationObject": URL_SAFE_NO_PAD.encode(vouched),
            "transports": ["internal"],
        });
        let extensions = json!({"credProps": {"rk": true}});
        let answer = passkey.credential_json(&response, &extensions);
        Ok((passkey, answer))
    }

    /// Answers `navigator.credentials.get` without a user name: what the browser would send back.
    pub fn get(&mut self, origin: &str, options: &Value) -> Result<Value, CeremonyRefused> {
        if text(options, "/publicKey/rpId", "relying party")? != self.rp_id {
            return Err(CeremonyRefused::OtherSite);
        }
        self.counter += 1;
        self.assert(origin, options, USER_PRESENT | USER_VERIFIED)
    }

    fn assert(&self, origin: &str, options: &Value, flags: u8) -> Result<Value, CeremonyRefused> {
        let data = self.authenticator_data(flags);
        let client = client_data("webauthn.get", origin, text(options, "/publicKey/challenge", "challenge")?);
        let message = [data.as_slice(), &sha256(&[client.as_bytes()])].concat();
        let response = json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(self.key.sign_der(&message)?),
            "userHandle": self.handle,
        });
        Ok(self.credential_json(&response, &json!({})))
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let mut data = sha256(&[self.rp_id.as_bytes()]).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn credential_json(&self, response: &Value, extensions: &Value) -> Value {
        let id = URL_SAFE_NO_PAD.encode(&self.credential);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": extensions})
    }
}

fn text<'a>(options: &'a Value, pointer: &str, name: &'static str) -> Result<&'a str, CeremonyRefused> {
    options.pointer(pointer).and_then(Value::as_str).ok_or(CeremonyRefused::Options(name))
}

fn client_data(kind: &str, origin: &str, challenge: &str) -> String {
    json!({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false}).to_string()
}

/// The attestation object with format "none" (WebAuthn, 8.7) in CBOR, written out: a map of three.
fn attestation(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0xa3];
    out.extend(b"\x63fmt\x64none");
    out.extend(b"\x67attStmt\xa0");
    out.extend(b"\x68authData\x59");
    out.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend(data);
    out
}

/// The attestation object with format "packed" (WebAuthn, 8.2) in CBOR, with one certificate.
#[cfg(test)]
fn packed(data: &[u8], signature: &[u8], certificate: &[u8]) -> Vec<u8> {
    let bytes = |content: &[u8]| {
        let mut out = vec![0x59];
        out.extend(u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend(content);
        out
    };
    let mut out = vec![0xa3];
    out.extend(b"\x63fmt\x66packed");
    out.extend(b"\x67attStmt\xa3\x63alg\x26\x63sig");
    out.extend(bytes(signature));
    out.extend(b"\x63x5c\x81");
    out.extend(bytes(certificate));
    out.extend(b"\x68authData");
    out.extend(bytes(data));
    out
}

/// A COSE key (RFC 9053, 7.1.1) in CBOR: kty EC2, alg ES256, crv P-256, x, y.
fn cose_key(x: &[u8; 32], y: &[u8; 32]) -> Vec<u8> {
    let mut out = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    out.extend(x);
    out.extend([0x22, 0x58, 0x20]);
    out.extend(y);
    out
}

/// What an honest authenticator never does, to see it refused.
impl SoftwarePasskey {
    /// An answer without user verification: somebody held the key, nobody knows who.
    pub fn get_unverified(&mut self, origin: &str, options: &Value) -> Result<Value, CeremonyRefused> {
        self.counter += 1;
        self.assert(origin, options, USER_PRESENT)
    }

    /// A copy of the same key with an older counter, as a thief would have it.
    pub fn copied(&self) -> Result<Self, CeremonyRefused> {
        let key = Es256Signer::from_pkcs8(self.key.to_pkcs8()?.expose())?;
        let (credential, handle, rp_id) = (self.credential.clone(), self.handle.clone(), self.rp_id.clone());
        Ok(Self { key, credential, handle, rp_id, counter: self.counter.saturating_sub(1) })
    }
}
