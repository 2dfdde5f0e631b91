use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use kernel::Kind;
use serde_json::json;
use webkit::{Failure, Json};

use crate::state::ResidentState;

/// `GET /{slug}/queue.json`: what the waiting page's script polls. The same for everybody, so any cache may answer.
pub(crate) async fn show(
    State(state): State<Arc<ResidentState>>,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let service = state.platform.public_service(&slug).ok_or_else(|| Failure::of(Kind::Missing))?;
    let status = service.room_status(state.platform.now());
    let [slowest, _] = status.moving_per_minute;
    let body = json!({
        "serving": status.now_serving,
        "people_per_minute": if status.paused { 0 } else { slowest },
        "as_at": status.as_at.to_string(),
        "next_poll_secs": status.next_poll_seconds,
        "open": !status.paused,
        "skipped": status.skipped,
    });
    Ok(([(CACHE_CONTROL, "public, max-age=2")], Json(body)).into_response())
}
