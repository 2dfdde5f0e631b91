use std::fmt::Write as _;

use kernel::{Instant, Text, to_hex};
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

    /// The text of the note, before it is signed.
    pub fn note(&self) -> String {
        let lease = &self.lease;
        let mut text = String::from("lionrock lease closure v1\n");
        let mut line = |key: &str, value: String| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{key}: {}", value.replace(['\n', '\r'], " "));
        };
        line("lease", lease.id.to_string());
        line("contractor", lease.contractor.to_string());
        line("service", lease.service.to_string());
        line("records", lease.records.to_string());
        if let Some((at, by)) = lease.ended {
            line("ended", format!("{at} {}", by.slug()));
        }
        if let Some(at) = lease.key_died {
            line("key died", at.to_string());
        }
        if let Some((at, late, digest)) = &self.statement {
            line("statement", format!("{at} {} {digest}", if *late { "late" } else { "in time" }));
        }
        for (at, source, addresses) in &self.probes {
            line("probe", format!("{at} clean {addresses} addresses from {source}"));
        }
        if let Some(at) = lease.closed {
            line("closed", at.to_string());
        }
        line("not proven", not_proven().en);
        text
    }

    /// SHA-256 of the note's text in hexadecimal, as the journal has it.
    pub fn digest(&self) -> String {
        to_hex(&sha256(&[self.note().as_bytes()]))
    }
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
