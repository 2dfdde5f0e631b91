use axum::http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::{Fault, Kind};
use openid::{ErrorCode, OAuthError};
use serde_json::Value;
use store::{RunError, StoreError};

/// An answer that nobody keeps.
pub(crate) fn fresh(status: StatusCode, body: &Value) -> Response {
    let headers = [(CACHE_CONTROL, HeaderValue::from_static("no-store")), (PRAGMA, HeaderValue::from_static("no-cache"))];
    (status, headers, axum::Json(body)).into_response()
}

/// An error in the protocol's form.
pub(crate) struct Refused {
    error: OAuthError,
    /// Refused where a token is shown: a proof that does not do is 401 there (RFC 9449, section 7.1).
    at_resource: bool,
    /// In place of the code's own status.
    status: Option<StatusCode>,
}

impl From<OAuthError> for Refused {
    fn from(error: OAuthError) -> Self {
        Self { error, at_resource: false, status: None }
    }
}

/// The provider is not open.
impl Refused {
    pub(crate) fn closed() -> Self {
        OAuthError::new(ErrorCode::TemporarilyUnavailable, "this provider is not open").into()
    }

    pub(crate) fn at_resource(error: OAuthError) -> Self {
        Self { error, at_resource: true, status: None }
    }

    /// The same with another status, where HTTP says more than the protocol's code.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status: Some(status), ..self }
    }

    pub(crate) fn failed(kind: Kind) -> Self {
        let code = if kind == Kind::Busy { ErrorCode::TemporarilyUnavailable } else { ErrorCode::ServerError };
        OAuthError::new(code, "try again later").into()
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::failed(error.kind())
    }
}

impl From<RunError<StoreError>> for Refused {
    fn from(error: RunError<StoreError>) -> Self {
        Self::failed(error.kind())
    }
}

impl From<RunError<flows::ReleaseError>> for Refused {
    fn from(error: RunError<flows::ReleaseError>) -> Self {
        Self::failed(error.kind())
    }
}

impl From<tokio::task::JoinError> for Refused {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::failed(Kind::Broken)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { error, at_resource, status } = self;
        let proof = matches!(error.code, ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce);
        let own = if proof && at_resource { 401 } else { error.code.status() };
        let status = status.unwrap_or_else(|| StatusCode::from_u16(own).unwrap_or(StatusCode::BAD_REQUEST));
        let mut response = fresh(status, &error.to_json());
        let challenge = match error.code {
            ErrorCode::InvalidClient => "Basic realm=\"oidc\"".to_owned(),
            _ if status == StatusCode::UNAUTHORIZED => format!("DPoP error=\"{}\", algs=\"ES256 EdDSA PS256\"", error.code.name()),
            _ => return response,
        };
        response.headers_mut().extend(HeaderValue::from_str(&challenge).ok().map(|challenge| (WWW_AUTHENTICATE, challenge)));
        response
    }
}
