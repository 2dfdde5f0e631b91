//! Scenario packs of an installation's own, beside those that come with the product.

use std::fs;
use std::path::{Path, PathBuf};

use drill::Pack;

use crate::runtime::RuntimeError;

/// Every pack of a folder: each of its folders is one. A flaw in any of them refuses the start, with every flaw in one line.
pub fn packs(place: Option<&Path>) -> Result<Vec<Pack>, RuntimeError> {
    let Some(place) = place else { return Ok(Vec::new()) };
    let unreadable = |error: std::io::Error| RuntimeError::Pack(place.to_owned(), error.to_string());
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(place).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    folders.iter().map(|folder| read(folder)).collect()
}

fn read(folder: &Path) -> Result<Pack, RuntimeError> {
    let inside = |file: &str| !file.split('/').any(|part| part == ".." || part.is_empty());
    Pack::read(&|file: &str| inside(file).then(|| fs::read(folder.join(file)).ok()).flatten()).map_err(|flaws| {
        let lines: Vec<String> = flaws.iter().map(ToString::to_string).collect();
        RuntimeError::Pack(folder.to_owned(), lines.join("; "))
    })
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_folder_of_packs_is_read_and_every_flaw_stands_in_one_line() {
        let shipped = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../drill/packs"));
        assert!(packs(Some(shipped)).unwrap().iter().any(|pack| pack.scenario.name.as_str() == "defacement"));
        assert!(packs(None).unwrap().is_empty());
        let place = TempDir::new().unwrap();
        assert!(packs(Some(place.path())).unwrap().is_empty());
        fs::create_dir(place.path().join("mine")).unwrap();
        let said = packs(Some(place.path())).unwrap_err().to_string();
        assert!(said.contains("mine: pack.toml is missing") && said.contains("marking.toml") && said.lines().count() == 1, "{said}");
        assert!(packs(Some(&place.path().join("none"))).is_err());
    }
}
