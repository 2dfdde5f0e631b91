use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use flows::Asking;
use openid::{ErrorCode, OAuthError};
use provider::certificate_hash;
use serde_json::Value;
use webkit::ClientCertificate;

use crate::connect::IdentityDoor;
use crate::connect::answer::{Refused, fresh};
use crate::connect::callers::{Possession, shown};

/// `GET` or `POST /oidc/userinfo`: who signed in, by the name that only this service knows, and the attributes that it was given.
pub(crate) async fn info(State(door): State<Arc<dyn IdentityDoor>>, method: Method, certificate: Option<Extension<ClientCertificate>>, headers: HeaderMap) -> Result<Response, Refused> {
    read(door, (method, "/oidc/userinfo"), certificate, headers, Asking::Named).await
}

/// `GET` or `POST /oidc/form`: attributes without any name, once.
pub(crate) async fn form(State(door): State<Arc<dyn IdentityDoor>>, method: Method, certificate: Option<Extension<ClientCertificate>>, headers: HeaderMap) -> Result<Response, Refused> {
    read(door, (method, "/oidc/form"), certificate, headers, Asking::Anonymous).await
}

async fn read(
    door: Arc<dyn IdentityDoor>,
    (method, path): (Method, &'static str),
    certificate: Option<Extension<ClientCertificate>>,
    headers: HeaderMap,
    asking: Asking,
) -> Result<Response, Refused> {
    let no = || Refused::from(OAuthError::new(ErrorCode::InvalidToken, "unknown, ended, or bound to another key"));
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(no)?;
    let (scheme, token) = header.split_once(' ').ok_or_else(no)?;
    let bound = match scheme.to_ascii_lowercase().as_str() {
        "dpop" => true,
        "bearer" => false,
        _ => return Err(no()),
    };
    let now = door.now();
    let certificate = certificate.map(|Extension(shown)| certificate_hash(shown.der()));
    let at = Possession { method: method.as_str(), path, access_token: Some(token), certificate };
    let shown = shown(&door, &headers, &at, now).map_err(Refused::at_resource)?;
    if bound != shown.dpop.is_some() {
        return Err(no());
    }
    let (ledger, token) = (door.ledger().ok_or_else(Refused::closed)?, token.to_owned());
    let released = tokio::task::spawn_blocking(move || flows::release(&ledger, &token, shown, asking));
    let released = released.await??.ok_or_else(no)?;
    let mut body = released.claims;
    if asking == Asking::Named {
        body.insert("sub".to_owned(), released.subject.into());
    }
    Ok(fresh(StatusCode::OK, &Value::Object(body)))
}
