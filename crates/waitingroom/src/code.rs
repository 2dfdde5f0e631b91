//! Two ways of writing bits: base64 for links and cookies, Crockford's base 32 for reading aloud.

const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Crockford's alphabet: no I, L, O and U, so that nothing is mistaken and nothing rude is spelt.
const SPOKEN: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Bytes as URL-safe text without padding (RFC 4648, section 5).
pub(crate) fn to_url(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            out.push(letter(URL_SAFE, word >> (18 - 6 * place) & 63));
        }
    }
    out
}

/// The bytes of such a text; exactly one text is read for each byte string, so that a ticket cannot be varied.
pub(crate) fn from_url(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut word, mut bits) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let value = URL_SAFE.iter().position(|&letter| letter == byte)?;
        word = (word << 6 | u32::try_from(value).ok()?) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(word >> bits & 0xff).ok()?);
        }
    }
    (to_url(&out) == text).then_some(out)
}

/// The lowest `5 * letters` bits of `value`, in groups of four letters: `0000-0XK7-9QMT-4WRP`.
pub(crate) fn to_spoken(value: u128, letters: u32) -> String {
    let mut out = String::new();
    for place in (0..letters).rev() {
        let bits = u32::try_from(value >> (5 * place) & 31).unwrap_or(0);
        out.push(letter(SPOKEN, bits));
        if place > 0 && place % 4 == 0 {
            out.push('-');
        }
    }
    out
}

/// Reads a code as people type it: small letters, spaces, I and L for 1, O for 0.
pub(crate) fn from_spoken(text: &str, letters: u32) -> Option<u128> {
    let mut value = 0_u128;
    let mut count = 0;
    for typed in text.chars().filter(|c| !matches!(c, '-' | ' ' | '\u{2013}' | '\u{3000}')) {
        let meant = match typed.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            other => other,
        };
        let bits = SPOKEN.iter().position(|&letter| char::from(letter) == meant)?;
        count += 1;
        if count > letters {
            return None;
        }
        value = value << 5 | u128::try_from(bits).ok()?;
    }
    (count == letters).then_some(value)
}

fn letter(alphabet: &[u8], at: u32) -> char {
    usize::try_from(at).ok().and_then(|at| alphabet.get(at)).map_or('?', |&byte| char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_text_goes_there_and_back_and_only_one_way() {
        assert_eq!(to_url(b"\xfb\xff\xfe!"), "-__-IQ");
        for length in 0..40_u8 {
            let bytes: Vec<u8> = (0..length).map(|n| n.wrapping_mul(71)).collect();
            assert_eq!(from_url(&to_url(&bytes)), Some(bytes));
        }
        assert_eq!(from_url("-__-IR"), None, "spare bits must be nought");
        assert_eq!(from_url("a+b/"), None);
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(to_spoken(0x0123_4567_89ab, 12), "0001-4D2P-F2DB");
        assert_eq!(from_spoken("0001-4d2p-f2db", 12), Some(0x0123_4567_89ab));
        let code = to_spoken(u128::MAX >> 48, 16);
        assert_eq!(code, "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        assert_eq!(from_spoken("o0il zzzz 0000-0000", 16), from_spoken("0011-ZZZZ-0000-0000", 16));
        assert_eq!(from_spoken("0011-ZZZZ-0000-000", 16), None);
        assert_eq!(from_spoken("0011-ZZZZ-0000-00000", 16), None);
        assert_eq!(from_spoken("0011-ZZZU-0000-0000", 16), None);
    }
}
