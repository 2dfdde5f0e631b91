//! Moves the clock of a demonstration or a test. Never in a live system: the routes do not exist there.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use flows::Platform;
use installation::ambient::WallClock;
use kernel::{Clock, Instant, Kind};
use serde::Deserialize;
use serde_json::{Value, json};
use store::StoreError;
use webkit::{Failure, Json};

struct Control {
    clock: Arc<WallClock>,
    platform: Arc<Platform>,
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    now: String,
}

/// `POST /control/clock {"now": "2020-06-08T00:00"}` and `GET /control/figures`, each with the header `x-control-token`.
pub fn routes(clock: Arc<WallClock>, platform: Arc<Platform>, token: String) -> Router {
    Router::new()
        .route("/control/clock", post(set_clock))
        .route("/control/figures", get(figures))
        .with_state(Arc::new(Control { clock, platform, token }))
}

fn check(control: &Control, headers: &HeaderMap) -> Result<(), Failure> {
    let sent = headers.get("x-control-token").map(axum::http::HeaderValue::as_bytes).unwrap_or_default();
    let good = seal::constant_time_eq(sent, control.token.as_bytes());
    if good { Ok(()) } else { Err(Failure::of(Kind::Missing)) }
}

async fn set_clock(
    State(control): State<Arc<Control>>,
    headers: HeaderMap,
    Json(command): Json<SetClock>,
) -> Result<Json<Value>, Failure> {
    check(&control, &headers)?;
    let now = Instant::parse_hong_kong(&command.now).ok_or_else(|| Failure::of(Kind::Invalid))?;
    control.clock.show(now);
    Ok(Json(json!({ "now": control.clock.now().to_string() })))
}

/// Every kept counter of every scheme, and where each stands.
async fn figures(State(control): State<Arc<Control>>, headers: HeaderMap) -> Result<Json<Value>, Failure> {
    check(&control, &headers)?;
    let mut all = serde_json::Map::new();
    for service in control.platform.services() {
        let (figures, state) = service.ledger().read("control.figures", |tx| {
            Ok::<_, StoreError>((registration::Figures::read(tx)?, registration::current_state(tx)?))
        })?;
        let totals = ["received", "people", "confirmed", "checking", "repaired", "dispatched", "delivered", "undelivered"];
        let totals: serde_json::Map<String, Value> =
            totals.iter().map(|name| ((*name).to_owned(), figures.total(name).into())).collect();
        let now = control.clock.now();
        let status = state.map(|state| state.status_at(now).as_str());
        all.insert(service.slug().to_owned(), json!({"totals": totals, "status": status, "in_force": service.is_in_force()}));
    }
    Ok(Json(Value::Object(all)))
}
