use axum::http::StatusCode;
use processors::{LeaseState, Statement};
use seal::Signer;
use serde_json::{Value, json};

use crate::stage::{Client, Stage};

fn hex(bytes: &[u8]) -> String {
    kernel::to_hex(bytes)
}

fn end(stage: &Stage) {
    stage.clock.set(stage.lease.ends_at());
    flows::contractor_round(&stage.platform).unwrap();
    stage.clock.advance_millis(3_600_000);
}

#[test]
fn promise_08_at_the_end_the_look_up_is_gone_before_any_job_and_a_signed_statement_is_taken() {
    let stage = Stage::new();
    stage.clock.set(stage.lease.ends_at().plus_millis(-60_000));
    let client = stage.signed_in();
    assert!(client.get(&stage.page("")).text.contains("name=\"reference\""));
    stage.clock.set(stage.lease.ends_at());
    assert!(!client.get(&stage.page("")).text.contains("name=\"reference\""), "no job has run");
    let reply = client.post(&stage.page("/look-up"), &[("reference", "AAAA-BBBB-CCCC")]);
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.text.contains("This lease has ended"), "{}", reply.text);
    end(&stage);
    let client = stage.signed_in();
    assert!(client.get("/en/partner").text.contains("The signed deletion statement is due by"));
    let deleted = [("deleted", "2023-03-01T00:30"), ("hosts", "forms-01"), ("copies", ""), ("backups", ""), ("sub-processors", "")];
    let asked = client.post(&stage.page("/statement"), &deleted);
    let text = asked.between("<pre class=\"lr-code\" tabindex=\"0\">", "</pre>");
    let statement = Statement::parse(&text).unwrap();
    assert_eq!((statement.lease, statement.hosts.as_slice()), (stage.lease.id, &["forms-01".to_owned()][..]));
    // A browser sends the lines of a hidden field with CR LF.
    let sent = text.replace('\n', "\r\n");
    let sign = |signature: &str| {
        client.post(&stage.page("/statement"), &[("stage", "sign"), ("text", &sent), ("signature", signature)])
    };
    assert!(sign("abc").text.contains("A signature has 128 digits"));
    let signature = hex(&stage.signer.sign(text.as_bytes()));
    let (first, second) = signature.split_at(64);
    let done = sign(&format!("{first}\n{second}"));
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(stage.found().state, LeaseState::Probing);
    assert!(client.get(&stage.page("")).text.contains("The statement is accepted"));
}

#[test]
fn promise_08_a_forged_statement_is_told_and_is_an_incident() {
    let stage = Stage::new();
    end(&stage);
    let statement = Statement {
        lease: stage.lease.id,
        contractor: stage.lease.contractor,
        deleted: stage.platform.now(),
        hosts: vec![],
        copies: vec![],
        backups: vec![],
        sub_processors: vec![],
    };
    let client = Client::new(&stage.router);
    let path = format!("/api/partner/v1/leases/{}/statement", stage.lease.id);
    let body = json!({"text": statement.text(), "signature": hex(&[7; 64])});
    let reply = client.call(&path, Some(&stage.credential), Some(&body));
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    assert_eq!(serde_json::from_str::<Value>(&reply.text).unwrap(), json!({"verdict": "forged", "late": false}));
    assert_eq!(stage.found().state, LeaseState::Escalated);
    flows::contractor_round(&stage.platform).unwrap();
    let service = stage.lease.service;
    let incidents = stage.platform.ledger().read("test", |tx| response::public_incidents(tx, service)).unwrap();
    assert_eq!(incidents.len(), 1);
}

#[test]
fn addresses_are_declared_and_a_breach_stops_the_lease_at_once() {
    let stage = Stage::new();
    let client = stage.signed_in();
    let wrong = client.post(&stage.page("/addresses"), &[("address", "nonsense"), ("use", "data")]);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = client.post(&stage.page("/addresses"), &[("address", "http://127.0.0.1:9/files"), ("use", "data")]);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert!(client.get(&stage.page("")).text.contains("127.0.0.1:9/files"));
    client.post(&stage.page("/breach"), &[]);
    assert_eq!(stage.found().state, LeaseState::Escalated);
    assert!(!client.get(&stage.page("")).text.contains("name=\"reference\""));
}
