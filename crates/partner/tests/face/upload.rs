//! The signed statement as a file.

use std::sync::Arc;

use axum::http::StatusCode;
use kernel::{Scan, ScanError, Scanner};
use processors::{LeaseState, SignedStatement, Statement, StatementVerdict};
use seal::Signer;

use crate::stage::Stage;

/// Finds malware in whatever says so, and cannot look at what says that either.
struct Watchful;

impl Scanner for Watchful {
    fn scan(&self, bytes: &[u8]) -> Result<Scan, ScanError> {
        let text = String::from_utf8_lossy(bytes);
        if text.contains("UNAVAILABLE") {
            return Err(ScanError::Unreachable("no answer".into()));
        }
        Ok(if text.contains("MALWARE") { Scan::Infected("Test.Malware".into()) } else { Scan::Clean })
    }
}

fn ended(stage: &Stage) -> Statement {
    stage.clock.set(stage.lease.ends_at());
    flows::contractor_round(&stage.platform).unwrap();
    stage.clock.advance_millis(3_600_000);
    Statement {
        lease: stage.lease.id,
        contractor: stage.lease.contractor,
        deleted: stage.platform.now(),
        hosts: vec!["forms-01".into()],
        copies: vec![],
        backups: vec![],
        sub_processors: vec![],
    }
}

fn signed(stage: &Stage, statement: &Statement) -> SignedStatement {
    let text = statement.text();
    SignedStatement { signature: stage.signer.sign(text.as_bytes()).to_vec(), text }
}

const TYPED: [(&str, &str); 5] =
    [("deleted", "2023-03-01T00:30"), ("hosts", "my-typed-host"), ("copies", ""), ("backups", ""), ("sub-processors", "")];

#[test]
fn a_signed_file_is_filed_at_once_and_the_signature_alone_under_the_text_that_is_shown() {
    let stage = Stage::scanned_by(Some(Arc::new(Watchful)));
    let statement = ended(&stage);
    let client = stage.signed_in();
    // An editor of another world saved it.
    let file = signed(&stage, &statement).file().replace('\n', "\r\n");
    let done = client.send_file(&stage.page("/statement"), &TYPED, file.as_bytes());
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(stage.found().state, LeaseState::Probing);

    let stage = Stage::new();
    let statement = ended(&stage);
    let (client, text) = (stage.signed_in(), statement.text());
    let pairs = [("stage", "sign"), ("text", text.as_str()), ("signature", "")];
    let signature = kernel::to_hex(&stage.signer.sign(text.as_bytes()));
    let done = client.send_file(&stage.page("/statement"), &pairs, signature.as_bytes());
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(stage.found().state, LeaseState::Probing);
}

#[test]
fn a_wrong_file_is_told_in_a_sentence_and_nothing_typed_is_lost() {
    let stage = Stage::scanned_by(Some(Arc::new(Watchful)));
    let statement = ended(&stage);
    let client = stage.signed_in();
    let large = vec![b'a'; 3 * 1024 * 1024];
    let text = statement.text();
    let table: [(&[u8], &str); 7] = [
        (b"", "empty"),
        (b"%PDF-1.7 \x00\xff", "text"),
        (b"just some notes", "This file is not a signed statement"),
        (text.as_bytes(), "This file is not a signed statement"),
        (&large, "66 KB"),
        (b"MALWARE", "the virus scanner found malware"),
        (b"UNAVAILABLE", "Files cannot be taken at the moment"),
    ];
    for (file, wanted) in table {
        let reply = client.send_file(&stage.page("/statement"), &TYPED, file);
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{wanted}: {}", reply.text);
        assert!(reply.text.contains(wanted) && reply.text.contains("href=\"#file\""), "{wanted}: {}", reply.text);
        assert!(reply.text.contains("my-typed-host"), "{wanted}");
        let pairs = [("stage", "sign"), ("text", text.as_str()), ("signature", "half a signature")];
        let reply = client.send_file(&stage.page("/statement"), &pairs, file);
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{wanted}: {}", reply.text);
        assert!(reply.text.contains(wanted) && reply.text.contains("half a signature"), "{wanted}: {}", reply.text);
        assert!(reply.text.contains("host: forms-01"), "the text to sign is still there");
    }
    assert_eq!(stage.found().state, LeaseState::StatementDue, "nothing of all this is a statement");
    let journal = stage.platform.ledger().scan(None, 10_000).unwrap();
    assert_eq!(journal.iter().filter(|entry| entry.body.contains("partner.upload_refused")).count(), 2);
    let stranger = crate::stage::Client::new(&stage.router);
    let reply = stranger.send_file(&stage.page("/statement"), &TYPED, signed(&stage, &statement).file().as_bytes());
    assert_eq!(reply.location(), "/en/partner/sign-in");
}

#[test]
fn a_file_that_is_refused_says_why_and_the_mail_to_the_contractor_waits() {
    let stage = Stage::new();
    let mut statement = ended(&stage);
    statement.copies = vec!["tape 7".into()];
    let client = stage.signed_in();
    let reply = client.send_file(&stage.page("/statement"), &TYPED, signed(&stage, &statement).file().as_bytes());
    assert!(reply.text.contains(&StatementVerdict::NotDeleted.title().en), "{}", reply.text);
    let mails = stage.platform.ledger().read("test", |tx| notify::mails(tx, None, 100)).unwrap();
    assert!(mails.iter().any(|mail| mail.text.subject.en == "A deletion statement was refused"), "{mails:?}");
}
