use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::{Fault, Kind};

use crate::problem::ProblemField;

/// What a handler returns when it cannot do what was asked. Every [`Fault`] becomes one by `?`.
///
/// The one place where kinds become HTTP. It answers with a bare status; the [`crate::Shell`] dresses it as a page or
/// as a problem document (RFC 9457), in the visitor's language, whichever the request prefers.
#[derive(Clone, Debug)]
pub struct Failure {
    status: StatusCode,
    cause: Option<String>,
    fields: Vec<ProblemField>,
    retry_after_secs: Option<u32>,
}

/// Marks a response that the shell still has to dress.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bare {
    pub(crate) cause: Option<String>,
    pub(crate) fields: Vec<ProblemField>,
}

impl Failure {
    /// A failure of this kind.
    pub const fn of(kind: Kind) -> Self {
        Self::status(status_of(kind))
    }

    /// A failure that only HTTP knows: a body of the wrong type, too large, or not readable.
    pub(crate) const fn status(status: StatusCode) -> Self {
        Self {
            status,
            cause: None,
            fields: Vec::new(),
            retry_after_secs: None,
        }
    }

    /// Say in how many seconds to try again.
    pub const fn retry_after(mut self, secs: u32) -> Self {
        self.retry_after_secs = Some(secs);
        self
    }

    /// What the log gets to know (never personal data); no visitor sees it.
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Which fields, for a problem document.
    pub fn with_fields(mut self, fields: Vec<ProblemField>) -> Self {
        self.fields = fields;
        self
    }

    /// The status this becomes.
    pub const fn status_code(&self) -> StatusCode {
        self.status
    }
}

impl<E: Fault> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::of(error.kind()).because(chain(&error))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        let busy = (self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(DEFAULT_RETRY_SECS);
        if let Some(secs) = self.retry_after_secs.or(busy) {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(secs));
        }
        response.extensions_mut().insert(Bare {
            cause: self.cause,
            fields: self.fields,
        });
        response
    }
}

/// The status of each kind.
pub(crate) const fn status_of(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Denied => StatusCode::FORBIDDEN,
        Kind::Missing => StatusCode::NOT_FOUND,
        Kind::Taken => StatusCode::CONFLICT,
        Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Gone => StatusCode::GONE,
        Kind::Broken => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut out = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        out.push_str(": ");
        out.push_str(&source.to_string());
        next = source.source();
    }
    out
}

const DEFAULT_RETRY_SECS: u32 = 10;
