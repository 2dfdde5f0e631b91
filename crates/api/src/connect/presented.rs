use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use openid::{ErrorCode, OAuthError};
use provider::{Shown, certificate_hash};
use webkit::ClientCertificate;

use crate::connect::IdentityDoor;
use crate::connect::answer::Refused;
use crate::connect::callers::{Possession, shown};

/// An access token as it was shown, with what came beside it. Whether it opens anything says the ledger.
pub(crate) struct Presented {
    pub(crate) token: String,
    pub(crate) shown: Shown,
}

impl Presented {
    /// Reads what a request to this path shows (RFC 6750, section 2.1; RFC 9449, section 7.1).
    pub(crate) fn of(door: &Arc<dyn IdentityDoor>, parts: &Parts, path: &str) -> Result<Self, Refused> {
        let no = |what: &'static str| Refused::from(OAuthError::new(ErrorCode::InvalidToken, what));
        let missing = || no("an access token is missing: Authorization: DPoP TOKEN with a DPoP proof, or Bearer TOKEN where it is bound to no key");
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(missing)?;
        let (scheme, token) = header.split_once(' ').ok_or_else(missing)?;
        let bound = match scheme.to_ascii_lowercase().as_str() {
            "dpop" => true,
            "bearer" => false,
            _ => return Err(missing()),
        };
        let certificate = parts.extensions.get::<ClientCertificate>().map(|shown| certificate_hash(shown.der()));
        let at = Possession { method: parts.method.as_str(), path, access_token: Some(token), certificate };
        let shown = shown(door, &parts.headers, &at, door.now()).map_err(Refused::at_resource)?;
        match (bound, shown.dpop.is_some()) {
            (true, false) => Err(no("Authorization: DPoP goes with a proof in the header DPoP")),
            (false, true) => Err(no("a token that comes with a DPoP proof is sent as Authorization: DPoP")),
            _ => Ok(Self { token: token.to_owned(), shown }),
        }
    }
}
