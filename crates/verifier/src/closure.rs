use crate::certificate::{is_moment, journal};
use crate::checkpoint::decimal;
use crate::document::Document;
use crate::finding::{Finding, Report};
use crate::record::{self, Form, Lines};
use crate::{Key, Reason};

/// Checks the closing record of a contractor's lease; `format` was taken from the document before.
pub fn check(document: Document, key: &Key) -> Result<Report, Reason> {
    let stated = Finding::ClosingStated { key: key.name.clone() };
    record::check(document, key, &FORM, stated, vec![Finding::ContractorCopies, Finding::SameForAll])
}

const FORM: Form = Form {
    head: "lionrock lease closure v1",
    lines: &[
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
        ("issued", 1, 1),
    ],
    is_sound,
    hold: looked_at,
};

/// Two looks from outside, or somebody who went there: nothing else closes a lease.
fn looked_at(lines: &Lines) -> Result<(), Reason> {
    let count = |name| lines.iter().filter(|(key, _)| *key == name).count();
    if count("inspected") == 0 && count("probe") < 2 { Err(Reason::Member("probe")) } else { Ok(()) }
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
