use std::io::{self, Write};
use std::path::{Path, PathBuf};

use kernel::to_hex;
use seal::Sha256;
use serde::{Deserialize, Serialize};

use crate::addresses;

/// What stands beside a file of synthetic people, so that whoever gets it can see that nobody real is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The form of this file.
    pub made_by: String,
    /// The program's version: another one may make other people of the same seed.
    pub version: String,
    /// The seed.
    pub seed: u64,
    /// How many people were asked for.
    pub people: usize,
    /// `jsonl` or `csv`.
    pub format: String,
    /// SHA-256 of the address list in which they live; nothing for the shipped sample.
    pub addresses: Option<String>,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// Names the form of a provenance file.
pub const MADE_BY: &str = "lionrock synth v1";
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Provenance {
    /// Where it stands: `people.csv.provenance.json` beside `people.csv`.
    pub fn beside(file: &Path) -> PathBuf {
        let mut name = file.as_os_str().to_owned();
        name.push(".provenance.json");
        PathBuf::from(name)
    }

    /// Reads the one beside a file.
    pub fn read(file: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let beside = Self::beside(file);
        let text = std::fs::read(&beside).map_err(|error| format!("{}: {error}", beside.display()))?;
        let read: Self = serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", beside.display()))?;
        if read.made_by == MADE_BY { Ok(read) } else { Err(format!("{}: it is no provenance of synthetic people", beside.display()).into()) }
    }

    /// Writes it beside a file.
    pub fn write(&self, file: &Path) -> Result<(), Box<dyn std::error::Error>> {
        Ok(std::fs::write(Self::beside(file), serde_json::to_string_pretty(self)? + "\n")?)
    }
}

/// SHA-256 of a file in hexadecimal.
pub fn digest_of(file: &Path) -> io::Result<String> {
    digest_of_files(&[file.to_owned()])
}

/// SHA-256 of an address list: of its files after each other, in the order of their names.
pub fn digest_of_all(addresses: &Path) -> io::Result<String> {
    digest_of_files(&addresses::files(addresses)?)
}

fn digest_of_files(files: &[PathBuf]) -> io::Result<String> {
    let mut digest = Digesting::new(io::sink());
    for file in files {
        io::copy(&mut std::fs::File::open(file)?, &mut digest)?;
    }
    Ok(digest.finish())
}

/// Writes on, and keeps the digest of what went through.
pub struct Digesting<W> {
    out: W,
    digest: Sha256,
}

impl<W: Write> Digesting<W> {
    pub fn new(out: W) -> Self {
        Self { out, digest: Sha256::new() }
    }

    pub fn finish(self) -> String {
        to_hex(&self.digest.finish())
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
