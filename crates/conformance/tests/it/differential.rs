//! The same bad requests to our provider and to `oidc-provider`: where the answers differ, it is said why.

use conformance::{Host, Options};
use serde_json::Value;

use crate::foreign::javascript;

/// Case; what we say; what `oidc-provider` says; why that is right.
type Difference = (&'static str, &'static str, &'static str, &'static str);

const NO_CLIENT: &str = "whoever does not authenticate is no client: RFC 6749, section 5.2 names invalid_client for it";
const SCOPE: &str = "what is not asked for openly is not left out silently: RFC 6749, section 3.3 allows both";

const DIFFERENCES: [Difference; 18] = [
    ("par: assertion of another client", "401 invalid_client", "400 invalid_request", "the proof is of another client than client_id: RFC 7521, section 4.2 asks for invalid_client"),
    ("par: assertion without its type", "401 invalid_client", "400 invalid_request", NO_CLIENT),
    ("par: response_type code id_token", "400 unsupported_response_type", "400 invalid_request", "RFC 6749, section 4.1.2.1 has a code of its own for it; theirs refuses it as missing its FAPI profile first"),
    ("par: scope without openid", "400 invalid_scope", "201", "nothing but OpenID Connect and form filling is spoken here; theirs also serves plain OAuth 2.0"),
    ("par: unknown scope", "400 invalid_scope", "201", SCOPE),
    ("par: no scope", "400 invalid_scope", "201", "as without openid"),
    ("par: fragment", "400 invalid_request", "201", "codes come back in the query only (FAPI 2.0, section 5.3.2.2; RFC 9700, section 4.3)"),
    ("par: dpop_jkt of another key", "400 invalid_dpop_proof", "400 invalid_request", "the proof does not fit the request; RFC 9449, section 10.1 only asks for refusal"),
    ("token: no verifier", "400 invalid_request", "400 invalid_grant", "a parameter that must be there is missing: RFC 6749, section 5.2"),
    ("token: client credentials with an unknown scope", "400 invalid_scope", "200", SCOPE),
    ("token: no authentication", "401 invalid_client", "400 invalid_request", NO_CLIENT),
    ("token: secret in the form", "401 invalid_client", "200", "a secret belongs into the header, where logs of forms do not find it (RFC 6749, section 2.3.1); the client is registered with client_secret_basic"),
    ("token: broken Authorization", "401 invalid_client", "400 invalid_request", NO_CLIENT),
    ("dpop: none", "400 invalid_dpop_proof", "400 invalid_grant", "what is missing is the proof; RFC 9449, section 5.2 only asks for refusal"),
    ("dpop: again", "400 invalid_dpop_proof", "400 invalid_grant", "what is wrong is the proof: RFC 9449, section 5"),
    ("userinfo: no proof", "401 invalid_token", "400 invalid_request", "the token is not valid for whoever shows no key: RFC 9449, section 7.1 answers 401"),
    ("introspection: no authentication", "401 invalid_client", "400 invalid_request", NO_CLIENT),
    ("revocation: no authentication", "401 invalid_client", "400 invalid_request", NO_CLIENT),
];

fn brief(answer: &Value) -> String {
    let error = answer["error"].as_str().map(|error| format!(" {error}")).unwrap_or_default();
    let active = answer["active"].as_bool().map(|active| format!(" active={active}")).unwrap_or_default();
    format!("{}{error}{active}", answer["status"])
}

#[test]
fn what_is_refused_is_refused_as_oidc_provider_does_or_it_is_said_why() {
    let host = Host::start(&Options::default()).unwrap();
    let lines = javascript(&host, "differential.mjs");
    let cases: Vec<Value> = lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(cases.len(), 84, "every case was sent to both");
    let mut found = Vec::new();
    for case in &cases {
        let (ours, theirs) = (brief(&case["ours"]), brief(&case["theirs"]));
        if ours != theirs {
            found.push((case["name"].as_str().unwrap().to_owned(), ours, theirs));
        }
    }
    let explained: Vec<_> = DIFFERENCES.iter().map(|(name, ours, theirs, _)| ((*name).to_owned(), (*ours).to_owned(), (*theirs).to_owned())).collect();
    assert_eq!(found, explained, "each difference has its reason, and each reason its difference");
}
