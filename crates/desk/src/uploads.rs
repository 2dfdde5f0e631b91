use std::sync::{Arc, Mutex, PoisonError};

use assurance::Digest;
use journal::{Actor, Event};
use kernel::{Instant, Scan, Scanner};
use store::StoreError;
use webkit::FileKind;

use crate::desk::Desk;

/// Every file that an officer sends passes here before any page sees it. With a scanner, what is not found clean is not
/// seen by anybody; without one, files are only told by their kind and size.
#[derive(Default)]
pub struct Uploads {
    scanner: Option<Arc<dyn Scanner>>,
    stopped: Mutex<Option<Stopped>>,
}

/// Why no file is taken at the moment.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// Since when.
    pub since: Instant,
    /// The scanner's words.
    pub reason: String,
}

impl Uploads {
    /// Files are looked at by this scanner, if there is one.
    pub fn new(scanner: Option<Arc<dyn Scanner>>) -> Self {
        Self { scanner, stopped: Mutex::default() }
    }

    /// Since when uploads are stopped and why, as of the last file that somebody sent.
    pub fn stopped(&self) -> Option<Stopped> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes how the scanner does; true when that is news.
    fn note(&self, now: Instant, reason: Option<&str>) -> bool {
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let news = stopped.as_ref().map(|it| it.reason.as_str()) != reason;
        if news {
            *stopped = reason.map(|reason| Stopped { since: now, reason: reason.to_owned() });
        }
        news
    }
}

impl Desk {
    /// The file that came with the form, if one did: of this kind, within the route's limit, and found clean. Otherwise a
    /// sentence for the page.
    pub fn file(&self, kind: FileKind) -> Result<Option<&[u8]>, String> {
        let Some(sent) = self.sent_file() else { return Ok(None) };
        let content = sent.content(kind).map_err(|flaw| flaw.sentence(&self.visitor.texts()))?;
        let Some(scanner) = &self.state.uploads.scanner else { return Ok(Some(content)) };
        match scanner.scan(content) {
            Ok(found) => {
                self.note_scanner(None);
                match found {
                    Scan::Clean => Ok(Some(content)),
                    Scan::Infected(malware) => Err(self.infected(content, &malware)),
                }
            }
            Err(error) => {
                self.note_scanner(Some(&error.to_string()));
                Err(self.say("upload-stopped"))
            }
        }
    }

    fn infected(&self, content: &[u8], malware: &str) -> String {
        tracing::warn!(target: "uploads", malware, "a file with malware was refused");
        let refused = Event::new("staff.upload_refused").detail("malware", malware).detail("file", Digest::of(content).to_string());
        self.journal_upload(&refused);
        self.say("upload-infected")
    }

    /// Operators read it in the log, officers of security on their desk, auditors in the journal; each once, until it changes.
    fn note_scanner(&self, reason: Option<&str>) {
        if !self.state.uploads.note(self.now(), reason) {
            return;
        }
        let event = if let Some(reason) = reason {
            tracing::error!(target: "uploads", reason, "uploads are stopped");
            Event::new("staff.uploads_stopped").detail("reason", reason)
        } else {
            tracing::info!(target: "uploads", "uploads are taken again");
            Event::new("staff.uploads_resumed")
        };
        self.journal_upload(&event);
    }

    /// A journal that cannot be written does not let a file pass: the refusal stands, and the log has the cause.
    fn journal_upload(&self, event: &Event) {
        let event = event.clone();
        let actor = self.who().map_or(Actor::Visitor, crate::session::actor_of);
        let written = self.platform().ledger().write("staff.upload", actor, move |work| {
            work.journal(event.clone())?;
            Ok::<_, StoreError>(())
        });
        if let Err(error) = written {
            tracing::error!(target: "uploads", %error, "a refused file is not in the journal");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_is_news_once_and_keeps_its_beginning() {
        let (uploads, at) = (Uploads::default(), Instant::from_millis);
        assert!(!uploads.note(at(1), None), "it never stopped");
        assert!(uploads.note(at(2), Some("silent")) && !uploads.note(at(3), Some("silent")));
        assert_eq!(uploads.stopped().map(|it| it.since), Some(at(2)));
        assert!(uploads.note(at(4), Some("old")) && uploads.note(at(5), None));
        assert!(uploads.stopped().is_none());
    }
}
