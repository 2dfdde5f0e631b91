//! The vocabulary every other crate speaks.
//!
//! Typed ids, moments and civil days of Hong Kong, the three languages, texts in all three, secrets that cannot be
//! printed, and the seven kinds of failure. There is no I/O here, no async, no clock and no source of chance: both
//! arrive as [`Clock`] and [`Random`], so that a whole city can be simulated on one machine in a minute.

mod chance;
mod csv;
mod day;
mod environment;
mod hex;
mod ids;
mod instant;
mod kind;
mod language;
mod line;
mod scan;
mod scrub;
mod secret;

pub use chance::Random;
pub use csv::csv_line;
pub use day::{Day, DayError};
pub use environment::Environment;
pub use hex::{HexError, from_hex, to_hex};
pub use ids::{Id, IdError, IdKind, kinds};
pub use instant::{Clock, Instant};
pub use kind::{Fault, Kind};
pub use language::{Language, Text};
pub use line::one_line;
pub use scan::{Scan, ScanError, Scanner};
pub use scrub::{scrub_stack, scrubbed, scrubbing};
pub use secret::Secret;
