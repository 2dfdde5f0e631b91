use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::checkpoint::{Inclusion, decimal, hash};
use crate::document::{Document, Field};
use crate::finding::{Finding, Report};
use crate::key::hex;
use crate::merkle::{self, Hash};
use crate::opening::Opening;
use crate::own_copy::OwnCopy;
use crate::{Key, Reason, closure, evidence, note, training};

/// Checks a certificate of erasure, or the closing record of a contractor's lease.
pub fn check_certificate(text: &str, key: &Key) -> Result<Report, Reason> {
    let (mut report, early) = checked(text, key)?;
    if early.is_some() {
        report.unproven.push(Finding::NotOpened);
    }
    Ok(report)
}

/// Checks a certificate of an erasure before the time together with the opening of its commitments, and with the copy of one's data
/// from before, if one has it.
pub fn check_opened(text: &str, opening: &str, copy: Option<&str>, key: &Key) -> Result<Report, Reason> {
    let (mut report, early) = checked(text, key)?;
    let opening = Opening::parse(opening)?;
    if !early.is_some_and(|(values, lines)| opening.opens(&values, lines)) {
        return Err(Reason::Opening);
    }
    report.proven.push(Finding::Opened { commitments: opening.commitments.len(), values: opening.sealed.len() });
    if let Some(copy) = copy {
        let listed = OwnCopy::verified(copy, key)?.sealed;
        let erased = listed.iter().filter(|value| opening.sealed.contains(value)).count();
        if erased == 0 {
            return Err(Reason::OtherData);
        }
        report.proven.push(Finding::CopyErased { values: erased });
        if erased < listed.len() {
            report.unproven.push(Finding::CopyLeft { values: listed.len() - erased });
        }
        report.unproven.push(Finding::CopyWords);
    }
    report.unproven.push(Finding::SealedOnly);
    Ok(report)
}

/// The report, and for an erasure before the time the root over its commitments and how many they are.
fn checked(text: &str, key: &Key) -> Result<(Report, Option<(Hash, u64)>), Reason> {
    let mut document = Document::parse(text.trim(), &["format", "note", "event", "salt", "inclusion", "consistency"])?;
    match document.take("format")?.text()?.as_str() {
        "lionrock-certificate/1" => {}
        "lionrock-closure/1" => return Ok((closure::check(document, key)?, None)),
        "lionrock-evidence/1" => return Ok((evidence::check(document, key)?, None)),
        "lionrock-training/1" => return Ok((training::check(document, key)?, None)),
        _ => return Err(Reason::Format),
    }
    let note = document.take("note")?.text()?;
    let text = note::verified_text(&note, key)?;
    let statement = Statement::parse(text)?;
    let event = document.take("event")?.text()?;
    if recorded_digest(&event).as_deref() != Some(hex(&Sha256::digest(text)).as_str()) {
        return Err(Reason::Binding);
    }
    let entry = merkle::entry(&document.take("salt")?.array()?, &event);
    let inclusion = Inclusion::verified(document.take("inclusion")?, &entry, key)?;
    if inclusion.checkpoint.origin != statement.origin {
        return Err(Reason::Origin);
    }
    if inclusion.index < statement.journal_size {
        return Err(Reason::Order);
    }
    let consistency = document.take_if_any("consistency").map(Field::hashes).transpose()?;
    let early = statement.lines_of_ledger.map(|lines| (statement.values, lines));
    Ok((report(&statement, &inclusion, consistency.as_deref(), key)?, early))
}

fn report(statement: &Statement, inclusion: &Inclusion, path: Option<&[Hash]>, key: &Key) -> Result<Report, Reason> {
    let mut proven = vec![Finding::Certified { key: key.name.clone() }, inclusion.finding()];
    let copies = if statement.token { Finding::NoCopiesOfToken } else { Finding::NoCopies };
    let mut unproven = vec![copies, Finding::HandedOver, Finding::SameForAll];
    if let Some(roll) = statement.roll {
        proven.push(Finding::Final { roll });
        unproven.push(Finding::NothingElse);
    } else {
        proven.push(Finding::AllKeys);
    }
    if let Some((lines, at)) = &statement.ledger_lost {
        unproven.push(Finding::LedgerLost { lines: *lines, at: at.clone() });
    }
    let (from, to) = (statement.journal_size, inclusion.checkpoint.size);
    match path {
        Some(path) if merkle::continues(from, &statement.journal_root, to, &inclusion.checkpoint.root, path) => {
            proven.push(Finding::Unchanged { from, to });
        }
        Some(_) => return Err(Reason::Growth),
        None => unproven.insert(1, Finding::EarlierEntries),
    }
    Ok(Report { proven, unproven, stated: statement.lines.clone() })
}

/// The lines of the note that matter to the check, and all of them for the reader.
struct Statement {
    origin: String,
    journal_size: u64,
    journal_root: Hash,
    /// Root over the sealed values, or over the commitments to them.
    values: Hash,
    /// How many lines of the erasure ledger it is about, where something was erased before its time.
    lines_of_ledger: Option<u64>,
    /// The roll that made it final, where something was erased before its time.
    roll: Option<u64>,
    /// How many lines of the erasure ledger were lost before, and when a new one was begun.
    ledger_lost: Option<(u64, String)>,
    /// Whether every root stood in a token and was destroyed there.
    token: bool,
    lines: Vec<String>,
}

/// Name, and how often the line may stand at least and at most.
const LINES: [(&str, usize, usize); 16] = [
    ("origin", 1, 1),
    ("service", 1, 1),
    ("scope", 1, 1),
    ("households", 1, 1),
    ("persons", 1, 1),
    ("values", 1, 1),
    ("purposes", 1, 1),
    ("tree", 1, usize::MAX),
    ("root", 1, usize::MAX),
    ("roll", 0, 1),
    ("ledger", 0, 1),
    ("ledger-lost", 0, 1),
    ("custodian", 0, usize::MAX),
    ("store", 1, 1),
    ("journal", 1, 1),
    ("issued", 1, 1),
];

impl Statement {
    fn parse(text: &str) -> Result<Self, Reason> {
        let mut lines = text.lines();
        if lines.next() != Some("lionrock erasure certificate v1") {
            return Err(Reason::Format);
        }
        let pairs: Vec<(&str, &str)> = lines.map(|line| line.split_once(": ").unwrap_or_default()).collect();
        let mut rest = pairs.as_slice();
        for (name, least, most) in LINES {
            let count = rest.iter().take_while(|(key, _)| *key == name).count();
            let (these, others) = rest.split_at(count);
            let sound = these.iter().all(|(_, value)| is_sound(name, value));
            if !(least..=most).contains(&count) || !sound {
                return Err(Reason::Member(name));
            }
            rest = others;
        }
        if !rest.is_empty() {
            return Err(Reason::Note);
        }
        check_trees(&pairs)?;
        let value = |name| pairs.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
        let (journal_size, journal_root) = journal(value("journal")).ok_or(Reason::Member("journal"))?;
        let lines = pairs.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let mut roots = pairs.iter().filter(|(key, _)| *key == "root");
        let token = roots.all(|(_, value)| value.split(' ').nth(1) == Some("destroyed"));
        let roll = early(&pairs)?;
        let lost = value("ledger-lost").split_once(' ');
        let ledger_lost = lost.and_then(|(lines, at)| Some((decimal(lines)?, at.to_owned())));
        let values = hash(value("values")).ok_or(Reason::Member("values"))?;
        let ledger = value("ledger").split_once(' ').and_then(|(first, last)| span(first, last));
        let lines_of_ledger = ledger.and_then(|(first, last)| (last - first).checked_add(1));
        Ok(Self { origin: value("origin").to_owned(), values, lines_of_ledger, journal_size, journal_root, roll, ledger_lost, token, lines })
    }
}

/// Every purpose has a tree that died, and no other tree is named.
fn check_trees(pairs: &[(&str, &str)]) -> Result<(), Reason> {
    let of = |name| pairs.iter().filter(move |(key, _)| *key == name).map(|(_, value)| *value);
    let purposes: Vec<&str> = of("purposes").flat_map(|value| value.split(", ")).collect();
    let trees: Vec<&str> = of("tree").filter_map(|value| value.split(' ').next()).collect();
    let same = purposes.iter().all(|purpose| trees.contains(purpose)) && trees.iter().all(|tree| purposes.contains(tree));
    if same { Ok(()) } else { Err(Reason::Member("tree")) }
}

fn is_sound(name: &str, value: &str) -> bool {
    let words: Vec<&str> = value.split(' ').collect();
    match (name, words.as_slice()) {
        ("households" | "persons", [number]) => decimal(number).is_some(),
        ("values", [root]) => hash(root).is_some(),
        ("tree", [purpose, moment]) => !purpose.is_empty() && is_moment(moment),
        ("root", [id, how, moment]) => is_root_id(id) && ["overwritten", "destroyed"].contains(how) && is_moment(moment),
        ("roll", [number, moment]) => decimal(number).is_some_and(|number| number > 0) && is_moment(moment),
        ("ledger", [first, last]) => span(first, last).is_some(),
        ("ledger-lost", [lines, moment]) => decimal(lines).is_some() && is_moment(moment),
        ("store", [how, moment]) => ["dropped", "emptied", "kept"].contains(how) && is_moment(moment),
        ("journal", _) => journal(value).is_some(),
        ("issued", [moment]) => is_moment(moment),
        ("households" | "persons" | "values" | "tree" | "root" | "roll" | "ledger" | "ledger-lost" | "store" | "issued", _) => false,
        _ => !value.trim().is_empty(),
    }
}

/// The first and the last entry of the erasure ledger, counted from 1.
fn span(first: &str, last: &str) -> Option<(u64, u64)> {
    let (first, last) = (decimal(first)?, decimal(last)?);
    (first > 0 && first <= last).then_some((first, last))
}

/// `roll` and `ledger` stand together: an erasure before the time has both, the end of a service neither.
fn early(pairs: &[(&str, &str)]) -> Result<Option<u64>, Reason> {
    let of = |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    match (of("roll"), of("ledger")) {
        (None, None) => Ok(None),
        (Some(roll), Some(_)) => Ok(roll.split(' ').next().and_then(decimal)),
        _ => Err(Reason::Member("roll")),
    }
}

pub fn journal(value: &str) -> Option<(u64, Hash)> {
    let (size, root) = value.split_once(' ')?;
    Some((decimal(size)?, hash(root)?))
}

fn is_root_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// RFC 3339 with milliseconds and offset, by its shape.
pub fn is_moment(text: &str) -> bool {
    let shape = "0000-00-00T00:00:00.000+00:00";
    let fits = |(c, s): (char, char)| if s == '0' { c.is_ascii_digit() } else { c == s || (s == '+' && c == '-') };
    text.len() == shape.len() && text.chars().zip(shape.chars()).all(fits)
}

/// `details.certificate` of the event.
pub fn recorded_digest(event: &str) -> Option<String> {
    let event: Value = serde_json::from_str(event).ok()?;
    event.get("details")?.get("certificate")?.as_str().map(str::to_owned)
}
