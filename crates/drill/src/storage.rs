//! Every SQL text of this crate.

pub(crate) mod drill;
pub(crate) mod entry;
pub(crate) mod lesson;
pub(crate) mod pack;
pub(crate) mod seat;

use kernel::Text;
use store::{StoreError, Value};

pub(crate) fn write_text(text: &Text) -> Value {
    serde_json::json!({"en": text.en, "zh-hant": text.zh_hant, "zh-hans": text.zh_hans}).to_string().into()
}

pub(crate) fn read_text(json: &str) -> Result<Text, StoreError> {
    serde_json::from_str(json).map_err(|_| unreadable("a text in three languages"))
}

/// A stored value that does not read back: a newer version's, or damage.
pub(crate) fn unreadable(what: &str) -> StoreError {
    StoreError::Engine(format!("{what} in the store cannot be read"))
}
