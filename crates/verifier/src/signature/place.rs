//! Where a signature stands in a PDF (ISO 32000-1, 12.8.1), and that it covers everything else.

use super::words::Flaw;
use super::{der, sha256};

const MARK: &[u8] = b"/ByteRange";
/// The most of them that are looked at.
const MARKS_MOST: usize = 64;

/// The signature's bytes, and SHA-256 of everything but its place. The place must be the only part of the file that is not covered.
pub fn of(document: &[u8]) -> Result<(Vec<u8>, [u8; 32]), Flaw> {
    let marks = document.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK).map(|(at, _)| at + MARK.len());
    let ranges: Vec<[usize; 4]> = marks.take(MARKS_MOST).filter_map(|at| numbers(document.get(at..)?)).collect();
    if ranges.is_empty() {
        return Err(Flaw::Unsigned);
    }
    let whole = ranges.iter().find(|[zero, until, from, length]| {
        *zero == 0 && until < from && from.checked_add(*length) == Some(document.len())
    });
    let [_, until, from, _] = *whole.ok_or(Flaw::Uncovered)?;
    let place = document.get(until..from).ok_or(Flaw::Uncovered)?;
    let digits = place.strip_prefix(b"<").and_then(|place| place.strip_suffix(b">")).ok_or(Flaw::Uncovered)?;
    let bytes = hexadecimal(digits).ok_or(Flaw::Uncovered)?;
    let (message, padding) = der::first(&bytes).ok_or(Flaw::Unreadable)?;
    if padding.iter().any(|byte| *byte != 0) {
        return Err(Flaw::Uncovered);
    }
    let (before, after) = (document.get(..until).unwrap_or_default(), document.get(from..).unwrap_or_default());
    Ok((message.whole.to_vec(), sha256(&[before, after].concat())))
}

/// Four numbers between brackets.
fn numbers(bytes: &[u8]) -> Option<[usize; 4]> {
    let text = std::str::from_utf8(bytes.get(..80).unwrap_or(bytes)).ok()?;
    let inside = text.trim_start().strip_prefix('[')?.split(']').next()?;
    let numbers: Option<Vec<usize>> = inside.split_ascii_whitespace().map(|number| number.parse().ok()).collect();
    numbers?.try_into().ok()
}

fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then_some(())?;
    pairs.iter().map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?)).collect()
}
