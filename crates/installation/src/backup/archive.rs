//! An archive on its way to the disk: files in a `tar`, encrypted while they pass, a digest of what arrives.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant as Moment;

use kernel::to_hex;
use seal::Sha256;
use seal::age_files::Encrypting;
use serde::Serialize;
use store::{Location, Store};

use super::contents::{CONTENTS, Contents, HEAD, Head, StoreLine};
use super::failure::BackupError;
use super::tar::TarWriter;

/// A store's copy is cut into files of this length, because its own length is not known before it has been written.
const PART: usize = 8 << 20;

/// An archive that is being written.
pub struct Archive {
    path: PathBuf,
    beside: PathBuf,
    tar: TarWriter<Encrypting<BufWriter<Measured>>>,
    contents: Contents,
}

/// An archive that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// What is in it.
    pub contents: Contents,
}

impl Archive {
    /// Begins a file that appears under its name when it is whole.
    pub fn begin(path: &Path, recipients: &[String], head: &Head) -> Result<Self, BackupError> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        let beside = PathBuf::from(beside);
        if path.exists() {
            return Err(BackupError::File(path.to_owned(), io::ErrorKind::AlreadyExists.into()));
        }
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside);
        let measured = Measured { file: file.map_err(BackupError::file(&beside))?, digest: Sha256::new(), bytes: 0 };
        let encrypting = Encrypting::begin(recipients, BufWriter::with_capacity(1 << 18, measured))?;
        let mtime = u64::try_from(head.taken.millis() / 1000).unwrap_or(0);
        let tar = TarWriter::new(encrypting, mtime);
        let mut archive = Self { path: path.to_owned(), beside, tar, contents: Contents::default() };
        archive.document(HEAD, head)?;
        Ok(archive)
    }

    /// Adds a small file.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        self.contents.files.insert(name.to_owned(), to_hex(&seal::sha256(&[bytes])));
        let added = self.tar.add(name, bytes.len() as u64, &mut &*bytes);
        added.map_err(BackupError::file(&self.beside))
    }

    /// Adds a file that only grows, as long as it is now.
    pub fn add_file(&mut self, name: &str, path: &Path) -> Result<(), BackupError> {
        let file = File::open(path).map_err(BackupError::file(path))?;
        let size = file.metadata().map_err(BackupError::file(path))?.len();
        let mut passing = Passing { from: file, digest: Sha256::new() };
        self.tar.add(name, size, &mut passing).map_err(BackupError::file(path))?;
        self.contents.files.insert(name.to_owned(), to_hex(&passing.digest.finish()));
        Ok(())
    }

    /// Adds a snapshot of a store.
    pub fn add_store(&mut self, location: &Location, name: &str) -> Result<&StoreLine, BackupError> {
        let began = Moment::now();
        let mut parts = Parts { tar: &mut self.tar, name, number: 0, part: Vec::with_capacity(PART), digest: Sha256::new(), bytes: 0 };
        let copied = Store::back_up(location, name, &mut parts)?;
        parts.cut().map_err(BackupError::file(&self.beside))?;
        let Parts { digest, bytes, .. } = parts;
        let sha256 = to_hex(&digest.finish());
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let at = self.contents.stores.len();
        self.contents.stores.push(StoreLine { name: copied.name, tables: copied.tables, bytes, sha256, milliseconds });
        self.contents.stores.get(at).ok_or(BackupError::Nothing)
    }

    /// What has been added.
    pub const fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Ends the file, waits for the disk, and gives it its name.
    pub fn finish(mut self) -> Result<Written, BackupError> {
        let contents = self.contents.clone();
        self.document(CONTENTS, &contents)?;
        let Self { path, beside, tar, .. } = self;
        let failed = || BackupError::file(&beside);
        let buffered = tar.finish().and_then(Encrypting::finish).map_err(failed())?;
        let measured = buffered.into_inner().map_err(|error| failed()(error.into_error()))?;
        measured.file.sync_all().map_err(failed())?;
        std::fs::rename(&beside, &path).map_err(failed())?;
        sync_directory(&path)?;
        Ok(Written { path, sha256: to_hex(&measured.digest.finish()), bytes: measured.bytes, contents })
    }

    fn document(&mut self, name: &str, document: &impl Serialize) -> Result<(), BackupError> {
        let failed = BackupError::file(&self.beside);
        let text = serde_json::to_vec_pretty(document).map_err(io::Error::other);
        text.and_then(|text| self.tar.add(name, text.len() as u64, &mut &text[..])).map_err(failed)
    }
}

impl Written {
    /// Puts a second copy into another directory and reads it back from there.
    pub fn copy_to(&self, directory: &Path) -> Result<PathBuf, BackupError> {
        let copy = directory.join(self.path.file_name().unwrap_or_default());
        let mut beside = copy.as_os_str().to_owned();
        beside.push(".part");
        let beside = PathBuf::from(beside);
        let mut from = File::open(&self.path).map_err(BackupError::file(&self.path))?;
        let mut to = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside).map_err(BackupError::file(&beside))?;
        io::copy(&mut from, &mut to).and_then(|_| to.sync_all()).map_err(BackupError::file(&beside))?;
        drop(to);
        let (sha256, bytes) = digest_of(&beside)?;
        if (&sha256, bytes) != (&self.sha256, self.bytes) {
            return Err(BackupError::Copy(directory.to_owned()));
        }
        std::fs::rename(&beside, &copy).map_err(BackupError::file(&copy))?;
        sync_directory(&copy)?;
        Ok(copy)
    }
}

/// SHA-256 in hexadecimal and length of a file.
pub fn digest_of(path: &Path) -> Result<(String, u64), BackupError> {
    let mut passing = Passing { from: File::open(path).map_err(BackupError::file(path))?, digest: Sha256::new() };
    let bytes = io::copy(&mut passing, &mut io::sink()).map_err(BackupError::file(path))?;
    Ok((to_hex(&passing.digest.finish()), bytes))
}

fn sync_directory(of: &Path) -> Result<(), BackupError> {
    let directory = of.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory).and_then(|opened| opened.sync_all()).map_err(BackupError::file(directory))
}

/// A file with a digest of what was written into it.
struct Measured {
    file: File,
    digest: Sha256,
    bytes: u64,
}

impl Write for Measured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A reader with a digest of what was read from it.
pub struct Passing<R> {
    /// What is read.
    pub from: R,
    /// What was read.
    pub digest: Sha256,
}

impl<R: Read> Read for Passing<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(bytes)?;
        self.digest.update(bytes.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// A store's copy on its way into files of the archive.
struct Parts<'a, W: Write> {
    tar: &'a mut TarWriter<W>,
    name: &'a str,
    number: u32,
    part: Vec<u8>,
    digest: Sha256,
    bytes: u64,
}

impl<W: Write> Parts<'_, W> {
    fn cut(&mut self) -> io::Result<()> {
        if self.part.is_empty() {
            return Ok(());
        }
        let name = format!("stores/{}/{:06}", self.name, self.number);
        self.tar.add(&name, self.part.len() as u64, &mut &self.part[..])?;
        self.number += 1;
        self.part.clear();
        Ok(())
    }
}

impl<W: Write> Write for Parts<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = PART - self.part.len();
        let taken = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.part.extend_from_slice(taken);
        self.digest.update(taken);
        self.bytes += taken.len() as u64;
        if self.part.len() == PART {
            self.cut()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
