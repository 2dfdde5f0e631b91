use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use flows::Platform;
use journal::{JournalError, Ledger, verifier_key};
use kernel::{Id, Kind, kinds};
use serde_json::Value;
use webkit::{Failure, Json};

use crate::blocking::{blocking, read};
use crate::public;

const TEXT: [(axum::http::HeaderName, &str); 1] = [(CONTENT_TYPE, "text/plain; charset=utf-8")];

/// `GET /api/v1/schemes/{slug}/checkpoint`: the newest signed checkpoint.
pub(crate) async fn checkpoint(
    State(platform): State<Arc<Platform>>,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    note(public(&platform, &slug)?.ledger()).await
}

/// `GET /api/v1/checkpoint`: that of the platform's own journal, which records certificates.
pub(crate) async fn platform_checkpoint(State(platform): State<Arc<Platform>>) -> Result<Response, Failure> {
    note(platform.ledger()).await
}

async fn note(ledger: &Arc<Ledger>) -> Result<Response, Failure> {
    let ledger = ledger.clone();
    let note = blocking(move || Ok::<_, JournalError>(ledger.checkpoint())).await?;
    let note = note.ok_or_else(|| Failure::of(Kind::Missing))?;
    Ok((TEXT, note).into_response())
}

/// `GET /api/v1/schemes/{slug}/consistency/{size}`: the proof that the tree of that size is the beginning of today's.
pub(crate) async fn consistency(
    State(platform): State<Arc<Platform>>,
    Path((slug, size)): Path<(String, u64)>,
) -> Result<Json<Value>, Failure> {
    let service = public(&platform, &slug)?;
    let ledger = service.ledger().clone();
    let proof = blocking(move || ledger.consistency(size)).await?.ok_or_else(|| Failure::of(Kind::Missing))?;
    Ok(Json(proof.to_json()))
}

/// `GET /api/v1/schemes/{slug}/receipts/{event}`: the inclusion proof that completes a receipt.
pub(crate) async fn inclusion(
    State(platform): State<Arc<Platform>>,
    Path((slug, event)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    let service = public(&platform, &slug)?;
    let event: Id<kinds::Event> = event.parse().map_err(|_| Failure::of(Kind::Missing))?;
    let ledger = service.ledger().clone();
    let proof = blocking(move || ledger.inclusion(event)).await?.ok_or_else(|| Failure::of(Kind::Missing))?;
    Ok(Json(proof.to_json()))
}

/// `GET /api/v1/key`: the log key, as `lionrock-verify --key` takes it.
pub(crate) async fn key(State(platform): State<Arc<Platform>>) -> Response {
    (TEXT, format!("{}\n", verifier_key(&**platform.ledger().signer()))).into_response()
}

/// `GET /api/v1/certificates/{slug}`: the certificate of a scheme that has ended.
pub(crate) async fn certificate(
    State(platform): State<Arc<Platform>>,
    Path(slug): Path<String>,
) -> Result<Json<Value>, Failure> {
    let listed = read(platform.ledger(), "api.certificate", move |tx| registration::scheme_by_slug(tx, &slug)).await?;
    let certificate = listed.and_then(|listed| listed.certificate);
    let certificate = certificate.and_then(|text| serde_json::from_str(&text).ok());
    Ok(Json(certificate.ok_or_else(|| Failure::of(Kind::Missing))?))
}
