use kernel::Instant;
use seal::JoseAlgorithm;
use serde_json::{Map, Value};

use crate::jws::{Compact, JwsError};
use crate::moments::{AHEAD_SECS, ID_MOST, numeric_date, seconds};
use crate::{Client, ClientAuthentication, ClientId, Profile, Seen};

/// A client's signed word that it is itself (RFC 7523), judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAssertion {
    /// To be remembered: the same assertion is refused a second time.
    pub once: Seen,
}

/// Where the assertion may be addressed to.
#[derive(Clone, Copy, Debug)]
pub struct Audience<'a> {
    /// The provider's issuer: the only audience under FAPI 2.0 (section 5.3.2.1), and as a string, not in a list.
    pub issuer: &'a str,
    /// The endpoint that is called: accepted of clients of the basic profile (OpenID Connect Core 1.0, section 9).
    pub endpoint: &'a str,
}

/// Why an assertion is refused. To the client all are `invalid_client`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// The token itself is refused.
    #[error(transparent)]
    Token(#[from] JwsError),
    /// The client is registered with another way of proving itself.
    #[error("this client does not use private_key_jwt")]
    Method,
    /// `iss` and `sub` are not both the client's id.
    #[error("iss and sub must both be the client_id")]
    Party,
    /// Addressed to somebody else, or to more than one.
    #[error("aud must be the issuer, as a string")]
    Audience,
    /// Without `exp`, ended, from the future, or valid for longer than an hour.
    #[error("exp, nbf and iat must say that it is valid now, and for an hour at most")]
    Time,
    /// Without a `jti` of 1 to 256 bytes.
    #[error("jti is missing or too long")]
    Id,
}

const HOUR_SECS: i64 = 3600;

impl ClientAssertion {
    /// Whose assertion it says it is: to look the client up. Believe nothing of it before [`ClientAssertion::verify`].
    pub fn claimed_client(token: &str) -> Option<ClientId> {
        let compact = Compact::parse(token, &ALLOWED).ok()?;
        ClientId::parse(compact.unverified().get("sub")?.as_str()?)
    }

    /// Judges an assertion of this client.
    pub fn verify(token: &str, client: &Client, audience: Audience<'_>, now: Instant) -> Result<Self, AssertionError> {
        let ClientAuthentication::PrivateKeyJwt(keys) = &client.authentication else {
            return Err(AssertionError::Method);
        };
        let accepted: &[JoseAlgorithm] = if client.profile == Profile::Fapi2 { &FAPI } else { &ALLOWED };
        let compact = Compact::parse(token, accepted)?;
        let claims = compact.verified_by(keys)?;
        let is_client = |name: &str| claims.get(name).and_then(Value::as_str) == Some(client.id.as_str());
        if !is_client("iss") || !is_client("sub") {
            return Err(AssertionError::Party);
        }
        if !is_addressed(claims, client.profile, audience) {
            return Err(AssertionError::Audience);
        }
        let until = valid_until(claims, now).ok_or(AssertionError::Time)?;
        let id = claims.get("jti").and_then(Value::as_str).filter(|id| (1..=ID_MOST).contains(&id.len()));
        let id = format!("{} {}", client.id, id.ok_or(AssertionError::Id)?);
        Ok(Self { once: Seen { id, until } })
    }
}

/// FAPI 2.0, section 5.4.1.
const FAPI: [JoseAlgorithm; 3] = [JoseAlgorithm::Es256, JoseAlgorithm::EdDsa, JoseAlgorithm::Ps256];
const ALLOWED: [JoseAlgorithm; 4] = [JoseAlgorithm::Es256, JoseAlgorithm::EdDsa, JoseAlgorithm::Ps256, JoseAlgorithm::Rs256];

fn is_addressed(claims: &Map<String, Value>, profile: Profile, audience: Audience<'_>) -> bool {
    let ours = |value: &Value| value == audience.issuer || value == audience.endpoint;
    match (profile, claims.get("aud")) {
        (Profile::Fapi2, Some(value)) => value == audience.issuer,
        (Profile::Basic, Some(Value::Array(values))) => values.iter().any(ours),
        (Profile::Basic, Some(value)) => ours(value),
        (_, None) => false,
    }
}

/// The end of its life, if it is valid now.
fn valid_until(claims: &Map<String, Value>, now: Instant) -> Option<Instant> {
    let ends = numeric_date(claims, "exp").ok()??;
    let begins = [numeric_date(claims, "nbf").ok()?, numeric_date(claims, "iat").ok()?];
    let ahead = now.plus_secs(AHEAD_SECS);
    let begun = begins.into_iter().flatten().all(|begin| begin <= ahead);
    let short = seconds(ends) - seconds(now) <= HOUR_SECS;
    (begun && short && ends > now).then_some(ends)
}

#[cfg(test)]
mod tests {
    use seal::JoseSigner;
    use serde_json::json;

    use super::*;
    use crate::client::library;
    use crate::sign_compact;

    const ISSUER: &str = "https://id.example";
    const AUDIENCE: Audience<'_> = Audience { issuer: ISSUER, endpoint: "https://id.example/token" };

    fn now() -> Instant {
        Instant::parse_hong_kong("2026-11-22T12:00").unwrap()
    }

    fn claims(changes: &Value) -> Value {
        let at = seconds(now());
        let mut claims = json!({ "iss": "public-library", "sub": "public-library", "aud": ISSUER, "exp": at + 60, "iat": at, "jti": "j1" });
        let members = claims.as_object_mut().unwrap();
        for (name, value) in changes.as_object().unwrap() {
            members.insert(name.clone(), value.clone());
        }
        claims
    }

    fn verify(signer: &JoseSigner, client: &Client, claims: &Value) -> Result<ClientAssertion, AssertionError> {
        let token = sign_compact(signer, "JWT", "k1", claims).unwrap();
        ClientAssertion::verify(&token, client, AUDIENCE, now())
    }

    #[test]
    fn a_fresh_assertion_to_the_issuer_is_taken_and_to_be_remembered() {
        let (client, signer) = library();
        let judged = verify(&signer, &client, &claims(&json!({}))).unwrap();
        assert_eq!(judged.once, Seen { id: "public-library j1".to_owned(), until: now().plus_secs(60) });
        let token = sign_compact(&signer, "JWT", "k1", &claims(&json!({}))).unwrap();
        assert_eq!(ClientAssertion::claimed_client(&token), Some(client.id));
        assert_eq!(ClientAssertion::claimed_client("x.y.z"), None);
    }

    #[test]
    fn the_traps_of_the_conformance_suite_are_refused() {
        let (client, signer) = library();
        let at = seconds(now());
        let cases = [
            (json!({ "aud": "https://id.example/token" }), AssertionError::Audience),
            (json!({ "aud": [ISSUER] }), AssertionError::Audience),
            (json!({ "aud": "https://id.example/" }), AssertionError::Audience),
            (json!({ "aud": null }), AssertionError::Audience),
            (json!({ "iss": "other-client" }), AssertionError::Party),
            (json!({ "sub": "other-client" }), AssertionError::Party),
            (json!({ "exp": at }), AssertionError::Time),
            (json!({ "exp": at + HOUR_SECS + 1 }), AssertionError::Time),
            (json!({ "exp": "soon" }), AssertionError::Time),
            (json!({ "exp": 1e300 }), AssertionError::Time),
            (json!({ "exp": null }), AssertionError::Time),
            (json!({ "nbf": at + 60 }), AssertionError::Time),
            (json!({ "iat": at + 61 }), AssertionError::Time),
            (json!({ "jti": "" }), AssertionError::Id),
            (json!({ "jti": "x".repeat(ID_MOST + 1) }), AssertionError::Id),
            (json!({ "jti": 7 }), AssertionError::Id),
        ];
        for (change, wanted) in cases {
            assert_eq!(verify(&signer, &client, &claims(&change)), Err(wanted), "{change}");
        }
        for accepted in [json!({ "nbf": at + 8 }), json!({ "iat": at + 10 }), json!({ "iat": null, "nbf": at - 5 }), json!({ "jti": "x".repeat(64) })] {
            let mut accepted = claims(&accepted);
            accepted.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            assert!(verify(&signer, &client, &accepted).is_ok(), "{accepted}");
        }
        let stranger = JoseSigner::generate(JoseAlgorithm::Es256).unwrap();
        assert_eq!(verify(&stranger, &client, &claims(&json!({}))), Err(AssertionError::Token(JwsError::Signature)));
    }

    #[test]
    fn rs256_is_for_the_basic_profile_only_and_a_secret_is_no_assertion() {
        let (mut client, _) = library();
        let signer = JoseSigner::generate(JoseAlgorithm::Rs256).unwrap();
        let key = crate::Jwk { key: signer.public(), kid: None, algorithm: None };
        client.authentication = ClientAuthentication::PrivateKeyJwt(vec![key]);
        assert_eq!(verify(&signer, &client, &claims(&json!({}))), Err(AssertionError::Token(JwsError::Algorithm)));
        client.profile = Profile::Basic;
        assert!(verify(&signer, &client, &claims(&json!({ "aud": ["https://other.example", "https://id.example/token"] }))).is_ok());
        assert_eq!(verify(&signer, &client, &claims(&json!({ "aud": ["https://other.example"] }))), Err(AssertionError::Audience));
        client.authentication = ClientAuthentication::TlsCertificate([0; 32]);
        assert_eq!(verify(&signer, &client, &claims(&json!({}))), Err(AssertionError::Method));
    }
}
