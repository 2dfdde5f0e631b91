//! A population register for demonstrations and tests, with invented people.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use registration::matching::Question;
use tokio::net::TcpListener;

use super::PopulationTable;
use super::wire::{Asked, AskedAddress, BATCH_LIMIT, MatchRequest, MatchResponse, Told};
use crate::TestPki;
use crate::simulated::{SimulatorError, serve};

/// Serves `POST /v1/match` from this population until the future is dropped. Who shows no certificate of the authority gets
/// no connection.
pub async fn register_simulator(
    population: Arc<PopulationTable>,
    listener: TcpListener,
    pki: &TestPki,
) -> Result<(), SimulatorError> {
    serve(router(population), listener, pki).await
}

pub(super) fn router(population: Arc<PopulationTable>) -> Router {
    Router::new()
        .route("/v1/match", post(answer))
        .route("/v1/addresses", post(confirm))
        .layer(DefaultBodyLimit::max(REQUEST_LIMIT_BYTES))
        .with_state(population)
}

async fn answer(
    State(population): State<Arc<PopulationTable>>,
    Json(request): Json<MatchRequest<Asked>>,
) -> Result<Json<MatchResponse<Told>>, StatusCode> {
    fit(&request)?;
    let questions = request.questions.into_iter();
    let answers = questions
        .map(|asked| Told::from(population.answer(&Question { id_number: asked.number, birth: asked.birth })))
        .collect();
    Ok(Json(MatchResponse { batch: request.batch, answers }))
}

async fn confirm(
    State(population): State<Arc<PopulationTable>>,
    Json(request): Json<MatchRequest<AskedAddress>>,
) -> Result<Json<MatchResponse<bool>>, StatusCode> {
    fit(&request)?;
    let answers = request.questions.iter().map(|asked| population.lives_at(&asked.number, &asked.address)).collect();
    Ok(Json(MatchResponse { batch: request.batch, answers }))
}

fn fit<Q>(request: &MatchRequest<Q>) -> Result<(), StatusCode> {
    if request.basis.trim().is_empty() || request.batch.is_empty() {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    if request.questions.len() > BATCH_LIMIT { Err(StatusCode::PAYLOAD_TOO_LARGE) } else { Ok(()) }
}

/// A thousand questions of some sixty bytes each, with room to spare.
const REQUEST_LIMIT_BYTES: usize = 1 << 20;
