//! Every SQL text of this crate, a file a group of tables.

pub(crate) mod contractor;
pub(crate) mod expired;
pub(crate) mod lease;
pub(crate) mod planted;
pub(crate) mod pursuit;

use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Row, StoreError, Value};

/// A document as it is stored.
fn write<T: Serialize>(document: &T, what: &str) -> Result<Value, StoreError> {
    serde_json::to_string(document).map(Value::from).map_err(|_| unreadable(what))
}

fn read<T: DeserializeOwned>(row: &Row, column: usize, what: &str) -> Result<T, StoreError> {
    serde_json::from_str(&row.get::<String>(column)?).map_err(|_| unreadable(what))
}

/// A stored value that does not read back: a newer version's, or damage.
fn unreadable(what: &str) -> StoreError {
    StoreError::Engine(format!("{what} in the store cannot be read"))
}
