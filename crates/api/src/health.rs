use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use flows::Platform;

use crate::blocking::read;

/// `GET /health`: for a load balancer or a supervisor. `ok` when every store that is served answers a question, 503 when one does not. What is late
/// or wrong in other ways stands in the figures (`lionrock explain metrics`), since a server that is late must not be taken away.
pub(crate) async fn health(State(platform): State<Arc<Platform>>) -> impl IntoResponse {
    let services = platform.services();
    let mut ledgers = vec![platform.ledger()];
    ledgers.extend(services.iter().map(|service| service.ledger()));
    let identity = platform.identity();
    ledgers.extend(identity.iter().map(|identity| identity.ledger()));
    let now = platform.now();
    for ledger in ledgers {
        // A question that every store can answer by its index, in whatever state its service is; the answer is of no interest.
        if read(ledger, "api.health", move |tx| journal::jobs_waiting(tx, "health", now)).await.is_err() {
            return (StatusCode::SERVICE_UNAVAILABLE, [(CACHE_CONTROL, "no-store")], "a store does not answer\n");
        }
    }
    (StatusCode::OK, [(CACHE_CONTROL, "no-store")], "ok\n")
}
