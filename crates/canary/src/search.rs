use std::collections::HashMap;

use crate::encoding::encodings;
use crate::stream::{BEGINNINGS, inflate};
use crate::Canary;

/// Values of fewer bytes are not looked for.
pub const SHORTEST: usize = 6;
/// Streams within streams are opened this deep.
const DEPTH: usize = 2;

/// Values that must not stand anywhere in clear, in every encoding in which they might.
pub struct Canaries {
    names: Vec<String>,
    /// By their first bytes.
    patterns: HashMap<[u8; SHORTEST], Vec<Pattern>>,
    /// Whether any pattern or stream begins with these two bytes: most places are passed over by this alone.
    beginnings: Vec<bool>,
    too_short: Vec<String>,
}

struct Pattern {
    canary: usize,
    encoding: &'static str,
    bytes: Vec<u8>,
}

/// A value found in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit<'c> {
    pub canary: &'c str,
    pub encoding: &'static str,
    /// The byte at which it begins, or at which the outermost stream begins that holds it.
    pub at: usize,
}

/// What a search came upon.
#[derive(Default)]
pub(crate) struct Seen<'c> {
    pub hits: Vec<Hit<'c>>,
    /// Compressed streams that were opened.
    pub streams: usize,
}

impl Canaries {
    /// Prepares values for the search. Those that are too short are named by [`Canaries::too_short`].
    pub fn new(canaries: impl IntoIterator<Item = Canary>) -> Self {
        let mut all =
            Self { names: Vec::new(), patterns: HashMap::new(), beginnings: vec![false; 1 << 16], too_short: Vec::new() };
        for beginning in BEGINNINGS {
            all.expect(beginning);
        }
        for Canary { name, value } in canaries {
            if value.len() < SHORTEST {
                all.too_short.push(name);
            } else {
                all.add(name, &value);
            }
        }
        all
    }

    /// Names of values that are not looked for because they are too short.
    pub fn too_short(&self) -> &[String] {
        &self.too_short
    }

    fn add(&mut self, name: String, value: &str) {
        let canary = self.names.len();
        self.names.push(name);
        for (encoding, bytes) in encodings(value) {
            let Some(first) = bytes.first_chunk::<SHORTEST>().copied() else { continue };
            let [one, two, ..] = first;
            self.expect([one, two]);
            self.patterns.entry(first).or_default().push(Pattern { canary, encoding, bytes });
        }
    }

    fn expect(&mut self, beginning: [u8; 2]) {
        if let Some(place) = self.beginnings.get_mut(usize::from(u16::from_be_bytes(beginning))) {
            *place = true;
        }
    }

    pub(crate) fn search(&self, bytes: &[u8]) -> Seen<'_> {
        let mut seen = Seen::default();
        self.search_into(bytes, None, DEPTH, &mut seen);
        seen
    }

    fn search_into<'c>(&'c self, bytes: &[u8], stream_at: Option<usize>, depth: usize, seen: &mut Seen<'c>) {
        for (at, window) in bytes.windows(2).enumerate() {
            let beginning = window.first_chunk::<2>().map_or(0, |two| usize::from(u16::from_be_bytes(*two)));
            if !self.beginnings.get(beginning).is_some_and(|expected| *expected) {
                continue;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let place = stream_at.unwrap_or(at);
            let fitting = rest.first_chunk().and_then(|first| self.patterns.get(first)).into_iter().flatten();
            for pattern in fitting.filter(|pattern| rest.starts_with(&pattern.bytes)) {
                let canary = self.names.get(pattern.canary).map_or("", String::as_str);
                seen.hits.push(Hit { canary, encoding: pattern.encoding, at: place });
            }
            if depth > 0
                && let Some(inflated) = inflate(rest, SHORTEST)
            {
                seen.streams += 1;
                self.search_into(&inflated, Some(place), depth - 1, seen);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const VALUE: &str = "Lau Siu-ming 劉小明";

    fn canaries() -> Canaries {
        Canaries::new([Canary::new("name", VALUE), Canary::new("mobile", "51230001"), Canary::new("year", "1970")])
    }

    #[test]
    fn a_planted_canary_is_found_in_every_encoding_at_every_place() {
        let canaries = canaries();
        for (encoding, bytes) in encodings(VALUE) {
            for before in 0..4 {
                let file = [vec![0x41; 100 + before], bytes.clone(), b"tail".to_vec()].concat();
                let seen = canaries.search(&file);
                assert!(seen.hits.contains(&Hit { canary: "name", encoding, at: 100 + before }), "{encoding}: {:?}", seen.hits);
            }
        }
        assert!(canaries.search("Lau Siu-ming 劉大明, 5123000".as_bytes()).hits.is_empty());
        assert_eq!(canaries.too_short(), ["year"]);
    }

    #[test]
    fn the_shortest_canary_is_found_in_base64_too() {
        let canaries = Canaries::new([Canary::new("number", "Kwun-1")]);
        for (encoding, bytes) in encodings("Kwun-1") {
            assert!(bytes.len() >= SHORTEST, "{encoding}");
            assert_eq!(canaries.search(&bytes).hits.len(), 1, "{encoding}");
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
        let mut deflate = DeflateEncoder::new(b"PK\x03\x04".to_vec(), Compression::default());
        deflate.get_mut().extend([0; 22]);
        deflate.get_mut().extend([1, 0, 0, 0, b'n']);
        deflate.write_all(text.as_bytes()).unwrap();
        let zip = deflate.finish().unwrap();
        for stream in [zlib, gzip, zip] {
            let file = [&b"noise"[..], &stream, b"noise"].concat();
            let canaries = canaries();
            let seen = canaries.search(&file);
            assert!(seen.hits.iter().any(|hit| hit.canary == "name" && hit.at == 5) && seen.streams > 0);
        }
    }
}
