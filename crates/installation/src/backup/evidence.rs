//! The evidence of an installation, as it goes into an archive: checkpoints and tiles, erasure ledgers, facts of ends, records.
//!
//! A checkpoint is read before its tiles, and both before the stores: a tree in an archive is never larger than what the
//! stores in it hold. The erasure ledgers are read after the stores: whatever a store had erased stands in its ledger.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::archive::Archive;
use super::failure::BackupError;

const CHECKPOINT: &str = "checkpoint";
const TILE: &str = "tile";
/// Left by a restore, meant for the start after it and for nobody else.
const NOT_EVIDENCE: &[&str] = &["restored", "restoring"];

/// Adds the published trees of every journal.
pub fn add_trees(archive: &mut Archive, tiles: &Path) -> Result<(), BackupError> {
    for (name, directory) in journals(tiles)? {
        let checkpoint = directory.join(CHECKPOINT);
        let Some(note) = read(&checkpoint)? else { continue };
        archive.add(&format!("evidence/{name}/{CHECKPOINT}"), &note)?;
        add_tiles(archive, &name, &directory)?;
    }
    Ok(())
}

/// Adds everything else that stands with the trees.
pub fn add_rest(archive: &mut Archive, tiles: &Path) -> Result<(), BackupError> {
    for (name, directory) in journals(tiles)? {
        for file in walk(&directory, &|path| path != directory.join(TILE))? {
            let Some(path) = inside(&directory, &file) else { continue };
            if path != CHECKPOINT && !is_passing(&file) && !NOT_EVIDENCE.contains(&path.as_str()) {
                archive.add_file(&format!("evidence/{name}/{path}"), &file)?;
            }
        }
    }
    Ok(())
}

/// A partial tile gives way to the full one when it fills up; the full one begins with the same hashes.
fn add_tiles(archive: &mut Archive, name: &str, directory: &Path) -> Result<(), BackupError> {
    let mut added = BTreeSet::new();
    for file in walk(&directory.join(TILE), &|_| true)? {
        let full = file.parent().filter(|parent| parent.extension().is_some_and(|end| end == "p")).map(|parent| parent.with_extension(""));
        let found = match read(&file)? {
            Some(bytes) => Some((file, bytes)),
            None => full.map(|full| Ok::<_, BackupError>(read(&full)?.map(|bytes| (full, bytes)))).transpose()?.flatten(),
        };
        let Some((file, bytes)) = found else { continue };
        let Some(path) = inside(directory, &file).filter(|_| !is_passing(&file)) else { continue };
        if added.insert(path.clone()) {
            archive.add(&format!("evidence/{name}/{path}"), &bytes)?;
        }
    }
    Ok(())
}

/// Whether a file is on its way to another name, or a lock.
fn is_passing(file: &Path) -> bool {
    file.extension().is_some_and(|end| ["new", "tmp", "part", "lock"].iter().any(|passing| end == *passing))
}

/// The directories of the journals, and that of the operator's records.
fn journals(tiles: &Path) -> Result<Vec<(String, PathBuf)>, BackupError> {
    let entries = match fs::read_dir(tiles) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(BackupError::file(tiles))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(BackupError::file(tiles))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        // What a restore moved aside has a dot in its name and is no journal of this installation any more.
        found.extend(name.filter(|name| path.is_dir() && !name.contains('.')).map(|name| (name, path)));
    }
    found.sort();
    Ok(found)
}

/// Every file below a directory that still is one when its turn comes.
fn walk(directory: &Path, enter: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>, BackupError> {
    let (mut files, mut waiting) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(directory) = waiting.pop() {
        let entries = match fs::read_dir(&directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.map_err(BackupError::file(&directory))?,
        };
        for entry in entries {
            let path = entry.map_err(BackupError::file(&directory))?.path();
            if path.is_dir() {
                waiting.extend(enter(&path).then_some(path));
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn inside(directory: &Path, file: &Path) -> Option<String> {
    file.strip_prefix(directory).ok()?.to_str().map(str::to_owned)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, BackupError> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(BackupError::file(path)),
    }
}
