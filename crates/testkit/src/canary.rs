//! Personal data that is searched for byte by byte (promise 1): known values, in every file that a run wrote.
//!
//! A value is sought as UTF-8, as UTF-16 in both orders, in hexadecimal in both cases, in base64 in its three alignments and both
//! alphabets, and all of these again inside zlib, gzip and zip streams.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// A value that must not be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    /// What it is, for the report: `name of household 3`.
    pub name: String,
    /// The value, at least six bytes long.
    pub value: String,
}

impl Canary {
    /// A canary.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// Where one was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub canary: String,
    /// How it was written.
    pub encoding: &'static str,
    /// The file.
    pub file: PathBuf,
    /// The byte at which it begins, in the file or in the stream that begins there.
    pub at: usize,
}

/// Looks for canaries in every file under a directory, whatever its name.
///
/// # Panics
/// When a file cannot be read, or a canary is too short to mean anything.
#[expect(clippy::expect_used, reason = "only tests call this")]
pub fn scan_dir(directory: &Path, canaries: &[Canary]) -> Vec<Found> {
    let needles = Needles::new(canaries);
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(&directory).expect("a directory that can be read") {
            let path = entry.expect("an entry that can be read").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.is_file() {
                let bytes = fs::read(&path).expect("a file that can be read");
                found.extend(needles.scan(&bytes).into_iter().map(|hit| hit.in_file(&path)));
            }
        }
    }
    found
}

/// Looks for canaries in bytes; the file of each find is empty.
pub fn scan_bytes(bytes: &[u8], canaries: &[Canary]) -> Vec<Found> {
    Needles::new(canaries).scan(bytes).into_iter().map(|hit| hit.in_file(Path::new(""))).collect()
}

/// Every way in which a value may be written down.
pub fn encodings(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = value.as_bytes();
    let hex = kernel::to_hex(bytes);
    let mut all = vec![
        ("UTF-8", bytes.to_vec()),
        ("UTF-16LE", value.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16BE", value.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("hex", hex.clone().into_bytes()),
        ("HEX", hex.to_uppercase().into_bytes()),
    ];
    for (name, shift) in [("base64 + 0", 0), ("base64 + 1", 1), ("base64 + 2", 2)] {
        all.push((name, aligned(&STANDARD, bytes, shift)));
        all.push((name, aligned(&URL_SAFE, bytes, shift)));
    }
    all
}

/// The characters of base64 that depend on the value alone when `shift` other bytes stand before it in its group.
fn aligned(engine: &impl Engine, value: &[u8], shift: usize) -> Vec<u8> {
    let mut padded = vec![0; shift];
    padded.extend_from_slice(value);
    let text = engine.encode(&padded);
    let (from, to) = ((shift * 8).div_ceil(6), padded.len() * 8 / 6);
    text.as_bytes().get(from..to).unwrap_or_default().to_vec()
}

struct Needle {
    canary: String,
    encoding: &'static str,
    bytes: Vec<u8>,
}

struct Hit<'n> {
    needle: &'n Needle,
    at: usize,
}

impl Hit<'_> {
    fn in_file(&self, file: &Path) -> Found {
        let Needle { canary, encoding, .. } = self.needle;
        Found { canary: canary.clone(), encoding, file: file.to_owned(), at: self.at }
    }
}

/// All needles by their first four bytes, so that a file is read once, however many there are; and which first bytes there
/// are, needles' and streams', because most bytes are none of them.
struct Needles {
    by_beginning: HashMap<[u8; 4], Vec<Needle>>,
    first: [bool; 256],
}

const SHORTEST: usize = 6;
const DEPTH: usize = 2;
const MOST_INFLATED: u64 = 64 << 20;

impl Needles {
    fn new(canaries: &[Canary]) -> Self {
        let mut needles: HashMap<[u8; 4], Vec<Needle>> = HashMap::new();
        for canary in canaries {
            assert!(canary.value.len() >= SHORTEST, "{} is too short to be a canary", canary.name);
            for (encoding, bytes) in encodings(&canary.value) {
                if let Some(first) = bytes.first_chunk::<4>() {
                    let needle = Needle { canary: canary.name.clone(), encoding, bytes: bytes.clone() };
                    needles.entry(*first).or_default().push(needle);
                }
            }
        }
        let mut first = [false; 256];
        for byte in needles.keys().map(|[byte, ..]| *byte).chain([0x1f, b'P', 0x78]) {
            first.iter_mut().skip(usize::from(byte)).take(1).for_each(|known| *known = true);
        }
        Self { by_beginning: needles, first }
    }

    fn scan(&self, bytes: &[u8]) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        self.scan_into(bytes, None, DEPTH, &mut hits);
        hits
    }

    fn scan_into<'n>(&'n self, bytes: &[u8], stream_at: Option<usize>, depth: usize, hits: &mut Vec<Hit<'n>>) {
        for (at, byte) in bytes.iter().enumerate() {
            if !self.first.get(usize::from(*byte)).is_some_and(|known| *known) {
                continue;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let beginning = rest.first_chunk::<4>().and_then(|four| self.by_beginning.get(four));
            for needle in beginning.into_iter().flatten() {
                if rest.starts_with(&needle.bytes) {
                    hits.push(Hit { needle, at: stream_at.unwrap_or(at) });
                }
            }
            if depth > 0
                && let Some(inflated) = inflate(rest)
            {
                self.scan_into(&inflated, Some(stream_at.unwrap_or(at)), depth - 1, hits);
            }
        }
    }
}

/// What comes out of a stream that may begin here, as far as it can be read.
fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    // A stream that breaks off is looked at as far as it goes.
    let _ = match bytes {
        [0x1f, 0x8b, 8, ..] => GzDecoder::new(bytes).take(MOST_INFLATED).read_to_end(&mut out),
        [b'P', b'K', 3, 4, ..] => {
            let length = |at: usize| bytes.get(at..at + 2).map_or(0, |b| b.iter().rev().fold(0, |n, b| n << 8 | usize::from(*b)));
            let start = 30 + length(26) + length(28);
            DeflateDecoder::new(bytes.get(start..)?).take(MOST_INFLATED).read_to_end(&mut out)
        }
        // The window of 32 KiB that every writer uses, at its four levels.
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
            ZlibDecoder::new(bytes).take(MOST_INFLATED).read_to_end(&mut out)
        }
        _ => return None,
    };
    (out.len() >= SHORTEST).then_some(out)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    const VALUE: &str = "Lau Siu-ming 劉小明";

    fn canaries() -> Vec<Canary> {
        vec![Canary::new("name", VALUE), Canary::new("mobile", "51230001")]
    }

    #[test]
    fn a_planted_canary_is_found_in_every_encoding_and_alignment() {
        for (encoding, bytes) in encodings(VALUE) {
            for before in 0..4 {
                let mut file = vec![0x41; 100 + before];
                file.extend_from_slice(&bytes);
                file.extend_from_slice(b"tail");
                let found = scan_bytes(&file, &canaries());
                assert!(found.iter().any(|hit| hit.encoding == encoding && hit.at == 100 + before), "{encoding}");
            }
        }
        for before in 0..3 {
            let text = STANDARD.encode([&vec![7; before][..], VALUE.as_bytes(), b"end"].concat());
            let found = scan_bytes(text.as_bytes(), &canaries());
            assert_eq!(found.iter().filter(|hit| hit.encoding.starts_with("base64")).count(), found.len().max(1));
        }
    }

    #[test]
    fn a_canary_inside_compressed_streams_is_found() {
        let text = format!("before {VALUE} after");
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(text.as_bytes()).unwrap();
        let zlib = zlib.finish().unwrap();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&zlib).unwrap();
        let gzip = gzip.finish().unwrap();
        for stream in [zlib, gzip] {
            let file = [&b"noise"[..], &stream, b"noise"].concat();
            assert!(scan_bytes(&file, &canaries()).iter().any(|hit| hit.canary == "name" && hit.at == 5));
        }
    }

    #[test]
    fn files_in_directories_within_directories_are_read_and_clean_ones_are_silent() {
        let directory = tempfile::tempdir().unwrap();
        let deep = directory.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("clean.db"), vec![0; 5000]).unwrap();
        assert!(scan_dir(directory.path(), &canaries()).is_empty());
        fs::write(deep.join("dirty.db-wal"), "x51230001y").unwrap();
        let found = scan_dir(directory.path(), &canaries());
        assert_eq!(found, [Found { canary: "mobile".into(), encoding: "UTF-8", file: deep.join("dirty.db-wal"), at: 1 }]);
    }
}
