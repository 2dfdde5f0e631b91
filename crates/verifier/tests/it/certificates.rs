use serde_json::json;
use verifier::{Finding, Reason, check_certificate};

use crate::writer::{AT, Journal, Writer, certificate, certificate_event, certificate_text, every_flip};

#[test]
fn a_certificate_says_what_is_proven_and_what_rests_on_trust() {
    let writer = Writer::new("ledger", 1);
    let report = check_certificate(&certificate(&writer, &certificate_text()).to_string(), &writer.key()).unwrap();
    assert!(matches!(
        &report.proven[..],
        [
            Finding::Certified { .. },
            Finding::Included { index: 4, size: 9, .. },
            Finding::AllKeys,
            Finding::Unchanged { from: 4, to: 9 }
        ]
    ));
    assert!(report.unproven.contains(&Finding::NoCopies) && report.unproven.contains(&Finding::HandedOver));
    assert!(report.stated.contains(&"households: 20000".to_owned()));
    let mut shorter = certificate(&writer, &certificate_text());
    shorter.as_object_mut().unwrap().remove("consistency");
    let report = check_certificate(&shorter.to_string(), &writer.key()).unwrap();
    assert!(report.unproven.contains(&Finding::EarlierEntries));
}

#[test]
fn every_flipped_bit_of_a_certificate_is_noticed() {
    let writer = Writer::new("ledger", 1);
    let text = certificate(&writer, &certificate_text()).to_string();
    every_flip(&text, |altered, at| assert!(check_certificate(altered, &writer.key()).is_err(), "byte {at}"));
}

#[test]
fn a_certificate_must_be_the_one_that_was_recorded() {
    let writer = Writer::new("ledger", 1);
    let text = certificate_text();
    let mut other = certificate(&writer, &text.replace("20000", "20001"));
    other["note"] = json!(writer.note(&text));
    assert_eq!(check_certificate(&other.to_string(), &writer.key()), Err(Reason::Binding));

    let event = certificate_event(&text);
    let mut early = certificate(&writer, &text);
    early["inclusion"] = Journal::around(&event, 3).inclusion(3, &writer);
    assert_eq!(check_certificate(&early.to_string(), &writer.key()), Err(Reason::Order));

    let mut moved = certificate(&writer, &text);
    moved["inclusion"]["checkpoint"] = json!(Journal::around(&event, 4).checkpoint(&writer, "lionrock.demo/other"));
    assert_eq!(check_certificate(&moved.to_string(), &writer.key()), Err(Reason::Origin));

    let mut rewritten = certificate(&writer, &text);
    rewritten["consistency"] = json!(Journal::around("another", 4).growth(3));
    assert_eq!(check_certificate(&rewritten.to_string(), &writer.key()), Err(Reason::Growth));
}

#[test]
fn a_certificate_that_leaves_something_out_is_refused() {
    let writer = Writer::new("ledger", 1);
    let whole = certificate_text();
    let check = |text: &str| check_certificate(&certificate(&writer, text).to_string(), &writer.key());
    assert!(check(&whole).is_ok());
    for line in whole.lines().filter(|line| !line.starts_with("custodian")) {
        assert!(check(&whole.replace(&format!("{line}\n"), "")).is_err(), "without {line}");
    }
    for (from, to) in [
        ("households: 20000", "households: many"),
        ("households: 20000", "households: 20000\nhouseholds: 1"),
        (" overwritten ", " hidden "),
        ("store: dropped", "store: sold"),
        ("purposes: matching, delivery", "purposes: matching, delivery, advertising"),
        ("purposes: matching, delivery", "purposes: matching"),
        (AT, "yesterday"),
        ("journal: 4", "journal: 04"),
        ("issued:", "remark: trust us\nissued:"),
        ("certificate v1", "certificate v2"),
    ] {
        assert!(check(&whole.replace(from, to)).is_err(), "{from} -> {to}");
    }
}

/// The same certificate about an erasure before the time.
fn early_text(roll: &str, ledger: &str) -> String {
    certificate_text().replacen("custodian:", &format!("roll: {roll}\nledger: {ledger}\ncustodian:"), 1)
}

#[test]
fn an_erasure_before_the_time_says_from_which_roll_on_old_copies_are_worthless() {
    let writer = Writer::new("ledger", 1);
    let check = |text: &str| check_certificate(&certificate(&writer, text).to_string(), &writer.key());
    let report = check(&early_text(&format!("7 {AT}"), "12 15")).unwrap();
    assert!(report.proven.contains(&Finding::Final { roll: 7 }));
    assert!(report.unproven.contains(&Finding::NothingElse) && report.unproven.contains(&Finding::NoCopies));
    for (roll, ledger) in [("0", "12 15"), ("seven", "12 15"), ("7", "15 12"), ("7", "0 3"), ("7", "12")] {
        assert!(check(&early_text(&format!("{roll} {AT}"), ledger)).is_err(), "{roll}, {ledger}");
    }
    let one = early_text(&format!("7 {AT}"), "12 15");
    assert!(check(&one.replace("ledger: 12 15\n", "")).is_err(), "both or neither");
    // Where the root stood in a token, the sentence about copies is another.
    let token = check(&one.replace(" overwritten ", " destroyed ")).unwrap();
    assert!(token.unproven.contains(&Finding::NoCopiesOfToken));
}
