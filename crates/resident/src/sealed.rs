use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Day, Kind};
use seal::Keyring;
use serde::Serialize;
use serde::de::DeserializeOwned;
use webkit::Failure;

/// Seals something short-lived that a form carries: nobody but this service reads it, and it dies after its next midnight
/// but one, because the label names the day.
pub(crate) fn seal<T: Serialize>(keys: &Keyring, what: &str, today: Day, value: &T) -> Result<String, Failure> {
    let plain = serde_json::to_vec(value).map_err(|_| Failure::of(Kind::Broken).because("cannot be written as JSON"))?;
    Ok(URL_SAFE_NO_PAD.encode(keys.envelope_seal(&label(what, today), &plain)?))
}

/// Opens what [`seal`] made today or yesterday.
pub(crate) fn open<T: DeserializeOwned>(keys: &Keyring, what: &str, today: Day, text: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
    let days = [today, today.plus(-1)];
    let plain = days.into_iter().find_map(|day| keys.envelope_open(&label(what, day), &bytes).ok())?;
    serde_json::from_slice(plain.expose()).ok()
}

fn label(what: &str, day: Day) -> String {
    format!("resident {what} {day}")
}
