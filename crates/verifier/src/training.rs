use crate::certificate::{is_moment, journal};
use crate::checkpoint::decimal;
use crate::document::Document;
use crate::finding::{Finding, Report};
use crate::record::{self, Form, Lines};
use crate::{Key, Reason};

/// Checks the certificate of an officer's training; `format` was taken from the document before.
pub fn check(document: Document, key: &Key) -> Result<Report, Reason> {
    let stated = Finding::TrainingStated { key: key.name.clone() };
    record::check(document, key, &FORM, stated, vec![Finding::TrainingHolder, Finding::SameForAll])
}

const FORM: Form = Form {
    head: "lionrock training certificate v1",
    lines: &[
        ("origin", 1, 1),
        ("record", 1, 1),
        ("course", 1, 1),
        ("title", 1, 1),
        ("edition", 1, 1),
        ("officer", 1, 1),
        ("name", 0, 1),
        ("post", 1, 1),
        ("department", 1, 1),
        ("attended", 0, 1),
        ("passed", 1, 1),
        ("completed", 1, 1),
        ("valid until", 1, 1),
        ("journal", 1, 1),
        ("issued", 1, 1),
    ],
    is_sound,
    hold: holds_after_it_was_completed,
};

/// A certificate that ends before it began says nothing. Days and moments sort as their texts do.
fn holds_after_it_was_completed(lines: &Lines) -> Result<(), Reason> {
    let value = |name| lines.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| *value);
    if value("valid until") > value("completed") { Ok(()) } else { Err(Reason::Member("valid until")) }
}

fn is_sound(name: &str, value: &str) -> bool {
    let words: Vec<&str> = value.split(' ').collect();
    match (name, words.as_slice()) {
        ("edition", [digest]) => digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)),
        ("attended" | "completed" | "issued", [moment]) => is_moment(moment),
        ("passed", [moment, score, "of", asked]) => {
            let (score, asked) = (decimal(score), decimal(asked));
            is_moment(moment) && score.is_some() && asked.is_some() && score <= asked
        }
        ("valid until", [day]) => is_day(day),
        ("journal", _) => journal(value).is_some(),
        ("edition" | "attended" | "completed" | "issued" | "passed" | "valid until", _) => false,
        _ => !value.trim().is_empty(),
    }
}

fn is_day(text: &str) -> bool {
    let shape = "0000-00-00";
    text.len() == shape.len() && text.chars().zip(shape.chars()).all(|(c, s)| if s == '0' { c.is_ascii_digit() } else { c == s })
}
