//! The two documents in an archive: what it is, first; what is in it, last.

use std::collections::BTreeMap;

use kernel::{Environment, Instant};
use serde::{Deserialize, Serialize};

/// What an archive holds. Data and keys are never in the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Stores and evidence: ciphertext, pseudonyms, counters, hashes.
    Data,
    /// Key trees, wrapped by roots that are in no archive.
    Keys,
}

impl Kind {
    /// As it stands in names of files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Keys => "keys",
        }
    }
}

/// The first file of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The format's name.
    pub format: String,
    /// What is in it.
    pub kind: Kind,
    /// The first part of the name of every journal in it: an archive is restored where it came from.
    pub log: String,
    /// Demo, test or live.
    pub environment: Environment,
    /// When it was begun. Everything acknowledged before is in it.
    pub taken: Instant,
    /// The version of the program.
    pub program: String,
}

/// The last file of an archive; one without it is not whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The stores, each at a snapshot of its own.
    pub stores: Vec<StoreLine>,
    /// The files of evidence, or the key trees, each with its SHA-256.
    pub files: BTreeMap<String, String>,
}

/// One store in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreLine {
    /// Its name.
    pub name: String,
    /// Rows by table.
    pub tables: BTreeMap<String, u64>,
    /// Length of its copy.
    pub bytes: u64,
    /// SHA-256 of its copy, in hexadecimal.
    pub sha256: String,
    /// How long the copy took.
    pub milliseconds: u64,
}

impl StoreLine {
    /// All rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.values().sum()
    }
}

/// The format's name.
pub const FORMAT: &str = "lionrock-backup/1";
/// Name of the first file.
pub const HEAD: &str = "head.json";
/// Name of the last file.
pub const CONTENTS: &str = "contents.json";
