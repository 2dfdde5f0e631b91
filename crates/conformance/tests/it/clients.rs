use conformance::{Host, Options};

use crate::foreign::{held, javascript, python};

const OPENID_CLIENT: [&str; 13] = [
    "discovery says FAPI 2.0",
    "private_key_jwt, PAR, PKCE, DPoP, code, ID token, userinfo",
    "two services know one resident by two names",
    "refresh tokens rotate, and a copied one ends all",
    "a refresh token goes with its client, to a new key too",
    "introspection and revocation",
    "client credentials with DPoP",
    "mutual TLS: client, tokens, userinfo",
    "private_key_jwt with tokens bound to a certificate",
    "basic profile: client_secret_basic, RS256, bearer",
    "basic profile: private_key_jwt",
    "prompt, max_age and a session",
    "the resident refuses",
];

const OAUTH4WEBAPI: [&str; 8] = [
    "both well-known documents are one",
    "a FAPI 2.0 sign-in, each answer judged",
    "EdDSA assertions",
    "an access token without its key opens nothing",
    "a request is answered once, and by its own client",
    "a code comes once, and what it opened is closed",
    "revocation is answered alike for what is unknown",
    "client credentials",
];

const AUTHLIB: [&str; 5] = [
    "code with PKCE, ID token by joserfc, userinfo",
    "refresh, introspection, revocation",
    "private_key_jwt",
    "client credentials",
    "two services know one resident by two names",
];

fn both_ways(look: impl Fn(&Host)) {
    for demands_nonces in [false, true] {
        look(&Host::start(&Options { demands_nonces, ..Options::default() }).unwrap());
    }
}

#[test]
fn openid_client_signs_in_with_and_without_nonces() {
    both_ways(|host| assert_eq!(held(&javascript(host, "openid-client.mjs")), OPENID_CLIENT));
}

#[test]
fn oauth4webapi_judges_each_answer_with_and_without_nonces() {
    both_ways(|host| assert_eq!(held(&javascript(host, "oauth4webapi.mjs")), OAUTH4WEBAPI));
}

#[test]
fn authlib_signs_in_and_joserfc_verifies() {
    let host = Host::start(&Options::default()).unwrap();
    assert_eq!(held(&python(&host, "authlib_client.py")), AUTHLIB);
}
