use serde_json::{Value, json};

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
    /// The provider's keys.
    pub keys: String,
}

/// What a client reads before it does anything: OpenID Connect Discovery 1.0 and RFC 8414. `scopes` and `levels` (acr
/// values, best first) are what this provider knows.
pub fn discovery(at: &Endpoints, scopes: &[&str], levels: &[&str]) -> Value {
    json!({
        "issuer": at.issuer,
        "authorization_endpoint": at.authorization,
        "pushed_authorization_request_endpoint": at.pushed,
        "token_endpoint": at.token,
        "userinfo_endpoint": at.userinfo,
        "revocation_endpoint": at.revocation,
        "jwks_uri": at.keys,
        "scopes_supported": scopes,
        "acr_values_supported": levels,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256", "EdDSA", "RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA", "PS256", "RS256"],
        "dpop_signing_alg_values_supported": ["ES256", "EdDSA", "PS256"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": ["en", "zh-Hant", "zh-Hans"],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "require_pushed_authorization_requests": false,
        "authorization_response_iss_parameter_supported": true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_weak_is_offered() {
        let at = |path: &str| format!("https://id.example{path}");
        let endpoints = Endpoints { issuer: at(""), authorization: at("/authorize"), pushed: at("/par"), token: at("/token"), userinfo: at("/userinfo"), revocation: at("/revoke"), keys: at("/jwks") };
        let text = discovery(&endpoints, &["openid"], &["verified"]).to_string();
        for absent in ["plain", "public", "HS256", "implicit", "id_token token", "client_secret_post"] {
            assert!(!text.contains(absent), "{absent}");
        }
        assert!(text.contains(r#""issuer":"https://id.example""#) && text.contains(r#""subject_types_supported":["pairwise"]"#));
    }
}
