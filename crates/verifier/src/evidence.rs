use sha2::{Digest, Sha256};

use crate::certificate::{is_moment, journal, recorded_digest};
use crate::checkpoint::{Inclusion, hash};
use crate::document::{Document, Field};
use crate::finding::{Finding, Report};
use crate::key::hex;
use crate::merkle::{self, Hash};
use crate::{Key, Reason, note};

/// Checks the receipt for destroyed evidence of an identity; `format` was taken from the document before.
pub fn check(mut document: Document, key: &Key) -> Result<Report, Reason> {
    let note = document.take("note")?.text()?;
    let text = note::verified_text(&note, key)?;
    let receipt = Receipt::parse(text)?;
    let event = document.take("event")?.text()?;
    if recorded_digest(&event).as_deref() != Some(hex(&Sha256::digest(text)).as_str()) {
        return Err(Reason::Binding);
    }
    let entry = merkle::entry(&document.take("salt")?.array()?, &event);
    let inclusion = Inclusion::verified(document.take("inclusion")?, &entry, key)?;
    if inclusion.checkpoint.origin != receipt.origin {
        return Err(Reason::Origin);
    }
    if inclusion.index < receipt.journal.0 {
        return Err(Reason::Order);
    }
    let mut proven = vec![Finding::EvidenceStated { key: key.name.clone() }, inclusion.finding()];
    let mut unproven = vec![Finding::EvidenceCopies, Finding::SameForAll];
    let ((from, root), to) = (receipt.journal, inclusion.checkpoint.size);
    match document.take_if_any("consistency").map(Field::hashes).transpose()? {
        Some(path) if merkle::continues(from, &root, to, &inclusion.checkpoint.root, &path) => {
            proven.push(Finding::Unchanged { from, to });
        }
        Some(_) => return Err(Reason::Growth),
        None => unproven.push(Finding::EarlierEntries),
    }
    Ok(Report { proven, unproven, stated: receipt.lines })
}

/// The lines of the note.
struct Receipt {
    origin: String,
    journal: (u64, Hash),
    lines: Vec<String>,
}

/// Name, and how often the line may stand at least and at most.
const LINES: [(&str, usize, usize); 10] = [
    ("origin", 1, 1),
    ("proofing", 1, 1),
    ("piece", 0, 3),
    ("key", 1, 1),
    ("made", 1, 1),
    ("destroyed", 1, 1),
    ("ended", 1, 1),
    ("software", 1, 1),
    ("journal", 1, 1),
    ("issued", 1, 1),
];

impl Receipt {
    fn parse(text: &str) -> Result<Self, Reason> {
        let mut lines = text.lines();
        if lines.next() != Some("lionrock evidence receipt v1") {
            return Err(Reason::Format);
        }
        let pairs: Vec<(&str, &str)> = lines.map(|line| line.split_once(": ").unwrap_or_default()).collect();
        let mut rest = pairs.as_slice();
        for (name, least, most) in LINES {
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
        let journal = journal(value("journal")).ok_or(Reason::Member("journal"))?;
        let lines = pairs.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        Ok(Self { origin: value("origin").to_owned(), journal, lines })
    }
}

const ENDS: [&str; 5] = ["verified", "refused", "timed-out", "lost", "withdrawn"];

fn is_sound(name: &str, value: &str) -> bool {
    let words: Vec<&str> = value.split(' ').collect();
    match (name, words.as_slice()) {
        ("piece", [piece, digest]) => ["details", "document", "selfie"].contains(piece) && hash(digest).is_some(),
        ("key", [id]) => id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)),
        ("made" | "destroyed" | "issued", [moment]) => is_moment(moment),
        ("ended", [end]) => ENDS.contains(end),
        ("journal", _) => journal(value).is_some(),
        ("piece" | "key" | "made" | "destroyed" | "issued" | "ended", _) => false,
        _ => !value.trim().is_empty(),
    }
}
