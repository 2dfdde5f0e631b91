//! Small files that must be whole or absent, and gone when they are said to be gone.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use kernel::Random;
use zeroize::Zeroizing;

use crate::SealError;

/// The content, or nothing when there is no such file.
pub fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, SealError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SealError::io(path)(error)),
    };
    let len = file.metadata().map_err(SealError::io(path))?.len();
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(len).unwrap_or(0) + 1));
    file.read_to_end(&mut bytes).map_err(SealError::io(path))?;
    Ok(Some(bytes))
}

/// Writes a file that only its owner may read: beside its place, synced, then renamed over it, and the rename synced.
/// After a crash there is the old file or the new one.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), SealError> {
    write_beside(path, bytes)?;
    put_in_place(path)
}

/// The first half of [`write_whole`]: the file stands beside its place, on the disk.
pub fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), SealError> {
    let beside = with_suffix(path, "tmp");
    let mut file = private().truncate(true).create(true).open(&beside).map_err(SealError::io(&beside))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(SealError::io(&beside))
}

/// The second half of [`write_whole`].
pub fn put_in_place(path: &Path) -> Result<(), SealError> {
    rename(&with_suffix(path, "tmp"), path)
}

/// Renames and makes the new name durable.
pub fn rename(from: &Path, to: &Path) -> Result<(), SealError> {
    std::fs::rename(from, to).map_err(SealError::io(to))?;
    sync_directory(to)
}

/// Overwrites a file in place with random bytes, to the disk. What a file system or a flash disk keeps of the old
/// blocks is beyond a program's reach: `docs/threats.md`.
pub fn overwrite(path: &Path, random: &dyn Random) -> Result<(), SealError> {
    let mut file = OpenOptions::new().write(true).open(path).map_err(SealError::io(path))?;
    let len = file.metadata().map_err(SealError::io(path))?.len();
    let mut noise = vec![0; usize::try_from(len).unwrap_or(0)];
    random.fill(&mut noise);
    file.write_all(&noise).and_then(|()| file.sync_all()).map_err(SealError::io(path))
}

/// Overwrites and removes a file; fine when there is none.
pub fn erase(path: &Path, random: &dyn Random) -> Result<(), SealError> {
    if !path.exists() {
        return Ok(());
    }
    overwrite(path, random)?;
    std::fs::remove_file(path).map_err(SealError::io(path))?;
    sync_directory(path)
}

/// Makes the directory of a file, for its owner only.
pub fn make_directory_of(path: &Path) -> Result<(), SealError> {
    let directory = directory_of(path);
    DirBuilder::new().recursive(true).mode(0o700).create(&directory).map_err(SealError::io(&directory))
}

/// Holds a file's name against other processes until the returned handle is dropped or the process dies.
pub fn hold(path: &Path) -> Result<File, SealError> {
    let lock = with_suffix(path, "lock");
    let file = private().create(true).open(&lock).map_err(SealError::io(&lock))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SealError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(SealError::io(&lock)(error)),
    }
}

/// `name.suffix`, beside the file.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// The directory in which a file stands.
pub fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// Makes the names in a file's directory durable.
pub fn sync_directory(of: &Path) -> Result<(), SealError> {
    let directory = directory_of(of);
    File::open(&directory).and_then(|file| file.sync_all()).map_err(SealError::io(&directory))
}
