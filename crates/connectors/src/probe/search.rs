//! What an answer holds: planted records, identity-card numbers, a list of files. Looked for in plain text of any encoding,
//! in base64, and in gzip and zip files, because that is how exports lie about.

use std::collections::HashSet;
use std::io::Read as _;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use hongkong::IdNumber;
use processors::Canary;

/// Bytes that are unpacked for one answer at most, in all its files together: a small file can be made to unpack for ever.
const UNPACKED_MOST: u64 = 64 << 20;
/// How deep files within files are opened.
const DEPTH_MOST: u8 = 3;
/// So many different valid numbers are no coincidence and no specimen.
const PEOPLE_LEAST: usize = 3;
/// Shorter references could stand anywhere by chance.
const REFERENCE_LEAST: usize = 7;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    numbers: HashSet<String>,
    mobiles: HashSet<String>,
    references: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// A planted record.
    pub canary: bool,
    /// Different valid identity-card numbers.
    pub people: HashSet<String>,
    /// A list of files.
    pub listing: bool,
    /// There was more in it than was unpacked.
    pub unfinished: bool,
}

impl Sight {
    /// Whether it shows many people.
    pub fn shows_people(&self) -> bool {
        self.people.len() >= PEOPLE_LEAST
    }
}

impl Wanted {
    /// Everything by which these canaries are recognised.
    pub fn of(canaries: &[Canary]) -> Self {
        let folded = |text: &String| fold(text.as_bytes());
        Self {
            numbers: canaries.iter().map(|canary| canary.number.clone()).collect(),
            mobiles: canaries.iter().map(|canary| canary.mobile.clone()).collect(),
            references: canaries.iter().map(|canary| folded(&canary.reference)).filter(|r| r.len() >= REFERENCE_LEAST).collect(),
        }
    }

    /// The same without what was asked for: a page repeats its question, and that is no answer.
    pub fn without(&self, asked: &str) -> Self {
        let asked = fold(asked.as_bytes());
        let mut wanted = self.clone();
        wanted.numbers.retain(|number| !asked.contains(number.as_str()));
        wanted.mobiles.retain(|mobile| !asked.contains(mobile.as_str()));
        wanted.references.retain(|reference| *reference != asked);
        wanted
    }

    /// Looks through an answer.
    pub fn look(&self, body: &[u8]) -> Sight {
        let (mut sight, mut budget) = (Sight::default(), UNPACKED_MOST);
        self.look_into(body, 0, &mut sight, &mut budget);
        sight.unfinished = budget == 0;
        sight
    }

    fn look_into(&self, body: &[u8], depth: u8, sight: &mut Sight, budget: &mut u64) {
        // UTF-16 of these characters is the same with a nought beside each.
        let text: Vec<u8> = body.iter().copied().filter(|byte| *byte != 0).collect();
        self.look_at_text(&text, sight);
        if depth >= DEPTH_MOST {
            return;
        }
        if let Some(inner) = gunzip(body, budget) {
            self.look_into(&inner, depth + 1, sight, budget);
        }
        for entry in zip_entries(body) {
            if let Some(inner) = unzip(entry, budget) {
                self.look_into(&inner, depth + 1, sight, budget);
            }
        }
        for inner in base64_runs(&text) {
            self.look_into(&inner, depth + 1, sight, budget);
        }
    }

    fn look_at_text(&self, text: &[u8], sight: &mut Sight) {
        for (number, whole) in numbers(text) {
            sight.canary |= self.numbers.contains(&number);
            if whole {
                sight.people.insert(number);
            }
        }
        sight.canary |= mobiles(text).any(|mobile| self.mobiles.contains(&mobile));
        if !self.references.is_empty() {
            let folded = fold(text);
            sight.canary |= self.references.iter().any(|reference| folded.contains(reference.as_str()));
        }
        sight.listing |= is_listing(text);
    }
}

/// Letters and digits only, in capitals.
fn fold(text: &[u8]) -> String {
    text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(|byte| char::from(byte.to_ascii_uppercase())).collect()
}

/// Identity-card numbers, and whether a fitting check digit stands behind each.
fn numbers(text: &[u8]) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if let Some(token) = rest.get(..word)
            && (7..=9).contains(&word)
        {
            let after = rest.get(word..).unwrap_or_default();
            found.extend(number(token, after));
        }
        at += word.max(1);
    }
    found
}

/// `Q123456` and what follows it: `(7)`, `%287%29`, `7` in the same word, or nothing.
fn number(token: &[u8], after: &[u8]) -> Option<(String, bool)> {
    let letters = token.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    if !(1..=2).contains(&letters) {
        return None;
    }
    let body = token.get(..letters + 6)?;
    if !body.get(letters..)?.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = fold(body);
    let check = match token.get(letters + 6..)? {
        [] => bracketed(after),
        [check] => Some(*check),
        _ => return None,
    };
    let expected = IdNumber::from_number(&number).ok()?.check_digit();
    let whole = check.is_some_and(|check| char::from(check).to_ascii_uppercase() == expected);
    let specimen = ["A123456", "AB123456", "G123456"].contains(&number.as_str());
    Some((number, whole && !specimen))
}

fn bracketed(after: &[u8]) -> Option<u8> {
    let after = after.strip_prefix(b" ").unwrap_or(after);
    let inner = after.strip_prefix(b"(").or_else(|| after.strip_prefix(b"%28"))?;
    inner.first().copied()
}

/// Groups of eight digits: together, in two fours, or behind 852.
fn mobiles(text: &[u8]) -> impl Iterator<Item = String> {
    let mut runs: Vec<(usize, &[u8])> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 {
            runs.extend(rest.get(..digits).map(|run| (at, run)));
        }
        at += digits.max(1);
    }
    let mut found: Vec<String> = Vec::new();
    for (place, (at, run)) in runs.iter().enumerate() {
        let local = if run.len() == 11 { run.strip_prefix(b"852").unwrap_or(run) } else { run };
        if local.len() == 8 {
            found.push(fold(local));
        }
        if let Some((next, second)) = runs.get(place + 1)
            && run.len() == 4
            && second.len() == 4
            && *next == at + 5
        {
            found.push(fold(run) + &fold(second));
        }
    }
    found.into_iter()
}

/// The pages that web servers make of a directory by themselves.
fn is_listing(text: &[u8]) -> bool {
    let start = String::from_utf8_lossy(text.get(..text.len().min(8192)).unwrap_or_default()).to_lowercase();
    ["<title>index of /", "<h1>index of /", "directory listing for /", "<listbucketresult", "[to parent directory]"]
        .iter()
        .any(|sign| start.contains(sign))
}

fn gunzip(body: &[u8], budget: &mut u64) -> Option<Vec<u8>> {
    body.starts_with(&[0x1f, 0x8b]).then(|| unpacked(MultiGzDecoder::new(body), budget))
}

/// What can be unpacked, even of a file that is cut short.
fn unpacked(reader: impl std::io::Read, budget: &mut u64) -> Vec<u8> {
    let mut out = Vec::new();
    // A broken end does not hide what came before it.
    let _ = reader.take(*budget).read_to_end(&mut out);
    *budget = budget.saturating_sub(u64::try_from(out.len()).unwrap_or(u64::MAX));
    out
}

/// The entries of a zip file (also of xlsx and docx files), each from its local header on.
fn zip_entries(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    const HEADER: &[u8] = b"PK\x03\x04";
    let body = if body.starts_with(HEADER) { body } else { &[] };
    let starts = body.windows(4).enumerate().filter(|(_, window)| *window == HEADER);
    starts.filter_map(|(at, _)| body.get(at..)).take(500)
}

/// One entry, stored or deflated.
fn unzip(entry: &[u8], budget: &mut u64) -> Option<Vec<u8>> {
    let short = |at: usize| Some(usize::from(u16::from_le_bytes(*entry.get(at..)?.first_chunk()?)));
    let (method, name, extra) = (short(8)?, short(26)?, short(28)?);
    let data = entry.get(30 + name + extra..)?;
    match method {
        // What is stored was looked through with the file that holds it; files within it were not.
        0 => {
            let size = u32::from_le_bytes(*entry.get(18..)?.first_chunk()?);
            let stored = data.get(..usize::try_from(size).ok()?.min(data.len()))?;
            Some(unpacked(stored, budget))
        }
        8 => Some(unpacked(DeflateDecoder::new(data), budget)),
        _ => None,
    }
}

/// Long runs of base64, decoded.
fn base64_runs(text: &[u8]) -> Vec<Vec<u8>> {
    const LEAST: usize = 24;
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let mut found = Vec::new();
    for run in text.split(|byte| !usual(*byte)).filter(|run| run.len() >= LEAST) {
        let url = run.iter().any(|byte| matches!(byte, b'-' | b'_'));
        let alphabet = if url { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
        let engine = GeneralPurpose::new(alphabet, config);
        let whole = run.get(..run.len() - usize::from(run.len() % 4 == 1)).unwrap_or_default();
        found.extend(engine.decode(whole));
    }
    found
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use kernel::Id;
    use proptest::prelude::*;
    use processors::Perch;
    use testkit::SeededRandom;

    fn canary() -> Canary {
        let perch = Perch { reference: "QX77 QX77".into(), building: "Wah Fu Estate".into() };
        Canary::make(Id::from_bytes([1; 16]), &SeededRandom::new(5), "2022-03-01".parse().unwrap(), perch)
    }

    fn sees(body: &[u8]) -> bool {
        Wanted::of(&[canary()]).look(body).canary
    }

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn zip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).unwrap();
        let data = encoder.finish().unwrap();
        let mut file = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
        file.extend([0; 16]);
        file.extend([1, 0, 0, 0, b'a']);
        file.extend(data);
        file
    }

    #[test]
    fn a_canary_is_seen_in_every_dress() {
        let canary = canary();
        let number = canary.cell("identity-number").unwrap();
        let bare = canary.number.clone();
        let (first, last) = canary.mobile.split_at(4);
        let utf16: Vec<u8> = number.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let base64 = base64::engine::general_purpose::STANDARD.encode(format!("name;{number};and so on"));
        let url = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("????{number}>>>>????"));
        for body in [
            number.clone().into_bytes(),
            bare.to_lowercase().into_bytes(),
            format!("<td>{bare}</td>").into_bytes(),
            format!("id={}&x", number.replace('(', "%28").replace(')', "%29")).into_bytes(),
            format!("+852 {first} {last}").into_bytes(),
            format!("852{first}{last}").into_bytes(),
            format!("\"{first}-{last}\"").into_bytes(),
            b"qx77-qx77".to_vec(),
            utf16,
            base64.into_bytes(),
            url.into_bytes(),
            gzip(number.as_bytes()),
            zip(number.as_bytes()),
            gzip(&zip(number.as_bytes())),
        ] {
            assert!(sees(&body), "{}", String::from_utf8_lossy(&body));
        }
    }

    #[test]
    fn a_file_made_to_unpack_for_ever_is_called_unfinished() {
        let bomb = gzip(&vec![b' '; 100 << 20]);
        assert!(bomb.len() < 1 << 20);
        assert!(Wanted::default().look(&bomb).unfinished);
        assert!(!Wanted::default().look(&gzip(b"small")).unfinished);
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..400), packed in any::<bool>()) {
            let body = if packed { [b"PK\x03\x04".as_slice(), &body].concat() } else { body };
            let _ = Wanted::of(&[canary()]).look(&body);
        }
    }

    #[test]
    fn what_is_no_canary_is_none() {
        let canary = canary();
        let (first, last) = canary.mobile.split_at(4);
        for body in [
            String::new(),
            "Q123456(7) 61234567".into(),
            format!("1{}", canary.mobile),
            format!("{first}x{last}1"),
            format!("X{}", canary.number),
        ] {
            assert!(!sees(body.as_bytes()), "{body}");
        }
        let echo = Wanted::of(std::slice::from_ref(&canary)).without(&canary.cell("identity-number").unwrap());
        assert!(!echo.look(format!("nothing found for {}", canary.number).as_bytes()).canary, "a question is no answer");
        assert!(echo.look(canary.mobile.as_bytes()).canary);
    }

    #[test]
    fn many_people_and_lists_of_files_are_seen_and_specimens_are_nobody() {
        let people = |count: u32| (0..count).map(|n| IdNumber::from_number(&format!("Q{n:06}")).unwrap().formatted());
        let look = |count| Wanted::default().look(people(count).collect::<Vec<_>>().join("\n").as_bytes());
        assert!(!look(2).shows_people() && look(3).shows_people());
        assert!(!Wanted::default().look(b"A123456(3) AB123456(9) G123456(A)").shows_people());
        for listing in ["<html><title>Index of /export</title>", "<h1>Directory listing for /</h1>", "<ListBucketResult>"] {
            assert!(Wanted::default().look(listing.as_bytes()).listing, "{listing}");
        }
        assert!(!Wanted::default().look(b"<title>Harbour Forms</title>").listing);
    }
}
