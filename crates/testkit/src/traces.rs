use std::collections::HashMap;

use sha1::Digest as _;

/// What a short value leaves behind where somebody copied it or took a hash of it without a key: it in every case, in base64 at each
/// alignment, and its MD5, SHA-1 and SHA-256 in hexadecimal of both cases and in base64 of both alphabets. A number of eight
/// characters is found again from any of those hashes by trying all of them.
///
/// Finds traces of many thousands of values in one pass.
#[derive(Debug, Default)]
pub struct Traces {
    by_beginning: HashMap<[u8; BEGINNING], Vec<Trace>>,
}

#[derive(Debug)]
struct Trace {
    text: String,
    /// Bits of the value in the base64 characters before and after the text, which it shares with its neighbours.
    edges: [Vec<bool>; 2],
    owner: u32,
    form: &'static str,
}

/// A trace that was found: whose, and as what.
pub type Traced = (u32, &'static str);

const BEGINNING: usize = 6;

impl Traces {
    /// Adds one spelling of a value of somebody.
    ///
    /// # Panics
    /// When it is under six bytes.
    pub fn add(&mut self, owner: u32, spelling: &str) {
        assert!(spelling.len() >= BEGINNING, "{spelling} is too short to be found");
        for text in [spelling.to_owned(), spelling.to_lowercase(), spelling.to_uppercase()] {
            self.insert(owner, "in clear", text);
        }
        for shift in 0..3 {
            let (edges, text) = aligned(spelling.as_bytes(), shift);
            self.insert_with(owner, "in base64", text, edges);
        }
        let bytes = spelling.as_bytes();
        self.hash(owner, "MD5", &md5::compute(bytes).0);
        self.hash(owner, "SHA-1", &sha1::Sha1::digest(bytes));
        self.hash(owner, "SHA-256", &<sha2::Sha256 as sha2::Digest>::digest(bytes));
    }

    /// The first trace in a text, if there is any.
    pub fn find(&self, text: &str) -> Option<Traced> {
        let bytes = text.as_bytes();
        (0..bytes.len()).find_map(|at| {
            let beginning = bytes.get(at..at + BEGINNING)?;
            let known = self.by_beginning.get(beginning)?;
            let found = known.iter().find(|trace| trace.stands_at(bytes, at));
            found.map(|trace| (trace.owner, trace.form))
        })
    }

    fn hash(&mut self, owner: u32, form: &'static str, digest: &[u8]) {
        let hex = kernel::to_hex(digest);
        self.insert(owner, form, hex.to_uppercase());
        self.insert(owner, form, hex);
        let (_, plain) = aligned(digest, 0);
        self.insert(owner, form, plain.replace('+', "-").replace('/', "_"));
        self.insert(owner, form, plain);
    }

    fn insert(&mut self, owner: u32, form: &'static str, text: String) {
        self.insert_with(owner, form, text, [Vec::new(), Vec::new()]);
    }

    fn insert_with(&mut self, owner: u32, form: &'static str, text: String, edges: [Vec<bool>; 2]) {
        let Some(beginning) = text.as_bytes().get(..BEGINNING).and_then(|bytes| bytes.try_into().ok()) else { return };
        self.by_beginning.entry(beginning).or_default().push(Trace { text, edges, owner, form });
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Trace {
    fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        let [before, after] = &self.edges;
        let end = at + self.text.len();
        let sextet = |at: usize| bytes.get(at).map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        }).and_then(|byte| ALPHABET.iter().position(|known| *known == byte));
        let ends = |at: Option<usize>| before.is_empty() || at.and_then(sextet).is_some_and(|six| before.iter().rev().enumerate().all(|(bit, wanted)| (six >> bit & 1 == 1) == *wanted));
        let begins = |six: Option<usize>| after.is_empty() || six.is_some_and(|six| after.iter().enumerate().all(|(bit, wanted)| (six >> (5 - bit) & 1 == 1) == *wanted));
        bytes.get(at..end) == Some(self.text.as_bytes()) && ends(at.checked_sub(1)) && begins(sextet(end))
    }
}

/// Bytes as they stand within a longer base64 text after so many others: the characters that they alone decide, and their bits in the
/// characters before and after those.
fn aligned(bytes: &[u8], shift: usize) -> ([Vec<bool>; 2], String) {
    let bits: Vec<bool> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
    let (before, rest) = bits.split_at((6 - shift * 8 % 6) % 6);
    let whole = rest.chunks_exact(6);
    let after = whole.remainder().to_vec();
    let sextet = |bits: &[bool]| bits.iter().fold(0_usize, |sum, bit| sum << 1 | usize::from(*bit));
    let text = whole.filter_map(|six| ALPHABET.get(sextet(six))).map(|byte| char::from(*byte)).collect();
    ([before.to_vec(), after], text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_found_in_a_longer_text_and_nothing_else() {
        let mut traces = Traces::default();
        traces.add(7, "Q123456(1)");
        traces.add(8, "Q1234561");
        let found = |text: &str| traces.find(text);
        assert_eq!(found("number=q123456(1)&x"), Some((7, "in clear")));
        // echo -n 'Q1234561' | md5sum, sha1sum, sha256sum; 'xxQ1234561x' | base64
        for (text, form) in KNOWN {
            assert_eq!(found(&format!("a{text}b")), Some((8, form)), "{text}");
        }
        // '11234561', which shares with the number what stands whole in its base64 after one byte.
        assert_eq!(found("eDExMjM0NTYxeQ"), None);
        assert_eq!(found("Q123457(1) Q123456 sub=0123456789abcdef"), None);
    }

    const KNOWN: [(&str, &str); 7] = [
        ("e09adfbeda8006debeafd9896b18e281", "MD5"),
        ("0A0AA37C45A981657ADE6A94D6085DBC3543ABCA", "SHA-1"),
        ("dd775264aa10b034bb003b93d59bde2133b37328852d1a35eab39e458c143e64", "SHA-256"),
        ("3XdSZKoQsDS7ADuT1ZveITOzcyiFLRo16rOeRYwUPmQ", "SHA-256"),
        ("UTEyMzQ1NjF4eA==", "in base64"),
        ("eFExMjM0NTYxeQ==", "in base64"),
        ("eHhRMTIzNDU2MXo=", "in base64"),
    ];
}
