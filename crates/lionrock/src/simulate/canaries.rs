//! Promise 1, byte by byte: values that were typed are looked for in every file of an installation.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use kernel::to_hex;

use super::Failure;

/// Patterns are told apart by their first bytes; an identity number has seven characters.
const WINDOW: usize = 7;

/// Values that must not stand anywhere in clear, in every encoding in which they might.
pub struct Canaries {
    patterns: HashMap<[u8; WINDOW], Vec<(Vec<u8>, &'static str)>>,
    /// Whether any pattern begins with these two bytes: most places are passed over by this alone.
    beginnings: Vec<bool>,
}

/// A value that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The file.
    pub file: PathBuf,
    /// At which byte.
    pub at: usize,
    /// In which encoding.
    pub encoding: &'static str,
}

/// What was looked at.
#[derive(Clone, Debug, Default)]
pub struct Scanned {
    /// Files.
    pub files: usize,
    /// Bytes.
    pub bytes: usize,
    /// Compressed streams that were opened, within others too.
    pub streams: usize,
    /// What was found.
    pub leaks: Vec<Leak>,
}

impl Canaries {
    /// Prepares values for the search; those of fewer than seven bytes are too common to look for.
    pub fn new<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let mut canaries = Self { patterns: HashMap::new(), beginnings: vec![false; 1 << 16] };
        for value in values.into_iter().filter(|value| value.len() >= WINDOW) {
            canaries.add(value);
        }
        canaries
    }

    fn add(&mut self, value: &str) {
        let bytes = value.as_bytes();
        self.pattern(bytes.to_vec(), "UTF-8");
        self.pattern(value.encode_utf16().flat_map(u16::to_le_bytes).collect(), "UTF-16, little end first");
        self.pattern(value.encode_utf16().flat_map(u16::to_be_bytes).collect(), "UTF-16, big end first");
        self.pattern(to_hex(bytes).into_bytes(), "hexadecimal");
        self.pattern(to_hex(bytes).to_ascii_uppercase().into_bytes(), "hexadecimal in capitals");
        for before in 0..3 {
            self.base64(bytes, before);
        }
    }

    /// The value after so many unknown bytes: the characters that depend on its neighbours are left out.
    fn base64(&mut self, bytes: &[u8], before: usize) {
        let text = STANDARD_NO_PAD.encode([&vec![0; before], bytes].concat());
        let bits = (before + bytes.len()) * 8;
        let own = text.get((before * 8).div_ceil(6)..bits / 6).unwrap_or_default();
        self.pattern(own.as_bytes().to_vec(), "base64");
        self.pattern(own.replace('+', "-").replace('/', "_").into_bytes(), "base64url");
    }

    fn pattern(&mut self, pattern: Vec<u8>, encoding: &'static str) {
        let Some(window) = pattern.first_chunk::<WINDOW>() else { return };
        if let Some(beginning) = self.beginnings.get_mut(beginning(*window)) {
            *beginning = true;
        }
        self.patterns.entry(*window).or_default().push((pattern, encoding));
    }

    /// Looks through every file below a directory.
    pub fn scan(&self, directory: &Path) -> Result<Scanned, Failure> {
        let mut scanned = Scanned::default();
        let mut directories = vec![directory.to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(&directory)? {
                let entry = entry?;
                match entry.file_type()? {
                    kind if kind.is_dir() => directories.push(entry.path()),
                    kind if kind.is_file() => self.scan_file(&entry.path(), &mut scanned)?,
                    _ => {}
                }
            }
        }
        Ok(scanned)
    }

    fn scan_file(&self, file: &Path, scanned: &mut Scanned) -> Result<(), Failure> {
        let bytes = match fs::read(file) {
            // A log that is being rotated, a journal file that is being folded in.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            read => read?,
        };
        scanned.files += 1;
        self.scan_bytes(file, &bytes, scanned);
        Ok(())
    }

    /// Looks through what stands at a place that is no file.
    pub fn scan_bytes(&self, place: &Path, bytes: &[u8], scanned: &mut Scanned) {
        scanned.bytes += bytes.len();
        scanned.leaks.extend(self.search(bytes).map(|(at, encoding)| Leak { file: place.to_owned(), at, encoding }));
    }

    fn search<'s>(&'s self, bytes: &'s [u8]) -> impl Iterator<Item = (usize, &'static str)> + 's {
        bytes.windows(WINDOW).enumerate().filter_map(move |(at, window)| {
            let window = window.first_chunk::<WINDOW>()?;
            if !self.beginnings.get(beginning(*window)).copied().unwrap_or(false) {
                return None;
            }
            let rest = bytes.get(at..)?;
            let patterns = self.patterns.get(window)?;
            patterns.iter().find(|(pattern, _)| rest.starts_with(pattern)).map(|(_, encoding)| (at, *encoding))
        })
    }
}

fn beginning(window: [u8; WINDOW]) -> usize {
    let [first, second, ..] = window;
    usize::from(first) << 8 | usize::from(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_in_every_encoding_and_at_every_place() {
        let value = "CHAN Tai Man, Peter";
        let canaries = Canaries::new([value]);
        let utf16 = |bytes: fn(u16) -> [u8; 2]| value.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let mut hidden = vec![
            value.as_bytes().to_vec(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
            to_hex(value.as_bytes()).into_bytes(),
            to_hex(value.as_bytes()).to_uppercase().into_bytes(),
        ];
        for before in ["", "a", "ab", "abc"] {
            for after in ["", "z", "zz"] {
                hidden.push(STANDARD_NO_PAD.encode(format!("{before}{value}{after}")).into_bytes());
            }
        }
        for hidden in hidden {
            let file = [b"\0\x01noise", hidden.as_slice(), b"\xffnoise"].concat();
            assert_eq!(canaries.search(&file).count(), 1, "{}", String::from_utf8_lossy(&hidden));
        }
        assert_eq!(canaries.search(b"CHAN Tai Man, Paul").count(), 0);
    }

    #[test]
    fn an_identity_number_in_base64_is_found_too() {
        let canaries = Canaries::new(["Q123456"]);
        for before in ["", "a", "ab"] {
            let file = STANDARD_NO_PAD.encode(format!("{before}Q123456 and more"));
            assert_eq!(canaries.search(file.as_bytes()).count(), 1, "{file}");
        }
    }
}
