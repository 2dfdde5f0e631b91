use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Instant;
use serde_json::{Map, Value, json};

use crate::ClientId;
use crate::moments::seconds;

/// What a service is told about who signed in (OpenID Connect Core 1.0, section 2).
#[derive(Clone, Debug)]
pub struct IdToken<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// The person, by the name that only this service knows.
    pub subject: &'a str,
    /// The service.
    pub client: &'a ClientId,
    /// When it is issued.
    pub issued: Instant,
    /// How long it is valid, seconds.
    pub life_secs: i64,
    /// When the person signed in.
    pub signed_in: Instant,
    /// Of the request.
    pub nonce: Option<&'a str>,
    /// The level that was reached.
    pub acr: &'a str,
    /// The means that were used (RFC 8176).
    pub amr: &'a [&'a str],
    /// The access token that comes with it.
    pub access_token: Option<&'a str>,
    /// The session, for logout.
    pub session: Option<&'a str>,
}

impl IdToken<'_> {
    /// The claims, to be signed; `more` are the attributes that the person granted and never replace these.
    pub fn claims(&self, more: Map<String, Value>) -> Value {
        let mut claims = more;
        let own = json!({
            "iss": self.issuer,
            "sub": self.subject,
            "aud": self.client.as_str(),
            "iat": seconds(self.issued),
            "exp": seconds(self.issued.plus_secs(self.life_secs)),
            "auth_time": seconds(self.signed_in),
            "acr": self.acr,
            "amr": self.amr,
        });
        claims.extend(own.as_object().cloned().unwrap_or_default());
        let hash = self.access_token.map(access_token_hash);
        let optional = [("nonce", self.nonce), ("at_hash", hash.as_deref()), ("sid", self.session)];
        for (name, value) in optional {
            match value {
                Some(value) => claims.insert(name.to_owned(), json!(value)),
                None => claims.remove(name),
            };
        }
        Value::Object(claims)
    }
}

/// `at_hash`: the left half of the SHA-256 of the access token (section 3.1.3.6; every algorithm here hashes with it,
/// Ed25519 by the common reading that OpenID's test suite shares).
pub fn access_token_hash(access_token: &str) -> String {
    let hash = seal::sha256(&[access_token.as_bytes()]);
    URL_SAFE_NO_PAD.encode(hash.split_at(16).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn granted_attributes_replace_nothing_of_ours() {
        let client = ClientId::parse("public-library").unwrap();
        let issued = Instant::parse_hong_kong("2026-11-22T12:00").unwrap();
        let token = IdToken {
            issuer: "https://id.example",
            subject: "p1",
            client: &client,
            issued,
            life_secs: 300,
            signed_in: issued.plus_secs(-60),
            nonce: None,
            acr: "verified",
            amr: &["pop", "user"],
            access_token: Some("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            session: None,
        };
        let forged = json!({ "sub": "p2", "nonce": "n", "aud": "other", "name": "Chan" });
        let claims = token.claims(forged.as_object().unwrap().clone());
        assert_eq!((&claims["sub"], &claims["aud"], &claims["name"]), (&json!("p1"), &json!("public-library"), &json!("Chan")));
        assert!(claims.get("nonce").is_none() && claims.get("sid").is_none());
        // OpenID Connect Core 1.0, appendix A.3.
        assert_eq!(claims["at_hash"], "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
        assert_eq!(claims["iat"].as_i64().unwrap() - claims["auth_time"].as_i64().unwrap(), 60);
    }
}
