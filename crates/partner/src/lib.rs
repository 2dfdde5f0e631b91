//! Pages and JSON endpoints for contractors: their leases, one record at a time, and what they owe at the end.
//!
//! A person signs in by the contract's credential and gets a session of fifteen idle minutes; a program sends the credential
//! with each request. Nothing here decides what is allowed: `flows::lease_look_up` asks the lease, the contract, the lease's
//! key and the collection statement, and puts the opening where the resident sees it. There is no list of records, no search,
//! and no export here.

mod address;
mod api;
mod blocking;
mod breach;
mod enquiry;
mod lease;
mod leases;
mod look_up;
mod package;
mod sign_in;
mod state;
mod statement;
mod statement_file;
mod texts;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use webkit::{in_every_language, takes_files};

pub use state::{PartnerState, layout};

/// The pages in every language, and the endpoints. They want a [`webkit::Shell`] around them.
pub fn routes(state: Arc<PartnerState>) -> Router {
    let pages = Router::new()
        .route("/partner", get(leases::show))
        .route("/partner/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/partner/sign-out", post(sign_in::leave))
        .route("/partner/leases/{lease}", get(lease::show))
        .route("/partner/leases/{lease}/look-up", get(lease::elsewhere).post(look_up::look))
        .route("/partner/leases/{lease}/addresses", get(lease::elsewhere).post(address::declare))
        .route("/partner/leases/{lease}/packages/{package}", get(package::fetch))
        .route("/partner/leases/{lease}/packages/{package}/posted", get(lease::elsewhere).post(package::posted))
        .route("/partner/leases/{lease}/statement", get(statement::show).post(statement::step).layer(takes_files()))
        .route("/partner/leases/{lease}/breach", get(breach::show).post(breach::report))
        .route("/partner/leases/{lease}/enquiries/{enquiry}", get(enquiry::show).post(enquiry::answer));
    in_every_language(&pages)
        .route("/api/partner/v1/leases", get(api::leases))
        .route("/api/partner/v1/leases/{lease}/look-up", post(api::look_up))
        .route("/api/partner/v1/leases/{lease}/packages", get(api::packages))
        .route("/api/partner/v1/leases/{lease}/packages/{package}", get(api::package))
        .route("/api/partner/v1/leases/{lease}/packages/{package}/posted", post(api::posted))
        .route("/api/partner/v1/leases/{lease}/statement", post(api::statement))
        .with_state(state)
}
