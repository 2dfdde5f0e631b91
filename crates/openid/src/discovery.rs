use serde_json::{Map, Value, json};

/// Where the provider answers, whole addresses.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// The issuer, without a slash at its end.
    pub issuer: String,
    /// Where people are sent.
    pub authorization: String,
    /// Where requests are pushed before (RFC 9126).
    pub pushed: String,
    /// Where codes become tokens.
    pub token: String,
    /// Where attributes are fetched.
    pub userinfo: String,
    /// Where tokens are given back (RFC 7009).
    pub revocation: String,
    /// Where services ask what a token is (RFC 7662).
    pub introspection: String,
    /// Where residents sign out (RP-Initiated Logout 1.0).
    pub end_session: String,
    /// The provider's keys.
    pub keys: String,
    /// The same server where it asks for client certificates, if it listens there (RFC 8705, section 5): what replaces the
    /// issuer at the start of each address.
    pub certificates: Option<String>,
}

/// What a client reads before it does anything: OpenID Connect Discovery 1.0 and RFC 8414. `scopes` and `levels` (acr
/// values, best first) are what this provider knows.
pub fn discovery(at: &Endpoints, scopes: &[&str], levels: &[&str]) -> Value {
    let mut document = json!({
        "issuer": at.issuer,
        "authorization_endpoint": at.authorization,
        "pushed_authorization_request_endpoint": at.pushed,
        "token_endpoint": at.token,
        "userinfo_endpoint": at.userinfo,
        "revocation_endpoint": at.revocation,
        "introspection_endpoint": at.introspection,
        "end_session_endpoint": at.end_session,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "jwks_uri": at.keys,
        "scopes_supported": scopes,
        "acr_values_supported": levels,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256", "EdDSA", "RS256"],
        "dpop_signing_alg_values_supported": ["ES256", "EdDSA", "Ed25519", "PS256"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": ["en", "zh-Hant", "zh-Hans"],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "require_pushed_authorization_requests": false,
        "authorization_response_iss_parameter_supported": true,
    });
    if let Some(members) = document.as_object_mut() {
        authentication(members, at.certificates.is_some());
        members.extend(at.certificates.iter().flat_map(|base| certificates(at, base)));
    }
    document
}

/// The same ways at each endpoint that asks who calls.
fn authentication(members: &mut Map<String, Value>, by_certificate: bool) {
    let mut methods = vec!["private_key_jwt", "client_secret_basic"];
    methods.extend(by_certificate.then_some("self_signed_tls_client_auth"));
    for endpoint in ["token", "revocation", "introspection"] {
        members.insert(format!("{endpoint}_endpoint_auth_methods_supported"), json!(methods));
        members.insert(format!("{endpoint}_endpoint_auth_signing_alg_values_supported"), json!(["ES256", "EdDSA", "Ed25519", "PS256", "RS256"]));
    }
}

fn certificates(at: &Endpoints, base: &str) -> [(String, Value); 2] {
    let moved = |address: &str| format!("{base}{}", address.strip_prefix(&at.issuer).unwrap_or(address));
    let aliases = json!({
        "pushed_authorization_request_endpoint": moved(&at.pushed),
        "token_endpoint": moved(&at.token),
        "userinfo_endpoint": moved(&at.userinfo),
        "revocation_endpoint": moved(&at.revocation),
        "introspection_endpoint": moved(&at.introspection),
    });
    [("tls_client_certificate_bound_access_tokens".to_owned(), json!(true)), ("mtls_endpoint_aliases".to_owned(), aliases)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_weak_is_offered() {
        let at = |path: &str| format!("https://id.example{path}");
        let endpoints = Endpoints { issuer: at(""), authorization: at("/authorize"), pushed: at("/par"), token: at("/token"), userinfo: at("/userinfo"), revocation: at("/revoke"), introspection: at("/introspect"), end_session: at("/logout"), keys: at("/jwks"), certificates: None };
        let text = discovery(&endpoints, &["openid"], &["verified"]).to_string();
        for absent in ["plain", "public", "HS256", "implicit", "id_token token", "client_secret_post"] {
            assert!(!text.contains(absent), "{absent}");
        }
        assert!(!text.contains("mtls_endpoint_aliases") && !text.contains("tls_client_auth"), "nobody listens there");
        let certificates = Some("https://id.example:8444".to_owned());
        let document = discovery(&Endpoints { certificates, ..endpoints }, &["openid"], &["verified"]);
        assert_eq!(document["mtls_endpoint_aliases"]["token_endpoint"], "https://id.example:8444/token");
        assert_eq!(document["token_endpoint_auth_methods_supported"][2], "self_signed_tls_client_auth");
        assert!(text.contains(r#""issuer":"https://id.example""#) && text.contains(r#""subject_types_supported":["pairwise"]"#));
    }
}
