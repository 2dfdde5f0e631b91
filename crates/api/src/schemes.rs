use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use flows::Platform;
use kernel::to_hex;
use registration::Figures;
use serde_json::{Value, json};
use webkit::{Failure, Json, Visitor};

use crate::blocking::read;
use crate::public;

/// `GET /api/v1/schemes`: what is open to the public.
pub(crate) async fn list(State(platform): State<Arc<Platform>>, Extension(visitor): Extension<Visitor>) -> Json<Value> {
    let language = visitor.language;
    let services = platform.services().into_iter().filter(|service| service.is_in_force());
    let list: Vec<Value> = services
        .map(|service| json!({"slug": service.slug(), "title": service.scheme().title(language)}))
        .collect();
    Json(json!({ "schemes": list }))
}

/// `GET /api/v1/schemes/{slug}`: window, rules, statement, data table.
pub(crate) async fn one(
    State(platform): State<Arc<Platform>>,
    Extension(visitor): Extension<Visitor>,
    Path(slug): Path<String>,
) -> Result<Json<Value>, Failure> {
    let service = public(&platform, &slug)?;
    let (scheme, language) = (service.scheme(), visitor.language);
    let state = read(service.ledger(), "api.state", registration::current_state).await?;
    let now = platform.now();
    let statement: Vec<Value> = scheme
        .statement(language)
        .iter()
        .map(|part| json!({"heading": part.heading, "paragraphs": part.paragraphs, "items": part.items}))
        .collect();
    Ok(Json(json!({
        "slug": service.slug(),
        "title": scheme.title(language),
        "summary": scheme.summary(language),
        "status": state.map(|state| state.status_at(now).as_str()),
        "opens": state.map(|state| state.opens.to_string()),
        "closes": state.map(|state| state.closes.to_string()),
        "max_people": scheme.max_people(),
        "version": to_hex(&scheme.digest()),
        "statement": statement,
    })))
}

/// `GET /api/v1/schemes/{slug}/statistics`: public figures, small cells hidden.
pub(crate) async fn statistics(
    State(platform): State<Arc<Platform>>,
    Path(slug): Path<String>,
) -> Result<Json<Value>, Failure> {
    let service = public(&platform, &slug)?;
    let figures = read(service.ledger(), "api.figures", Figures::read).await?;
    let minimum = i64::from(service.scheme().minimum_cell());
    let districts: Vec<Value> = figures
        .public_districts(minimum)
        .into_iter()
        .map(|(district, value)| json!({"district": district.code(), "registrations": value}))
        .collect();
    Ok(Json(json!({
        "as_at": platform.now().to_string(),
        "registrations": figures.total("received"),
        "people": figures.total("people"),
        "minimum_cell": minimum,
        "districts": districts,
    })))
}
