use sha2::{Digest, Sha256};

use crate::certificate::{is_moment, journal, recorded_digest};
use crate::checkpoint::{Inclusion, decimal};
use crate::document::{Document, Field};
use crate::finding::{Finding, Report};
use crate::key::hex;
use crate::merkle::{self, Hash};
use crate::{Key, Reason, note};

/// Checks the closing record of a contractor's lease; `format` was taken from the document before.
pub fn check(mut document: Document, key: &Key) -> Result<Report, Reason> {
    let note = document.take("note")?.text()?;
    let text = note::verified_text(&note, key)?;
    let closing = Closing::parse(text)?;
    let event = document.take("event")?.text()?;
    if recorded_digest(&event).as_deref() != Some(hex(&Sha256::digest(text)).as_str()) {
        return Err(Reason::Binding);
    }
    let entry = merkle::entry(&document.take("salt")?.array()?, &event);
    let inclusion = Inclusion::verified(document.take("inclusion")?, &entry, key)?;
    if inclusion.checkpoint.origin != closing.origin {
        return Err(Reason::Origin);
    }
    if inclusion.index < closing.journal.0 {
        return Err(Reason::Order);
    }
    let mut proven = vec![Finding::ClosingStated { key: key.name.clone() }, inclusion.finding()];
    let mut unproven = vec![Finding::ContractorCopies, Finding::SameForAll];
    let ((from, root), to) = (closing.journal, inclusion.checkpoint.size);
    match document.take_if_any("consistency").map(Field::hashes).transpose()? {
        Some(path) if merkle::continues(from, &root, to, &inclusion.checkpoint.root, &path) => {
            proven.push(Finding::Unchanged { from, to });
        }
        Some(_) => return Err(Reason::Growth),
        None => unproven.push(Finding::EarlierEntries),
    }
    Ok(Report { proven, unproven, stated: closing.lines })
}

/// The lines of the note.
struct Closing {
    origin: String,
    journal: (u64, Hash),
    lines: Vec<String>,
}

/// Name, and how often the line may stand at least and at most.
const LINES: [(&str, usize, usize); 13] = [
    ("origin", 1, 1),
    ("lease", 1, 1),
    ("contractor", 1, 1),
    ("service", 1, 1),
    ("records", 1, 1),
    ("ended", 1, 1),
    ("key died", 0, 1),
    ("statement", 1, 1),
    ("probe", 0, usize::MAX),
    ("inspected", 0, 1),
    ("closed", 1, 1),
    ("not proven", 1, 1),
    ("journal", 1, 1),
];

impl Closing {
    fn parse(text: &str) -> Result<Self, Reason> {
        let mut lines = text.lines();
        if lines.next() != Some("lionrock lease closure v1") {
            return Err(Reason::Format);
        }
        let pairs: Vec<(&str, &str)> = lines.map(|line| line.split_once(": ").unwrap_or_default()).collect();
        let mut rest = pairs.as_slice();
        for (name, least, most) in LINES.into_iter().chain([("issued", 1, 1)]) {
            let count = rest.iter().take_while(|(key, _)| *key == name).count();
            let (these, others) = rest.split_at(count);
            if !(least..=most).contains(&count) || !these.iter().all(|(_, value)| is_sound(name, value)) {
                return Err(Reason::Member(name));
            }
            rest = others;
        }
        if !rest.is_empty() {
            return Err(Reason::Note);
        }
        let value = |name| pairs.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
        // Two looks from outside, or somebody who went there: nothing else closes a lease.
        if value("inspected").is_empty() && pairs.iter().filter(|(key, _)| *key == "probe").count() < 2 {
            return Err(Reason::Member("probe"));
        }
        let journal = journal(value("journal")).ok_or(Reason::Member("journal"))?;
        let lines = pairs.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        Ok(Self { origin: value("origin").to_owned(), journal, lines })
    }
}

fn is_sound(name: &str, value: &str) -> bool {
    let words: Vec<&str> = value.split(' ').collect();
    match (name, words.as_slice()) {
        ("records", [number]) => decimal(number).is_some(),
        ("ended", [moment, by]) => is_moment(moment) && !by.is_empty(),
        ("key died" | "closed" | "issued", [moment]) => is_moment(moment),
        ("statement", [moment, when, digest]) => {
            is_moment(moment) && ["in-time", "late"].contains(when) && is_digest(digest)
        }
        ("probe", [moment, "clean", number, "addresses", "from", ..]) => is_moment(moment) && decimal(number).is_some(),
        ("inspected", [moment, digest]) => is_moment(moment) && is_digest(digest),
        ("journal", _) => journal(value).is_some(),
        ("records" | "ended" | "key died" | "closed" | "issued" | "statement" | "probe" | "inspected", _) => false,
        _ => !value.trim().is_empty(),
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
