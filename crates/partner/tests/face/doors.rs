use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::stage::{Client, Stage};

#[test]
fn nobody_comes_in_without_the_credential_of_the_contract() {
    let stage = Stage::new();
    let stranger = Client::new(&stage.router);
    let pages = ["", "/leases/x", "/leases/x/look-up", "/leases/x/addresses", "/leases/x/packages/y", "/leases/x/packages/y/posted", "/leases/x/statement", "/leases/x/breach", "/leases/x/enquiries/y"];
    for page in pages {
        let reply = stranger.get(&format!("/en/partner{page}"));
        assert_eq!((reply.status, reply.location().as_str()), (StatusCode::SEE_OTHER, "/en/partner/sign-in"), "{page}");
    }
    for wrong in ["", "abc", &"0".repeat(64)] {
        let reply = stranger.post("/en/partner/sign-in", &[("credential", wrong)]);
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.text.contains("This credential is not known"), "{}", reply.text);
    }
    let api = format!("/api/partner/v1/leases/{}/look-up", stage.lease.id);
    let ask = json!({"purpose": "delivery", "reference": "AAAA-BBBB-CCCC"});
    for credential in [None, Some("abc"), Some("0".repeat(64).as_str())] {
        assert_eq!(stranger.call("/api/partner/v1/leases", credential, None).status, StatusCode::FORBIDDEN);
        assert_eq!(stranger.call(&api, credential, Some(&ask)).status, StatusCode::FORBIDDEN);
    }
}

#[test]
fn another_contract_finds_nothing_of_this_one() {
    let stage = Stage::new();
    let other = Client::new(&stage.router);
    other.post("/en/partner/sign-in", &[("credential", &stage.other)]);
    assert!(other.get("/en/partner").text.contains("There is no lease under this contract"));
    for page in ["", "/statement", "/breach"] {
        assert_eq!(other.get(&stage.page(page)).status, StatusCode::NOT_FOUND, "{page}");
    }
    assert_eq!(other.post(&stage.page("/breach"), &[]).status, StatusCode::NOT_FOUND);
    let listed = other.call("/api/partner/v1/leases", Some(&stage.other), None);
    assert_eq!(serde_json::from_str::<Value>(&listed.text).unwrap(), json!({"leases": []}));
    let api = format!("/api/partner/v1/leases/{}/look-up", stage.lease.id);
    let ask = json!({"purpose": "delivery", "reference": "AAAA-BBBB-CCCC"});
    let reply = other.call(&api, Some(&stage.other), Some(&ask));
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    let problem: Value = serde_json::from_str(&reply.text).unwrap();
    assert_eq!(problem["errors"][0]["code"], "missing");
    let handed = stage.hand_over();
    let package = stage.signed_in().get(&handed).between("/packages/", "\"");
    let posted = format!("/packages/{package}/posted");
    assert_eq!(other.post(&format!("{handed}{posted}"), &[]).status, StatusCode::NOT_FOUND);
    let api = format!("/api{}{posted}", handed.trim_start_matches("/en").replacen("/partner", "/partner/v1", 1));
    assert_eq!(other.call(&api, Some(&stage.other), Some(&json!({}))).status, StatusCode::NOT_FOUND);
    assert_eq!(other.call(&api, None, Some(&json!({}))).status, StatusCode::FORBIDDEN);
    let own = other.call(&api, Some(&stage.credential), Some(&json!({})));
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY, "no letters: {}", own.text);
    let listed = other.call(api.split("/exp_").next().unwrap(), Some(&stage.credential), None).text;
    assert!(listed.contains("\"digest\"") && !listed.contains("posted"), "{listed}");
}

#[test]
fn a_session_ends_when_idle_and_with_its_credential() {
    let stage = Stage::new();
    let client = stage.signed_in();
    stage.clock.advance_millis(14 * 60_000);
    assert_eq!(client.get("/en/partner").status, StatusCode::OK, "seen again within fifteen minutes");
    stage.clock.advance_millis(14 * 60_000);
    assert_eq!(client.get("/zh-hant/partner").status, StatusCode::OK);
    stage.clock.advance_millis(15 * 60_000);
    assert_eq!(client.get("/en/partner").location(), "/en/partner/sign-in");
    let client = stage.signed_in();
    stage.revoke();
    assert_eq!(client.get("/en/partner").location(), "/en/partner/sign-in");
    let client = Client::new(&stage.router);
    assert_eq!(client.call("/api/partner/v1/leases", Some(&stage.credential), None).status, StatusCode::FORBIDDEN);
}

#[test]
fn a_form_token_of_one_session_is_refused_in_another() {
    let stage = Stage::new();
    let (mine, theirs, stranger) = (stage.signed_in(), stage.signed_in(), Client::new(&stage.router));
    let pairs = [("address", "http://127.0.0.1:9/files"), ("use", "data")];
    for foreign in [theirs.form_token(), stranger.form_token(), String::new()] {
        let reply = mine.post_with(&foreign, &stage.page("/addresses"), &pairs);
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{}", reply.text);
    }
    assert!(!mine.get(&stage.page("")).text.contains("127.0.0.1:9/files"));
    let before = mine.form_token();
    mine.get("/en/partner");
    let reply = mine.post_with(&before, &stage.page("/addresses"), &pairs);
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "a token lasts as long as its session: {}", reply.text);
    let again = mine.post("/en/partner/sign-in", &[("credential", &stage.credential)]);
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert_eq!(mine.post_with(&before, &stage.page("/addresses"), &pairs).status, StatusCode::FORBIDDEN);
}

#[test]
fn signing_out_voids_every_copy_of_the_cookie_at_once() {
    let stage = Stage::new();
    let client = stage.signed_in();
    let thief = client.copy();
    assert_eq!(thief.get("/en/partner").status, StatusCode::OK, "a copy is as good as the cookie, so far");
    let reply = client.post("/en/partner/sign-out", &[]);
    assert_eq!(reply.location(), "/en/partner/sign-in");
    for gone in [&thief, &client] {
        assert_eq!(gone.get("/en/partner").location(), "/en/partner/sign-in");
        assert_eq!(gone.get(&stage.page("")).location(), "/en/partner/sign-in");
    }
    let client = stage.signed_in();
    let thief = client.copy();
    client.post("/en/partner/sign-in", &[("credential", &stage.credential)]);
    assert_eq!(thief.get("/en/partner").location(), "/en/partner/sign-in", "signing in anew ends the session before");
    assert_eq!(client.get("/en/partner").status, StatusCode::OK);
}

#[test]
fn every_page_speaks_three_languages_and_needs_no_script() {
    let stage = Stage::new();
    let client = stage.signed_in();
    for language in ["en", "zh-hant", "zh-hans"] {
        for page in ["/partner".to_owned(), format!("/partner/leases/{}", stage.lease.id), format!("/partner/leases/{}/breach", stage.lease.id)] {
            let reply = client.get(&format!("/{language}{page}"));
            assert_eq!(reply.status, StatusCode::OK, "{page}");
            assert_eq!(reply.text.matches("<h1").count(), 1, "{page}");
        }
    }
    stage.define();
    for (language, purpose) in [("en", "Delivering the masks, and"), ("zh-hant", "派送口罩，以及"), ("zh-hans", "派送口罩，以及以邮寄")] {
        for page in ["/partner".to_owned(), format!("/partner/leases/{}", stage.lease.id)] {
            let text = client.get(&format!("/{language}{page}")).text;
            assert!(text.contains(purpose) && !text.contains(">delivery<"), "the purpose in words, {language} {page}: {text}");
        }
    }
    let page = client.get(&stage.page(""));
    assert!(page.text.contains("Name and address") && page.text.contains("27 days left"), "{}", page.text);
    assert!(client.get("/en/partner").text.contains("A lease ends in 27 days"), "the reminder");
}
