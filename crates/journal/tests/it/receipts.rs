use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::channel;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use journal::{Actor, Event, Receipt, verifier_key};
use testkit::Place;

use crate::stage::{ORIGIN, Stage};
use crate::verify::{Hash, included, leaf};

fn bytes(value: &serde_json::Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

fn path(value: &serde_json::Value) -> Vec<Hash> {
    value.as_array().unwrap().iter().map(|hash| bytes(hash).try_into().unwrap()).collect()
}

fn some_receipts(ledger: &journal::Ledger, count: usize) -> Vec<Receipt> {
    let (sender, receiver) = channel();
    let noted: Vec<_> = (0..count).map(|n| {
        let note = move |work: &mut journal::Work<'_, '_>| work.journal(Event::new("test.received").detail("n", n));
        ledger.write("test.note", Actor::Visitor, note).unwrap().1
    }).collect();
    for committed in &noted {
        let sender = sender.clone();
        ledger.sign_receipt(committed, move |receipt| sender.send(receipt).unwrap());
    }
    (0..count).map(|_| receiver.recv().unwrap()).collect()
}

/// By docs/formats.md, word for word, with nothing of the journal's own code.
#[test]
fn a_receipt_is_what_the_format_says_and_its_signature_holds() {
    let place = Place::sqlite();
    let stage = Stage::new(&place);
    let ledger = stage.open();
    let receipts = some_receipts(&ledger, 40);
    assert!(receipts.iter().any(|receipt| receipt.promise.size > 1), "some share a signature");
    for receipt in &receipts {
        let promise = &receipt.promise;
        assert_eq!(promise.deadline.since(promise.at), 24 * 3_600_000, "merged within a day, as docs/formats.md says");
        let json = receipt.to_json();
        let members: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(members, ["event", "format", "origin", "promise", "salt"]);
        assert_eq!((&json["format"], &json["origin"]), (&"lionrock-receipt/1".into(), &ORIGIN.into()));
        let promise = &json["promise"];
        let names: Vec<&String> = promise.as_object().unwrap().keys().collect();
        assert_eq!(names, ["at", "deadline", "index", "key", "path", "root", "signature", "size"]);
        let (index, size) = (promise["index"].as_u64().unwrap(), promise["size"].as_u64().unwrap());
        let event = json["event"].as_str().unwrap();
        let root = included(leaf(&bytes(&json["salt"]), event), index, size, &path(&promise["path"])).unwrap();
        assert_eq!(bytes(&promise["root"]), root);
        let text = format!(
            "lionrock receipt group v1\n{ORIGIN}\n{size}\n{}\n{}\n{}\n",
            STANDARD.encode(root),
            promise["at"].as_str().unwrap(),
            promise["deadline"].as_str().unwrap()
        );
        let signature = bytes(&promise["signature"]);
        assert!(seal::verify_ed25519(&stage.signer.public_key(), text.as_bytes(), &signature));
        let other = text.replace(ORIGIN, "test.example/another");
        assert!(!seal::verify_ed25519(&stage.signer.public_key(), other.as_bytes(), &signature));
        let line = receipt.to_line();
        let array = URL_SAFE_NO_PAD.decode(line.strip_prefix("LR1.").unwrap()).unwrap();
        let array: serde_json::Value = serde_json::from_slice(&array).unwrap();
        assert_eq!(array.as_array().unwrap().len(), 10);
        assert_eq!((&array[1], &array[3], &array[4]), (&json["event"], &promise["index"], &promise["size"]));
        assert_eq!((&array[6], &array[9]), (&promise["at"], &promise["signature"]));
        assert_eq!(bytes(&array[5]), path(&promise["path"]).concat());
    }
    ledger.integrate().unwrap();
    let inclusion = ledger.inclusion(receipts[0].event.id).unwrap().unwrap();
    let whole = Receipt { inclusion: Some(inclusion), ..receipts[0].clone() };
    assert_eq!(whole.to_json()["inclusion"]["checkpoint"], ledger.checkpoint().unwrap());
    the_verifier_agrees(&stage, &whole, &receipts[1]);
}

/// The separate program, which the test command builds before it runs the tests.
fn the_verifier_agrees(stage: &Stage<'_>, whole: &Receipt, promised: &Receipt) {
    let program = std::env::current_exe().unwrap().parent().unwrap().join("../lionrock-verify");
    assert!(program.exists(), "build it first: cargo build -p verifier");
    let key = verifier_key(&*stage.signer);
    let check = |name: &str, text: &str| {
        let file: PathBuf = stage.path(name);
        fs::write(&file, text).unwrap();
        let output = Command::new(&program).arg("receipt").arg(&file).args(["--key", &key]).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for (name, text) in [("whole.json", whole.to_json().to_string()), ("line.txt", promised.to_line())] {
        let (good, said) = check(name, &text);
        assert!(good, "{name}: {said}");
    }
    let forged = whole.to_json().to_string().replace("test.received", "test.confirmed");
    assert!(!check("forged.json", &forged).0);
}
