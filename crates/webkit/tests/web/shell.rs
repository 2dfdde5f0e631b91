use axum::http::StatusCode;

use crate::actors::{get_page, post_form, request, send};

#[tokio::test]
async fn every_answer_carries_the_headers() {
    for path in ["/en", "/en/nowhere", "/en/panic", "/en/busy"] {
        let page = get_page(path, &[]).await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
            "{path}: {policy}"
        );
        assert!(
            policy.contains("form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(
            page.header("strict-transport-security")
                .starts_with("max-age=63072000")
        );
        assert!(page.header("permissions-policy").contains("camera=()"));
        assert!(!page.header("x-request-id").is_empty());
    }
}

#[tokio::test]
async fn no_page_holds_inline_script_or_style() {
    for path in ["/en", "/zh-hant/nowhere"] {
        let page = get_page(path, &[]).await;
        assert!(
            !page.body.contains(" style=") && !page.body.contains("<style"),
            "{path}"
        );
        assert!(
            !page.body.contains(" onclick=") && !page.body.contains("javascript:"),
            "{path}"
        );
        let inline = page
            .body
            .split("<script")
            .skip(1)
            .any(|rest| !rest.starts_with(" type=\"module\" src=\"/assets/"));
        assert!(!inline, "{path}");
        assert!(
            !page.body.contains("http://") && !page.body.contains("https://"),
            "{path}: third party"
        );
    }
}

#[tokio::test]
async fn addresses_without_a_language_lead_to_one() {
    let front = get_page("/", &[("accept-language", "zh-HK")]).await;
    assert_eq!(
        (front.status, front.header("location")),
        (StatusCode::TEMPORARY_REDIRECT, "/zh-hant")
    );
    assert_eq!(front.header("vary"), "accept-language");
    let deep = get_page("/token?a=1", &[("accept-language", "zh-CN")]).await;
    assert_eq!(deep.header("location"), "/zh-hans/token?a=1");
    assert_eq!(get_page("/en/", &[]).await.header("location"), "/en");
    assert_eq!(
        get_page("/en/token/", &[]).await.header("location"),
        "/en/token"
    );
    for lost in [
        "/favicon.ico",
        "/en/nowhere",
        "//evil.example",
        "/\\evil.example",
        "/assets/none.css",
    ] {
        let answer = get_page(lost, &[]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::NOT_FOUND, ""),
            "{lost}"
        );
    }
}

#[tokio::test]
async fn assets_are_immutable_and_compressed() {
    let front = get_page("/en", &[]).await;
    let start = front.body.find("/assets/lionrock.").unwrap();
    let path: String = front.body[start..]
        .chars()
        .take_while(|c| *c != '"')
        .collect();
    let sheet = get_page(&path, &[]).await;
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(
        sheet.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert!(sheet.body.contains("--lr-header"));
    let answer = crate::actors::face();
    let zipped = tower::ServiceExt::oneshot(
        answer,
        request("GET", &path, &[("accept-encoding", "br, gzip")], ""),
    )
    .await;
    assert_eq!(zipped.unwrap().headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let token = get_page("/en/token", &[]).await.body;
    let body = format!("name=Ada&_token={token}");
    let same = post_form("/en/name", &[("sec-fetch-site", "same-origin")], &body).await;
    assert_eq!((same.status, same.body.as_str()), (StatusCode::OK, "Ada"));
    let cross = post_form("/en/name", &[("sec-fetch-site", "cross-site")], &body).await;
    assert_eq!(cross.status, StatusCode::FORBIDDEN);
    assert!(cross.body.contains("You cannot do this"), "{}", cross.body);
    let foreign = post_form("/en/name", &[("origin", "https://evil.example")], &body).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let own = post_form("/en/name", &[("origin", "https://city.example")], &body).await;
    assert_eq!(
        own.status,
        StatusCode::OK,
        "a browser without Sec-Fetch-Site"
    );
}

#[tokio::test]
async fn a_form_without_its_token_is_refused() {
    for body in ["name=Ada", "name=Ada&_token=", "name=Ada&_token=1.AAAA"] {
        let answer = post_form("/zh-hant/name", &[], body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{body}");
        assert!(answer.body.contains("你不能進行此操作"), "{}", answer.body);
    }
    let token = get_page("/en/token", &[("cookie", "__Host-session=mine")])
        .await
        .body;
    let body = format!("name=Ada&_token={token}");
    let mine = post_form("/en/name", &[("cookie", "__Host-session=mine")], &body).await;
    assert_eq!(mine.status, StatusCode::OK);
    let theirs = post_form("/en/name", &[("cookie", "__Host-session=theirs")], &body).await;
    assert_eq!(
        theirs.status,
        StatusCode::FORBIDDEN,
        "a token of another session"
    );
}

#[tokio::test]
async fn form_bodies_have_a_type_and_a_limit() {
    let json = send(request(
        "POST",
        "/en/name",
        &[("content-type", "text/plain")],
        "name=Ada",
    ))
    .await;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = post_form("/en/name", &[], &format!("name={}", "x".repeat(2000))).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(large.body.contains("That is too large"));
}
