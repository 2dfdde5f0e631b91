use journal::Event;
use kernel::Scan;
use processors::SignedStatement;
use store::StoreError;
use webkit::parts::FileInput;
use webkit::{Failure, FileKind, SentFile};

use crate::blocking::blocking;
use crate::statement::signature;
use crate::visit::Visit;

/// A statement has at most 64 KiB, and its signature stands below it.
pub(crate) const FILE_MOST_BYTES: usize = 66 * 1024;

/// What a file holds that somebody sent with a statement.
pub(crate) enum Sent {
    /// Text and signature.
    Signed(SignedStatement),
    /// The signature alone.
    Signature(Vec<u8>),
    /// Something else: a sentence for the page.
    Wrong(String),
}

/// The field for a file.
pub(crate) fn file_field(visit: &Visit, error: Option<String>) -> FileInput {
    FileInput {
        hint: Some(visit.t.get("statement-file-hint")),
        error,
        accept: "text/plain,.txt",
        ..FileInput::new("file", visit.t.get("statement-file"), FileKind::Text)
    }
}

/// Reads a file, if one was chosen; with a scanner it is looked at first.
pub(crate) async fn read(visit: &Visit, file: Option<SentFile>) -> Result<Option<Sent>, Failure> {
    let Some(file) = file else { return Ok(None) };
    let content = match file.content(FileKind::Text) {
        Ok(content) => content.to_vec(),
        Err(flaw) => return Ok(Some(Sent::Wrong(flaw.sentence(&visit.visitor.texts())))),
    };
    if let Some(refused) = scanned(visit, content.clone()).await? {
        return Ok(Some(Sent::Wrong(refused)));
    }
    let text = String::from_utf8_lossy(&content);
    Ok(Some(match (SignedStatement::parse(&text), signature(&text)) {
        (Some(signed), _) => Sent::Signed(signed),
        (None, Some(signature)) => Sent::Signature(signature),
        (None, None) => Sent::Wrong(visit.t.get("statement-file-wrong")),
    }))
}

/// Why a file is not taken, if the scanner says so or does not answer. That malware came is on record.
async fn scanned(visit: &Visit, content: Vec<u8>) -> Result<Option<String>, Failure> {
    let Some(scanner) = visit.state.scanner.clone() else { return Ok(None) };
    let found = blocking(move || Ok::<_, StoreError>(scanner.scan(&content))).await?;
    match found {
        Ok(Scan::Clean) => Ok(None),
        Ok(Scan::Infected(malware)) => {
            tracing::warn!(target: "uploads", malware, "a contractor's file with malware was refused");
            let noted = visit.act("partner.upload_refused", move |work| {
                work.journal(Event::new("partner.upload_refused").detail("malware", malware.clone())).map(drop)
            });
            noted.await??;
            Ok(Some(visit.t.get("upload-infected")))
        }
        Err(error) => {
            tracing::error!(target: "uploads", %error, "a contractor's file was not taken: it cannot be looked at");
            Ok(Some(visit.t.get("upload-stopped")))
        }
    }
}
