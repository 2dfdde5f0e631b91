use serde_json::json;
use verifier::{Finding, Reason, check_receipt};

use crate::writer::{DEADLINE, Journal, ORIGIN, Writer, every_flip, line, receipt};

const LEDGER: &str = "lionrock.demo/cumask";

#[test]
fn a_promise_and_an_inclusion_are_told_apart() {
    let writer = Writer::new(LEDGER, 1);
    let promise = check_receipt(&receipt(&writer, false).to_string(), &writer.key()).unwrap();
    assert!(matches!(&promise.proven[..], [Finding::Promised { deadline, .. }] if deadline == DEADLINE));
    assert!(promise.unproven.contains(&Finding::NotYetMerged));
    let both = check_receipt(&receipt(&writer, true).to_string(), &writer.key()).unwrap();
    assert!(matches!(&both.proven[..], [Finding::Promised { .. }, Finding::Included { index: 9, size: 19, .. }]));
    assert!(!both.unproven.contains(&Finding::NotYetMerged));
    let mut merged = receipt(&writer, true);
    merged.as_object_mut().unwrap().remove("promise");
    let merged = check_receipt(&merged.to_string(), &writer.key()).unwrap();
    assert!(matches!(&merged.proven[..], [Finding::Included { .. }]));
}

#[test]
fn the_line_of_the_qr_code_says_the_same() {
    let writer = Writer::new(LEDGER, 1);
    let receipt = receipt(&writer, false);
    let line = line(&receipt);
    assert!(line.len() < 1_200, "{} characters", line.len());
    let from_line = check_receipt(&format!("{line}\n"), &writer.key()).unwrap();
    assert_eq!(from_line, check_receipt(&receipt.to_string(), &writer.key()).unwrap());
    every_flip(&line, |altered, at| assert!(check_receipt(altered, &writer.key()).is_err(), "byte {at}"));
    for len in 0..line.len() {
        assert!(check_receipt(&line[..len], &writer.key()).is_err());
    }
}

#[test]
fn every_flipped_bit_of_a_receipt_is_noticed() {
    let writer = Writer::new(LEDGER, 1);
    for included in [false, true] {
        let text = receipt(&writer, included).to_string();
        every_flip(&text, |altered, at| {
            assert!(check_receipt(altered, &writer.key()).is_err(), "byte {at}: {}", &altered[at.saturating_sub(9)..=at]);
        });
    }
}

#[test]
fn a_receipt_of_another_key_or_journal_is_refused() {
    let writer = Writer::new(LEDGER, 1);
    let text = receipt(&writer, true).to_string();
    assert_eq!(check_receipt(&text, &Writer::new("another", 1).key()), Err(Reason::OtherKey));
    assert_eq!(check_receipt(&text, &Writer::new(LEDGER, 2).key()), Err(Reason::Signature));
    let mut moved = receipt(&writer, true);
    moved["inclusion"]["checkpoint"] = json!(Journal::around(crate::writer::EVENT, 9).checkpoint(&writer, "lionrock.demo/other"));
    assert_eq!(check_receipt(&moved.to_string(), &writer.key()), Err(Reason::Origin));
}

#[test]
fn what_is_missing_or_too_much_is_refused() {
    let writer = Writer::new(LEDGER, 1);
    let whole = receipt(&writer, true);
    for member in ["format", "origin", "event", "salt"] {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(member);
        assert_eq!(check_receipt(&less.to_string(), &writer.key()), Err(Reason::Member(member)));
    }
    let mut empty = whole.clone();
    empty.as_object_mut().unwrap().retain(|name, _| name != "promise" && name != "inclusion");
    assert_eq!(check_receipt(&empty.to_string(), &writer.key()), Err(Reason::Empty));
    let mut more = whole.clone();
    more["remark"] = json!("trust me");
    assert_eq!(check_receipt(&more.to_string(), &writer.key()), Err(Reason::Format));
    for nonsense in ["", "{}", "[]", "LR1.", "LR1.AAAA", "LR1.W10", "\u{0}", "null"] {
        assert!(check_receipt(nonsense, &writer.key()).is_err(), "{nonsense:?}");
    }
}

/// The same key signs checkpoints, receipts and certificates; none may pass for another.
#[test]
fn a_checkpoint_signature_is_no_promise() {
    let writer = Writer::new(LEDGER, 1);
    let mut forged = receipt(&writer, false);
    let root = forged["promise"]["root"].as_str().unwrap().to_owned();
    forged["promise"]["signature"] = json!(writer.sign(&format!("{ORIGIN}\n5\n{root}\n")));
    assert_eq!(check_receipt(&forged.to_string(), &writer.key()), Err(Reason::Signature));
}
