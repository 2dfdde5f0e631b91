use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use journal::{Actor, Ledger};
use openid::{ErrorCode, Grant, OAuthError, TokenRequest};
use provider::{Brought, TokenKeys, Tokens, redeem_code, refresh};
use serde_json::{Value, json};
use store::{RunError, StoreError};

use crate::connect::IdentityDoor;
use crate::connect::answer::{Refused, fresh};
use crate::connect::callers::{Called, Caller, caller};

/// `POST /oidc/token`
pub(crate) async fn token(State(door): State<Arc<dyn IdentityDoor>>, called: Called) -> Result<Response, Refused> {
    let called = called.at("/oidc/token");
    let who = caller(&door, &called).await?;
    let request = TokenRequest::read(&called.parameters)?;
    let ledger = door.ledger().ok_or_else(Refused::closed)?;
    let (keys, issuer) = (door.keys(), door.issuer().to_owned());
    let tokens = tokio::task::spawn_blocking(move || issue(&ledger, keys, issuer, who, request.grant));
    Ok(fresh(StatusCode::OK, &describe(&tokens.await???)))
}

fn issue(ledger: &Ledger, keys: TokenKeys, issuer: String, who: Caller, grant: Grant) -> Result<Result<Tokens, OAuthError>, RunError<StoreError>> {
    let Caller { proven, shown } = who;
    let written = match grant {
        Grant::Code { code, redirect_uri, verifier } => {
            let brought = Brought { code, redirect_uri, verifier };
            ledger.write("oidc.redeem", Actor::Visitor, move |work| redeem_code(work, &keys, &issuer, &proven, &shown, &brought))
        }
        Grant::Refresh { token, scope } => {
            ledger.write("oidc.refresh", Actor::Visitor, move |work| refresh(work, &proven, &shown, &token, scope.as_ref()))
        }
        Grant::ClientCredentials { .. } => {
            return Ok(Err(OAuthError::new(ErrorCode::UnsupportedGrantType, "this grant_type is not offered")));
        }
    };
    written.map(|(issued, _)| issued)
}

fn describe(tokens: &Tokens) -> Value {
    let mut body = json!({
        "access_token": tokens.access.expose(),
        "token_type": tokens.token_type,
        "expires_in": tokens.access_secs,
        "refresh_token": tokens.refresh.expose(),
        "scope": tokens.scope,
    });
    if let (Some(token), Some(members)) = (&tokens.id_token, body.as_object_mut()) {
        members.insert("id_token".to_owned(), token.as_str().into());
    }
    body
}

/// `POST /oidc/revoke` (RFC 7009): 200 whether or not there was such a token.
pub(crate) async fn revoke(State(door): State<Arc<dyn IdentityDoor>>, called: Called) -> Result<Response, Refused> {
    let called = called.at("/oidc/revoke");
    let Caller { proven, .. } = caller(&door, &called).await?;
    let token = called.parameters.require("token")?.to_owned();
    let ledger = door.ledger().ok_or_else(Refused::closed)?;
    let ended = tokio::task::spawn_blocking(move || {
        ledger.write("oidc.revoke", Actor::Visitor, move |work| provider::revoke(work, &proven, &token))
    });
    ended.await??;
    Ok(fresh(StatusCode::OK, &json!({})))
}
