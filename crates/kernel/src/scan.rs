use std::fmt;

use crate::{Fault, Kind};

/// Looks for malware in a file that somebody sent. Lent by whoever knows a scanner, as [`crate::Clock`] is lent.
pub trait Scanner: Send + Sync {
    /// Looks at a whole file. May take seconds: never inside a transaction.
    fn scan(&self, bytes: &[u8]) -> Result<Scan, ScanError>;
}

/// What a scanner found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scan {
    /// Nothing that it knows.
    Clean,
    /// Malware, by the name of the scanner's signature.
    Infected(String),
}

/// Why a scanner says nothing about a file. Whoever asked then takes no file: what is not scanned is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanError {
    /// The scanner does not answer, or not in its language.
    Unreachable(String),
    /// Its definitions are too old to mean anything, or it has none.
    Stale(String),
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(reason) => write!(f, "the virus scanner does not answer: {reason}"),
            Self::Stale(reason) => write!(f, "the virus scanner's definitions are too old: {reason}"),
        }
    }
}

impl std::error::Error for ScanError {}

impl Fault for ScanError {
    fn kind(&self) -> Kind {
        Kind::Busy
    }
}
