use serde::{Deserialize, Serialize};

/// One operation at a building. A scheme that has one is entered by field officers there and by nobody else: it has no public
/// form, and registers one person at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// The building, as the address of everybody entered there is written; at most 150 characters.
    pub building: String,
    /// The code of its district, such as `KT`.
    pub district: String,
    /// For how many hours an entry is taken that waited, sealed, on an officer's phone without a network: 1 to 48, counted from
    /// when the phone last had the page from us. Nothing: entries cannot wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_hours: Option<u8>,
    /// Whether whoever gave a mobile number is sent a text message that confirms the entry. If not, nobody's number is opened for
    /// it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub confirmation: bool,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_yes(value: &bool) -> bool {
    *value
}
