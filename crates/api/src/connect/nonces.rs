use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use provider::dpop_nonces;

use crate::connect::IdentityDoor;

const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The nonces that a proof may carry now, newest first; none where none is demanded.
pub(crate) fn in_force(door: &Arc<dyn IdentityDoor>) -> Vec<String> {
    let ledger = door.ledger().filter(|_| door.demands_nonces());
    ledger.map(|ledger| dpop_nonces(ledger.keys(), door.now()).to_vec()).unwrap_or_default()
}

/// Each answer brings the newest, so that nobody is refused for an old one twice (RFC 9449, section 8.2).
pub(crate) async fn hand_out(State(door): State<Arc<dyn IdentityDoor>>, mut response: Response) -> Response {
    let newest = in_force(&door).into_iter().next().and_then(|nonce| HeaderValue::from_str(&nonce).ok());
    if let Some(nonce) = newest {
        response.headers_mut().insert(NONCE, nonce);
    }
    response
}
