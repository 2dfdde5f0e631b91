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
pub(crate) struct Refused(pub(crate) OAuthError);

impl From<OAuthError> for Refused {
    fn from(error: OAuthError) -> Self {
        Self(error)
    }
}

/// The provider is not open.
impl Refused {
    pub(crate) fn closed() -> Self {
        Self(OAuthError::new(ErrorCode::TemporarilyUnavailable, "this provider is not open"))
    }

    fn failed(kind: Kind) -> Self {
        let code = if kind == Kind::Busy { ErrorCode::TemporarilyUnavailable } else { ErrorCode::ServerError };
        Self(OAuthError::new(code, "try again later"))
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

impl From<tokio::task::JoinError> for Refused {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::failed(Kind::Broken)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = fresh(status, &error.to_json());
        let challenge = match error.code {
            ErrorCode::InvalidClient => Some("Basic realm=\"oidc\""),
            ErrorCode::InvalidToken => Some("DPoP error=\"invalid_token\", algs=\"ES256 EdDSA PS256\""),
            _ => None,
        };
        if let Some(challenge) = challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}
