use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use flows::{Acknowledged, Platform, Submit, SubmitError, submit_household};
use kernel::{Fault, Kind, Language, from_hex};
use registration::{Channel, FieldProblem, HouseholdForm};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use webkit::{Failure, Json, ProblemField, Visitor};

use crate::public;

/// A household as a program sends it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// 16 to 64 letters, digits or hyphens, made anew for each household and kept for every resend of it.
    pub idempotency_key: String,
    /// The language for messages: `en`, `zh-hant` or `zh-hans`.
    pub language: Language,
    /// The pass from the waiting room.
    pub pass: String,
    /// The `version` of the scheme's document whose collection statement the person was shown. When another one is in force
    /// the answer is 409: show the new statement and send again with the same key.
    pub version: String,
    /// What was typed.
    pub household: HouseholdForm,
}

/// What is answered: the same for a person who matches, who does not, and who is registered already.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Answer {
    /// What the resident writes down.
    pub reference: String,
    /// When it was received.
    pub received: String,
    /// The signed receipt; `lionrock-verify receipt` checks it.
    pub receipt: serde_json::Value,
}

/// `POST /api/v1/schemes/{slug}/households`
pub(crate) async fn register(
    State(platform): State<Arc<Platform>>,
    Extension(visitor): Extension<Visitor>,
    Path(slug): Path<String>,
    Json(request): Json<Request>,
) -> Result<(StatusCode, Json<Answer>), Failure> {
    let service = public(&platform, &slug)?;
    if !service.admits(&request.pass, platform.now()) {
        return Err(Failure::of(Kind::Denied).because("no valid pass from the waiting room"));
    }
    let (sender, receiver) = oneshot::channel();
    let submit = Submit {
        form: &request.household,
        idempotency: &request.idempotency_key,
        language: request.language,
        channel: Channel::Online,
        replaces: None,
        shown: digest(&request.version),
        officer: None,
    };
    submit_household(&platform, &service, &submit, move |result| {
        // Nobody waits any more when the connection has gone; the registration stands all the same.
        let _ = sender.send(result);
    });
    let result = receiver.await.map_err(|_| Failure::of(Kind::Busy))?;
    let Acknowledged { received, receipt } = result.map_err(|error| failure(&error, visitor.language))?;
    let answer = Answer {
        reference: received.reference.to_string(),
        received: received.at.to_string(),
        receipt: receipt.to_json(),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// What is not a digest is the version of no scheme.
fn digest(version: &str) -> [u8; 32] {
    from_hex(version).ok().and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; 32])
}

fn failure(error: &SubmitError, language: Language) -> Failure {
    let failure = Failure::of(error.kind()).because(error.to_string());
    match error {
        SubmitError::Fields(problems) => {
            failure.with_fields(problems.iter().map(|problem| field(problem, language)).collect())
        }
        SubmitError::Busy { retry_after_ms } => {
            failure.retry_after(u32::try_from(retry_after_ms.div_ceil(1000)).unwrap_or(1))
        }
        SubmitError::Register(_) => failure,
    }
}

fn field(problem: &FieldProblem, language: Language) -> ProblemField {
    ProblemField {
        field: format!("household.{}", problem.field),
        code: problem.fault.code(),
        message: problem.fault.text().get(language).to_owned(),
    }
}
