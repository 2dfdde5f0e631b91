use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use axum::response::{IntoResponse, Response};
use openid::{Endpoints, discovery};
use serde_json::Value;

use crate::connect::IdentityDoor;
use crate::connect::answer::Refused;

/// `GET /.well-known/openid-configuration`
pub(crate) async fn document(State(door): State<Arc<dyn IdentityDoor>>) -> Result<Response, Refused> {
    door.ledger().ok_or_else(Refused::closed)?;
    let at = |path: &str| format!("{}{path}", door.issuer());
    let endpoints = Endpoints {
        issuer: door.issuer().to_owned(),
        authorization: at("/oidc/authorize"),
        pushed: at("/oidc/par"),
        token: at("/oidc/token"),
        userinfo: at("/oidc/userinfo"),
        revocation: at("/oidc/revoke"),
        introspection: at("/oidc/introspect"),
        end_session: at("/oidc/logout"),
        keys: at("/oidc/keys"),
        certificates: door.certificates().map(str::to_owned),
    };
    let attributes = identity::AttributeName::ALL.map(identity::AttributeName::name);
    let scopes: Vec<&str> = ["openid", openid::ANONYMOUS].into_iter().chain(attributes).chain(door.signing().map(|_| openid::SIGN)).collect();
    // Best first, as the metadata wants it.
    let levels: Vec<&str> = provider::LEVELS.into_iter().rev().collect();
    Ok(public(&discovery(&endpoints, &scopes, &levels)))
}

/// `GET /oidc/keys`
pub(crate) async fn keys(State(door): State<Arc<dyn IdentityDoor>>) -> Result<Response, Refused> {
    let (ledger, now) = (door.ledger().ok_or_else(Refused::closed)?, door.now());
    let keys = tokio::task::spawn_blocking(move || ledger.read("oidc.keys", |tx| provider::public_keys(tx, now)));
    Ok(public(&keys.await??))
}

/// Anybody may read it, from any page, and keep it for an hour.
fn public(body: &Value) -> Response {
    let headers = [(CACHE_CONTROL, "public, max-age=3600"), (ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (StatusCode::OK, headers, axum::Json(body)).into_response()
}
