use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A disk with a cache in front of it, as far as promises about `fsync` go: file contents are safe when the file was synced,
/// names when the directory was, and the name of a new file also when the file itself was (as ext4, XFS and Btrfs do).
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    files: Vec<File>,
    /// Names as the running system sees them.
    names: HashMap<PathBuf, usize>,
    /// Names as they are after a power cut.
    safe_names: HashMap<PathBuf, usize>,
}

#[derive(Clone, Debug, Default)]
struct File {
    cached: Vec<u8>,
    safe: Vec<u8>,
}

impl Disk {
    /// Everything below a directory, synced.
    pub(super) fn of(directory: &Path) -> io::Result<Self> {
        let mut disk = Self::default();
        let mut directories = vec![directory.to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory)? {
                let path = entry?.path();
                if path.is_dir() {
                    directories.push(path);
                } else {
                    let bytes = fs::read(&path)?;
                    let number = disk.add(&path, bytes.clone());
                    disk.safe_names.insert(path, number);
                    if let Some(file) = disk.files.get_mut(number) {
                        file.safe = bytes;
                    }
                }
            }
        }
        Ok(disk)
    }

    fn add(&mut self, path: &Path, cached: Vec<u8>) -> usize {
        self.files.push(File { cached, safe: Vec::new() });
        self.names.insert(path.to_owned(), self.files.len() - 1);
        self.files.len() - 1
    }

    fn file(&mut self, path: &Path) -> Option<&mut File> {
        let number = *self.names.get(path)?;
        self.files.get_mut(number)
    }

    /// Length as the running system sees it.
    pub(super) fn length(&self, path: &Path) -> usize {
        self.names.get(path).and_then(|number| self.files.get(*number)).map_or(0, |file| file.cached.len())
    }

    pub(super) fn open(&mut self, path: &Path, create: bool, truncate: bool) {
        if !self.names.contains_key(path) && create {
            self.add(path, Vec::new());
        } else if truncate && let Some(file) = self.file(path) {
            file.cached.clear();
        }
    }

    pub(super) fn write(&mut self, path: &Path, offset: usize, bytes: &[u8]) {
        let Some(file) = self.file(path) else { return };
        let end = offset + bytes.len();
        if file.cached.len() < end {
            file.cached.resize(end, 0);
        }
        if let Some(place) = file.cached.get_mut(offset..end) {
            place.copy_from_slice(bytes);
        }
    }

    pub(super) fn truncate(&mut self, path: &Path, length: usize) {
        if let Some(file) = self.file(path) {
            file.cached.resize(length, 0);
        }
    }

    /// `fsync` of a file or of a directory.
    pub(super) fn sync(&mut self, path: &Path) {
        if let Some(&number) = self.names.get(path) {
            if let Some(file) = self.files.get_mut(number) {
                file.safe.clone_from(&file.cached);
            }
            if !self.safe_names.values().any(|safe| *safe == number) {
                self.safe_names.insert(path.to_owned(), number);
            }
            return;
        }
        let within = |name: &PathBuf| name.parent() == Some(path);
        self.safe_names.retain(|name, _| !within(name));
        let now = self.names.iter().filter(|(name, _)| within(name)).map(|(name, number)| (name.clone(), *number));
        self.safe_names.extend(now);
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) {
        if let Some(number) = self.names.remove(from) {
            self.names.insert(to.to_owned(), number);
        }
    }

    pub(super) fn unlink(&mut self, path: &Path) {
        self.names.remove(path);
    }

    /// Writes what a power cut would leave of `from` into another directory.
    pub(super) fn write_safe(&self, from: &Path, to: &Path) -> io::Result<()> {
        for (name, number) in &self.safe_names {
            let Ok(within) = name.strip_prefix(from) else { continue };
            let place = to.join(within);
            if let Some(parent) = place.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(place, self.files.get(*number).map(|file| file.safe.as_slice()).unwrap_or_default())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(disk: &Disk) -> Vec<(String, String)> {
        let scratch = tempfile::tempdir().unwrap();
        disk.write_safe(Path::new("/d"), scratch.path()).unwrap();
        let entries = fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut all: Vec<_> = entries
            .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
            .collect();
        all.sort();
        all
    }

    fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn only_what_was_synced_is_left() {
        let (mut disk, a) = (Disk::default(), Path::new("/d/a"));
        disk.open(a, true, false);
        disk.write(a, 0, b"one");
        assert_eq!(left(&disk), pairs(&[]));
        disk.sync(a);
        disk.write(a, 3, b" two");
        assert_eq!(left(&disk), pairs(&[("a", "one")]));
        disk.truncate(a, 1);
        disk.sync(a);
        assert_eq!(left(&disk), pairs(&[("a", "o")]));
    }

    #[test]
    fn a_rename_counts_when_its_directory_was_synced() {
        let (mut disk, old, new) = (Disk::default(), Path::new("/d/a"), Path::new("/d/a.new"));
        for (path, text) in [(old, b"old"), (new, b"new")] {
            disk.open(path, true, false);
            disk.write(path, 0, text);
            disk.sync(path);
        }
        disk.rename(new, old);
        assert_eq!(left(&disk), pairs(&[("a", "old"), ("a.new", "new")]));
        disk.sync(Path::new("/d"));
        assert_eq!(left(&disk), pairs(&[("a", "new")]));
        disk.unlink(old);
        assert_eq!(left(&disk).len(), 1);
        disk.sync(Path::new("/d"));
        assert_eq!(left(&disk), pairs(&[]));
    }
}
