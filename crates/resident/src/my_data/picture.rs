use flows::Platform;
use journal::{Actor, Event};
use kernel::{Scan, Scanner};
use store::StoreError;
use webkit::{CleanImage, FileKind, SentFile, clean_image};

use crate::visit::Visit;

/// The largest picture that is read, in bytes.
pub(super) const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The most pixels that are decoded: bounds the memory of one request, and there is one at a time.
const MAX_PIXELS: u64 = 24_000_000;

/// The picture that was sent, found clean by the scanner where there is one, decoded and written anew: nothing is left of what its
/// file had beside the picture. Otherwise a sentence for the page. Takes a while: never on an asynchronous thread.
pub(super) fn take(visit: &Visit, sent: &SentFile) -> Result<CleanImage, String> {
    let words = visit.visitor.texts();
    let content = sent.content(FileKind::Picture).map_err(|flaw| flaw.sentence(&words))?;
    if let Some(scanner) = &visit.state.scanner {
        scanned(&**scanner, &visit.state.platform, content).map_err(|key| visit.t.get(key))?;
    }
    let _one_at_a_time = visit.state.hold_decoder();
    clean_image(content, MAX_PIXELS).map_err(|flaw| flaw.sentence(&words))
}

fn scanned(scanner: &dyn Scanner, platform: &Platform, content: &[u8]) -> Result<(), &'static str> {
    match scanner.scan(content) {
        Ok(Scan::Clean) => Ok(()),
        Ok(Scan::Infected(malware)) => {
            tracing::warn!(target: "uploads", malware, "a file with malware was refused");
            let event = Event::new("resident.upload_refused").detail("malware", malware);
            let written = platform.ledger().write("resident.upload", Actor::Visitor, move |work| {
                work.journal(event.clone()).map(drop)
            });
            if let Err(error) = written {
                let error: store::RunError<StoreError> = error;
                tracing::error!(target: "uploads", %error, "a refused file is not in the journal");
            }
            Err("upload-infected")
        }
        Err(error) => {
            tracing::error!(target: "uploads", %error, "uploads are stopped");
            Err("upload-stopped")
        }
    }
}
