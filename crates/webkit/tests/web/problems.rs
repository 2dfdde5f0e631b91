use axum::http::StatusCode;
use serde_json::Value;

use crate::actors::{Answer, get_page, request, send};

async fn post_json(body: &str, kind: &str, language: &str) -> Answer {
    let headers = [("content-type", kind), ("accept-language", language)];
    send(request("POST", "/api/people", &headers, body)).await
}

fn problem(answer: &Answer) -> Value {
    assert_eq!(
        answer.header("content-type"),
        "application/problem+json",
        "{}",
        answer.body
    );
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test]
async fn json_is_refused_with_a_problem_document() {
    let table = [
        ("{", "application/json", 400, "malformed"),
        ("{\"name\": 1}", "application/json", 422, "invalid"),
        ("{}", "application/json", 422, "invalid"),
        ("{\"name\": \"x\"}", "text/plain", 415, "media-type"),
    ];
    for (body, kind, status, name) in table {
        let answer = post_json(body, kind, "en").await;
        let problem = problem(&answer);
        assert_eq!(problem["status"], status, "{body}");
        assert_eq!(answer.status.as_u16(), status, "{body}");
        assert_eq!(
            problem["type"],
            format!("urn:lionrock:problem:{name}"),
            "{body}"
        );
        let instance = format!("urn:lionrock:request:{}", answer.header("x-request-id"));
        assert_eq!(problem["instance"], instance);
    }
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(2000));
    assert_eq!(
        problem(&post_json(&large, "application/json", "en").await)["status"],
        413
    );
    let good = post_json(
        "{\"name\": \"Ada\"}",
        "application/json; charset=utf-8",
        "en",
    )
    .await;
    assert_eq!(
        (good.status, good.body.as_str()),
        (StatusCode::OK, "\"Ada\"")
    );
}

#[tokio::test]
async fn problems_speak_the_language_asked_for() {
    let answer = post_json("{", "application/json", "zh-HK").await;
    assert_eq!(problem(&answer)["title"], "我們未能讀取所傳送的資料");
}

#[tokio::test]
async fn unknown_routes_and_methods() {
    let api = get_page("/api/nothing", &[]).await;
    assert_eq!(problem(&api)["status"], 404);
    let method = get_page("/api/people", &[]).await;
    assert_eq!(problem(&method)["status"], 405);
    assert_eq!(method.header("allow"), "POST");
    let page = get_page("/zh-hans/nowhere", &[("accept", "text/html")]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("<html lang=\"zh-Hans\"") && page.body.contains("找不到页面"));
    let asked = get_page("/en/nowhere", &[("accept", "application/json")]).await;
    assert_eq!(problem(&asked)["status"], 404);
    let page_method = send(request("DELETE", "/en", &[], "")).await;
    assert_eq!(page_method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(page_method.body.contains("This cannot be done here"));
}

#[tokio::test]
async fn kinds_become_pages_that_tell_nothing_else() {
    let busy = get_page("/en/busy", &[]).await;
    assert_eq!(
        (busy.status, busy.header("retry-after")),
        (StatusCode::SERVICE_UNAVAILABLE, "7")
    );
    let gone = get_page("/en/gone", &[]).await;
    assert_eq!(gone.status, StatusCode::GONE);
    assert!(gone.body.contains("This has ended") && !gone.body.contains("secret cause"));
}

#[tokio::test]
async fn a_panic_becomes_a_page() {
    let page = get_page("/en/panic", &[]).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        page.body.contains("something went wrong on our side") && !page.body.contains("canary")
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_is_given_up() {
    let answer = get_page("/api/slow", &[]).await;
    assert_eq!(problem(&answer)["status"], 503);
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}
