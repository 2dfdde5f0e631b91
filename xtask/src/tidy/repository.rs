use std::io;
use std::path::Path;

use super::rust::Source;

/// Every file that belongs to the project.
pub struct Repository {
    pub files: Vec<File>,
}

/// A file, with its path from the root and slashes in it.
pub struct File {
    pub path: String,
    pub bytes: Vec<u8>,
    /// The text taken apart, when it is Rust.
    pub rust: Option<Source>,
}

impl Repository {
    /// Reads the tree, without what `.gitignore` names.
    pub fn read(root: &Path) -> io::Result<Repository> {
        let ignored = std::fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        let mut files = Vec::new();
        walk(root, "", &ignored, &mut files)?;
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Repository { files })
    }

    /// A repository of a few files, for the tests of the rules.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Repository {
        let files = files
            .iter()
            .map(|(path, text)| File::new((*path).to_owned(), text.as_bytes().to_vec()));
        Repository {
            files: files.collect(),
        }
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// All Rust of the project.
    pub fn rust(&self) -> impl Iterator<Item = (&File, &Source)> {
        self.files
            .iter()
            .filter_map(|file| Some((file, file.rust.as_ref()?)))
    }

    /// All texts of our own: what was vendored is kept as it came.
    pub fn texts(&self) -> impl Iterator<Item = (&File, &str)> {
        let own = self
            .files
            .iter()
            .filter(|file| !file.is_vendored() && file.path != "Cargo.lock");
        own.filter_map(|file| Some((file, file.text()?)))
    }

    /// The crates of the house, and `xtask`.
    pub fn crates(&self) -> impl Iterator<Item = &str> {
        let manifests = self
            .files
            .iter()
            .filter(|file| file.path.ends_with("/Cargo.toml"));
        manifests
            .filter_map(File::house)
            .filter(|house| !house.contains('/'))
    }
}

impl File {
    fn new(path: String, bytes: Vec<u8>) -> File {
        let is_rust = Path::new(&path)
            .extension()
            .is_some_and(|extension| extension == "rs");
        let rust = std::str::from_utf8(&bytes)
            .ok()
            .filter(|_| is_rust)
            .map(|text| Source::read(text, is_test(&path)));
        File { path, bytes, rust }
    }

    /// The text, when it is one.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// The crate the file is part of.
    pub fn house(&self) -> Option<&str> {
        match self.path.split_once('/')? {
            ("crates", rest) => rest.split_once('/').map(|(house, _)| house),
            ("xtask", _) => Some("xtask"),
            _ => None,
        }
    }

    pub fn is_vendored(&self) -> bool {
        self.path.split('/').any(|part| part == "vendor")
    }

    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.path)
            .extension()
            .and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| extensions.contains(&extension))
    }
}

fn is_test(path: &str) -> bool {
    path.split('/')
        .any(|part| ["tests", "benches", "examples", "tests.rs"].contains(&part))
}

fn walk(root: &Path, folder: &str, ignored: &str, files: &mut Vec<File>) -> io::Result<()> {
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() {
            name
        } else {
            format!("{folder}/{name}")
        };
        if path == ".git" || ignored.lines().any(|pattern| fits(pattern, &path)) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(root, &path, ignored, files)?;
        } else if entry.file_type()?.is_file() {
            files.push(File::new(path, std::fs::read(entry.path())?));
        }
    }
    Ok(())
}

/// The patterns we use: `/name` and `/name*` at the root, `name` and `*.ending` anywhere.
fn fits(pattern: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match (
        pattern.trim_end_matches('/').strip_prefix('/'),
        pattern.strip_prefix('*'),
    ) {
        (Some(at_root), _) => match at_root.strip_suffix('*') {
            Some(start) => path.starts_with(start) && !path.contains('/'),
            None => path == at_root,
        },
        (None, Some(ending)) => name.ends_with(ending),
        (None, None) => !pattern.is_empty() && name == pattern.trim_end_matches('/'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_paths_are_left_out() {
        assert!(
            fits("/target", "target") && fits("/target-*", "target-2") && fits("*.log", "a/b.log")
        );
        assert!(
            !fits("/target", "crates/target")
                && !fits("/target-*", "crates/target-2")
                && !fits("", "a")
        );
    }

    #[test]
    fn a_file_knows_its_crate() {
        let repository = Repository::of(&[
            ("crates/seal/Cargo.toml", ""),
            ("xtask/Cargo.toml", ""),
            ("Cargo.toml", ""),
        ]);
        assert_eq!(repository.crates().collect::<Vec<_>>(), ["seal", "xtask"]);
    }
}
