use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::connect::IdentityDoor;
use crate::connect::answer::Refused;

/// `GET /oidc/logo/{client}/{digest}`: the picture of a service in force. What an address names never changes.
pub(crate) async fn show(State(door): State<Arc<dyn IdentityDoor>>, Path((client, digest)): Path<(String, String)>) -> Result<Response, Refused> {
    let ledger = door.ledger().ok_or_else(Refused::closed)?;
    let digest = kernel::from_hex(&digest).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let found = tokio::task::spawn_blocking(move || {
        ledger.read("oidc.logo", |tx| digest.map_or(Ok(None), |digest| provider::logo(tx, &client, digest)))
    });
    let Some(logo) = found.await?? else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let kind = HeaderValue::from_str(&logo.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let kept = HeaderValue::from_static("public, max-age=86400, immutable");
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, kept)], logo.picture).into_response())
}
