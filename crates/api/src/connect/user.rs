use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use flows::Asking;
use openid::{ErrorCode, OAuthError};
use serde_json::Value;

use crate::connect::IdentityDoor;
use crate::connect::answer::{Refused, fresh};
use crate::connect::presented::Presented;

/// `GET` or `POST /oidc/userinfo`: who signed in, by the name that only this service knows, and the attributes that it was given.
pub(crate) async fn info(State(door): State<Arc<dyn IdentityDoor>>, request: Request) -> Result<Response, Refused> {
    read(door, request, "/oidc/userinfo", Asking::Named).await
}

/// `GET` or `POST /oidc/form`: attributes without any name, once.
pub(crate) async fn form(State(door): State<Arc<dyn IdentityDoor>>, request: Request) -> Result<Response, Refused> {
    read(door, request, "/oidc/form", Asking::Anonymous).await
}

async fn read(door: Arc<dyn IdentityDoor>, request: Request, path: &str, asking: Asking) -> Result<Response, Refused> {
    let no = || {
        let what = match asking {
            Asking::Named => "unknown, ended, bound to another key, or not of the scope openid",
            Asking::Anonymous => "unknown, ended, bound to another key, not of the scope anonymous, or read before: a form is filled in once",
        };
        Refused::from(OAuthError::new(ErrorCode::InvalidToken, what))
    };
    let (parts, _) = request.into_parts();
    let Presented { token, shown } = Presented::of(&door, &parts, path)?;
    let ledger = door.ledger().ok_or_else(Refused::closed)?;
    let released = tokio::task::spawn_blocking(move || flows::release(&ledger, &token, shown, asking));
    let released = released.await??.ok_or_else(no)?;
    let mut body = released.claims;
    if asking == Asking::Named {
        body.insert("sub".to_owned(), released.subject.into());
    }
    Ok(fresh(StatusCode::OK, &Value::Object(body)))
}
