use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use journal::Actor;
use provider::{PUSHED_SECS, push_request};
use serde_json::json;

use crate::connect::IdentityDoor;
use crate::connect::answer::{Refused, fresh};
use crate::connect::callers::{Called, Caller, caller};

/// `POST /oidc/par` (RFC 9126)
pub(crate) async fn push(State(door): State<Arc<dyn IdentityDoor>>, called: Called) -> Result<Response, Refused> {
    let called = called.at("/oidc/par");
    let Caller { proven, shown } = caller(&door, &called).await?;
    let ledger = door.ledger().ok_or_else(Refused::closed)?;
    let pairs = called.pairs;
    let pushed = tokio::task::spawn_blocking(move || {
        ledger.write("oidc.push", Actor::Visitor, move |work| push_request(work, &proven, &shown, &pairs))
    });
    let (pushed, _) = pushed.await??;
    Ok(fresh(StatusCode::CREATED, &json!({ "request_uri": pushed?.request_uri, "expires_in": PUSHED_SECS })))
}
