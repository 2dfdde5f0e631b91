use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use webkit::{Body, Page, Visitor};

use crate::state::ResidentState;
use crate::texts::texts;

/// `GET /accessibility`: what we aim at, what was tested and how, and other ways.
pub(crate) async fn show(State(state): State<Arc<ResidentState>>, visitor: Visitor) -> Response {
    let t = texts(visitor.language);
    let mut body = Body::new(visitor.language);
    body.h1(t.get("access-title")).lead(t.get("access-lead"));
    body.h2(t.get("access-can")).bullets((1..=6).map(|number| t.get(&format!("access-can-{number}"))));
    body.h2(t.get("access-tested")).p(t.get("access-tested-text"));
    body.h2(t.get("access-limits")).p(t.get("access-limits-text"));
    body.h2(t.get("access-help")).p(t.get("access-help-text"));
    state.layout.page(&visitor, Page::new(t.get("access-title"), body.markup()))
}
