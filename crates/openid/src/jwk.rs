use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use seal::{JoseAlgorithm, JosePublic};
use serde_json::{Map, Value, json};

/// A public key as RFC 7517 writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    /// The key.
    pub key: JosePublic,
    /// Its name, if it has one.
    pub kid: Option<String>,
    /// The one algorithm it may be used with, if it says so.
    pub algorithm: Option<JoseAlgorithm>,
}

/// Why a key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// Not a JSON object, or a member of the wrong kind or length.
    #[error("the key is not a JWK with all members of its kind")]
    Form,
    /// It holds a private member: whoever sent it has given his key away.
    #[error("the key holds a private member: send the public half only, and make a new key")]
    Private,
    /// A kind of key that nothing here is signed with, symmetric ones among them.
    #[error("the key must be of P-256, Ed25519 or RSA")]
    Kind,
    /// An RSA key of under 2048 or over 8192 bits, or with an even or tiny exponent.
    #[error("an RSA key has 2048 to 8192 bits and an odd exponent of at least 3")]
    Weak,
    /// It is for encryption.
    #[error("the key is not for signatures (use, key_ops)")]
    Use,
}

const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

impl Jwk {
    /// Reads a key.
    pub fn read(value: &Value) -> Result<Self, JwkError> {
        let members = value.as_object().ok_or(JwkError::Form)?;
        if PRIVATE.iter().any(|name| members.contains_key(*name)) {
            return Err(JwkError::Private);
        }
        let verifies = |ops: &Value| ops.as_array().is_some_and(|ops| ops.iter().any(|op| op == "verify"));
        if members.get("use").is_some_and(|for_what| for_what != "sig") || members.get("key_ops").is_some_and(|ops| !verifies(ops)) {
            return Err(JwkError::Use);
        }
        let key = public(members)?;
        let algorithm = match members.get("alg") {
            None => None,
            Some(name) => Some(name.as_str().and_then(JoseAlgorithm::parse).ok_or(JwkError::Kind)?),
        };
        if algorithm.is_some_and(|algorithm| !key.takes(algorithm)) {
            return Err(JwkError::Form);
        }
        let kid = members.get("kid").map(|kid| kid.as_str().map(str::to_owned).ok_or(JwkError::Form)).transpose()?;
        Ok(Self { key, kid, algorithm })
    }

    /// Reads a set of keys (`{"keys": […]}`). Keys for encryption are passed over, as RFC 7517 (section 5) advises for
    /// what is not understood; a private key in a set is an error.
    pub fn read_set(value: &Value) -> Result<Vec<Self>, JwkError> {
        let keys = value.get("keys").and_then(Value::as_array).ok_or(JwkError::Form)?;
        let read = keys.iter().map(Self::read).filter(|key| !matches!(key, Err(JwkError::Use | JwkError::Kind)));
        read.collect()
    }

    /// The key's own name everywhere: SHA-256 of its members in their order (RFC 7638), in base64url.
    pub fn thumbprint(&self) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let members = match &self.key {
            JosePublic::P256 { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y)),
            JosePublic::Ed25519(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(x)),
            JosePublic::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n)),
        };
        text(&seal::sha256(&[members.as_bytes()]))
    }

    /// The key for a set that others read, with `use`, and with `kid` and `alg` where it has them.
    pub fn to_json(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut value = match &self.key {
            JosePublic::P256 { x, y } => json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) }),
            JosePublic::Ed25519(x) => json!({ "kty": "OKP", "crv": "Ed25519", "x": text(x) }),
            JosePublic::Rsa { n, e } => json!({ "kty": "RSA", "n": text(n), "e": text(e) }),
        };
        if let Some(members) = value.as_object_mut() {
            members.insert("use".to_owned(), json!("sig"));
            members.extend(self.kid.iter().map(|kid| ("kid".to_owned(), json!(kid))));
            members.extend(self.algorithm.iter().map(|algorithm| ("alg".to_owned(), json!(algorithm.name()))));
        }
        value
    }
}

fn public(members: &Map<String, Value>) -> Result<JosePublic, JwkError> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name).ok_or(JwkError::Form)?).map_err(|_| JwkError::Form);
    let coordinate = |name: &str| bytes(name)?.try_into().map_err(|_| JwkError::Form);
    match (text("kty"), text("crv")) {
        (Some("EC"), Some("P-256")) => Ok(JosePublic::P256 { x: coordinate("x")?, y: coordinate("y")? }),
        (Some("OKP"), Some("Ed25519")) => Ok(JosePublic::Ed25519(coordinate("x")?)),
        (Some("RSA"), _) => rsa(bytes("n")?, bytes("e")?),
        _ => Err(JwkError::Kind),
    }
}

fn rsa(n: Vec<u8>, e: Vec<u8>) -> Result<JosePublic, JwkError> {
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    let exponent_is_sound = e.len() <= 8 && e.first().is_some_and(|first| *first != 0) && e.last().is_some_and(|last| last % 2 == 1) && e != [1];
    if n.first() == Some(&0) {
        return Err(JwkError::Form);
    }
    if (2048..=8192).contains(&bits) && exponent_is_sound { Ok(JosePublic::Rsa { n, e }) } else { Err(JwkError::Weak) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7638, section 3.1, and RFC 8037, appendix A.3.
    const RSA: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

    #[test]
    fn thumbprints_are_those_of_the_standards() {
        let rsa = Jwk::read(&json!({ "kty": "RSA", "n": RSA, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29" })).unwrap();
        assert_eq!(rsa.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        let okp = Jwk::read(&json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })).unwrap();
        assert_eq!(okp.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let signer = seal::JoseSigner::generate(JoseAlgorithm::Es256).unwrap();
        let own = Jwk { key: signer.public(), kid: Some("a".to_owned()), algorithm: Some(JoseAlgorithm::Es256) };
        assert_eq!(Jwk::read(&own.to_json()).unwrap(), own);
    }

    #[test]
    fn private_weak_and_strange_keys_are_refused() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let cases = [
            (json!("key"), JwkError::Form),
            (json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "d": x }), JwkError::Private),
            (json!({ "kty": "oct", "k": "AAAA" }), JwkError::Private),
            (json!({ "kty": "EC", "crv": "P-384", "x": x, "y": x }), JwkError::Kind),
            (json!({ "kty": "EC", "crv": "P-256", "x": x }), JwkError::Form),
            (json!({ "kty": "EC", "crv": "P-256", "x": x, "y": "AAAA" }), JwkError::Form),
            (json!({ "kty": "OKP", "crv": "Ed25519", "x": format!("{x}=") }), JwkError::Form),
            (json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "alg": "ES256" }), JwkError::Form),
            (json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "alg": "none" }), JwkError::Kind),
            (json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "use": "enc" }), JwkError::Use),
            (json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "key_ops": ["sign"] }), JwkError::Use),
            (json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": 7 }), JwkError::Form),
            (json!({ "kty": "RSA", "n": &RSA[..300], "e": "AQAB" }), JwkError::Weak),
            (json!({ "kty": "RSA", "n": RSA, "e": "AQ" }), JwkError::Weak),
            (json!({ "kty": "RSA", "n": RSA, "e": "Ag" }), JwkError::Weak),
            (json!({ "kty": "RSA", "n": format!("AAAA{RSA}"), "e": "AQAB" }), JwkError::Form),
        ];
        for (value, wanted) in cases {
            assert_eq!(Jwk::read(&value), Err(wanted), "{value}");
        }
    }

    #[test]
    fn a_set_passes_over_what_it_does_not_know_but_not_over_a_private_key() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let good = json!({ "kty": "OKP", "crv": "Ed25519", "x": x });
        let other = json!({ "kty": "OKP", "crv": "X25519", "x": x, "use": "enc" });
        assert_eq!(Jwk::read_set(&json!({ "keys": [good, other] })).unwrap().len(), 1);
        let private = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "d": x });
        assert_eq!(Jwk::read_set(&json!({ "keys": [good, private] })), Err(JwkError::Private));
        assert_eq!(Jwk::read_set(&json!([])), Err(JwkError::Form));
    }
}
