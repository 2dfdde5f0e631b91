//! Closing records of contractors' leases: flipped, cut, swapped, replayed, signed by somebody else.

use serde_json::{Value, json};
use verifier::{Finding, Reason, check_certificate};

use crate::writer::{AT, DEADLINE, Journal, ORIGIN, SALT, Writer, base64, certificate, certificate_event, certificate_text, every_flip, sha256};

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The closing record of a lease, written when the journal had four entries.
fn text_of(lease: &str) -> String {
    let root = base64(crate::writer::root(&Journal::around("", 4).0[..4]));
    let digest = hexadecimal(&sha256(&[b"the statement"]));
    [
        "lionrock lease closure v1".to_owned(),
        format!("origin: {ORIGIN}"),
        format!("lease: {lease}"),
        "contractor: ctr_01".to_owned(),
        "service: svc_01".to_owned(),
        "records: 17325".to_owned(),
        format!("ended: {AT} day"),
        format!("key died: {AT}"),
        format!("statement: {AT} in-time {digest}"),
        format!("probe: {AT} clean 12 addresses from 127.0.0.1 one en"),
        format!("probe: {DEADLINE} clean 12 addresses from 127.0.0.2 two zh"),
        format!("closed: {DEADLINE}"),
        "not proven: that no copy is hidden where nobody can look".to_owned(),
        format!("journal: 4 {root}"),
        format!("issued: {DEADLINE}\n"),
    ]
    .join("\n")
}

fn event_of(text: &str, lease: &str) -> String {
    let digest = hexadecimal(&sha256(&[text.as_bytes()]));
    format!(r#"{{"verb":"processors.closing_record","details":{{"lease":"{lease}","certificate":"{digest}"}}}}"#)
}

fn record(writer: &Writer, text: &str, event: &str) -> Value {
    let journal = Journal::around(event, 4);
    json!({"format": "lionrock-closure/1", "note": writer.note(text), "event": event, "salt": base64(SALT),
        "inclusion": journal.inclusion(4, writer), "consistency": journal.growth(4)})
}

fn closing(writer: &Writer, lease: &str) -> Value {
    let text = text_of(lease);
    record(writer, &text, &event_of(&text, lease))
}

fn check(document: &Value, writer: &Writer) -> Result<verifier::Report, Reason> {
    check_certificate(&document.to_string(), &writer.key())
}

#[test]
fn a_closing_record_says_what_was_done_and_that_a_hidden_copy_is_not_excluded() {
    let writer = Writer::new("ledger", 1);
    let report = check(&closing(&writer, "lse_01"), &writer).unwrap();
    assert!(matches!(
        &report.proven[..],
        [Finding::ClosingStated { .. }, Finding::Included { index: 4, size: 9, .. }, Finding::Unchanged { from: 4, to: 9 }]
    ));
    assert!(report.unproven.contains(&Finding::ContractorCopies));
    assert!(report.stated.contains(&"lease: lse_01".to_owned()));
}

#[test]
fn every_flipped_bit_of_a_closing_record_is_noticed() {
    let writer = Writer::new("ledger", 1);
    let document = closing(&writer, "lse_01").to_string();
    every_flip(&document, |altered, at| assert!(check_certificate(altered, &writer.key()).is_err(), "byte {at}"));
}

#[test]
fn parts_of_two_closing_records_cannot_be_swapped() {
    let writer = Writer::new("ledger", 1);
    let (one, other) = (closing(&writer, "lse_01"), closing(&writer, "lse_02"));
    let with = |names: &[&str]| {
        let mut mixed = one.clone();
        for name in names {
            mixed[*name] = other[*name].clone();
        }
        check(&mixed, &writer)
    };
    assert_eq!(with(&["note"]), Err(Reason::Binding), "the statement of another lease");
    assert_eq!(with(&["event"]), Err(Reason::Binding), "the entry of another lease");
    assert_eq!(with(&["inclusion"]), Err(Reason::Inclusion));
    assert_eq!(with(&["event", "inclusion"]), Err(Reason::Binding));
    assert_eq!(with(&["note", "event"]), Err(Reason::Inclusion), "a record that the journal never had");
    assert_eq!(with(&["consistency"]), Err(Reason::Growth));
    assert!(with(&["note", "event", "inclusion", "consistency"]).is_ok(), "the whole other one is sound");
}

#[test]
fn a_closing_record_is_no_certificate_of_erasure_and_the_reverse() {
    let writer = Writer::new("ledger", 1);
    let mut closure = closing(&writer, "lse_01");
    closure["format"] = json!("lionrock-certificate/1");
    assert_eq!(check(&closure, &writer), Err(Reason::Format));
    let mut erasure = certificate(&writer, &certificate_text());
    erasure["format"] = json!("lionrock-closure/1");
    assert_eq!(check(&erasure, &writer), Err(Reason::Format));
    // Nor does the entry of a certificate stand in for that of a closing record.
    let text = text_of("lse_01");
    assert!(check(&record(&writer, &text, &certificate_event(&text)), &writer).is_ok(), "what counts is the digest");
    assert_eq!(check(&record(&writer, &text, &certificate_event(&certificate_text())), &writer), Err(Reason::Binding));
}

#[test]
fn an_old_journal_is_not_replayed_for_a_new_record() {
    let writer = Writer::new("ledger", 1);
    let text = text_of("lse_01");
    let event = event_of(&text, "lse_01");
    let mut early = closing(&writer, "lse_01");
    early["inclusion"] = Journal::around(&event, 3).inclusion(3, &writer);
    assert_eq!(check(&early, &writer), Err(Reason::Order), "it stands before the size that it states");
    let mut moved = closing(&writer, "lse_01");
    moved["inclusion"]["checkpoint"] = json!(Journal::around(&event, 4).checkpoint(&writer, "lionrock.demo/other"));
    assert_eq!(check(&moved, &writer), Err(Reason::Origin));
    let mut rewritten = closing(&writer, "lse_01");
    rewritten["consistency"] = json!(Journal::around("another", 4).growth(3));
    assert_eq!(check(&rewritten, &writer), Err(Reason::Growth));
}

#[test]
fn a_foreign_key_signs_neither_the_record_nor_its_journal() {
    let (writer, foreign, namesake) = (Writer::new("ledger", 1), Writer::new("other", 2), Writer::new("ledger", 2));
    assert_eq!(check(&closing(&foreign, "lse_01"), &writer), Err(Reason::OtherKey));
    assert_eq!(check(&closing(&namesake, "lse_01"), &writer), Err(Reason::OtherKey), "a key is more than its name");
    let mut half = closing(&writer, "lse_01");
    half["note"] = closing(&foreign, "lse_01")["note"].clone();
    assert_eq!(check(&half, &writer), Err(Reason::OtherKey));
    let mut half = closing(&writer, "lse_01");
    half["inclusion"] = closing(&foreign, "lse_01")["inclusion"].clone();
    assert_eq!(check(&half, &writer), Err(Reason::OtherKey));
}

#[test]
fn a_closing_record_that_leaves_something_out_is_refused() {
    let writer = Writer::new("ledger", 1);
    let whole = text_of("lse_01");
    let signed = |text: &str| check(&record(&writer, text, &event_of(text, "lse_01")), &writer);
    assert!(signed(&whole).is_ok());
    assert!(signed(&whole.replace(&format!("key died: {AT}\n"), "")).is_ok(), "a key that still has to die may be missing");
    for line in whole.lines().filter(|line| !line.starts_with("key died")) {
        assert!(signed(&whole.replacen(&format!("{line}\n"), "", 1)).is_err(), "without {line}");
    }
    for (from, to) in [
        (" clean ", " dirty "),
        ("in-time", "whenever"),
        ("records: 17325", "records: some"),
        ("records: 17325", "records: 17325\nrecords: 1"),
        ("closure v1", "closure v2"),
        ("issued:", "remark: trust us\nissued:"),
    ] {
        assert!(signed(&whole.replace(from, to)).is_err(), "{from} -> {to}");
    }
    // One look is too few, unless somebody went there.
    let lines: Vec<&str> = whole.lines().collect();
    let kept: Vec<&str> = lines.iter().copied().filter(|line| !line.contains("127.0.0.2")).collect();
    let one_look = format!("{}\n", kept.join("\n"));
    assert_eq!(signed(&one_look), Err(Reason::Member("probe")));
    let inspected = format!("inspected: {AT} {}\nclosed:", "ab".repeat(32));
    assert!(signed(&one_look.replace("closed:", &inspected)).is_ok());
}
