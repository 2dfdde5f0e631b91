use std::sync::Arc;

use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use openid::{ErrorCode, OAuthError};
use provider::use_token;
use serde_json::json;

use crate::connect::IdentityDoor;
use crate::connect::answer::{Refused, fresh};
use crate::connect::callers::shown;

/// `GET` or `POST /oidc/userinfo`: what the service may know of who signed in.
pub(crate) async fn info(State(door): State<Arc<dyn IdentityDoor>>, method: Method, headers: HeaderMap) -> Result<Response, Refused> {
    let no = || Refused(OAuthError::new(ErrorCode::InvalidToken, "unknown, ended, or bound to another key"));
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(no)?;
    let (scheme, token) = header.split_once(' ').ok_or_else(no)?;
    let bound = match scheme.to_ascii_lowercase().as_str() {
        "dpop" => true,
        "bearer" => false,
        _ => return Err(no()),
    };
    let now = door.now();
    let shown = shown(&door, &headers, method.as_str(), "/oidc/userinfo", Some(token), now)?;
    if bound != shown.dpop.is_some() {
        return Err(no());
    }
    let (ledger, token) = (door.ledger().ok_or_else(Refused::closed)?, token.to_owned());
    let used = tokio::task::spawn_blocking(move || {
        ledger.write("oidc.userinfo", journal::Actor::Visitor, move |work| use_token(work, &token, &shown))
    });
    let (used, _) = used.await??;
    Ok(fresh(StatusCode::OK, &json!({ "sub": used.ok_or_else(no)?.subject })))
}
