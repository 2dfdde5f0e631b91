use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use journal::{Actor, Event, JournalError};
use serde_json::Value;
use store::{RunError, StoreError};
use thiserror::Error;

use crate::Platform;

/// The directory beside the journals in which an operator's commands leave what they did: they hold no keys and cannot write into
/// the journal themselves.
pub const RECORDS: &str = "records";

/// A record that was not taken over; it is tried again.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The file.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Where those stand that have been noted.
pub const NOTED: &str = "noted";
const REFUSED: &str = "refused";
const LONGEST: u64 = 1 << 20;

/// Notes in the platform's journal what operators' commands left on record: backups, restore tests, restores. A crash between the
/// note and the move of its file notes it once more, with the same digest. Returns how many were noted.
pub fn note_records(platform: &Platform) -> Result<usize, RecordError> {
    let directory = platform.parts.tiles.join(RECORDS);
    let mut noted = 0;
    for path in waiting(&directory)? {
        let bytes = fs::read(&path).map_err(|error| RecordError::File(path.clone(), error))?;
        let Some(event) = event(&bytes) else {
            put_into(&directory, REFUSED, &path)?;
            continue;
        };
        platform
            .ledger()
            .write("flows.note_record", Actor::Operator, move |work| work.journal(event.clone()).map(drop))
            .map_err(|error: RunError<StoreError>| JournalError::from(error))?;
        put_into(&directory, NOTED, &path)?;
        noted += 1;
    }
    Ok(noted)
}

fn waiting(directory: &Path) -> Result<Vec<PathBuf>, RecordError> {
    let failed = |error| RecordError::File(directory.to_owned(), error);
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let small = fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= LONGEST);
        found.extend((small && path.extension().is_some_and(|end| end == "json")).then_some(path));
    }
    found.sort();
    Ok(found)
}

fn put_into(directory: &Path, name: &str, path: &Path) -> Result<(), RecordError> {
    let place = directory.join(name);
    let to = place.join(path.file_name().unwrap_or_default());
    let moved = fs::create_dir_all(&place).and_then(|()| fs::rename(path, &to));
    moved.map_err(|error| RecordError::File(path.to_owned(), error))
}

/// The event of a record: what was done, when, how long it took, and the digest that names the archive.
fn event(bytes: &[u8]) -> Option<Event> {
    let record: Value = serde_json::from_slice(bytes).ok()?;
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    let number = |name: &str| record.get(name).and_then(Value::as_u64);
    let verb = match (text("format")?, text("what")?) {
        ("lionrock-record/1", "backup") => "operations.backup_made",
        ("lionrock-record/1", "verify") => "operations.backup_verified",
        ("lionrock-record/1", "restore") => "operations.restored",
        _ => return None,
    };
    let stores = record.get("stores").and_then(Value::as_array)?.len();
    let event = Event::new(verb)
        .detail("kind", text("kind")?)
        .detail("taken", text("taken")?)
        .detail("archive", text("sha256").filter(|digest| digest.len() == 64)?)
        .detail("bytes", number("bytes")?)
        .detail("stores", stores)
        .detail("milliseconds", number("milliseconds")?);
    Some(match record.get("second_copy").and_then(Value::as_bool) {
        Some(second) => event.detail("second_copy", second),
        None => event,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_an_unknown_kind_and_one_without_a_digest_are_no_evidence() {
        let record = |what: &str, digest: &str| {
            let text = serde_json::json!({"format": "lionrock-record/1", "what": what, "kind": "data", "taken": "2020-05-06", "sha256": digest,
                "bytes": 1, "stores": [], "milliseconds": 1});
            text.to_string().into_bytes()
        };
        let digest = "ab".repeat(32);
        assert!(event(&record("backup", &digest)).is_some());
        assert!(event(&record("erase", &digest)).is_none());
        assert!(event(&record("verify", "short")).is_none());
        assert!(event(b"not JSON").is_none());
    }
}
