use std::borrow::Cow;

use kernel::{Fault, Kind};
use serde_json::{Value, json};

/// The errors of the protocols, by the names that clients know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// RFC 6749, section 5.2.
    InvalidRequest,
    /// RFC 6749, section 5.2: who asks is not who it says; 401.
    InvalidClient,
    /// RFC 6749, section 5.2: a code or token that was used, has ended, or belongs to somebody else. All alike.
    InvalidGrant,
    /// RFC 6749, section 5.2.
    UnauthorizedClient,
    /// RFC 6749, section 5.2.
    UnsupportedGrantType,
    /// RFC 6749, section 4.1.2.1.
    UnsupportedResponseType,
    /// RFC 6749, section 5.2.
    InvalidScope,
    /// RFC 6749, section 4.1.2.1: the person said no.
    AccessDenied,
    /// RFC 6749, section 4.1.2.1.
    TemporarilyUnavailable,
    /// RFC 6749, section 4.1.2.1.
    ServerError,
    /// RFC 9449, section 5.
    InvalidDpopProof,
    /// RFC 9449, section 8.
    UseDpopNonce,
    /// RFC 6750, section 3.1; 401.
    InvalidToken,
    /// RFC 6750, section 3.1; 403.
    InsufficientScope,
    /// RFC 9101, section 7: a `request_uri` that is not known, was used, or has ended.
    InvalidRequestUri,
    /// OpenID Connect Core 1.0, section 3.1.2.6.
    RequestNotSupported,
    /// OpenID Connect Core 1.0, section 3.1.2.6.
    RequestUriNotSupported,
    /// OpenID Connect Core 1.0, section 3.1.2.6: `prompt=none`, and nobody is signed in.
    LoginRequired,
    /// The same: and the person must agree first.
    ConsentRequired,
    /// The same: and the person must do something first.
    InteractionRequired,
    /// OpenID Connect Core Error Code `unmet_authentication_requirements` 1.0.
    UnmetAuthenticationRequirements,
}

impl ErrorCode {
    /// The value of `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ServerError => "server_error",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
        }
    }

    /// The HTTP status where the error is answered directly.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidClient | Self::InvalidToken => 401,
            Self::InsufficientScope => 403,
            Self::TemporarilyUnavailable => 503,
            Self::ServerError => 500,
            _ => 400,
        }
    }
}

/// An error as a client reads it. The description is for developers: English, and nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", code.name())]
pub struct OAuthError {
    /// Which.
    pub code: ErrorCode,
    /// What is wrong, in one sentence.
    pub description: Cow<'static, str>,
}

impl OAuthError {
    /// An error with its sentence.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into() }
    }

    /// The body of a direct answer.
    pub fn to_json(&self) -> Value {
        json!({ "error": self.code.name(), "error_description": self.description })
    }
}

impl Fault for OAuthError {
    fn kind(&self) -> Kind {
        match self.code {
            ErrorCode::InvalidClient | ErrorCode::AccessDenied | ErrorCode::InvalidToken | ErrorCode::InsufficientScope => Kind::Denied,
            ErrorCode::InvalidGrant | ErrorCode::InvalidRequestUri => Kind::Missing,
            ErrorCode::TemporarilyUnavailable => Kind::Busy,
            ErrorCode::ServerError => Kind::Broken,
            _ => Kind::Invalid,
        }
    }
}
