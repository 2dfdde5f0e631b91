//! Every SQL text of this crate, a file a table.

pub(crate) mod approval;
pub(crate) mod ceremony;
pub(crate) mod department;
pub(crate) mod invitation;
pub(crate) mod officer;
pub(crate) mod passkey;
pub(crate) mod review;
pub(crate) mod rights;
pub(crate) mod service_owner;
pub(crate) mod session;

use kernel::Text;
use store::StoreError;

/// A text in three languages as it is stored: a JSON document.
fn text_to_json(text: &Text) -> String {
    serde_json::json!({"en": text.en, "zh-hant": text.zh_hant, "zh-hans": text.zh_hans}).to_string()
}

fn text_from_json(json: &str) -> Result<Text, StoreError> {
    serde_json::from_str(json).map_err(|_| unreadable("a text in three languages"))
}

/// A stored document that does not read back: a newer version's, or damage.
fn unreadable(what: &str) -> StoreError {
    StoreError::Engine(format!("{what} in the store cannot be read"))
}
