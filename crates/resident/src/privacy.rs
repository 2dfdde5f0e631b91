use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use webkit::{Body, Page, Visitor};

use crate::state::ResidentState;
use crate::texts::texts;

/// `GET /privacy`: what holds for all services; each has its own collection statement.
pub(crate) async fn show(State(state): State<Arc<ResidentState>>, visitor: Visitor) -> Response {
    let t = texts(visitor.language);
    let mut body = Body::new(visitor.language);
    body.h1(t.get("privacy-title")).lead(t.get("privacy-lead"));
    body.h2(t.get("privacy-browser")).p(t.get("privacy-browser-text"));
    body.h2(t.get("privacy-typing")).p(t.get("privacy-typing-text"));
    body.h2(t.get("privacy-log")).p(t.get("privacy-log-text"));
    body.h2(t.get("privacy-end")).p(t.get("privacy-end-text"));
    body.h2(t.get("privacy-rights")).p(t.get("privacy-rights-text"));
    state.layout.page(&visitor, Page::new(t.get("privacy-title"), body.markup()))
}
