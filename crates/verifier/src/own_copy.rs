use serde_json::Value;

use crate::checkpoint::Checkpoint;
use crate::document::{Document, Field};
use crate::finding::{Finding, Report};
use crate::merkle::Hash;
use crate::receipt::{self, printable};
use crate::{Key, Reason};

/// Checks the copy of "my data" that a resident was given: every opening in its list against the journal.
pub fn check_copy(text: &str, key: &Key) -> Result<Report, Reason> {
    Ok(OwnCopy::verified(text, key)?.report)
}

/// A copy whose lines hold.
pub struct OwnCopy {
    /// SHA-256 of each sealed value that it lists as held.
    pub sealed: Vec<Hash>,
    report: Report,
}

const MEMBERS: &[&str] = &["format", "origin", "checkpoint", "scheme", "reference", "state", "received", "held", "openings", "issued"];
const HELD: &[&str] = &["values", "purpose", "from", "until", "sealed"];
const OPENING: &[&str] = &["at", "who", "purpose", "purpose-id", "reason", "records", "journal-entry", "proof"];

impl OwnCopy {
    /// Reads a copy and checks its checkpoint and each line of its list.
    pub fn verified(text: &str, key: &Key) -> Result<Self, Reason> {
        let mut document = Document::parse(text.trim(), MEMBERS)?;
        if document.take("format")?.text()? != "lionrock-own-data/1" {
            return Err(Reason::Format);
        }
        let origin = document.take("origin")?.line()?;
        let checkpoint = Checkpoint::verified(&document.take("checkpoint")?.text()?, key)?;
        if checkpoint.origin != origin {
            return Err(Reason::Origin);
        }
        let mut sealed = Vec::new();
        for held in document.take("held")?.list()? {
            sealed.extend(held.document(HELD)?.take("sealed")?.hashes()?);
        }
        let (mut stated, mut waiting) = (Vec::new(), 0);
        for (number, opening) in (1..).zip(document.take("openings")?.list()?) {
            match line(opening.document(OPENING)?, number, &origin, key)? {
                Some(event) => stated.push(printable(&event)),
                None => waiting += 1,
            }
        }
        let mut proven = vec![checkpoint.finding(key)];
        if !stated.is_empty() {
            proven.push(Finding::Listed { lines: stated.len(), origin });
        }
        let mut unproven = vec![Finding::CopyWords, Finding::CopyWhole, Finding::SameForAll];
        if waiting > 0 {
            unproven.insert(0, Finding::ListedWithout { lines: waiting });
        }
        Ok(Self { sealed, report: Report { proven, unproven, stated } })
    }
}

/// The journal's own words about a line of the list, if the line has its proof and says the same.
fn line(mut opening: Document, number: usize, origin: &str, key: &Key) -> Result<Option<String>, Reason> {
    let Some(proof) = opening.take_if_any("proof") else { return Ok(None) };
    let (event, journal) = receipt::included(proof, key)?;
    if journal != origin {
        return Err(Reason::Origin);
    }
    let noted: Value = serde_json::from_str(&event).map_err(|_| Reason::Listed(number))?;
    let is = |pointer: &str, field: &str| noted.pointer(pointer).and_then(Value::as_str) == Some(field);
    let records = opening.take("records")?.number()?;
    let counted = match noted.pointer("/verb").and_then(Value::as_str) {
        Some("vault.opened") => records == 1,
        Some("vault.batch_opened") => noted.pointer("/details/count").and_then(Value::as_u64) == Some(records),
        _ => false,
    };
    let mut same = |pointer: &str, name: &'static str| Ok::<_, Reason>(is(pointer, &opening.take(name).and_then(Field::text)?));
    let told = same("/id", "journal-entry")? && same("/at", "at")? && same("/details/purpose", "purpose-id")?;
    if counted && told { Ok(Some(event)) } else { Err(Reason::Listed(number)) }
}
