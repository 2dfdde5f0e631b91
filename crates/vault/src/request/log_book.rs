use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::storage;

/// One line of the log book (section 27): it names no resident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The request.
    pub request: Id<kinds::SubjectRequest>,
    /// When.
    pub at: Instant,
    /// What was done: `lodged`, `complied`, `partly`, `refused`.
    pub step: String,
    /// On what ground, where something was refused.
    pub ground: String,
    /// Who, as the journal names actors.
    pub actor: String,
}

/// The log book of a service, newest first: at most `limit` lines.
pub fn log_book(tx: &mut Tx<'_>, service: Id<kinds::Service>, limit: usize) -> Result<Vec<LogEntry>, StoreError> {
    storage::request::log_of(tx, service, i64::try_from(limit).unwrap_or(500))
}

/// Removes what residents wrote when its last day has passed, and lines of the log book after four years. Returns how many.
pub fn purge_requests(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let today = work.today();
    let details = storage::request::forget_details(work.tx(), today)?;
    let pictures = storage::request_proof::delete_expired(work.tx(), today)?;
    let lines = storage::request::forget_log(work.tx(), today)?;
    if details + pictures + lines > 0 {
        let event = Event::new("vault.requests_purged").detail("details", details).detail("pictures", pictures);
        work.journal(event.detail("log", lines))?;
    }
    Ok(details + pictures + lines)
}
