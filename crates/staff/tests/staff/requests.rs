//! What is held, and formal requests: lodged by one officer, answered by another, on record throughout.

use people::Role;

use crate::client::{Client, json};
use crate::stage::{SLUG, Stage};

const PAGES: &str = "/en/staff/schemes";

fn lodge(case: &Client, kind: &str) {
    let page = format!("{PAGES}/{SLUG}/requests/new");
    let missing = case.post(&page, &[("kind", kind), ("language", "en")]);
    assert_eq!(missing.status, 422);
    let filled = [
        ("kind", kind),
        ("language", "en"),
        ("reference", ""),
        ("name", "Canary Wong"),
        ("address", "Flat A\nHarbour House"),
        ("text", "All that you have about me"),
    ];
    assert!(case.post(&page, &filled).location().ends_with("/requests/new/done"));
}

#[test]
fn the_inventory_is_shown_and_given_as_csv_and_json() {
    let stage = Stage::new();
    stage.launch();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let page = privacy.get(&format!("{PAGES}/{SLUG}/inventory"));
    assert_eq!(page.status, 200);
    for expected in ["identity card number", "Legal ground", "Kept until", "Case officer", "up to date"] {
        assert!(page.text().contains(expected), "{expected} is missing");
    }
    let csv = privacy.get(&format!("{PAGES}/{SLUG}/inventory/file/csv")).text();
    assert!(csv.contains("store,place,what,") && csv.contains("household_submission.identity"), "{csv}");
    let rows = json(&privacy.get(&format!("{PAGES}/{SLUG}/inventory/file/json")));
    assert_eq!(rows["rows"].as_array().unwrap().len() + 1, csv.lines().count());
    assert_eq!(rows["purge_lag_hours"], 0, "how far the purge is behind, for machines");
    assert_eq!(privacy.get(&format!("{PAGES}/{SLUG}/inventory/file/exe")).status, 404);
}

#[test]
fn a_request_is_lodged_read_answered_and_another_refused_with_a_ground() {
    let stage = Stage::new();
    stage.launch();
    let case = stage.officer(0, Role::CaseOfficer);
    lodge(&case, "access");
    lodge(&case, "correction");
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let list = privacy.get(&format!("{PAGES}/{SLUG}/requests")).text();
    assert!(list.contains("40 days left") && list.contains("Waiting for an answer"), "{list}");
    assert!(!list.contains("Canary"), "lists name nobody");
    let found: Vec<String> = list.split("/requests/dsr_").skip(1).map(|rest| rest.chars().take(32).collect()).collect();
    let one = |at: usize| format!("{PAGES}/{SLUG}/requests/dsr_{}", found[at]);
    assert!(!privacy.get(&one(0)).text().contains("Canary"), "nothing is read before the button is pressed");
    assert!(privacy.post(&one(0), &[]).text().contains("Canary Wong"));
    let letter = privacy.post(&format!("{}/letter/acknowledged", one(0)), &[]);
    assert!(letter.bytes.starts_with(b"%PDF-"));
    assert_eq!(privacy.post(&format!("{}/letter/refused", one(0)), &[]).status, 404);
    // A correction is not refused on a ground for access.
    assert_eq!(privacy.post(&format!("{}/refuse", one(1)), &[("ground", "not-prescribed-form")]).status, 422);
    privacy.post(&format!("{}/answer", one(0)), &[("ground", "whole")]);
    privacy.post(&format!("{}/refuse", one(1)), &[("ground", "not-inaccurate")]);
    assert_eq!(privacy.post(&format!("{}/answer", one(1)), &[("ground", "whole")]).status, 409, "decided once");
    let list = privacy.get(&format!("{PAGES}/{SLUG}/requests")).text();
    for expected in ["Complied with", "Refused", "we are not satisfied that the data are inaccurate"] {
        assert!(list.contains(expected), "{expected} is missing in {list}");
    }
    assert!(privacy.post(&format!("{}/letter/refused", one(1)), &[]).bytes.starts_with(b"%PDF-"));
    assert_eq!(case.get(&format!("{PAGES}/{SLUG}/requests")).status, 403);
    let events = stage.platform.ledger().scan(None, 10_000).unwrap();
    let steps = events.iter().filter(|entry| entry.body.contains("\"vault.request\"")).count();
    assert_eq!(steps, 4, "every step is in the journal");
    assert!(!events.iter().any(|entry| entry.body.contains("Canary")));
}

#[test]
fn the_picture_with_a_request_is_opened_on_record_and_is_gone_with_the_decision() {
    let stage = Stage::new();
    stage.launch();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let service = stage.platform.service(SLUG).unwrap().id();
    let (ledger, today) = (stage.platform.ledger(), stage.platform.now().day());
    let details = vault::RequestDetails {
        reference: String::new(),
        name: "Canary Wong".into(),
        address: "Here".into(),
        text: "My name is wrong".into(),
    };
    let command = vault::LodgeRequest {
        service,
        kind: vault::RequestKind::Correction,
        channel: vault::RequestChannel::Online,
        language: kernel::Language::En,
        details: vault::seal_details(ledger.keys(), today, &details).unwrap(),
        proof: Some(vault::seal_proof(ledger.keys(), today, "image/png", b"\x89PNG a picture").unwrap()),
    };
    let lodge = move |work: &mut journal::Work<'_, '_>| vault::lodge_request(work, &command);
    let row = ledger.write("test.lodge", journal::Actor::Visitor, lodge).map_err(|_| "refused").unwrap().0;
    let one = format!("{PAGES}/{SLUG}/requests/{}", row.id);
    assert!(privacy.get(&one).text().contains("The resident sent the picture of a document"));
    let picture = privacy.post(&format!("{one}/picture"), &[]);
    assert_eq!(picture.status, 200);
    assert_eq!(picture.bytes, b"\x89PNG a picture");
    let read = || ledger.scan(None, 10_000).unwrap().iter().filter(|entry| entry.body.contains("vault.request_proof_read")).count();
    assert_eq!(read(), 1);
    privacy.post(&format!("{one}/refuse"), &[("ground", "correction-inaccurate")]);
    assert!(!privacy.get(&one).text().contains("picture of a document"));
    assert_eq!(privacy.post(&format!("{one}/picture"), &[]).status, 404);
    assert_eq!(ledger.keys().erasures_since(0).unwrap().len(), 1, "its key is gone at once");
}
