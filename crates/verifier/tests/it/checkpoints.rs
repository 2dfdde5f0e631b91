use serde_json::json;
use verifier::{Finding, Key, Reason, check_checkpoint, check_growth};

use crate::writer::{Journal, ORIGIN, Writer, every_flip};

/// The example of golang.org/x/mod/sumdb/note; its text is no checkpoint, but its signature must be found good.
#[test]
fn the_field_s_own_example_is_understood() {
    let key = Key::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
    let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
                — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    assert_eq!(check_checkpoint(note, &key), Err(Reason::Member("size")));
    assert_eq!(check_checkpoint(&note.replace("answer", "Answer"), &key), Err(Reason::Signature));
    assert!(Key::parse("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").is_none());
    assert!(Key::parse("PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").is_none());
}

#[test]
fn every_flipped_bit_of_a_checkpoint_is_noticed() {
    let writer = Writer::new("ledger", 1);
    let note = Journal::around("{}", 5).checkpoint(&writer, ORIGIN);
    let report = check_checkpoint(&note, &writer.key()).unwrap();
    assert!(matches!(&report.proven[..], [Finding::Checkpoint { size: 11, .. }]));
    every_flip(&note, |altered, at| assert!(check_checkpoint(altered, &writer.key()).is_err(), "byte {at}"));
}

#[test]
fn a_witness_s_signature_is_passed_over_but_never_enough() {
    let (writer, witness) = (Writer::new("ledger", 1), Writer::new("witness", 2));
    let text = format!("{ORIGIN}\n1\n{}\n", crate::writer::base64([7; 32]));
    let line = |writer: &Writer| writer.note(&text)[text.len() + 1..].to_owned();
    let both = format!("{text}\n{}{}", line(&witness), line(&writer));
    assert!(check_checkpoint(&both, &writer.key()).is_ok());
    assert!(check_checkpoint(&both, &witness.key()).is_ok());
    assert_eq!(check_checkpoint(&witness.note(&text), &writer.key()), Err(Reason::OtherKey));
    let namesake = Writer::new("ledger", 3);
    assert_eq!(check_checkpoint(&namesake.note(&text), &writer.key()), Err(Reason::OtherKey));
}

#[test]
fn texts_signed_for_another_reason_are_no_checkpoints() {
    let writer = Writer::new("ledger", 1);
    let root = crate::writer::base64([7; 32]);
    for first in ["lionrock receipt group v1", "lionrock erasure certificate v1", ""] {
        let note = writer.note(&format!("{first}\n1\n{root}\n"));
        assert_eq!(check_checkpoint(&note, &writer.key()), Err(Reason::Member("origin")));
    }
    for size in ["01", "+1", "-1", "one", ""] {
        assert!(check_checkpoint(&writer.note(&format!("{ORIGIN}\n{size}\n{root}\n")), &writer.key()).is_err());
    }
}

#[test]
fn growth_needs_its_proof() {
    let writer = Writer::new("ledger", 1);
    let journal = Journal::around("{}", 6);
    let new = journal.checkpoint(&writer, ORIGIN);
    for old in 1..=13 {
        let older = Journal(journal.0[..old].to_vec());
        let proof = json!({"format": "lionrock-consistency/1", "from": old, "to": 13, "path": journal.growth(old)}).to_string();
        let report = check_growth(&new, &older.checkpoint(&writer, ORIGIN), &proof, &writer.key()).unwrap();
        assert!(report.proven.contains(&Finding::Grown { from: u64::try_from(old).unwrap(), to: 13 }));
        let mut rewritten = older.0.clone();
        rewritten[0] = [1; 32];
        let other = Journal(rewritten).checkpoint(&writer, ORIGIN);
        assert_eq!(check_growth(&new, &other, &proof, &writer.key()), Err(Reason::Growth));
        let elsewhere = older.checkpoint(&writer, "lionrock.demo/other");
        assert_eq!(check_growth(&new, &elsewhere, &proof, &writer.key()), Err(Reason::Origin));
        every_flip(&proof, |altered, at| {
            let result = check_growth(&new, &older.checkpoint(&writer, ORIGIN), altered, &writer.key());
            assert!(result.is_err(), "byte {at}");
        });
    }
}
