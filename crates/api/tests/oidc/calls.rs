use axum::http::StatusCode;
use serde_json::json;

use crate::stage::{self, ISSUER, Stage};

#[test]
fn a_client_finds_its_way_from_discovery_to_the_attributes() {
    let stage = Stage::new();
    let document = stage.get("/.well-known/openid-configuration");
    assert_eq!((document.status, &document.body["issuer"]), (StatusCode::OK, &json!(ISSUER)));
    assert_eq!(stage.get("/.well-known/oauth-authorization-server").body, document.body);
    for name in ["pushed_authorization_request_endpoint", "token_endpoint", "userinfo_endpoint", "revocation_endpoint", "jwks_uri"] {
        assert!(document.body[name].as_str().unwrap().starts_with(ISSUER), "{name}");
    }
    assert_eq!(stage.get("/oidc/keys").body["keys"].as_array().unwrap().len(), 3);
    let pushed = stage.push(&[]);
    assert_eq!((pushed.status, &pushed.body["expires_in"]), (StatusCode::CREATED, &json!(300)));
    let code = stage.allow(pushed.body["request_uri"].as_str().unwrap());
    let tokens = stage.redeem(&code);
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    assert_eq!((&tokens.body["token_type"], &tokens.body["expires_in"]), (&json!("DPoP"), &json!(300)));
    assert_eq!(tokens.header("cache-control"), "no-store");
    let access = tokens.body["access_token"].as_str().unwrap();
    let user = stage.user("DPoP", access, Some(access));
    assert_eq!(user.status, StatusCode::OK);
    assert_eq!(user.body.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"], "nothing but the name that this service knows");
    let again = stage.refresh(tokens.body["refresh_token"].as_str().unwrap());
    assert_eq!(again.status, StatusCode::OK);
    assert!(again.body.get("id_token").is_none());
    let newer = again.body["access_token"].as_str().unwrap();
    assert_eq!(stage.post("/oidc/revoke", &[("token", again.body["refresh_token"].as_str().unwrap())], &[]).status, StatusCode::OK);
    assert_eq!(stage.user("DPoP", newer, Some(newer)).status, StatusCode::UNAUTHORIZED);
}

#[test]
fn what_is_wrong_is_said_in_the_protocols_form() {
    let stage = Stage::new();
    let refused = |reply: stage::Reply, status: StatusCode, error: &str| {
        assert_eq!((reply.status, &reply.body["error"]), (status, &json!(error)), "{}", reply.body);
        assert_eq!(reply.header("cache-control"), "no-store");
    };
    let bad = StatusCode::BAD_REQUEST;
    let wide = stage.push(&[("scope", "openid address")]);
    assert_eq!(wide.body["error_description"], "the scope address is not registered for this client");
    refused(wide, bad, "invalid_scope");
    let described = |reply: stage::Reply| reply.body["error_description"].as_str().unwrap_or_default().to_owned();
    assert!(described(stage.user("Basic", "x", None)).starts_with("an access token is missing"));
    assert!(described(stage.user("DPoP", "x", None)).contains("goes with a proof"));
    assert!(described(stage.user("Bearer", "x", Some("x"))).contains("sent as Authorization: DPoP"));
    assert!(described(stage.user("DPoP", "x", Some("x"))).contains("not of the scope openid"));
    refused(stage.push(&[("code_challenge_method", "plain")]), bad, "invalid_request");
    refused(stage.push(&[("client_id", "other-service")]), StatusCode::UNAUTHORIZED, "invalid_client");
    refused(stage.push(&[("client_secret", "x")]), StatusCode::UNAUTHORIZED, "invalid_client");
    refused(stage.raw("/oidc/par", "text/plain", "client_id=x", &[]), bad, "invalid_request");
    refused(stage.raw("/oidc/par", "application/x-www-form-urlencoded", "a=1&a=2", &[]), bad, "invalid_request");
    refused(stage.raw("/oidc/par?client_id=x", "application/x-www-form-urlencoded", "", &[]), bad, "invalid_request");
    let none = stage.raw("/oidc/token", "application/x-www-form-urlencoded", "grant_type=authorization_code", &[]);
    assert_eq!(none.header("www-authenticate"), "Basic realm=\"oidc\"");
    refused(none, StatusCode::UNAUTHORIZED, "invalid_client");
    for header in ["Basic !", "Basic eDp5", "Negotiate x"] {
        refused(stage.raw("/oidc/token", "application/x-www-form-urlencoded", "grant_type=x", &[("authorization", header)]), StatusCode::UNAUTHORIZED, "invalid_client");
    }
    refused(stage.post("/oidc/token", &[("grant_type", "password")], &[]), bad, "unsupported_grant_type");
    refused(stage.post("/oidc/token", &[("grant_type", "client_credentials")], &[]), bad, "invalid_dpop_proof");
    refused(stage.redeem("unknown"), bad, "invalid_grant");
    let (one, two) = (stage.proof("POST", "/oidc/token", None), stage.proof("POST", "/oidc/token", None));
    refused(stage.post("/oidc/token", &[("grant_type", "refresh_token")], &[("dpop", &one), ("dpop", &two)]), bad, "invalid_dpop_proof");
    let elsewhere = stage.proof("POST", "/oidc/par", None);
    refused(stage.post("/oidc/token", &[("grant_type", "refresh_token")], &[("dpop", &elsewhere)]), bad, "invalid_dpop_proof");
}

#[test]
fn a_token_opens_nothing_without_its_key_or_with_a_proof_that_came_before() {
    let stage = Stage::new();
    let pushed = stage.push(&[]);
    let code = stage.allow(pushed.body["request_uri"].as_str().unwrap());
    let tokens = stage.redeem(&code).body;
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(stage.user("Bearer", access, None).status, StatusCode::UNAUTHORIZED, "not a bearer token");
    assert_eq!(stage.user("DPoP", access, None).status, StatusCode::UNAUTHORIZED, "no proof");
    assert_eq!(stage.user("DPoP", access, Some("another token")).body["error"], "invalid_dpop_proof");
    let proof = stage.proof("GET", "/oidc/userinfo", Some(access));
    assert_eq!(stage.user_with("DPoP", access, &proof).status, StatusCode::OK);
    assert_eq!(stage.user_with("DPoP", access, &proof).status, StatusCode::UNAUTHORIZED, "the same proof again");
    assert_eq!(stage.user("DPoP", access, Some(access)).status, StatusCode::OK);
    assert_eq!(stage.redeem(&code).body["error"], "invalid_grant");
    assert_eq!(stage.user("DPoP", access, Some(access)).status, StatusCode::UNAUTHORIZED, "the code came twice");
}

#[test]
fn a_form_is_filled_without_a_name_once() {
    let stage = Stage::new();
    let pushed = stage.push(&[("scope", "anonymous")]);
    let code = stage.allow(pushed.body["request_uri"].as_str().unwrap());
    let tokens = stage.redeem(&code);
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    for absent in ["id_token", "refresh_token"] {
        assert!(tokens.body.get(absent).is_none(), "{}", tokens.body);
    }
    let access = tokens.body["access_token"].as_str().unwrap();
    assert_eq!(stage.user("DPoP", access, Some(access)).status, 401, "it says nothing of who it is");
    let form = stage.form(access);
    assert_eq!((form.status.as_u16(), &form.body), (200, &serde_json::json!({})), "no subject");
    assert_eq!(stage.form(access).status, 401, "once");
}

#[test]
fn promise_07_a_provider_that_is_not_open_answers_nothing() {
    let stage = Stage::new();
    stage.close();
    for path in ["/.well-known/openid-configuration", "/oidc/keys"] {
        assert_eq!(stage.get(path).status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
    assert_eq!(stage.push(&[]).body["error"], "temporarily_unavailable");
}
