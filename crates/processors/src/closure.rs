use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use journal::Work;
use kernel::{Id, Instant, Text, kinds, to_hex};
use seal::sha256;
use store::{StoreError, Tx};

use crate::{Lease, StatementVerdict, storage};

/// What was done before a lease was closed, for a signed note: nothing personal, and nothing that is not proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    lease: Lease,
    statement: Option<(Instant, bool, String)>,
    probes: Vec<(Instant, String, usize)>,
}

impl Closure {
    /// The record of a lease.
    pub fn of(tx: &mut Tx<'_>, lease: &Lease) -> Result<Self, StoreError> {
        let statements = storage::pursuit::statements(tx, lease.id)?;
        let accepted = statements.iter().rev().find(|row| row.verdict == StatementVerdict::Accepted);
        let statement = accepted.map(|row| (row.at, row.late, to_hex(&sha256(&[row.text.as_bytes()]))));
        let counted = |at: Instant| lease.clean.iter().any(|clean| clean.at == at);
        let probes = storage::pursuit::probes(tx, lease.id)?;
        let probes = probes.iter().rev().filter(|row| counted(row.at));
        let probes = probes.map(|row| (row.at, row.source.clone(), row.fetched.len())).collect();
        Ok(Self { lease: lease.clone(), statement, probes })
    }

    /// What the journal commits to when the lease is closed.
    pub fn note(&self) -> String {
        let mut text = format!("{TITLE}\n");
        self.facts(&mut text);
        text
    }

    /// The text of the closing record, before it is signed: the same facts, and where the journal stood.
    pub fn record(&self, journal: &JournalAt, issued: Instant) -> String {
        let mut text = format!("{TITLE}\n");
        line(&mut text, "origin", &journal.origin);
        self.facts(&mut text);
        line(&mut text, "journal", &format!("{} {}", journal.size, STANDARD.encode(journal.root)));
        line(&mut text, "issued", &issued.to_string());
        text
    }

    fn facts(&self, text: &mut String) {
        let lease = &self.lease;
        line(text, "lease", &lease.id.to_string());
        line(text, "contractor", &lease.contractor.to_string());
        line(text, "service", &lease.service.to_string());
        line(text, "records", &lease.records.to_string());
        if let Some((at, by)) = lease.ended {
            line(text, "ended", &format!("{at} {}", by.slug()));
        }
        if let Some(at) = lease.key_died {
            line(text, "key died", &at.to_string());
        }
        if let Some((at, late, digest)) = &self.statement {
            line(text, "statement", &format!("{at} {} {digest}", if *late { "late" } else { "in-time" }));
        }
        for (at, source, addresses) in &self.probes {
            line(text, "probe", &format!("{at} clean {addresses} addresses from {source}"));
        }
        if let Some((at, report)) = &lease.inspected {
            line(text, "inspected", &format!("{at} {report}"));
        }
        if let Some(at) = lease.closed {
            line(text, "closed", &at.to_string());
        }
        line(text, "not proven", &not_proven().en);
    }

    /// SHA-256 of the note's text in hexadecimal, as the journal has it.
    pub fn digest(&self) -> String {
        to_hex(&sha256(&[self.note().as_bytes()]))
    }
}

const TITLE: &str = "lionrock lease closure v1";

fn line(text: &mut String, key: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{key}: {}", value.replace(['\n', '\r'], " "));
}

/// Where the platform's journal stood when a closing record was written.
#[derive(Clone, Debug)]
pub struct JournalAt {
    /// Its origin.
    pub origin: String,
    /// How many entries it had.
    pub size: u64,
    /// Its root.
    pub root: [u8; 32],
}

/// The `format` of a signed closing record.
pub const CLOSURE_FORMAT: &str = "lionrock-closure/1";

/// Closed leases whose closing record is not on file yet: at most 50.
pub fn closings_to_file(tx: &mut Tx<'_>) -> Result<Vec<Lease>, StoreError> {
    storage::lease::closed_without_record(tx)
}

/// Keeps the closing record of a lease.
pub fn keep_closing_record(work: &mut Work<'_, '_>, lease: Id<kinds::Lease>, json: &str) -> Result<(), StoreError> {
    let now = work.now();
    storage::lease::keep_closing(work.tx(), lease, now, json)
}

/// The closing record of a lease, as the department files it.
pub fn closing_record(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Option<String>, StoreError> {
    storage::lease::closing(tx, lease)
}

/// What a closed lease leaves open, in words for people.
pub fn not_proven() -> Text {
    Text::new(
        "A copy that is kept offline, or behind a password, cannot be seen from outside. The data holds planted records of nobody; \
         if one of them ever turns up, an incident opens.",
        "離線或受密碼保護的副本無法從外部得知。資料內預設了不屬於任何人的追蹤記錄；任何一個一旦出現，即會立案處理。",
        "离线或受密码保护的副本无法从外部得知。资料内预设了不属于任何人的追踪记录；任何一个一旦出现，即会立案处理。",
    )
}
