use std::sync::Arc;

use axum::Router;
use axum::extract::{RawForm, State};
use axum::http::header::{CACHE_CONTROL, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::desk::{Desk, Outcome};

/// The authorisation endpoint as a script meets it.
pub fn routes(desk: Arc<Desk>) -> Router {
    Router::new().route("/oidc/authorize", get(arrive).post(arrive)).route("/script/answer", post(answer)).with_state(desk)
}

/// The parameters stand in the address or, by POST, in the form (OpenID Connect Core 1.0, section 3.1.2.1).
async fn arrive(State(desk): State<Arc<Desk>>, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    let outcome = tokio::task::spawn_blocking(move || desk.arrive(&pairs(&form), session(&headers).as_deref()));
    match outcome.await {
        Ok(Ok(outcome)) => show(outcome),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn answer(State(desk): State<Arc<Desk>>, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    let outcome = tokio::task::spawn_blocking(move || desk.answer(&pairs(&form), session(&headers).as_deref()));
    let Ok(Ok((outcome, token))) = outcome.await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = show(outcome);
    let cookie = token.and_then(|token| HeaderValue::from_str(&format!("session={token}; Path=/; Secure; HttpOnly; SameSite=Lax")).ok());
    response.headers_mut().extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
    response
}

fn pairs(form: &[u8]) -> Vec<(String, String)> {
    serde_html_form::from_bytes(form).unwrap_or_default()
}

fn session(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    cookies.split("; ").find_map(|cookie| cookie.strip_prefix("session=")).map(str::to_owned)
}

fn show(outcome: Outcome) -> Response {
    match outcome {
        Outcome::Back(address) => redirect(&address),
        Outcome::Question { client, request_uri } => Html(question(&client, &request_uri)).into_response(),
        Outcome::Error(error) => {
            let page = format!("<!doctype html><title>Error</title><p class=error>{}</p>", error.code.name());
            (StatusCode::BAD_REQUEST, Html(page)).into_response()
        }
    }
}

fn redirect(address: &str) -> Response {
    let headers: [(HeaderName, HeaderValue); 2] = match HeaderValue::from_str(address) {
        Ok(address) => [(LOCATION, address), (CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Both values are ours: a client id of letters, digits and hyphens, and a `request_uri` that is on record.
fn question(client: &str, request_uri: &str) -> String {
    format!(
        "<!doctype html><html lang=en><title>Who are you?</title><form method=post action=/script/answer>\
         <input type=hidden name=client_id value=\"{client}\"><input type=hidden name=request_uri value=\"{request_uri}\">\
         <label>Resident <input name=resident value=1></label>\
         <button class=allow name=answer value=allow>Allow</button> <button class=refuse name=answer value=refuse>Refuse</button></form>"
    )
}
