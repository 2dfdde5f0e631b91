//! The address list of an installation: what residents find their home in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hongkong::{Premises, import_geojson, import_tsv};

use crate::runtime::RuntimeError;

/// The premises of the gazetteer: of the sample that is shipped, of a file, or of every file of a directory. A file is a table of
/// the shipped form, or GeoJSON as the Address Lookup Service publishes it, one file a district.
pub fn premises(place: Option<&Path>) -> Result<Vec<Premises>, RuntimeError> {
    let Some(place) = place else { return Ok(hongkong::shipped_premises()?) };
    let mut all = Vec::new();
    let unreadable = |path: &Path, error: io::Error| RuntimeError::Addresses(path.to_owned(), error.to_string());
    for file in files(place).map_err(|error| unreadable(place, error))? {
        let bytes = fs::read(&file).map_err(|error| unreadable(&file, error))?;
        all.extend(read(&bytes, &file)?);
    }
    if all.is_empty() {
        return Err(RuntimeError::Addresses(place.to_owned(), "there is no address in it".into()));
    }
    Ok(all)
}

/// The files of an address list, by name: those of its directory without the hidden ones, or itself.
pub fn files(place: &Path) -> io::Result<Vec<PathBuf>> {
    if !place.is_dir() {
        return Ok(vec![place.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(place)? {
        let entry = entry?;
        if entry.path().is_file() && !entry.file_name().to_string_lossy().starts_with('.') {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// A table's first column is a name, GeoJSON begins with a brace.
fn read(bytes: &[u8], file: &Path) -> Result<Vec<Premises>, RuntimeError> {
    let wrong = |what: String| RuntimeError::Addresses(file.to_owned(), what);
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let read = if text.starts_with(b"{") {
        import_geojson(text)
    } else {
        import_tsv(std::str::from_utf8(text).map_err(|error| wrong(error.to_string()))?)
    };
    read.map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GEOJSON: &[u8] = include_bytes!("../../hongkong/data/als-geojson-sample.json");

    #[test]
    fn tables_and_geojson_are_told_apart_by_their_first_byte() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str, bytes: &[u8]| {
            let file = folder.path().join(name);
            fs::write(&file, bytes).unwrap();
            premises(Some(&file))
        };
        assert_eq!(of("a.json", GEOJSON).unwrap().len(), 141);
        assert_eq!(of("b.json", &[b"\xEF\xBB\xBF\r\n  ", GEOJSON].concat()).unwrap().len(), 141, "a mark and blanks before it");
        assert_eq!(of("c.tsv", hongkong::SAMPLE_ADDRESSES.as_bytes()).unwrap(), premises(None).unwrap());
        for (name, bytes) in [("d.json", &GEOJSON[..9_000]), ("e.tsv", b"street\n".as_slice()), ("f.tsv", b"\xFF"), ("g.json", b"{}")] {
            let said = of(name, bytes).unwrap_err().to_string();
            assert!(said.starts_with("addresses: ") && said.contains(name) && said.lines().count() == 1, "{said}");
        }
    }

    #[test]
    fn a_directory_is_read_whole_and_an_empty_list_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let empty = premises(Some(folder.path())).unwrap_err().to_string();
        assert!(empty.contains("no address"), "{empty}");
        fs::write(folder.path().join("kwun-tong.json"), GEOJSON).unwrap();
        fs::write(folder.path().join("rest.tsv"), hongkong::SAMPLE_ADDRESSES).unwrap();
        fs::write(folder.path().join(".notes"), "not an address list").unwrap();
        assert_eq!(premises(Some(folder.path())).unwrap().len(), 141 + 6280);
        assert!(premises(Some(&folder.path().join("missing"))).unwrap_err().to_string().contains("missing"));
    }
}
