use kernel::{Day, Secret, from_hex, to_hex};
use notify::Mobile;
use seal::{Keyring, SealError, constant_time_eq};
use serde::{Deserialize, Serialize};

use crate::Ticket;
use crate::account::mobile_tag;

/// So many days a device is known after it last proved itself.
pub const KNOWN_DEVICE_DAYS: i32 = 180;

const LABEL: &str = "known device";

/// A device on which somebody typed a code that was sent to a number: it may ask for further codes to that number out of a budget of
/// its own, which nobody else can use up. It opens nothing. Sealed, so that nobody makes one, and kept by the browser only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KnownDevice {
    tag: [u8; 32],
    until: Day,
}

impl KnownDevice {
    /// The device that brought this ticket to its end, from today.
    pub fn of(keys: &Keyring, ticket: &Ticket, today: Day) -> Self {
        Self { tag: mobile_tag(keys, &ticket.mobile), until: today.plus(KNOWN_DEVICE_DAYS) }
    }

    /// The text for a cookie.
    pub fn write(&self, keys: &Keyring) -> Result<Secret<String>, SealError> {
        let plain = serde_json::to_vec(self).map_err(|_| SealError::Broken)?;
        Ok(Secret::new(to_hex(&keys.envelope_seal(LABEL, &plain)?)))
    }

    /// Reads what [`KnownDevice::write`] made.
    pub fn read(text: &str, keys: &Keyring) -> Option<Self> {
        let plain = keys.envelope_open(LABEL, &from_hex(text).ok()?).ok()?;
        serde_json::from_slice(plain.expose()).ok()
    }

    /// Whether it proved itself for this number lately enough.
    pub(crate) fn knows(&self, keys: &Keyring, mobile: &Mobile, today: Day) -> bool {
        today <= self.until && constant_time_eq(&self.tag, &mobile_tag(keys, mobile))
    }
}
