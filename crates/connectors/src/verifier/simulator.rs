//! A verifier for demonstrations and tests. It sees nothing in a picture: what it says is decided beforehand.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use identity::Refusal;
use tokio::net::TcpListener;

use super::wire::{Because, CompareRequest, CompareResponse, FORMAT, NOTHING, Verdict, pictures};
use crate::TestPki;
use crate::simulated::{SimulatorError, serve};

/// What was shown, decoded.
pub struct Shown {
    /// The photo of the document.
    pub document: Vec<u8>,
    /// The photo of the person.
    pub selfie: Vec<u8>,
    /// The name in Latin letters, as typed.
    pub name: String,
}

/// What the simulator says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Everything agrees, and this number stands on the card.
    Matches(String),
    /// Something does not; reasons that are an officer's alone are told as another person's photo.
    Differs(Refusal),
    /// It cannot tell.
    Unsure,
}

/// What decides what is said.
type Script = Arc<dyn Fn(&Shown) -> Said + Send + Sync>;

/// Serves `POST /v1/compare` until the future is dropped. Who shows no certificate of the authority gets no connection.
pub async fn verifier_simulator(script: Script, listener: TcpListener, pki: &TestPki) -> Result<(), SimulatorError> {
    serve(router(script), listener, pki).await
}

pub(super) fn router(script: Script) -> Router {
    Router::new()
        .route("/v1/compare", post(answer))
        .layer(DefaultBodyLimit::max(REQUEST_LIMIT_BYTES))
        .with_state(script)
}

async fn answer(State(script): State<Script>, Json(request): Json<CompareRequest>) -> Response {
    let decoded = [&request.document, &request.selfie].map(|picture| STANDARD.decode(&picture.bytes));
    let (FORMAT, [Ok(document), Ok(selfie)]) = (request.format.as_str(), decoded) else {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    };
    let pictures = pictures(&document, &selfie);
    let said = script(&Shown { document, selfie, name: request.typed.name });
    let verdict = verdict(said);
    let response = CompareResponse { nonce: request.nonce, pictures, verdict, kept: NOTHING.to_owned() };
    match serde_json::to_vec(&response) {
        Ok(body) => ([(CONTENT_TYPE, "application/json")], Body::from(body)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn verdict(said: Said) -> Verdict {
    let because = match said {
        Said::Matches(number) => return Verdict::Matches { number },
        Said::Unsure => return Verdict::Unsure {},
        Said::Differs(Refusal::PhotoUnclear) => Because::PhotoUnclear,
        Said::Differs(Refusal::DetailsDiffer) => Because::DetailsDiffer,
        Said::Differs(Refusal::DocumentNotAccepted) => Because::DocumentNotAccepted,
        Said::Differs(_) => Because::PersonDiffers,
    };
    Verdict::DoesNotMatch { because }
}

/// Two photos of eight megabytes each in base64, with room to spare.
const REQUEST_LIMIT_BYTES: usize = 32 << 20;
