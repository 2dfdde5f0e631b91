use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Instant;

/// What was erased and how: the facts of a certificate (`docs/formats.md`). Counts and commitments, never the data.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Origin of the journal that records the certificate.
    pub origin: String,
    /// The service's name.
    pub service: String,
    /// What was erased, in words, on one line.
    pub scope: String,
    /// Households.
    pub households: u64,
    /// Persons.
    pub persons: u64,
    /// Root over the sealed values (RFC 6962, entry = SHA-256 of the sealed bytes).
    pub values: [u8; 32],
    /// Purposes and when the keys of each died.
    pub trees: Vec<(String, Instant)>,
    /// Root keys: id (64 hexadecimal digits), `overwritten` or `destroyed`, when.
    pub roots: Vec<(String, String, Instant)>,
    /// Where it stands in the erasure ledger, when it was erased before its time.
    pub early: Option<EarlyErasure>,
    /// How many lines of the erasure ledger were lost before, and when a new one was begun.
    pub ledger_lost: Option<(u64, Instant)>,
    /// Who could hold an old copy of a root, and is trusted not to.
    pub custodians: Vec<String>,
    /// What became of the store (`dropped`), and when.
    pub store: (String, Instant),
    /// The journal's size and root when the certificate was written.
    pub journal: (u64, [u8; 32]),
    /// When it was issued.
    pub issued: Instant,
}

/// Where an erasure before the time stands in the erasure ledger, and what made it final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlyErasure {
    /// Number of the roll of the root from which on every older copy of the keys is worthless.
    pub roll: u64,
    /// When that was.
    pub at: Instant,
    /// First and last entry of the ledger.
    pub entries: (u64, u64),
}

/// The `format` of a certificate of erasure.
pub const CERTIFICATE_FORMAT: &str = "lionrock-certificate/1";

/// The text of the note, before it is signed.
pub fn certificate_note(erasure: &Erasure) -> String {
    let mut text = String::from("lionrock erasure certificate v1\n");
    let mut line = |key: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{key}: {}", value.replace(['\n', '\r'], " "));
    };
    line("origin", &erasure.origin);
    line("service", &erasure.service);
    line("scope", &erasure.scope);
    line("households", &erasure.households.to_string());
    line("persons", &erasure.persons.to_string());
    line("values", &STANDARD.encode(erasure.values));
    let names: Vec<&str> = erasure.trees.iter().map(|(name, _)| name.as_str()).collect();
    line("purposes", &names.join(", "));
    for (purpose, at) in &erasure.trees {
        line("tree", &format!("{purpose} {at}"));
    }
    for (id, how, at) in &erasure.roots {
        line("root", &format!("{id} {how} {at}"));
    }
    if let Some(EarlyErasure { roll, at, entries }) = &erasure.early {
        line("roll", &format!("{roll} {at}"));
        line("ledger", &format!("{} {}", entries.0, entries.1));
    }
    if let Some((lines, at)) = erasure.ledger_lost {
        line("ledger-lost", &format!("{lines} {at}"));
    }
    for custodian in &erasure.custodians {
        line("custodian", custodian);
    }
    line("store", &format!("{} {}", erasure.store.0, erasure.store.1));
    line("journal", &format!("{} {}", erasure.journal.0, STANDARD.encode(erasure.journal.1)));
    line("issued", &erasure.issued.to_string());
    text
}
