use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::checkpoint::{Inclusion, is_origin};
use crate::document::{Document, Field};
use crate::finding::{Finding, Report};
use crate::merkle::{self, Hash};
use crate::{Key, Reason};

/// Checks a receipt, as a JSON document or as the one line of its QR code.
pub fn check_receipt(text: &str, key: &Key) -> Result<Report, Reason> {
    let text = text.trim();
    let document = match text.strip_prefix("LR1.") {
        Some(line) => Document::from_value(expand(line)?, MEMBERS)?,
        None => Document::parse(text, MEMBERS)?,
    };
    check(document, key)
}

const MEMBERS: &[&str] = &["format", "origin", "event", "salt", "promise", "inclusion"];
const PROMISE: &[&str] = &["size", "index", "path", "root", "at", "deadline", "key", "signature"];

fn check(mut document: Document, key: &Key) -> Result<Report, Reason> {
    if document.take("format")?.text()? != "lionrock-receipt/1" {
        return Err(Reason::Format);
    }
    let origin = document.take("origin")?.line()?;
    let event = document.take("event")?.text()?;
    let entry = merkle::entry(&document.take("salt")?.array()?, &event);
    let mut report = Report { proven: Vec::new(), unproven: Vec::new(), stated: vec![printable(&event)] };
    if let Some(promise) = document.take_if_any("promise") {
        report.proven.push(check_promise(promise, &origin, &entry, key)?);
    }
    match document.take_if_any("inclusion") {
        Some(field) => report.proven.push(check_inclusion(field, &origin, &entry, key)?),
        None => report.unproven.push(Finding::NotYetMerged),
    }
    if report.proven.is_empty() {
        return Err(Reason::Empty);
    }
    report.unproven.extend([Finding::ContentTrue, Finding::SameForAll]);
    Ok(report)
}

/// The event of a receipt that stands in a journal, and that journal's origin.
pub fn included(proof: Field, key: &Key) -> Result<(String, String), Reason> {
    let mut document = proof.document(MEMBERS)?;
    if document.take("format")?.text()? != "lionrock-receipt/1" {
        return Err(Reason::Format);
    }
    let origin = document.take("origin")?.line()?;
    let event = document.take("event")?.text()?;
    let entry = merkle::entry(&document.take("salt")?.array()?, &event);
    check_inclusion(document.take("inclusion")?, &origin, &entry, key)?;
    Ok((event, origin))
}

fn check_promise(field: Field, origin: &str, entry: &Hash, key: &Key) -> Result<Finding, Reason> {
    let mut promise = field.document(PROMISE)?;
    let (index, size) = (promise.take("index")?.number()?, promise.take("size")?.number()?);
    let path = promise.take("path")?.hashes()?;
    let root = merkle::root_of(index, size, merkle::leaf(entry), &path).ok_or(Reason::Inclusion)?;
    // The line of a QR code leaves the root out: it follows from leaf and path, and the signature covers it.
    if promise.take_if_any("root").map(Field::array).transpose()?.is_some_and(|written: Hash| written != root) {
        return Err(Reason::Inclusion);
    }
    let (at, deadline) = (promise.take("at")?.line()?, promise.take("deadline")?.line()?);
    if promise.take("key")?.text()? != key.name {
        return Err(Reason::OtherKey);
    }
    if !is_origin(origin) {
        return Err(Reason::Member("origin"));
    }
    let root = STANDARD.encode(root);
    let signed = format!("lionrock receipt group v1\n{origin}\n{size}\n{root}\n{at}\n{deadline}\n");
    key.check(signed.as_bytes(), &promise.take("signature")?.bytes()?)?;
    Ok(Finding::Promised { key: key.name.clone(), origin: origin.to_owned(), at, deadline })
}

fn check_inclusion(field: Field, origin: &str, entry: &Hash, key: &Key) -> Result<Finding, Reason> {
    let inclusion = Inclusion::verified(field, entry, key)?;
    if inclusion.checkpoint.origin == origin { Ok(inclusion.finding()) } else { Err(Reason::Origin) }
}

/// The document that the one line stands for.
fn expand(line: &str) -> Result<Value, Reason> {
    let bytes = URL_SAFE_NO_PAD.decode(line).map_err(|_| Reason::Format)?;
    let values: Vec<Value> = serde_json::from_slice(&bytes).map_err(|_| Reason::Format)?;
    let values: [Value; 10] = values.try_into().map_err(|_| Reason::Format)?;
    let [origin, event, salt, index, size, path, at, deadline, key, signature] = values;
    let joined = Field { name: "path", value: path }.bytes()?;
    let (hashes, []) = joined.as_chunks::<32>() else { return Err(Reason::Member("path")) };
    let path: Vec<String> = hashes.iter().map(|hash| STANDARD.encode(hash)).collect();
    let promise = json!({"index": index, "size": size, "path": path, "at": at, "deadline": deadline, "key": key, "signature": signature});
    Ok(json!({"format": "lionrock-receipt/1", "origin": origin, "event": event, "salt": salt, "promise": promise}))
}

/// Events come from files: nothing in them may drive a terminal.
pub fn printable(event: &str) -> String {
    event.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
