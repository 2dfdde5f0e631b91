use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Canaries;

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub canary: String,
    /// How it was written.
    pub encoding: &'static str,
    /// The file.
    pub file: PathBuf,
    /// The byte at which it begins, or at which the outermost stream begins that holds it.
    pub at: usize,
}

/// What was looked at.
#[derive(Clone, Debug, Default)]
pub struct Scanned {
    /// Files and other places.
    pub files: usize,
    /// Bytes in them.
    pub bytes: usize,
    /// Compressed streams that were opened, those within others too.
    pub streams: usize,
    /// What was found.
    pub found: Vec<Found>,
}

impl Canaries {
    /// Looks through every file below a directory, whatever its name. Links are not followed.
    ///
    /// # Errors
    /// When a directory or a file cannot be read. A file that is gone by the time it is opened is no failure: a log that is
    /// being rotated, a journal file that is being folded in.
    pub fn scan_dir(&self, directory: &Path) -> io::Result<Scanned> {
        let mut scanned = Scanned::default();
        let mut waiting = vec![directory.to_owned()];
        while let Some(directory) = waiting.pop() {
            for entry in fs::read_dir(&directory)? {
                let entry = entry?;
                match entry.file_type()? {
                    kind if kind.is_dir() => waiting.push(entry.path()),
                    kind if kind.is_file() => self.scan_file(&entry.path(), &mut scanned)?,
                    _ => {}
                }
            }
        }
        Ok(scanned)
    }

    fn scan_file(&self, file: &Path, scanned: &mut Scanned) -> io::Result<()> {
        match fs::read(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => self.scan_bytes(file, &read?, scanned),
        }
        Ok(())
    }

    /// Looks through bytes that stand at this place.
    pub fn scan_bytes(&self, place: &Path, bytes: &[u8], scanned: &mut Scanned) {
        let seen = self.search(bytes);
        scanned.files += 1;
        scanned.bytes += bytes.len();
        scanned.streams += seen.streams;
        scanned.found.extend(seen.hits.into_iter().map(|hit| Found {
            canary: hit.canary.to_owned(),
            encoding: hit.encoding,
            file: place.to_owned(),
            at: hit.at,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Canary;

    #[test]
    fn files_in_directories_within_directories_are_read_and_clean_ones_are_silent() {
        let canaries = Canaries::new([Canary::new("mobile", "51230001")]);
        let directory = tempfile::tempdir().unwrap();
        let deep = directory.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("clean.db"), vec![0; 5000]).unwrap();
        assert!(canaries.scan_dir(directory.path()).unwrap().found.is_empty());
        fs::write(deep.join("dirty.db-wal"), "x51230001y").unwrap();
        let scanned = canaries.scan_dir(directory.path()).unwrap();
        let found = Found { canary: "mobile".into(), encoding: "UTF-8", file: deep.join("dirty.db-wal"), at: 1 };
        assert_eq!((scanned.found, scanned.files, scanned.bytes), (vec![found], 2, 5010));
        assert!(canaries.scan_dir(&directory.path().join("nowhere")).is_err());
    }
}
