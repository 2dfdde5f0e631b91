use std::process::Command;

use crate::writer::{Journal, ORIGIN, Writer, certificate, certificate_text, line, receipt};

/// What the program prints (on either stream) and its exit code.
fn verify(arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_lionrock-verify")).args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code().unwrap())
}

#[test]
fn the_program_answers_in_three_languages_and_by_its_exit_code() {
    let writer = Writer::new("ledger", 1);
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let key_file = file("key", format!("{}\n", writer.vkey()));
    let good = file("receipt.json", receipt(&writer, true).to_string());
    let (text, code) = verify(&["receipt", &good, "--key", &key_file]);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("VALID") && text.contains("Not proven:"), "{text}");
    let (text, code) = verify(&["receipt", "--key", &writer.vkey(), "--language", "zh-hant", &line(&receipt(&writer, false))]);
    assert!(code == 0 && text.starts_with("有效") && text.contains("只是承諾"), "{text}");
    let (text, code) = verify(&["certificate", &file("c", certificate(&writer, &certificate_text()).to_string()), "--key", &key_file, "--language", "zh-hans"]);
    assert!(code == 0 && text.contains("保管人的诚信"), "{text}");
    let forged = file("forged.json", receipt(&Writer::new("ledger", 2), true).to_string());
    let (text, code) = verify(&["receipt", &forged, "--key", &key_file]);
    assert!(code == 1 && text.starts_with("NOT VALID"), "{text}");

    let journal = Journal::around("{}", 3);
    let older = file("older", Journal(journal.0[..3].to_vec()).checkpoint(&writer, ORIGIN));
    let newer = file("newer", journal.checkpoint(&writer, ORIGIN));
    let proof = serde_json::json!({"format": "lionrock-consistency/1", "from": 3, "to": 7, "path": journal.growth(3)});
    let proof = file("proof", proof.to_string());
    assert_eq!(verify(&["checkpoint", &newer, "--key", &key_file]).1, 0);
    assert_eq!(verify(&["checkpoint", &newer, "--key", &key_file, "--older", &older, "--proof", &proof]).1, 0);
    assert_eq!(verify(&["checkpoint", &older, "--key", &key_file, "--older", &newer, "--proof", &proof]).1, 1);
}

#[test]
fn wrong_use_is_told_from_a_bad_document() {
    let writer = Writer::new("ledger", 1);
    let key = writer.vkey();
    let line = line(&receipt(&writer, false));
    for (arguments, what) in [
        (vec![], "lionrock-verify receipt FILE"),
        (vec!["receipts", &line, "--key", &key], "there is no check of `receipts`"),
        (vec!["receipt", &line], "--key is missing"),
        (vec!["receipt", "--key", &key], "FILE is missing"),
        (vec!["receipt", &line, &line, "--key", &key], "FILE is given twice"),
        (vec!["receipt", &line, "--key"], "--key needs a value"),
        (vec!["receipt", &line, "--key", &key, "--language", "fr"], "use en, zh-hant or zh-hans"),
        (vec!["receipt", &line, "--key", &key, "--older", "x", "--proof", "y"], "no option --older"),
        (vec!["checkpoint", "x", "--key", &key, "--older", "x"], "--older and --proof go together"),
        (vec!["receipt", &line, "--key", &key, "--force", "x"], "no option --force"),
        (vec!["receipt", &line, "--key", &key, "--opening", "x"], "no option --opening"),
        (vec!["certificate", "x", "--key", &key, "--copy", "x"], "--copy goes with --opening"),
        (vec!["copy", "x", "--key", &key, "--opening", "x"], "no option --opening"),
        (vec!["receipt", "no-such-file", "--key", &key], "Cannot read no-such-file"),
        (vec!["receipt", &line, "--key", "no-such-file"], "neither a public key"),
        (vec!["receipt", &line, "--key", key.split_at(key.len() - 2).0], "neither a public key"),
        (vec!["code", "LRC1.x", "--keys", "y", "--at", "now"], "seconds since 1970"),
        (vec!["signature", "x", "--key", &key], "no option --key"),
    ] {
        let (text, code) = verify(&arguments);
        assert!(code == 2 && text.contains(what), "{arguments:?}: {text}");
    }
    for arguments in [vec!["--help"], vec!["help"], vec!["-h"], vec!["receipt", "--help"]] {
        let (text, code) = verify(&arguments);
        assert!(code == 0 && text.contains("Exit code:"), "{arguments:?}: {text}");
    }
    assert_eq!(verify(&["--version"]), (format!("lionrock-verify {}\n", env!("CARGO_PKG_VERSION")), 0));
}
