//! Signed records of one shape: a note of named lines in a fixed order, recorded under its digest in the journal that it names.

use sha2::{Digest, Sha256};

use crate::certificate::{journal, recorded_digest};
use crate::checkpoint::Inclusion;
use crate::document::{Document, Field};
use crate::finding::{Finding, Report};
use crate::key::hex;
use crate::merkle::{self, Hash};
use crate::{Key, Reason, note};

/// Names and values of a note, in their order.
pub type Lines<'note> = [(&'note str, &'note str)];

/// What a note of one kind looks like.
pub struct Form {
    /// Its first line.
    pub head: &'static str,
    /// Names in their order, and how often each line may stand at least and at most.
    pub lines: &'static [(&'static str, usize, usize)],
    /// Whether a value is one for its name.
    pub is_sound: fn(&str, &str) -> bool,
    /// What holds of the lines together.
    pub hold: fn(&Lines) -> Result<(), Reason>,
}

/// Checks a record of this form. `stated` and `left_open` are what it proves by itself, and what nothing proves.
pub fn check(
    mut document: Document,
    key: &Key,
    form: &Form,
    stated: Finding,
    left_open: Vec<Finding>,
) -> Result<Report, Reason> {
    let note = document.take("note")?.text()?;
    let text = note::verified_text(&note, key)?;
    let Record { origin, journal: (from, root), lines } = Record::parse(text, form)?;
    let event = document.take("event")?.text()?;
    if recorded_digest(&event).as_deref() != Some(hex(&Sha256::digest(text)).as_str()) {
        return Err(Reason::Binding);
    }
    let entry = merkle::entry(&document.take("salt")?.array()?, &event);
    let inclusion = Inclusion::verified(document.take("inclusion")?, &entry, key)?;
    if inclusion.checkpoint.origin != origin {
        return Err(Reason::Origin);
    }
    if inclusion.index < from {
        return Err(Reason::Order);
    }
    let (mut proven, mut unproven) = (vec![stated, inclusion.finding()], left_open);
    let to = inclusion.checkpoint.size;
    match document.take_if_any("consistency").map(Field::hashes).transpose()? {
        Some(path) if merkle::continues(from, &root, to, &inclusion.checkpoint.root, &path) => {
            proven.push(Finding::Unchanged { from, to });
        }
        Some(_) => return Err(Reason::Growth),
        None => unproven.push(Finding::EarlierEntries),
    }
    Ok(Report { proven, unproven, stated: lines })
}

/// The lines of the note.
struct Record {
    origin: String,
    journal: (u64, Hash),
    lines: Vec<String>,
}

impl Record {
    fn parse(text: &str, form: &Form) -> Result<Self, Reason> {
        let mut lines = text.lines();
        if lines.next() != Some(form.head) {
            return Err(Reason::Format);
        }
        let pairs: Vec<(&str, &str)> = lines.map(|line| line.split_once(": ").unwrap_or_default()).collect();
        let mut rest = pairs.as_slice();
        for &(name, least, most) in form.lines {
            let count = rest.iter().take_while(|(key, _)| *key == name).count();
            let (these, others) = rest.split_at(count);
            if !(least..=most).contains(&count) || !these.iter().all(|(_, value)| (form.is_sound)(name, value)) {
                return Err(Reason::Member(name));
            }
            rest = others;
        }
        if !rest.is_empty() {
            return Err(Reason::Note);
        }
        (form.hold)(&pairs)?;
        let value = |name| pairs.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
        let journal = journal(value("journal")).ok_or(Reason::Member("journal"))?;
        let lines = pairs.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        Ok(Self { origin: value("origin").to_owned(), journal, lines })
    }
}
