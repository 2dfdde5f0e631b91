use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use flows::{Platform, Service};
use kernel::Kind;
use serde::{Deserialize, Serialize};
use waitingroom::{Arrival, Entry, Pass, Ticket};
use webkit::{Failure, Json};

use crate::public;

/// What somebody at the door is told.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Come in: the pass goes with the household.
    Admitted {
        /// The signed pass.
        pass: String,
    },
    /// Wait.
    Waiting {
        /// The signed ticket.
        ticket: String,
        /// The code that brings the place back on any device.
        resume_code: String,
        /// Places ahead; some of their holders will have left.
        ahead: u64,
    },
}

/// A ticket, or a resume code.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Enter {
    /// The signed ticket or the resume code.
    pub ticket: String,
}

/// `GET …/queue`: the same for everybody, cacheable for a second.
pub(crate) async fn status(
    State(platform): State<Arc<Platform>>,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let service = public(&platform, &slug)?;
    let status = service.room_status(platform.now());
    Ok(([(CACHE_CONTROL, "public, max-age=1")], Json(status)).into_response())
}

/// `POST …/queue`: takes a place.
pub(crate) async fn arrive(
    State(platform): State<Arc<Platform>>,
    Path(slug): Path<String>,
) -> Result<Json<Place>, Failure> {
    let service = public(&platform, &slug)?;
    let now = platform.now();
    Ok(Json(match service.arrive(now)? {
        Arrival::Admitted(pass) => admitted(&service, &pass),
        Arrival::Waiting(ticket) => {
            let entry = service.room_status(now).entry(ticket.number);
            waiting(&service, &ticket, entry)
        }
    }))
}

/// `POST …/queue/enter`: trades a ticket whose turn has come for a pass.
pub(crate) async fn enter(
    State(platform): State<Arc<Platform>>,
    Path(slug): Path<String>,
    Json(enter): Json<Enter>,
) -> Result<Json<Place>, Failure> {
    let service = public(&platform, &slug)?;
    let now = platform.now();
    let ticket = service.read_ticket(&enter.ticket, now).ok_or_else(|| Failure::of(Kind::Invalid))?;
    Ok(Json(match service.enter(&ticket, now) {
        Ok(pass) => admitted(&service, &pass),
        Err(entry) => waiting(&service, &ticket, entry),
    }))
}

fn admitted(service: &Service, pass: &Pass) -> Place {
    Place::Admitted { pass: service.write_pass(pass) }
}

fn waiting(service: &Service, ticket: &Ticket, entry: Entry) -> Place {
    let ahead = match entry {
        Entry::Now => 0,
        Entry::Wait { ahead, .. } => ahead,
    };
    Place::Waiting { ticket: service.write_ticket(ticket), resume_code: service.resume_code(ticket), ahead }
}
