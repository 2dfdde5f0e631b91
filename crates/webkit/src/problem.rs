use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::l10n::L10n;

/// A problem document (RFC 9457), `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind of problem, for programs: `urn:lionrock:problem:missing`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of problem, for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do next, for people.
    pub detail: String,
    /// The request's id, to be quoted to the help desk.
    pub instance: String,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
}

/// One field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemField {
    /// The field's name, as sent.
    pub field: String,
    /// What is wrong, for programs.
    pub code: String,
    /// What is wrong, for people.
    pub message: String,
}

impl Problem {
    /// The problem of a status, in words of one language.
    pub fn new(status: StatusCode, t: &L10n, request_id: &str, errors: Vec<ProblemField>) -> Self {
        Self {
            kind: format!("urn:lionrock:problem:{}", name(status)),
            title: t.get(&format!("problem-{}-title", name(status))),
            status: status.as_u16(),
            detail: t.get(&format!("problem-{}-detail", name(status))),
            instance: format!("urn:lionrock:request:{request_id}"),
            errors,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        (
            status,
            [(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON))],
            body,
        )
            .into_response()
    }
}

/// The name of a status in problem types and text keys. What we never send ourselves falls to its class.
pub(crate) const fn name(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "signed-out",
        403 => "denied",
        404 => "missing",
        405 => "method",
        408 => "slow",
        409 => "taken",
        410 => "gone",
        413 => "large",
        415 => "media-type",
        422 => "invalid",
        429 | 503 => "busy",
        400..=499 => "malformed",
        _ => "broken",
    }
}

pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::l10n::texts;
    use kernel::Language;

    #[test]
    fn every_status_has_words_in_every_language() {
        for language in Language::ALL {
            let t = texts(language);
            for code in 400..=599 {
                let problem =
                    Problem::new(StatusCode::from_u16(code).unwrap(), &t, "r", Vec::new());
                assert!(!problem.title.starts_with("problem-"), "{code} {language}");
                assert!(!problem.detail.starts_with("problem-"), "{code} {language}");
            }
        }
    }
}
