use axum::response::Response;
use identity::{KNOWN_DEVICE_DAYS, KnownDevice};

use super::call::Call;
use super::cookies;

/// Leaves the mark of a device that proved itself with its browser. Without it everything works all the same.
pub(super) fn remember(call: &Call, response: &mut Response, device: &KnownDevice) {
    let secs = u32::try_from(KNOWN_DEVICE_DAYS).unwrap_or(0) * 86_400;
    if let Ok(text) = device.write(call.service.ledger().keys()) {
        cookies::set(&call.state, response, call.state.device_cookie(), &text, secs);
    }
}
