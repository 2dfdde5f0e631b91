use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use journal::{Actor, Ledger, Work};
use openid::{Grant, OAuthError, TokenRequest};
use provider::{Brought, Introspected, ServiceToken, TokenKeys, Tokens, issue_to_service, redeem_code, refresh};
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
    let body = tokio::task::spawn_blocking(move || issue(&ledger, keys, issuer, who, request.grant));
    Ok(fresh(StatusCode::OK, &body.await???))
}

fn issue(ledger: &Ledger, keys: TokenKeys, issuer: String, who: Caller, grant: Grant) -> Result<Result<Value, OAuthError>, RunError<StoreError>> {
    let Caller { proven, shown } = who;
    let written = match grant {
        Grant::Code { code, redirect_uri, verifier } => {
            let brought = Brought { code, redirect_uri, verifier };
            ledger.write("oidc.redeem", Actor::Visitor, move |work| redeem_code(work, &keys, &issuer, &proven, &shown, &brought))
        }
        Grant::Refresh { token, scope } => {
            ledger.write("oidc.refresh", Actor::Visitor, move |work| refresh(work, &proven, &shown, &token, scope.as_ref()))
        }
        Grant::ClientCredentials { scope } => {
            let issue = move |work: &mut Work<'_, '_>| issue_to_service(work, &proven, &shown, scope.as_ref());
            let (made, _) = ledger.write("oidc.service_token", Actor::Visitor, issue)?;
            return Ok(made.map(|token| describe_service(&token)));
        }
    };
    written.map(|(issued, _)| issued.map(|tokens| describe(&tokens)))
}

fn describe_service(token: &ServiceToken) -> Value {
    let mut body = json!({ "access_token": token.access.expose(), "token_type": token.token_type, "expires_in": token.access_secs });
    if let (Some(scope), Some(members)) = (&token.scope, body.as_object_mut()) {
        members.insert("scope".to_owned(), scope.as_str().into());
    }
    body
}

fn describe(tokens: &Tokens) -> Value {
    let mut body = json!({
        "access_token": tokens.access.expose(),
        "token_type": tokens.token_type,
        "expires_in": tokens.access_secs,
        "scope": tokens.scope,
    });
    let more = [("refresh_token", tokens.refresh.as_ref().map(|token| token.expose().as_str())), ("id_token", tokens.id_token.as_deref())];
    if let Some(members) = body.as_object_mut() {
        members.extend(more.into_iter().filter_map(|(name, token)| Some((name.to_owned(), token?.into()))));
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
    let (ended, _) = ended.await??;
    ended?;
    Ok(fresh(StatusCode::OK, &json!({})))
}

/// `POST /oidc/introspect` (RFC 7662)
pub(crate) async fn introspect(State(door): State<Arc<dyn IdentityDoor>>, called: Called) -> Result<Response, Refused> {
    let called = called.at("/oidc/introspect");
    let Caller { proven, .. } = caller(&door, &called).await?;
    let token = called.parameters.require("token")?.to_owned();
    let ledger = door.ledger().ok_or_else(Refused::closed)?;
    let found = tokio::task::spawn_blocking(move || {
        ledger.write("oidc.introspect", Actor::Visitor, move |work| provider::introspect(work, &proven, &token))
    });
    let (found, _) = found.await??;
    Ok(fresh(StatusCode::OK, &found?.map_or_else(|| json!({ "active": false }), |found| active(door.issuer(), &found))))
}

fn active(issuer: &str, found: &Introspected) -> Value {
    let mut body = json!({
        "active": true,
        "iss": issuer,
        "client_id": found.client,
        "token_type": found.bound.token_type(),
        "exp": found.expires.millis() / 1000,
    });
    let scope = (!found.scope.is_empty()).then(|| ("scope".to_owned(), json!(found.scope)));
    let subject = found.subject.as_deref().map(|subject| ("sub".to_owned(), json!(subject)));
    let bound = found.bound.confirmation().map(|bound| ("cnf".to_owned(), bound));
    if let Some(members) = body.as_object_mut() {
        members.extend([scope, subject, bound].into_iter().flatten());
    }
    body
}
