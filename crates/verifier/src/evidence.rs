use crate::certificate::{is_moment, journal};
use crate::checkpoint::hash;
use crate::document::Document;
use crate::finding::{Finding, Report};
use crate::record::{self, Form};
use crate::{Key, Reason};

/// Checks the receipt for destroyed evidence of an identity; `format` was taken from the document before.
pub fn check(document: Document, key: &Key) -> Result<Report, Reason> {
    let stated = Finding::EvidenceStated { key: key.name.clone() };
    record::check(document, key, &FORM, stated, vec![Finding::EvidenceCopies, Finding::SameForAll])
}

const FORM: Form = Form {
    head: "lionrock evidence receipt v1",
    lines: &[
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
    ],
    is_sound,
    hold: |_| Ok(()),
};

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
