//! An archive on its way back: checked while it passes, each thing put where it belongs.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use kernel::{Secret, to_hex};
use seal::Sha256;
use store::{Copied, Location, Store};

use super::archive::Passing;
use super::contents::{CONTENTS, Contents, FORMAT, HEAD, Head};
use super::failure::BackupError;
use super::tar::{Entry, TarReader};

/// Where things go.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Stores.
    pub stores: Location,
    /// Evidence: a directory for each journal.
    pub evidence: PathBuf,
    /// Key trees.
    pub keys: PathBuf,
}

/// What came out of an archive.
#[derive(Clone, Debug)]
pub struct Unpacked {
    /// What it said at its beginning.
    pub head: Head,
    /// What it said at its end; all of it was there.
    pub contents: Contents,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
}

/// Reads the identity in a file of `age-keygen`.
pub fn identity(path: &Path) -> Result<Secret<String>, BackupError> {
    let text = Secret::new(std::fs::read_to_string(path).map_err(BackupError::file(path))?);
    seal::age_files::identity_in(text.expose()).ok_or_else(|| BackupError::NoIdentity(path.to_owned()))
}

/// Reads the beginning of an archive.
pub fn head(archive: &Path, identity: &Secret<String>) -> Result<Head, BackupError> {
    let file = File::open(archive).map_err(BackupError::file(archive))?;
    let plain = seal::age_files::decrypting(identity, BufReader::new(file)).map_err(|_| BackupError::Unreadable(archive.to_owned()))?;
    Unpacking::new(archive, plain).head()
}

/// Puts everything of an archive where it belongs. Stores are made one by one, each whole or not at all; nothing that is there
/// is overwritten. An archive that was cut off or altered ends in an error at the latest at its end.
pub fn unpack(archive: &Path, identity: &Secret<String>, to: &Destination) -> Result<Unpacked, BackupError> {
    let file = File::open(archive).map_err(BackupError::file(archive))?;
    let seen = Seen { passing: Arc::new(Mutex::new((Passing { from: file, digest: Sha256::new() }, 0))) };
    let plain = seal::age_files::decrypting(identity, BufReader::with_capacity(1 << 18, seen.clone()));
    let plain = plain.map_err(|_| BackupError::Unreadable(archive.to_owned()))?;
    let mut unpacking = Unpacking::new(archive, BufReader::with_capacity(1 << 18, plain));
    let head = unpacking.head()?;
    unpacking.all(to)?;
    let contents = unpacking.finish()?;
    let (sha256, bytes) = seen.finish();
    Ok(Unpacked { head, contents, sha256, bytes })
}

/// The file itself, with its digest; what decrypts it owns it.
#[derive(Clone)]
struct Seen {
    passing: Arc<Mutex<(Passing<File>, u64)>>,
}

impl Seen {
    fn finish(self) -> (String, u64) {
        let passing = self.passing.lock().unwrap_or_else(PoisonError::into_inner);
        (to_hex(&passing.0.digest.clone().finish()), passing.1)
    }
}

impl Read for Seen {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut passing = self.passing.lock().unwrap_or_else(PoisonError::into_inner);
        let read = passing.0.read(bytes)?;
        passing.1 += read as u64;
        Ok(read)
    }
}

struct Unpacking<R: Read> {
    archive: PathBuf,
    tar: TarReader<R>,
    stores: Vec<(Copied, String)>,
    files: BTreeMap<String, String>,
    contents: Option<Contents>,
}

impl<R: Read + Send> Unpacking<R> {
    fn new(archive: &Path, plain: R) -> Self {
        Self { archive: archive.to_owned(), tar: TarReader::new(plain), stores: Vec::new(), files: BTreeMap::new(), contents: None }
    }

    fn head(&mut self) -> Result<Head, BackupError> {
        let entry = self.next_entry()?.filter(|entry| entry.path == HEAD && entry.size < 1 << 16);
        entry.ok_or_else(|| self.not_whole("it does not begin as a backup of Lionrock"))?;
        let mut text = Vec::new();
        self.tar.read_to_end(&mut text).map_err(|_| self.unreadable())?;
        let head: Head = serde_json::from_slice(&text).map_err(|_| self.not_whole("its first file cannot be read"))?;
        if head.format != FORMAT {
            return Err(self.not_whole(&format!("it is of the format {}, made by Lionrock {}: use that version", head.format, head.program)));
        }
        Ok(head)
    }

    fn all(&mut self, to: &Destination) -> Result<(), BackupError> {
        while let Some(entry) = self.next_entry()? {
            let parts: Vec<&str> = entry.path.split('/').collect();
            match *parts.as_slice() {
                [CONTENTS] if entry.size < 1 << 30 => {
                    let mut text = Vec::new();
                    self.tar.read_to_end(&mut text).map_err(|_| self.unreadable())?;
                    let contents = serde_json::from_slice(&text).map_err(|_| self.not_whole("its list cannot be read"))?;
                    self.contents = Some(contents);
                }
                ["stores", name, _] => {
                    let name = name.to_owned();
                    self.store(&name, entry, &to.stores)?;
                }
                ["evidence", ..] => self.file(&entry, "evidence/", &to.evidence)?,
                ["keys", _] => self.file(&entry, "keys/", &to.keys)?,
                _ => return Err(self.not_whole("it holds something that this version does not know")),
            }
        }
        Ok(())
    }

    fn store(&mut self, name: &str, first: Entry, location: &Location) -> Result<(), BackupError> {
        self.tar.put_back(first);
        let prefix = format!("stores/{name}/");
        let joined = Joined { tar: &mut self.tar, prefix, inside: false, ended: false };
        let mut passing = Passing { from: joined, digest: Sha256::new() };
        let copied = Store::restore(location, name, flows::migrations_of(name), &mut passing)?;
        let left = io::copy(&mut passing, &mut io::sink()).map_err(|_| BackupError::Unreadable(self.archive.clone()))?;
        let digest = to_hex(&passing.digest.finish());
        if left > 0 || copied.name != name {
            return Err(self.not_whole(&format!("the copy of {name} is another one or longer than it should be")));
        }
        self.stores.push((copied, digest));
        Ok(())
    }

    fn file(&mut self, entry: &Entry, prefix: &str, directory: &Path) -> Result<(), BackupError> {
        let inside = Path::new(entry.path.strip_prefix(prefix).unwrap_or_default());
        if inside.as_os_str().is_empty() || !inside.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(self.not_whole("a file in it would leave its directory"));
        }
        let place = directory.join(inside);
        let failed = || BackupError::file(&place);
        let parent = place.parent().unwrap_or(directory);
        DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(failed())?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place).map_err(failed())?;
        let mut passing = Passing { from: &mut self.tar, digest: Sha256::new() };
        io::copy(&mut passing, &mut file).map_err(|_| BackupError::Unreadable(self.archive.clone()))?;
        file.flush().and_then(|()| file.sync_all()).map_err(failed())?;
        self.files.insert(entry.path.clone(), to_hex(&passing.digest.finish()));
        Ok(())
    }

    /// The list at the end names everything that came before it, and nothing else.
    fn finish(self) -> Result<Contents, BackupError> {
        let archive = self.archive.clone();
        let not_whole = |what: &str| BackupError::NotWhole { archive: archive.clone(), what: what.to_owned() };
        let contents = self.contents.ok_or_else(|| not_whole("it has no list of what is in it"))?;
        let listed = contents.stores.iter().map(|store| (&store.name, &store.tables, &store.sha256));
        let found = self.stores.iter().map(|(copied, digest)| (&copied.name, &copied.tables, digest));
        if !listed.eq(found) || contents.files != self.files {
            return Err(not_whole("what is in it is not what it lists"));
        }
        self.tar.drain().map_err(|_| BackupError::Unreadable(archive.clone()))?;
        Ok(contents)
    }

    fn next_entry(&mut self) -> Result<Option<Entry>, BackupError> {
        self.tar.next_entry().map_err(|_| self.unreadable())
    }

    fn unreadable(&self) -> BackupError {
        BackupError::Unreadable(self.archive.clone())
    }

    fn not_whole(&self, what: &str) -> BackupError {
        BackupError::NotWhole { archive: self.archive.clone(), what: what.to_owned() }
    }
}

/// The parts of a store's copy as one.
struct Joined<'t, R: Read> {
    tar: &'t mut TarReader<R>,
    prefix: String,
    inside: bool,
    ended: bool,
}

impl<R: Read> Read for Joined<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.inside {
                let read = self.tar.read(bytes)?;
                if read > 0 || bytes.is_empty() {
                    return Ok(read);
                }
                self.inside = false;
            }
            if self.ended {
                return Ok(0);
            }
            match self.tar.next_entry()? {
                Some(entry) if entry.path.starts_with(&self.prefix) => self.inside = true,
                other => {
                    if let Some(entry) = other {
                        self.tar.put_back(entry);
                    }
                    self.ended = true;
                }
            }
        }
    }
}
