//! What residents are given: the opening of a certificate's commitments, and the copy of their data with the list of openings.

use serde_json::{Value, json};
use verifier::{Finding, Reason, check_certificate, check_copy, check_opened};

use crate::writer::{AT, Hash, Journal, ORIGIN, SALT, Writer, base64, certificate, certificate_text, every_flip, root, sha256};

const VALUES: [&[u8]; 3] = [b"identity, sealed", b"contact, sealed", b"a message, sealed"];

fn digest(value: &[u8]) -> String {
    base64(sha256(&[value]))
}

/// Two commitments: of the first two values, and of the third.
fn opening() -> Value {
    json!({"format": "lionrock-opening/1", "commitments": [
        {"salt": base64([1; 32]), "sealed": [digest(VALUES[0]), digest(VALUES[1])]},
        {"salt": base64([2; 32]), "sealed": [digest(VALUES[2])]},
    ]})
}

fn commitments() -> [Hash; 2] {
    let [one, two, three] = VALUES.map(|value| sha256(&[value]));
    [sha256(&[b"lionrock erased v1\n", &[1; 32], &one, &two]), sha256(&[b"lionrock erased v1\n", &[2; 32], &three])]
}

/// The certificate of an erasure that is lines 12 and 13 of the erasure ledger.
fn erased(writer: &Writer, ledger: &str) -> String {
    let leaves = commitments().map(|entry| sha256(&[&[0], &entry]));
    let text = certificate_text().replace(&base64([8; 32]), &base64(root(&leaves)));
    let text = text.replacen("custodian:", &format!("roll: 7 {AT}\nledger: {ledger}\ncustodian:"), 1);
    certificate(writer, &text).to_string()
}

fn event(verb: &str, id: &str, details: &str) -> String {
    format!(r#"{{"id":"{id}","at":"{AT}","verb":"{verb}","actor":{{"kind":"officer"}},"link":"00","details":{details}}}"#)
}

fn proof(event: &str, writer: &Writer) -> Value {
    let inclusion = Journal::around(event, 9).inclusion(9, writer);
    json!({"format": "lionrock-receipt/1", "origin": ORIGIN, "event": event, "salt": base64(SALT), "inclusion": inclusion})
}

fn listed(id: &str, records: u64, reason: &str) -> Value {
    json!({"at": AT, "who": "Case officer", "purpose": "Delivering the masks", "purpose-id": "delivery",
        "reason": reason, "records": records, "journal-entry": id})
}

/// A copy with one single opening, one of a batch, and one that waits for its place.
fn copy(writer: &Writer) -> Value {
    let mut single = listed("evt_1", 1, "The resident asked");
    single["proof"] = proof(&event("vault.opened", "evt_1", r#"{"purpose":"delivery","right":"case officer"}"#), writer);
    let mut batch = listed("evt_2", 900, "");
    batch["proof"] = proof(&event("vault.batch_opened", "evt_2", r#"{"purpose":"delivery","count":900,"root":"ab"}"#), writer);
    let held = |value: &str, sealed: &[u8]| {
        json!({"values": [{"name": "Name", "value": value}], "purpose": "Delivering", "from": "you", "until": "2020-07-01", "sealed": [digest(sealed)]})
    };
    json!({"format": "lionrock-own-data/1", "origin": ORIGIN, "checkpoint": Journal::around("{}", 9).checkpoint(writer, ORIGIN),
        "scheme": "Masks", "reference": "AAAA-BBBB-CCCC", "state": "confirmed", "received": AT, "issued": AT,
        "held": [held("Chan", VALUES[0]), held("Street", VALUES[1])], "openings": [single, batch, listed("evt_3", 1, "")]})
}

#[test]
fn an_opening_shows_of_which_sealed_values_the_certificate_speaks() {
    let writer = Writer::new("ledger", 1);
    let certificate = erased(&writer, "12 13");
    let alone = check_certificate(&certificate, &writer.key()).unwrap();
    assert!(alone.unproven.contains(&Finding::NotOpened));
    let opened = check_opened(&certificate, &opening().to_string(), None, &writer.key()).unwrap();
    assert!(opened.proven.contains(&Finding::Opened { commitments: 2, values: 3 }));
    assert!(opened.unproven.contains(&Finding::SealedOnly) && !opened.unproven.contains(&Finding::NotOpened));
    let with_copy = |copy: &Value| check_opened(&certificate, &opening().to_string(), Some(&copy.to_string()), &writer.key());
    assert!(with_copy(&copy(&writer)).unwrap().proven.contains(&Finding::CopyErased { values: 2 }));
    // What was corrected meanwhile is not among it, and what is another's is refused.
    let mut other = copy(&writer);
    other["held"][0]["sealed"] = json!([digest(b"another value")]);
    assert!(with_copy(&other).unwrap().unproven.contains(&Finding::CopyLeft { values: 1 }));
    other["held"][1]["sealed"] = json!([]);
    assert_eq!(with_copy(&other), Err(Reason::OtherData));
    // A ledger that has more lines than the opening, an end of a whole service, a swapped order.
    let wrong = |certificate: &str, opening: &Value| check_opened(certificate, &opening.to_string(), None, &writer.key());
    assert_eq!(wrong(&erased(&writer, "12 14"), &opening()), Err(Reason::Opening));
    let whole = super::writer::certificate(&writer, &certificate_text()).to_string();
    assert_eq!(wrong(&whole, &opening()), Err(Reason::Opening));
    let mut swapped = opening();
    swapped["commitments"].as_array_mut().unwrap().swap(0, 1);
    assert_eq!(wrong(&certificate, &swapped), Err(Reason::Opening));
    let mut split = opening();
    split["commitments"][0]["sealed"].as_array_mut().unwrap().swap(0, 1);
    assert_eq!(wrong(&certificate, &split), Err(Reason::Opening));
}

#[test]
fn every_flipped_bit_of_an_opening_is_noticed() {
    let writer = Writer::new("ledger", 1);
    let certificate = erased(&writer, "12 13");
    every_flip(&opening().to_string(), |altered, at| {
        assert!(check_opened(&certificate, altered, None, &writer.key()).is_err(), "byte {at}: {altered}");
    });
}

#[test]
fn a_copy_says_which_openings_stand_in_the_journal_and_which_still_wait() {
    let writer = Writer::new("ledger", 1);
    let report = check_copy(&copy(&writer).to_string(), &writer.key()).unwrap();
    assert!(matches!(&report.proven[..], [Finding::Checkpoint { size: 19, .. }, Finding::Listed { lines: 2, .. }]), "{:?}", report.proven);
    assert_eq!(report.unproven[0], Finding::ListedWithout { lines: 1 });
    assert!(report.unproven.contains(&Finding::CopyWords) && report.unproven.contains(&Finding::CopyWhole));
    assert_eq!(report.stated.len(), 2, "the journal's own words");
    // Whoever was never looked up has a copy that can be checked all the same.
    let mut quiet = copy(&writer);
    quiet["openings"] = json!([]);
    assert_eq!(check_copy(&quiet.to_string(), &writer.key()).unwrap().proven.len(), 1);
    let by_another = check_copy(&copy(&Writer::new("ledger", 2)).to_string(), &writer.key());
    assert_eq!(by_another, Err(Reason::OtherKey));
}

#[test]
fn a_line_that_says_something_else_than_the_journal_is_refused() {
    let writer = Writer::new("ledger", 1);
    let altered = |line: usize, name: &str, value: Value| {
        let mut copy = copy(&writer);
        copy["openings"][line][name] = value;
        check_copy(&copy.to_string(), &writer.key())
    };
    for (name, value) in [
        ("at", json!("2020-05-06T07:00:00.001+08:00")),
        ("purpose-id", json!("eligibility")),
        ("journal-entry", json!("evt_2")),
        ("records", json!(2)),
    ] {
        assert_eq!(altered(0, name, value), Err(Reason::Listed(1)), "{name}");
    }
    assert_eq!(altered(1, "records", json!(899)), Err(Reason::Listed(2)));
    // The proof of one line beside another, of another act, of another journal.
    let whole = copy(&writer);
    assert_eq!(altered(0, "proof", whole["openings"][1]["proof"].clone()), Err(Reason::Listed(1)));
    let act = proof(&event("vault.opening_refused", "evt_1", r#"{"purpose":"delivery"}"#), &writer);
    assert_eq!(altered(0, "proof", act), Err(Reason::Listed(1)));
    let mut foreign = whole["openings"][0]["proof"].clone();
    foreign["inclusion"]["checkpoint"] = json!(Journal::around(foreign["event"].as_str().unwrap(), 9).checkpoint(&writer, "lionrock.demo/other"));
    assert_eq!(altered(0, "proof", foreign.clone()), Err(Reason::Origin));
    foreign["origin"] = json!("lionrock.demo/other");
    assert_eq!(altered(0, "proof", foreign), Err(Reason::Origin));
}

#[test]
fn every_flipped_bit_of_what_the_journal_vouches_for_is_noticed_in_a_copy() {
    let writer = Writer::new("ledger", 1);
    let (mut whole, key) = (copy(&writer), writer.key());
    // One line is enough here: the others are alike.
    whole["openings"].as_array_mut().unwrap().truncate(1);
    let words = ["who", "purpose", "reason"];
    let line = whole["openings"][0].as_object().unwrap().clone();
    let of_line = line.keys().filter(|name| !words.contains(&name.as_str())).map(|name| format!("/openings/0/{name}"));
    for place in of_line.chain(["/origin".to_owned(), "/checkpoint".to_owned()]) {
        every_flip(&whole.pointer(&place).unwrap().to_string(), |altered, at| {
            let Ok(altered) = serde_json::from_str::<Value>(altered) else { return };
            let mut again = whole.clone();
            *again.pointer_mut(&place).unwrap() = altered;
            assert!(check_copy(&again.to_string(), &key).is_err(), "{place}, byte {at}");
        });
    }
}
