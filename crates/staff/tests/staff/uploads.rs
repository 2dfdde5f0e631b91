//! Files that officers send: what is taken, what is refused, and what happens when nobody can look at them. The scanner is
//! a real ClamAV daemon.

use std::sync::Arc;
use std::time::Duration;

use connectors::{Clamd, ClamdAddress, ClamdConfig};
use journal::Ledger;
use kernel::Clock as _;
use people::Role;
use testkit::{ClamdServer, TEST_MALWARE};

use crate::client::{Client, ORIGIN, Reply};
use crate::stage::{SLUG, Stage, document};

const PDF: &[u8] = b"%PDF-1.7 a clean assessment";
const MB: usize = 1024 * 1024;

/// A stage with a daemon whose definitions are so many days old.
fn stage(days: i32) -> (Stage, ClamdServer) {
    let mut server = None;
    let stage = Stage::with(ORIGIN, |clock| {
        let daemon = server.insert(ClamdServer::start(clock.now().day().plus(-days)));
        let address = ClamdAddress::Socket(daemon.socket());
        let config = ClamdConfig { address, timeout: Duration::from_secs(30), definitions_days_max: 7 };
        Some(Arc::new(Clamd::new(config, clock.clone())))
    });
    (stage, server.unwrap())
}

/// The address of the form, with a gate that is not signed yet behind it.
fn records(stage: &Stage) -> String {
    let gate = stage.launch();
    format!("/en/staff/schemes/{SLUG}/gates/{gate}/records")
}

fn send(officer: &Client, path: &str, file: &[u8]) -> Reply {
    let pairs: Vec<_> = document("security-audit").into_iter().filter(|(name, _)| *name != "digest").collect();
    officer.post_file(path, &pairs, file)
}

fn verbs(ledger: &Ledger) -> Vec<String> {
    let verb = |body: String| serde_json::from_str::<serde_json::Value>(&body).unwrap()["verb"].as_str().unwrap().to_owned();
    ledger.scan(None, 1000).unwrap().into_iter().map(|entry| verb(entry.body)).collect()
}

#[test]
fn a_clean_document_is_taken_and_malware_is_refused_and_journaled() {
    let (stage, _server) = stage(0);
    let path = records(&stage);
    let officer = stage.officer(0, Role::SecurityOfficer);
    assert_eq!(send(&officer, &path, PDF).status, 303);
    let before = verbs(stage.platform.ledger()).iter().filter(|verb| *verb == "assurance.record_added").count();
    let infected = [PDF, TEST_MALWARE].concat();
    let refused = send(&officer, &path, &infected);
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("found malware in this file") && refused.text().contains("Assessment team"), "what was typed stays");
    let after = verbs(stage.platform.ledger());
    assert_eq!(after.last().unwrap(), "staff.upload_refused");
    assert_eq!(after.iter().filter(|verb| *verb == "assurance.record_added").count(), before, "nothing was kept");
    let entry = stage.platform.ledger().scan(None, 1000).unwrap().pop().unwrap();
    assert!(entry.body.contains("Lionrock.Test") && !entry.body.contains("HARMLESS"), "{}", entry.body);
    // The courier's results are files too.
    let results = format!("/en/staff/schemes/{SLUG}/delivery/results");
    let refused = stage.officer(0, Role::DeliveryOfficer).post_file(&results, &[], TEST_MALWARE);
    assert!(refused.status == 422 && refused.text().contains("found malware"), "{}", refused.text());
}

#[test]
fn without_a_scanner_that_can_be_believed_no_file_is_taken_and_operators_see_why() {
    let (stage, server) = stage(8);
    let path = records(&stage);
    let (officer, owner) = (stage.officer(0, Role::SecurityOfficer), stage.officer(0, Role::SchemeOwner));
    for _ in 0..2 {
        let stopped = send(&officer, &path, PDF);
        assert_eq!(stopped.status, 422);
        assert!(stopped.text().contains("cannot be checked for viruses"), "{}", stopped.text());
    }
    assert!(officer.get("/en/staff").text().contains("definitions are too old"));
    assert!(!owner.get("/en/staff").text().contains("definitions are too old"), "others are not concerned");
    server.stop();
    assert_eq!(send(&officer, &path, PDF).status, 422);
    assert!(officer.get("/en/staff").text().contains("does not answer"));
    let stops = verbs(stage.platform.ledger()).iter().filter(|verb| *verb == "staff.uploads_stopped").count();
    assert_eq!(stops, 2, "each reason once");
    // The digest can still be typed.
    assert_eq!(officer.post(&path, &document("security-audit")).status, 303);
}

#[test]
fn a_file_has_a_size_and_a_kind_and_ten_megabytes_are_taken() {
    let stage = Stage::new();
    let path = records(&stage);
    let officer = stage.officer(0, Role::SecurityOfficer);
    let mut large = PDF.to_vec();
    large.resize(10 * MB, b' ');
    assert_eq!(send(&officer, &path, &large).status, 303);
    large.push(b' ');
    for (file, sentence) in [
        (large.as_slice(), "The file is larger than 10 MB"),
        (b"", "The file is empty"),
        (b"MZ a program", "This is not a PDF document"),
    ] {
        let refused = send(&officer, &path, file);
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains(sentence) && refused.text().contains("Assessment team"), "{sentence}");
    }
    let chinese = send(&officer, &path.replace("/en/", "/zh-hant/"), b"MZ");
    assert!(chinese.text().contains("這不是 PDF 文件"));
    assert_eq!(send(&stage.client(), &path, PDF).status, 401, "nobody is signed in");
}
