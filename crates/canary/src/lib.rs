//! Looks for known values byte by byte, in every file that a run wrote (promise 1).
//!
//! A value is sought as UTF-8, as UTF-16 in both orders, in hexadecimal in both cases, in base64 in its three alignments and both
//! alphabets, and all of these again inside zlib, gzip and zip streams, streams within streams too. Ten thousand values cost
//! hardly more than one: nearly every place of a file is passed over by one look at a table of what its first six bytes may be.
//!
//! Tests and simulations use it on purpose-made values; nothing here knows what a value means.

mod encoding;
mod memory;
mod scan;
mod search;
mod stream;

pub use encoding::encodings;
pub use memory::process;
pub use scan::{Found, Scanned};
pub use search::{Canaries, SHORTEST};

/// A value that must not be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    /// What it is, for the report: `name of household 3`. Never the value.
    pub name: String,
    /// The value; one of fewer than [`SHORTEST`] bytes is too common to look for.
    pub value: Value,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Words, in every encoding of a text.
    Words(String),
    /// Bytes, a key for example: as they are, in hexadecimal and in base64.
    Bytes(Vec<u8>),
}

impl Canary {
    /// Words.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: Value::Words(value.into()) }
    }

    /// Bytes.
    pub fn bytes(name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), value: Value::Bytes(value.into()) }
    }
}
