use std::fmt;

use kernel::{Id, kinds};
use seal::Keyring;

/// A household's id: a PRF of the idempotency key, so that a resend is a twin with the same id and needs no look-up.
pub(crate) fn household_id(keys: &Keyring, idempotency: &str) -> Id<kinds::Household> {
    let mut id = [0; 16];
    id.iter_mut().zip(keys.prf("household", idempotency.as_bytes())).for_each(|(to, from)| *to = from);
    Id::from_bytes(id)
}

/// What a resident writes down: eleven characters and a check character of Crockford's base 32, in three groups of four.
/// It is the first 55 bits of the household's id.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reference(u64);

/// Without I, L, O and U, which are misread (Crockford, "Base 32").
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DATA_CHARS: u32 = 11;

impl Reference {
    /// The reference of a household.
    pub fn of(household: Id<kinds::Household>) -> Self {
        let [first @ .., _, _, _, _, _, _, _, _] = household.bytes();
        Self(u64::from_be_bytes(first) >> 9)
    }

    /// Further references for a household whose own one another household has already: `number` from 1 on.
    pub(crate) fn another(household: Id<kinds::Household>, number: u64) -> Self {
        let [_, _, _, _, _, _, _, _, rest @ ..] = household.bytes();
        Self(u64::from_be_bytes(rest).wrapping_add(number) >> 9)
    }

    /// The number as stored.
    pub fn number(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }

    /// The reference of a stored number.
    pub fn from_number(number: i64) -> Self {
        Self(u64::try_from(number).unwrap_or(0))
    }

    /// Reads what was typed: any case, with or without hyphens and spaces, I and L for 1, O for 0. The check character
    /// catches one wrong character and nearly every swap of two neighbours.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = hongkong::half_width(text);
        let digits: Option<Vec<u64>> =
            folded.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '–')).map(value).collect();
        let digits = digits.filter(|digits| digits.len() == DATA_CHARS as usize + 1)?;
        let (check, data) = digits.split_last()?;
        let number = data.iter().fold(0, |number, digit| number << 5 | digit);
        (check_value(number) == *check).then_some(Self(number))
    }
}

fn value(c: char) -> Option<u64> {
    let c = match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    ALPHABET.iter().position(|&letter| char::from(letter) == c).and_then(|at| u64::try_from(at).ok())
}

/// Weighted sum modulo 31, a prime: weights 1 to 11 tell positions apart.
fn check_value(number: u64) -> u64 {
    (0..DATA_CHARS).map(|at| ((number >> (5 * at)) & 31) * u64::from(at + 1)).sum::<u64>() % 31
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |value: u64| ALPHABET.get(usize::try_from(value).unwrap_or(0)).map_or('0', |&b| char::from(b));
        for at in (0..DATA_CHARS).rev() {
            write!(f, "{}", letter((self.0 >> (5 * at)) & 31))?;
            if at == 7 || at == 3 {
                f.write_str("-")?;
            }
        }
        write!(f, "{}", letter(check_value(self.0)))
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back_as_typed_by_a_tired_person() {
        let reference = Reference(0x55_1234_5678_9abc >> 1);
        let text = reference.to_string();
        assert_eq!(text.len(), 14);
        assert_eq!(Reference::parse(&text), Some(reference));
        assert_eq!(Reference::parse(&text.to_lowercase().replace('-', " ")), Some(reference));
        assert_eq!(Reference::parse(&text[1..]), None);
    }

    #[test]
    fn one_wrong_character_is_noticed() {
        let text = Reference(0x0001_2345_6789_abcd).to_string();
        for (at, c) in text.char_indices().filter(|(_, c)| *c != '-') {
            let wrong = if c == '2' { '3' } else { '2' };
            let mut spoiled = text.clone();
            spoiled.replace_range(at..=at, &wrong.to_string());
            // 0 and Z differ by 31 and are the one pair the sum cannot tell apart; 2 and 3 are not among them.
            assert_eq!(Reference::parse(&spoiled), None, "{spoiled}");
        }
    }
}
