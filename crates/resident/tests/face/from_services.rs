//! How services send residents here: by an address or by a form of their own page, to sign in and to sign out.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use journal::Actor;

use crate::accounts::Answer;
use crate::connect::{CALLBACK, Stage, location};
use crate::online_service::{authorize, parameter, redeem};

const BYE: &str = "https://library.example/bye";

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_leads_where_the_address_does() {
    let stage = Stage::new();
    let pages = &stage.pages;
    let address = authorize("library", CALLBACK, "openid", &[]);
    let (path, fields) = address.split_once('?').unwrap();
    let asked = location(&pages.post_from_outside(path, "", fields).await);
    assert!(asked.starts_with("/en/account/connect/library/"), "{asked}");
    assert_eq!(pages.get(&asked, &stage.cookie).await.status, StatusCode::OK);
    let leave = location(&pages.post_from_outside("/oidc/logout", "", "client_id=library&state=x1").await);
    assert_eq!(leave, "/en/account/leave?client=library&to=&state=x1");
    // What stands in the address of a form is not the form, and nothing else takes forms of other sites.
    let nothing = pages.post_from_outside(&address, "", "").await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    for closed in ["/en/account/leave", "/en/account/sign-out", &asked] {
        assert_eq!(pages.post_from_outside(closed, &stage.cookie, "answer=refuse").await.status, StatusCode::FORBIDDEN, "{closed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_makes_up_requests_is_sent_back_and_keeps_no_more_rows() {
    let stage = Stage::new();
    let ledger = stage.pages.city.platform.public_identity().unwrap().ledger().clone();
    let keys = ledger.keys().clone();
    let spend = move |work: &mut journal::Work<'_, '_>| {
        let taken = (0..6_000).map(|_| identity::take_request(work, &keys, "")).collect::<Result<Vec<_>, _>>()?;
        Ok::<_, store::StoreError>((taken, identity::take_request(work, &keys, "198.51.100.7")?))
    };
    let ((taken, other), _) = ledger.write("test.spend", Actor::Visitor, spend).unwrap();
    assert!(taken.iter().all(|taken| *taken) && other);
    let refused = location(&stage.pages.get(&authorize("library", CALLBACK, "openid", &[]), "").await);
    assert_eq!((parameter(&refused, "error").as_str(), parameter(&refused, "state").as_str()), ("temporarily_unavailable", "s1"), "{refused}");
    stage.pages.city.clock.advance_secs(3_600);
    let asked = location(&stage.pages.get(&authorize("library", CALLBACK, "openid", &[]), "").await);
    assert!(asked.starts_with("/en/account/connect/"), "{asked}");
}

/// What became of a way out: the page that asks, or an error that leads nowhere.
async fn leave(stage: &Stage, pairs: &[(&str, &str)]) -> Result<String, Answer> {
    let answer = stage.pages.get(&format!("/oidc/logout?{}", serde_html_form::to_string(pairs).unwrap()), &stage.cookie).await;
    if answer.status == StatusCode::SEE_OTHER { Ok(location(&answer)) } else { Err(answer) }
}

/// Says yes on the page that asks; where that leads.
async fn yes(stage: &Stage, path: &str) -> Answer {
    let page = stage.pages.get(path, &stage.cookie).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    let (_, fields) = path.split_once('?').unwrap();
    stage.pages.post("/en/account/leave", &stage.cookie, &page, fields).await
}

/// The modules of the Foundation's plan for RP-Initiated Logout, in its order: `…-bad-post-logout-redirect-uri`,
/// `…-modified-id-token-hint`, `…-no-id-token-hint`, `…-no-params`, `…-no-post-logout-redirect-uri`, `…-only-state`,
/// `…-query-added-to-post-logout-redirect-uri`, `…-bad-id-token-hint`, `…-no-state`. It wants an error or a question, and no way
/// back, wherever the hint or the address is not sound.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_signed_out_or_sent_on_by_a_request_that_is_not_sound() {
    let stage = Stage::new();
    let back = stage.decide("openid", "").await;
    let hint = redeem(&stage.pages, "library", CALLBACK, &parameter(&back, "code")).id_token.unwrap();
    let said = ("state", "x1");
    let added = format!("{BYE}?foo=bar");
    let (signed, signature) = hint.rsplit_once('.').unwrap();
    let modified = format!("{signed}.{}{}", if signature.starts_with('A') { 'B' } else { 'A' }, &signature[1..]);
    let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), hint.split('.').nth(1).unwrap());
    let unsound: &[&[(&str, &str)]] = &[
        &[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://library.example/other"), said],
        &[("id_token_hint", &modified), ("post_logout_redirect_uri", BYE), said],
        &[("post_logout_redirect_uri", BYE), said],
        &[("id_token_hint", &hint), ("post_logout_redirect_uri", &added), said],
        &[("id_token_hint", &unsigned), ("post_logout_redirect_uri", BYE), said],
        &[("id_token_hint", &hint), ("client_id", "another"), ("post_logout_redirect_uri", BYE), said],
        &[said, said],
    ];
    for pairs in unsound {
        let refused = leave(&stage, pairs).await.unwrap_err();
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{pairs:?}");
        assert!(refused.headers.get("location").is_none() && !refused.html.contains("library.example/bye"), "{pairs:?}");
    }
    // These are asked, and go nowhere afterwards.
    let nowhere: &[&[(&str, &str)]] = &[&[], &[("id_token_hint", &hint), said], &[said]];
    for pairs in nowhere {
        let path = leave(&stage, pairs).await.unwrap_or_else(|refused| panic!("{pairs:?}: {}", refused.html));
        let page = stage.pages.get(&path, &stage.cookie).await;
        assert!(page.html.contains("<form") && !page.html.contains("library.example"), "{pairs:?}: {}", page.html);
    }
    // Without a state there is none on the way back.
    let path = leave(&stage, &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]).await.unwrap_or_else(|refused| panic!("{}", refused.html));
    assert_eq!(yes(&stage, &path).await.headers["refresh"], format!("0; url={BYE}").as_str());
}

/// `oidcc-rp-initiated-logout-no-post-logout-redirect-uri`, to its end: signed out, and on a page of ours.
#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_without_an_address_stays_here() {
    let stage = Stage::new();
    let back = stage.decide("openid", "").await;
    let hint = redeem(&stage.pages, "library", CALLBACK, &parameter(&back, "code")).id_token.unwrap();
    let path = leave(&stage, &[("id_token_hint", &hint)]).await.unwrap_or_else(|refused| panic!("{}", refused.html));
    let left = yes(&stage, &path).await;
    assert_eq!(location(&left), "/en/account");
    assert!(left.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
}
