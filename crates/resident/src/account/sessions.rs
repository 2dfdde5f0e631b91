use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use identity::{end_other_sessions, end_session};
use journal::Work;
use kernel::{Id, Kind, kinds};
use provider::end_session_grants;
use serde_json::{Value, json};
use webkit::{Failure, Json, Values, wants_json};

use super::call::Call;

/// `POST /account/stay`: keeps the session alive, as every request does; for somebody who is still typing.
pub(super) async fn stay(call: Call, request: Request) -> Result<Response, Failure> {
    if !wants_json(request.headers()) {
        Values::from_request(request, &()).await?;
        return Ok(call.go("/account"));
    }
    let Json(json) = Json::<Value>::from_request(request, &()).await?;
    call.check_script_token(&json)?;
    Ok(call.found.map_or_else(Response::default, |found| {
        let secs = found.ends.since(call.now()) / 1000;
        Json(json!({ "secs": secs, "words": call.session_words(&found) })).into_response()
    }))
}

/// `POST /account/sessions/end`
pub(super) async fn end(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let session: Id<kinds::AccountSession> = values.get("session").parse().map_err(|_| Failure::of(Kind::Missing))?;
    let act = move |work: &mut Work<'_, '_>| end_session(work, &found.who, session, end_session_grants);
    let ended = call.act("resident.end_session", act).await??;
    if ended { Ok(call.go("/account")) } else { Err(Failure::of(Kind::Missing)) }
}

/// `POST /account/sessions/end-others`
pub(super) async fn end_others(call: Call, _: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let act = move |work: &mut Work<'_, '_>| end_other_sessions(work, &found.who, end_session_grants);
    call.act("resident.end_other_sessions", act).await??;
    Ok(call.go("/account"))
}
