//! OpenID Connect for the services that residents sign in to: discovery, keys, pushed requests, tokens, attributes, revocation.
//!
//! Answers follow the protocols' own form, errors too (RFC 6749, section 5.2), not that of our other interfaces.

mod answer;
mod callers;
mod discover;
mod door;
mod logo;
mod nonces;
mod presented;
mod push;
mod sign;
mod tokens;
mod user;

use std::sync::Arc;

use axum::{Extension, Router};
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use flows::SigningOffice;
use journal::Ledger;
use kernel::Instant;
use provider::{KnownClients, TokenKeys};

pub use door::PlatformDoor;

/// The identity provider as its endpoints see it.
pub trait IdentityDoor: Send + Sync {
    /// Its ledger; nothing while the service is not open.
    fn ledger(&self) -> Option<Arc<Ledger>>;
    /// The keys that sign now.
    fn keys(&self) -> TokenKeys;
    /// Its issuer: the public address of this installation, without a slash at the end.
    fn issuer(&self) -> &str;
    /// The present moment.
    fn now(&self) -> Instant;
    /// The public address of this installation where it asks for client certificates, without a slash at the end; nothing if
    /// it listens at no such place.
    fn certificates(&self) -> Option<&str> {
        None
    }
    /// What documents are signed with; nothing in an installation where nobody signs.
    fn signing(&self) -> Option<Arc<SigningOffice>> {
        None
    }
    /// Whether proofs of possession must carry a nonce of ours (RFC 9449, section 8).
    fn demands_nonces(&self) -> bool {
        false
    }
}

/// The routes below `/oidc`, and the two well-known documents.
pub fn connect_routes(door: Arc<dyn IdentityDoor>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discover::document))
        .route("/.well-known/oauth-authorization-server", get(discover::document))
        .route("/oidc/keys", get(discover::keys))
        .route("/oidc/logo/{client}/{digest}", get(logo::show))
        .route("/oidc/par", post(push::push))
        .route("/oidc/token", post(tokens::token).layer(Extension(Arc::new(KnownClients::default()))))
        .route("/oidc/revoke", post(tokens::revoke))
        .route("/oidc/introspect", post(tokens::introspect))
        .route("/oidc/userinfo", get(user::info).post(user::info))
        .route("/oidc/form", get(user::form).post(user::form))
        .route("/oidc/sign", post(sign::bring).layer(DefaultBodyLimit::max(sign::BODY_MOST)))
        .route("/oidc/sign/{request}", get(sign::state).delete(sign::cancel))
        .route("/oidc/sign/{request}/signed", get(sign::signed))
        .layer(axum::middleware::map_response_with_state(door.clone(), nonces::hand_out))
        .with_state(door)
}
