//! Moves the clock of a demonstration or a test, and lets a rehearsal act for the officers of an exercise. Never in a live system: the routes do not exist there.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use drill::{Answer, Citation, Name, Report};
use flows::{DrillAct, Platform, RoomError};
use installation::ambient::WallClock;
use kernel::{Clock, Fault as _, Id, Instant, Kind, kinds, to_hex};
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

/// Somebody's act in an exercise, by the seat that the officer has in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InDrill {
    drill: Id<kinds::Drill>,
    officer: Id<kinds::Officer>,
    act: Act,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Act {
    Answer { question: Name, given: Vec<String>, lines: Vec<Citation> },
    Pin { line: Citation, note: String },
    Say { text: String },
    Rate(u16),
    Freeze,
    End,
}

/// `POST /control/clock {"now": "2020-06-08T00:00"}`, `GET /control/figures`, `POST /control/drill` and `GET /control/drill/{id}`, each
/// with the header `x-control-token`.
pub fn routes(clock: Arc<WallClock>, platform: Arc<Platform>, token: String) -> Router {
    Router::new()
        .route("/control/clock", post(set_clock))
        .route("/control/figures", get(figures))
        .route("/control/drill", post(act_in_drill))
        .route("/control/drill/{drill}", get(drill_figures))
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

/// Acts as a page would: the seat is looked up, and the answer comes when the act is durable.
async fn act_in_drill(
    State(control): State<Arc<Control>>,
    headers: HeaderMap,
    Json(command): Json<InDrill>,
) -> Result<Json<Value>, Failure> {
    check(&control, &headers)?;
    let act = move || {
        let InDrill { drill, officer, act } = command;
        let ledger = control.platform.ledger();
        let seat = ledger.read("control.seat", |tx| drill::seat_of(tx, drill, officer)).map_err(RoomError::from)?;
        let seat = seat.ok_or(RoomError::Denied)?;
        let act = match act {
            Act::Answer { question, given, lines } => DrillAct::Answer { question, answer: Answer::new(given, lines) },
            Act::Pin { line, note } => DrillAct::Pin { line, note },
            Act::Say { text } => DrillAct::Say { team: seat.team(), text },
            Act::Rate(rate) => DrillAct::Rate(rate),
            Act::Freeze => DrillAct::Freeze,
            Act::End => DrillAct::End,
        };
        control.platform.drills().room(drill)?.act(seat, act)
    };
    let done = tokio::task::spawn_blocking(act).await.map_err(|_| Failure::of(Kind::Broken))?;
    let done = done.map_err(|error| Failure::of(error.kind()))?;
    Ok(Json(json!({"entry": done.entry, "noted": done.noted})))
}

/// What this process holds in memory of an exercise: its last entry, and the digest of its report.
async fn drill_figures(
    State(control): State<Arc<Control>>,
    headers: HeaderMap,
    Path(drill): Path<String>,
) -> Result<Json<Value>, Failure> {
    check(&control, &headers)?;
    let drill: Id<kinds::Drill> = drill.parse().map_err(|_| Failure::of(Kind::Missing))?;
    let room = control.platform.drills().room(drill).map_err(|error| Failure::of(error.kind()))?;
    let figures = room.read(|exercise| {
        let report = Report::of(exercise);
        let written = serde_json::to_vec(&report).unwrap_or_default();
        json!({"entries": report.entries, "chain": report.chain, "report": to_hex(&seal::sha256(&[&written]))})
    });
    figures.map(Json).map_err(|error| Failure::of(error.kind()))
}
