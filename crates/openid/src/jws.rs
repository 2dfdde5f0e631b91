use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use seal::{JoseAlgorithm, JoseSigner, SealError};
use serde_json::{Map, Value, json};

use crate::Jwk;

/// A signed set of claims as it came: taken apart, not yet believed. Its claims are to be had for a key that verifies.
#[derive(Debug)]
pub struct Compact<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    algorithm: JoseAlgorithm,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Not three parts of base64url with a JSON object in the first two, or longer than 8 KiB.
    #[error("not a signed token of at most 8 KiB in compact form")]
    Form,
    /// An algorithm that is not accepted; `none` and the symmetric ones never are.
    #[error("the token's alg is not accepted")]
    Algorithm,
    /// It demands an extension (`crit`) that is not known here.
    #[error("the token demands an extension that is not known (crit)")]
    Critical,
    /// It is a token of another kind.
    #[error("the token's typ is not the wanted one")]
    Type,
    /// No known key made the signature.
    #[error("the token's signature is not valid")]
    Signature,
}

const TOKEN_MOST: usize = 8 * 1024;

impl<'a> Compact<'a> {
    /// Takes a token apart (RFC 7515, section 5.2). Only what is in `accepted` may sign it.
    pub fn parse(token: &'a str, accepted: &[JoseAlgorithm]) -> Result<Self, JwsError> {
        if token.len() > TOKEN_MOST {
            return Err(JwsError::Form);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Form)?;
        let (header, claims) = signed.split_once('.').ok_or(JwsError::Form)?;
        let object = |part: &str| -> Option<Map<String, Value>> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let header = object(header).ok_or(JwsError::Form)?;
        let claims = object(claims).ok_or(JwsError::Form)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| JwsError::Form)?;
        if header.contains_key("crit") {
            return Err(JwsError::Critical);
        }
        let algorithm = header.get("alg").and_then(Value::as_str).and_then(JoseAlgorithm::parse);
        let algorithm = algorithm.filter(|known| accepted.contains(known)).ok_or(JwsError::Algorithm)?;
        Ok(Self { signed, signature, header, claims, algorithm })
    }

    /// The `typ` of the header, in lower case and without `application/` (RFC 7515, section 4.1.9).
    pub fn kind(&self) -> Option<String> {
        let kind = self.header.get("typ")?.as_str()?.to_ascii_lowercase();
        Some(kind.strip_prefix("application/").map(str::to_owned).unwrap_or(kind))
    }

    /// What it is signed with.
    pub const fn algorithm(&self) -> JoseAlgorithm {
        self.algorithm
    }

    /// The key in the header, which says nothing about who sent it: for proofs of possession alone.
    pub(crate) fn embedded_key(&self) -> Option<&Value> {
        self.header.get("jwk")
    }

    /// The claims, if one of these keys made the signature. A token that names its key (`kid`) is tried with the keys of
    /// that name and those without one.
    pub fn verified_by(&self, keys: &[Jwk]) -> Result<&Map<String, Value>, JwsError> {
        let named = self.header.get("kid").and_then(Value::as_str);
        let fits = |key: &&Jwk| {
            (named.is_none() || key.kid.is_none() || key.kid.as_deref() == named)
                && key.algorithm.is_none_or(|algorithm| algorithm == self.algorithm)
        };
        let made = |key: &Jwk| key.key.verifies(self.algorithm, self.signed.as_bytes(), &self.signature);
        if keys.iter().filter(fits).any(made) { Ok(&self.claims) } else { Err(JwsError::Signature) }
    }

    /// The claims before any signature was checked: only to find out whose keys to try.
    pub(crate) const fn unverified(&self) -> &Map<String, Value> {
        &self.claims
    }
}

/// Signs claims: header with `alg`, `typ` and `kid`.
pub fn sign_compact(signer: &JoseSigner, typ: &str, key_id: &str, claims: &Value) -> Result<String, SealError> {
    let header = json!({ "alg": signer.algorithm().name(), "typ": typ, "kid": key_id });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", part(&header), part(claims));
    let signature = signer.sign(input.as_bytes())?;
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

#[cfg(test)]
pub(crate) fn sign_with_header(signer: &JoseSigner, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", part(header), part(claims));
    let signature = signer.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [JoseAlgorithm; 4] = [JoseAlgorithm::Es256, JoseAlgorithm::EdDsa, JoseAlgorithm::Ps256, JoseAlgorithm::Rs256];

    fn key(signer: &JoseSigner, kid: Option<&str>) -> Jwk {
        Jwk { key: signer.public(), kid: kid.map(str::to_owned), algorithm: None }
    }

    #[test]
    fn a_token_is_read_back_with_its_key_and_with_no_other() {
        for algorithm in ALL {
            let (own, other) = (JoseSigner::generate(algorithm).unwrap(), JoseSigner::generate(algorithm).unwrap());
            let token = sign_compact(&own, "JWT", "k1", &json!({ "sub": "x" })).unwrap();
            let compact = Compact::parse(&token, &ALL).unwrap();
            assert_eq!(compact.verified_by(&[key(&other, None), key(&own, Some("k1"))]).unwrap()["sub"], "x");
            assert_eq!(compact.kind().as_deref(), Some("jwt"));
            for keys in [vec![], vec![key(&other, Some("k1"))], vec![key(&own, Some("k2"))]] {
                assert_eq!(compact.verified_by(&keys), Err(JwsError::Signature));
            }
            assert_eq!(Compact::parse(&token, &[]).unwrap_err(), JwsError::Algorithm);
        }
    }

    #[test]
    fn unsigned_altered_and_demanding_tokens_are_refused() {
        let signer = JoseSigner::generate(JoseAlgorithm::EdDsa).unwrap();
        let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode("{}"));
        assert_eq!(Compact::parse(&none, &ALL).unwrap_err(), JwsError::Algorithm);
        let critical = sign_with_header(&signer, &json!({ "alg": "EdDSA", "crit": ["b64"], "b64": false }), &json!({}));
        assert_eq!(Compact::parse(&critical, &ALL).unwrap_err(), JwsError::Critical);
        // The public key as a symmetric secret: the classic confusion.
        let confused = sign_with_header(&signer, &json!({ "alg": "HS256" }), &json!({}));
        assert_eq!(Compact::parse(&confused, &ALL).unwrap_err(), JwsError::Algorithm);
        let good = sign_compact(&signer, "JWT", "k", &json!({ "sub": "x" })).unwrap();
        let parts: Vec<&str> = good.split('.').collect();
        let other_claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"y"}"#);
        let forged = format!("{}.{other_claims}.{}", parts[0], parts[2]);
        assert_eq!(Compact::parse(&forged, &ALL).unwrap().verified_by(&[key(&signer, None)]), Err(JwsError::Signature));
        let stripped = format!("{}.{}.", parts[0], parts[1]);
        assert_eq!(Compact::parse(&stripped, &ALL).unwrap().verified_by(&[key(&signer, None)]), Err(JwsError::Signature));
        let padded = format!("{good}=");
        let long = format!("{}.{}.AAAA", parts[0], "A".repeat(TOKEN_MOST));
        for bad in ["", "a.b", "a.b.c.d", ".", "..", "e30.W10.", &padded, &long] {
            assert_eq!(Compact::parse(bad, &ALL).unwrap_err(), JwsError::Form, "{}", &bad[..bad.len().min(40)]);
        }
    }
}
