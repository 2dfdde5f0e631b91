//! Looks for known values byte by byte, in every file that a run wrote (promise 1).
//!
//! A value is sought as UTF-8, as UTF-16 in both orders, in hexadecimal in both cases, in base64 in its three alignments and both
//! alphabets, and all of these again inside zlib, gzip and zip streams, streams within streams too. Thousands of values cost
//! hardly more than one: most places of a file are passed over by their first two bytes.
//!
//! Tests and simulations use it on purpose-made values; nothing here knows what a value means.

mod encoding;
mod scan;
mod search;
mod stream;

pub use encoding::encodings;
pub use scan::{Found, Scanned};
pub use search::{Canaries, SHORTEST};

/// A value that must not be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    /// What it is, for the report: `name of household 3`. Never the value.
    pub name: String,
    /// The value; one of fewer than [`SHORTEST`] bytes is too common to look for.
    pub value: String,
}

impl Canary {
    /// A canary.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}
