use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Instant;
use seal::JoseAlgorithm;
use serde_json::Value;

use crate::jws::{Compact, JwsError};
use crate::moments::{AHEAD_SECS, ID_MOST, numeric_date};
use crate::{ErrorCode, Jwk, JwkError, OAuthError, Seen};

/// A proof that whoever asks holds a key (RFC 9449), judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DpopProof {
    /// The key, by its thumbprint (`jkt`): what tokens are bound to.
    pub thumbprint: String,
    /// To be remembered: the same proof is refused a second time.
    pub once: Seen,
}

/// The request that the proof came with.
#[derive(Clone, Copy, Debug)]
pub struct DpopRequest<'a> {
    /// The HTTP method, in capitals.
    pub method: &'a str,
    /// The address that was called, as the public knows it, without query and fragment.
    pub address: &'a str,
    /// The access token beside it, at a resource.
    pub access_token: Option<&'a str>,
    /// The nonces that are in force, newest first; empty where none is demanded.
    pub nonces: &'a [String],
}

/// Why a proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DpopError {
    /// The token itself is refused.
    #[error(transparent)]
    Token(#[from] JwsError),
    /// Its key is refused.
    #[error(transparent)]
    Key(#[from] JwkError),
    /// For another method or address.
    #[error("htm and htu must be the method and address of this request")]
    Request,
    /// Older than a minute, or from the future.
    #[error("iat is not now")]
    Time,
    /// Without a `jti` of 1 to 256 bytes.
    #[error("jti is missing or too long")]
    Id,
    /// For another access token, or for none where one came.
    #[error("ath is not the hash of the access token")]
    AccessToken,
    /// The nonce is absent, or one of those that have ended.
    #[error("use the nonce that comes with this answer")]
    Nonce,
}

impl From<DpopError> for OAuthError {
    fn from(error: DpopError) -> Self {
        let code = if error == DpopError::Nonce { ErrorCode::UseDpopNonce } else { ErrorCode::InvalidDpopProof };
        Self::new(code, error.to_string())
    }
}

/// How old a proof may be, seconds.
const AGE_SECS: i64 = 60;
const ALLOWED: [JoseAlgorithm; 3] = [JoseAlgorithm::Es256, JoseAlgorithm::EdDsa, JoseAlgorithm::Ps256];

impl DpopProof {
    /// Judges a proof by the twelve checks of RFC 9449, section 4.3; that it comes once is the caller's to see.
    pub fn verify(token: &str, request: DpopRequest<'_>, now: Instant) -> Result<Self, DpopError> {
        let compact = Compact::parse(token, &ALLOWED)?;
        if compact.kind().as_deref() != Some("dpop+jwt") {
            return Err(JwsError::Type.into());
        }
        let key = Jwk::read(compact.embedded_key().ok_or(JwkError::Form)?)?;
        let thumbprint = key.thumbprint();
        let key = Jwk { kid: None, ..key };
        let claims = compact.verified_by(std::slice::from_ref(&key))?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("htm") != Some(request.method) || !text("htu").is_some_and(|asked| same_address(asked, request.address)) {
            return Err(DpopError::Request);
        }
        let made = numeric_date(claims, "iat").ok().flatten().ok_or(DpopError::Time)?;
        if made > now.plus_secs(AHEAD_SECS) || made < now.plus_secs(-AGE_SECS) {
            return Err(DpopError::Time);
        }
        let hash = request.access_token.map(|token| URL_SAFE_NO_PAD.encode(seal::sha256(&[token.as_bytes()])));
        if hash.is_some() && text("ath") != hash.as_deref() {
            return Err(DpopError::AccessToken);
        }
        let id = text("jti").filter(|id| (1..=ID_MOST).contains(&id.len())).ok_or(DpopError::Id)?;
        if !request.nonces.is_empty() && !request.nonces.iter().any(|nonce| text("nonce") == Some(nonce)) {
            return Err(DpopError::Nonce);
        }
        let once = Seen { id: format!("{thumbprint} {id}"), until: made.plus_secs(AGE_SECS) };
        Ok(Self { thumbprint, once })
    }
}

/// RFC 9449, section 4.3, item 9: without query and fragment, scheme and host in any case, the default port said or not.
fn same_address(asked: &str, own: &str) -> bool {
    let asked = asked.split(['?', '#']).next().unwrap_or_default();
    normal(asked) == normal(own)
}

fn normal(address: &str) -> Option<(String, String, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let default = if scheme == "https" { ":443" } else { ":80" };
    let host = authority.strip_suffix(default).unwrap_or(&authority).to_owned();
    Some((scheme, host, if path.is_empty() { "/" } else { path }))
}

#[cfg(test)]
mod tests {
    use seal::JoseSigner;
    use serde_json::json;

    use super::*;
    use crate::jws::sign_with_header;
    use crate::moments::seconds;

    const ADDRESS: &str = "https://id.example/token";
    const AT: DpopRequest<'_> = DpopRequest { method: "POST", address: ADDRESS, access_token: None, nonces: &[] };

    fn now() -> Instant {
        Instant::parse_hong_kong("2026-11-22T12:00").unwrap()
    }

    fn header(signer: &JoseSigner) -> Value {
        let key = Jwk { key: signer.public(), kid: None, algorithm: None };
        let mut key = key.to_json();
        key.as_object_mut().unwrap().remove("use");
        json!({ "typ": "dpop+jwt", "alg": signer.algorithm().name(), "jwk": key })
    }

    fn claims() -> Value {
        json!({ "htm": "POST", "htu": ADDRESS, "iat": seconds(now()), "jti": "p1" })
    }

    fn changed(base: &Value, changes: &Value) -> Value {
        let mut base = base.clone();
        for (name, value) in changes.as_object().unwrap() {
            base.as_object_mut().unwrap().insert(name.clone(), value.clone());
        }
        base
    }

    #[test]
    fn the_thumbprint_of_the_key_is_what_rfc_9449_says() {
        // The proof of RFC 9449, section 4.1, made on 4 July 2019.
        let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
        let at = Instant::from_millis(1_562_262_616_000);
        let request = DpopRequest { address: "https://server.example.com/token", ..AT };
        let taken = DpopProof::verify(proof, request, at).unwrap();
        assert_eq!(taken.thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!(DpopProof::verify(proof, request, now()), Err(DpopError::Time));
    }

    #[test]
    fn each_check_of_section_4_3_can_fail() {
        let signer = JoseSigner::generate(JoseAlgorithm::Es256).unwrap();
        let of_claims = |changes: &Value| {
            DpopProof::verify(&sign_with_header(&signer, &header(&signer), &changed(&claims(), changes)), AT, now())
        };
        let taken = of_claims(&json!({})).unwrap();
        assert_eq!(taken.once, Seen { id: format!("{} p1", taken.thumbprint), until: now().plus_secs(60) });
        let at = seconds(now());
        let cases = [
            (json!({ "htm": "GET" }), DpopError::Request),
            (json!({ "htm": "post" }), DpopError::Request),
            (json!({ "htu": "https://id.example/par" }), DpopError::Request),
            (json!({ "htu": "https://id.example.evil.example/token" }), DpopError::Request),
            (json!({ "htu": "http://id.example/token" }), DpopError::Request),
            (json!({ "htu": null }), DpopError::Request),
            (json!({ "iat": at - 61 }), DpopError::Time),
            (json!({ "iat": at + 60 }), DpopError::Time),
            (json!({ "iat": null }), DpopError::Time),
            (json!({ "jti": "" }), DpopError::Id),
            (json!({ "jti": "x".repeat(257) }), DpopError::Id),
        ];
        for (change, wanted) in cases {
            assert_eq!(of_claims(&change), Err(wanted), "{change}");
        }
        for accepted in [
            json!({ "htu": "HTTPS://ID.EXAMPLE:443/token?x=1#y" }),
            json!({ "iat": at + 10 }),
            json!({ "iat": at - 10 }),
            json!({ "nonce": "not demanded", "jti": "x".repeat(64) }),
        ] {
            assert!(of_claims(&accepted).is_ok(), "{accepted}");
        }
    }

    #[test]
    fn the_key_must_be_public_and_have_signed() {
        let (signer, other) = (JoseSigner::generate(JoseAlgorithm::EdDsa).unwrap(), JoseSigner::generate(JoseAlgorithm::EdDsa).unwrap());
        let of_header = |header: &Value| DpopProof::verify(&sign_with_header(&signer, header, &claims()), AT, now());
        assert!(of_header(&header(&signer)).is_ok());
        assert_eq!(of_header(&header(&other)), Err(DpopError::Token(JwsError::Signature)));
        assert_eq!(of_header(&changed(&header(&signer), &json!({ "typ": "JWT" }))), Err(DpopError::Token(JwsError::Type)));
        assert_eq!(of_header(&json!({ "typ": "dpop+jwt", "alg": "EdDSA" })), Err(DpopError::Key(JwkError::Form)));
        let mut private = header(&signer);
        private["jwk"]["d"] = json!("AAAA");
        assert_eq!(of_header(&private), Err(DpopError::Key(JwkError::Private)));
        let rsa = JoseSigner::generate(JoseAlgorithm::Rs256).unwrap();
        let proof = sign_with_header(&rsa, &header(&rsa), &claims());
        assert_eq!(DpopProof::verify(&proof, AT, now()), Err(DpopError::Token(JwsError::Algorithm)));
    }

    #[test]
    fn a_proof_is_for_one_token_and_one_of_the_nonces_in_force() {
        let signer = JoseSigner::generate(JoseAlgorithm::Es256).unwrap();
        let nonces = ["n2".to_owned(), "n1".to_owned()];
        let request = DpopRequest { access_token: Some("token-1"), nonces: &nonces, ..AT };
        let hash = URL_SAFE_NO_PAD.encode(seal::sha256(&[b"token-1"]));
        let other = URL_SAFE_NO_PAD.encode(seal::sha256(&[b"token-2"]));
        let of = |changes: &Value| {
            DpopProof::verify(&sign_with_header(&signer, &header(&signer), &changed(&claims(), changes)), request, now())
        };
        for nonce in ["n1", "n2"] {
            assert!(of(&json!({ "ath": hash, "nonce": nonce })).is_ok());
        }
        assert_eq!(of(&json!({ "nonce": "n1" })), Err(DpopError::AccessToken));
        assert_eq!(of(&json!({ "ath": other, "nonce": "n1" })), Err(DpopError::AccessToken));
        for absent in [json!({ "ath": hash }), json!({ "ath": hash, "nonce": "n0" })] {
            let refused = of(&absent).unwrap_err();
            assert_eq!(OAuthError::from(refused).code, ErrorCode::UseDpopNonce);
        }
    }
}
