//! JSON for the public: schemes and statements, households, the waiting room, proofs, statistics.
//!
//! Errors are problem documents (RFC 9457) in the language of `Accept-Language`. A scheme that is not through its launch
//! gate does not exist here either.

mod blocking;
mod connect;
mod health;
mod households;
mod pki;
mod proofs;
mod queue;
mod schemes;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use flows::Platform;

pub use connect::{IdentityDoor, PlatformDoor, connect_routes};
pub use households::{Answer, Request};
pub use pki::signing_routes;
pub use queue::{Enter, Place};

/// The routes below `/api/v1`, and `/health`.
pub fn routes(platform: Arc<Platform>) -> Router {
    Router::new()
        .route("/health", get(health::health))
        .route("/api/v1/schemes", get(schemes::list))
        .route("/api/v1/schemes/{slug}", get(schemes::one))
        .route("/api/v1/schemes/{slug}/statistics", get(schemes::statistics))
        .route("/api/v1/schemes/{slug}/queue", get(queue::status).post(queue::arrive))
        .route("/api/v1/schemes/{slug}/queue/enter", post(queue::enter))
        .route("/api/v1/schemes/{slug}/households", post(households::register))
        .route("/api/v1/schemes/{slug}/checkpoint", get(proofs::checkpoint))
        .route("/api/v1/schemes/{slug}/consistency/{size}", get(proofs::consistency))
        .route("/api/v1/schemes/{slug}/receipts/{event}", get(proofs::inclusion))
        .route("/api/v1/checkpoint", get(proofs::platform_checkpoint))
        .route("/api/v1/key", get(proofs::key))
        .route("/api/v1/certificates/{slug}", get(proofs::certificate))
        .with_state(platform)
}

/// The service of a public route, or nothing to be found.
fn public(platform: &Platform, slug: &str) -> Result<Arc<flows::Service>, webkit::Failure> {
    platform.public_service(slug).ok_or_else(|| webkit::Failure::of(kernel::Kind::Missing))
}
