use std::collections::HashMap;

use crate::encoding::{encodings, encodings_of_bytes};
use crate::stream::{inflate, may_begin};
use crate::{Canary, Value};

/// Values of fewer bytes are not looked for.
pub const SHORTEST: usize = 6;
/// Streams within streams are opened this deep.
const DEPTH: usize = 2;

/// Values that must not stand anywhere in clear, in every encoding in which they might.
pub struct Canaries {
    names: Vec<String>,
    /// By their first bytes.
    patterns: HashMap<u64, Vec<Pattern>>,
    /// Whether any pattern may begin with these bytes: all but a few in a hundred places are passed over by this alone.
    beginnings: Beginnings,
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
            Self { names: Vec::new(), patterns: HashMap::new(), beginnings: Beginnings::new(), too_short: Vec::new() };
        for Canary { name, value } in canaries {
            let (length, written) = match &value {
                Value::Words(words) => (words.len(), encodings(words)),
                Value::Bytes(bytes) => (bytes.len(), encodings_of_bytes(bytes)),
            };
            if length < SHORTEST {
                all.too_short.push(name);
            } else {
                all.add(name, written);
            }
        }
        all
    }

    /// Names of values that are not looked for because they are too short.
    pub fn too_short(&self) -> &[String] {
        &self.too_short
    }

    /// How many values are looked for.
    pub const fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether nothing is looked for.
    pub const fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    fn add(&mut self, name: String, written: Vec<(&'static str, Vec<u8>)>) {
        let canary = self.names.len();
        self.names.push(name);
        for (encoding, bytes) in written {
            let Some(first) = bytes.first_chunk::<SHORTEST>() else { continue };
            let first = first.iter().fold(0, |word, byte| shifted(word, *byte));
            self.beginnings.add(first);
            self.patterns.entry(first).or_default().push(Pattern { canary, encoding, bytes });
        }
    }

    pub(crate) fn search(&self, bytes: &[u8]) -> Seen<'_> {
        let mut seen = Seen::default();
        self.search_into(bytes, None, DEPTH, &mut seen);
        seen
    }

    fn search_into<'c>(&'c self, bytes: &[u8], stream_at: Option<usize>, depth: usize, seen: &mut Seen<'c>) {
        let mut word = 0;
        for (end, byte) in bytes.iter().enumerate() {
            word = shifted(word, *byte);
            let (may_fit, may_stream) = (self.beginnings.has(word), may_begin(word) && depth > 0);
            let Some(at) = (end + 1).checked_sub(SHORTEST).filter(|_| may_fit || may_stream) else { continue };
            let (rest, place) = (bytes.get(at..).unwrap_or_default(), stream_at.unwrap_or(at));
            let fitting = self.patterns.get(&word).filter(|_| may_fit).into_iter().flatten();
            for pattern in fitting.filter(|pattern| rest.starts_with(&pattern.bytes) && !pattern.is_part_of_a_hash(bytes, at)) {
                let canary = self.names.get(pattern.canary).map_or("", String::as_str);
                seen.hits.push(Hit { canary, encoding: pattern.encoding, at: place });
            }
            if may_stream && let Some(inflated) = inflate(rest, SHORTEST) {
                seen.streams += 1;
                self.search_into(&inflated, Some(place), depth - 1, seen);
            }
        }
    }
}

/// A run of hexadecimal digits of this length is a hash or a key, no telephone number.
const HASH: usize = 24;

impl Pattern {
    /// Digits occur in hexadecimal text by chance: eight of them about twice in a megabyte, when ten thousand numbers are sought.
    fn is_part_of_a_hash(&self, bytes: &[u8], at: usize) -> bool {
        let hexadecimal = |byte: &&u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(*byte);
        if self.encoding != "UTF-8" || !self.bytes.iter().all(u8::is_ascii_digit) {
            return false;
        }
        let before = bytes.get(..at).unwrap_or_default().iter().rev().take(HASH).take_while(hexadecimal).count();
        let rest = bytes.get(at..).unwrap_or_default().iter().take(HASH).take_while(hexadecimal).count();
        before + rest >= HASH
    }
}

/// The last six bytes that went by, the oldest lowest.
const fn shifted(word: u64, byte: u8) -> u64 {
    word >> 8 | (byte as u64) << 40
}

/// A Bloom filter with one hash: 2^23 bits in 1 MiB, so that for ten thousand values in ten encodings one place in eighty is
/// looked at more closely.
struct Beginnings(Vec<u64>);

impl Beginnings {
    const BITS: u32 = 23;

    fn new() -> Self {
        Self(vec![0; 1 << (Self::BITS - 6)])
    }

    /// Fibonacci hashing (Knuth, volume 3, 6.4): the upper bits of a product.
    const fn place(word: u64) -> (usize, u64) {
        let hash = word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - Self::BITS);
        ((hash >> 6) as usize, 1 << (hash & 63))
    }

    fn add(&mut self, word: u64) {
        let (place, bit) = Self::place(word);
        if let Some(bits) = self.0.get_mut(place) {
            *bits |= bit;
        }
    }

    fn has(&self, word: u64) -> bool {
        let (place, bit) = Self::place(word);
        self.0.get(place).is_some_and(|bits| bits & bit != 0)
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
    fn a_key_is_found_as_bytes_and_as_text() {
        let key = [0x9b, 0, 0xff, 1, 2, 3, 4, 0xfe, 5, 6, 7, 8, 9, 10, 11, 0x80];
        let canaries = Canaries::new([Canary::bytes("key", key)]);
        let base64 = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE, key);
        for (written, encoding) in
            [(key.to_vec(), "bytes"), (kernel::to_hex(&key).into_bytes(), "hex"), (base64.into_bytes(), "base64 + 0")]
        {
            let seen = canaries.search(&[&b"before"[..], &written, b"after"].concat());
            assert!(seen.hits.iter().any(|hit| hit.encoding == encoding && hit.at == 6), "{encoding}: {:?}", seen.hits);
        }
    }

    #[test]
    fn digits_within_a_hash_are_no_number_and_digits_beside_others_are() {
        let canaries = Canaries::new([Canary::new("mobile", "51230001")]);
        let found = |text: &str| canaries.search(text.as_bytes()).hits.len();
        assert_eq!(found("e3b0c44298fc1c14951230001bf4c8996fb92427"), 0);
        assert_eq!(found("mobile=+85251230001;id=0001"), 1);
        assert_eq!(found("51230001"), 1);
        assert_eq!(found("20200506070000 51230001"), 1);
    }

    #[test]
    fn the_first_and_the_last_bytes_of_a_file_are_looked_at() {
        let canaries = Canaries::new([Canary::new("mobile", "51230001")]);
        assert_eq!(canaries.search(b"51230001").hits.len(), 1);
        assert_eq!(canaries.search(b"x51230001").hits.len(), 1);
        assert!(canaries.search(b"").hits.is_empty() && canaries.search(b"5123000").hits.is_empty());
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
