//! What was done, as evidence: a file beside the archive for people, and one among the records, which the server notes in the
//! platform's journal (`flows::note_records`). A backup holds no key and cannot write into the journal itself.

use std::path::Path;

use kernel::Instant;
use serde_json::{Value, json};

use super::contents::{Contents, Head};
use super::failure::BackupError;

/// Writes one record: whole or not at all.
pub fn leave(tiles: &Path, what: &'static str, at: Instant, sha256: &str, record: &Value) -> Result<(), BackupError> {
    let short = sha256.get(..12).unwrap_or(sha256);
    let path = tiles.join(flows::RECORDS).join(format!("{}-{what}-{short}.json", at.millis()));
    write(&path, record)
}

/// Writes a document that people and programs read.
pub fn write(path: &Path, document: &Value) -> Result<(), BackupError> {
    let failed = || BackupError::file(path);
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory).map_err(failed())?;
    let text = serde_json::to_string_pretty(document).map_err(|error| failed()(std::io::Error::other(error)))?;
    let beside = path.with_extension("new");
    let written = std::fs::write(&beside, text + "\n").and_then(|()| std::fs::File::open(&beside)?.sync_all());
    written.and_then(|()| std::fs::rename(&beside, path)).map_err(failed())?;
    std::fs::File::open(directory).and_then(|opened| opened.sync_all()).map_err(failed())
}

/// What every record says of its archive.
pub fn of_archive(what: &'static str, head: &Head, contents: &Contents, sha256: &str, bytes: u64, milliseconds: u64) -> Value {
    let stores: Vec<Value> = contents
        .stores
        .iter()
        .map(|store| json!({"name": store.name, "rows": store.rows(), "bytes": store.bytes, "sha256": store.sha256, "milliseconds": store.milliseconds}))
        .collect();
    json!({
        "format": "lionrock-record/1",
        "what": what,
        "kind": head.kind,
        "taken": head.taken.to_string(),
        "sha256": sha256,
        "bytes": bytes,
        "milliseconds": milliseconds,
        "stores": stores,
        "files": contents.files.len(),
    })
}
