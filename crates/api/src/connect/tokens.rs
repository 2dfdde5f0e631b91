use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use journal::{Actor, Work};
use kernel::Kind;
use openid::{Grant, OAuthError, TokenRequest};
use provider::{
    Brought, Introspected, KnownClients, Proven, ServiceToken, Shown, Supposed, TokenKeys, Tokens, issue_to_service, redeem_code, refresh,
};
use serde_json::{Value, json};
use store::{StoreError, Tx};
use tokio::sync::oneshot;

use crate::connect::IdentityDoor;
use crate::connect::answer::{Refused, fresh};
use crate::connect::callers::{Called, Caller, caller, caller_to_remember, shown_with, supposed};

/// `POST /oidc/token`
///
/// A service that came before is judged by what is remembered of it, and confirmed in the unit of work that issues: one way to the
/// store in place of two. One that is new, or has changed since, is judged by the store.
pub(crate) async fn token(State(door): State<Arc<dyn IdentityDoor>>, Extension(known): Extension<Arc<KnownClients>>, called: Called) -> Result<Response, Refused> {
    let called = called.at("/oidc/token");
    let shown = shown_with(&door, &called)?;
    if let Some(supposed) = supposed(&door, &called, &known)? {
        let request = TokenRequest::read(&called.parameters)?;
        let order = Order { who: Who::Supposed(supposed), shown: shown.clone(), grant: request.grant };
        if let Some(body) = issue(&door, order).await? {
            return Ok(fresh(StatusCode::OK, &body));
        }
    }
    let who = Who::Proven(caller_to_remember(&door, &called, &known).await?);
    let request = TokenRequest::read(&called.parameters)?;
    let body = issue(&door, Order { who, shown, grant: request.grant }).await?;
    Ok(fresh(StatusCode::OK, &body.ok_or_else(|| Refused::failed(Kind::Broken))?))
}

/// Who wants tokens, what was shown beside it, and what for.
struct Order {
    who: Who,
    shown: Shown,
    grant: Grant,
}

enum Who {
    Proven(Proven),
    Supposed(Supposed),
}

impl Who {
    fn confirm(&self, tx: &mut Tx<'_>) -> Result<Option<Proven>, StoreError> {
        match self {
            Self::Proven(proven) => Ok(Some(proven.clone())),
            Self::Supposed(supposed) => supposed.confirm(tx),
        }
    }
}

type Issued = Option<Result<Value, OAuthError>>;

/// The tokens; nothing if the service is not as it was remembered.
async fn issue(door: &Arc<dyn IdentityDoor>, order: Order) -> Result<Option<Value>, Refused> {
    let ledger = door.ledger().ok_or_else(Refused::closed)?;
    let (keys, issuer) = (door.keys(), door.issuer().to_owned());
    let name = match &order.grant {
        Grant::Code { .. } => "oidc.redeem",
        Grant::Refresh { .. } => "oidc.refresh",
        Grant::ClientCredentials { .. } => "oidc.service_token",
    };
    let (sender, receiver) = oneshot::channel();
    let act = move |work: &mut Work<'_, '_>| -> Result<Issued, StoreError> {
        let Some(proven) = order.who.confirm(work.tx())? else { return Ok(None) };
        give(work, (&keys, &issuer), &proven, &order).map(Some)
    };
    ledger.submit(name, Actor::Visitor, act, move |done| {
        // Nobody waits any more when the connection has gone; what was issued ends by itself.
        let _ = sender.send(done);
    });
    let (body, _) = receiver.await.map_err(|_| Refused::failed(Kind::Busy))??;
    Ok(body.transpose()?)
}

fn give(work: &mut Work<'_, '_>, (keys, issuer): (&TokenKeys, &str), proven: &Proven, order: &Order) -> Result<Result<Value, OAuthError>, StoreError> {
    let Order { shown, grant, .. } = order;
    let tokens = match grant {
        Grant::Code { code, redirect_uri, verifier } => {
            let brought = Brought { code: code.clone(), redirect_uri: redirect_uri.clone(), verifier: verifier.clone() };
            redeem_code(work, keys, issuer, proven, shown, &brought)?
        }
        Grant::Refresh { token, scope } => refresh(work, proven, shown, token, scope.as_ref())?,
        Grant::ClientCredentials { scope } => {
            return Ok(issue_to_service(work, proven, shown, scope.as_ref())?.map(|token| describe_service(&token)));
        }
    };
    Ok(tokens.map(|tokens| describe(&tokens)))
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
