use std::io::Read;

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// Bytes that are taken out of one stream at most.
const MOST_INFLATED: u64 = 64 << 20;

/// Whether a compressed stream may begin where these bytes stand, the first lowest: zlib at its four levels, gzip, an entry of a
/// zip file.
pub(crate) const fn may_begin(word: u64) -> bool {
    match word & 0xff {
        0x78 => matches!(word >> 8 & 0xff, 0x01 | 0x5e | 0x9c | 0xda),
        0x1f => word >> 8 & 0xffff == 0x08_8b,
        0x50 => word >> 8 & 0xff_ffff == 0x04_03_4b,
        _ => false,
    }
}

/// What comes out of a stream that may begin here, as far as it can be read; nothing when none begins here.
pub(crate) fn inflate(bytes: &[u8], least: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    // A stream that breaks off is looked at as far as it goes.
    let _ = match bytes {
        [0x1f, 0x8b, 8, ..] => GzDecoder::new(bytes).take(MOST_INFLATED).read_to_end(&mut out),
        [b'P', b'K', 3, 4, ..] => DeflateDecoder::new(zip_entry(bytes)?).take(MOST_INFLATED).read_to_end(&mut out),
        // The window of 32 KiB that every writer uses.
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => ZlibDecoder::new(bytes).take(MOST_INFLATED).read_to_end(&mut out),
        _ => return None,
    };
    (out.len() >= least).then_some(out)
}

/// What follows the local header of a zip file's entry (APPNOTE 4.3.7).
fn zip_entry(bytes: &[u8]) -> Option<&[u8]> {
    let length = |at: usize| bytes.get(at..at + 2).map_or(0, |b| b.iter().rev().fold(0, |n, b| n << 8 | usize::from(*b)));
    bytes.get(30 + length(26) + length(28)..)
}
