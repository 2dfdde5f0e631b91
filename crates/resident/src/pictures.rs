use std::sync::{Arc, Mutex, PoisonError};

use flows::Platform;
use journal::{Actor, Event};
use kernel::{Scan, Scanner};
use store::StoreError;
use webkit::{CleanImage, FileKind, L10n, SentFile, clean_image};

/// The largest picture that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The most pixels that are decoded: bounds the memory of one request, and there is one at a time.
pub(crate) const MAX_PIXELS: u64 = 24_000_000;

/// How pictures that residents send are taken.
#[derive(Default)]
pub struct Pictures {
    scanner: Option<Arc<dyn Scanner>>,
    /// Held by whoever decodes a picture: one at a time, since each may take a hundred megabytes.
    decoder: Mutex<()>,
}

impl Pictures {
    /// With what looks for malware, if there is something.
    pub fn new(scanner: Option<Arc<dyn Scanner>>) -> Self {
        Self { scanner, decoder: Mutex::default() }
    }

    /// The picture that was sent, found clean by the scanner where there is one, decoded and written anew: nothing is left of what
    /// its file had beside the picture. Otherwise a sentence for the page. Takes a while: never on an asynchronous thread. `shell`
    /// are the shell's words, `t` those of the pages.
    pub(crate) fn take(&self, platform: &Platform, (shell, t): (&L10n, &L10n), sent: &SentFile) -> Result<CleanImage, String> {
        let content = sent.content(FileKind::Picture).map_err(|flaw| flaw.sentence(shell))?;
        if let Some(scanner) = &self.scanner {
            scanned(&**scanner, platform, content).map_err(|key| t.get(key))?;
        }
        let _one_at_a_time = self.decoder.lock().unwrap_or_else(PoisonError::into_inner);
        clean_image(content, MAX_PIXELS).map_err(|flaw| flaw.sentence(shell))
    }
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
