use std::fmt;
use std::str::FromStr;

use kernel::{Fault, Kind};

use crate::fold::half_width_char;

/// The number of a Hong Kong identity card: one or two letters and six digits, proved by the check digit.
///
/// The check digit is not part of the number: store, index and compare [`number`](Self::number).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdNumber {
    /// The letters and digits, the first `length` of them in use.
    text: [u8; 8],
    length: u8,
}

/// Why a text is not an identity-card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdNumberError {
    /// Nothing was typed.
    #[error("the identity card number is empty")]
    Empty,
    /// Not one or two letters, six digits and a check digit.
    #[error("an identity card number is one or two letters, six digits and a check digit in brackets")]
    Shape,
    /// The character in brackets was left out.
    #[error("the check digit, the character in brackets, is missing")]
    CheckDigitMissing,
    /// The check digit does not fit the number: something is mistyped.
    #[error("the check digit does not fit the number")]
    CheckDigit,
}

impl Fault for IdNumberError {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

impl IdNumber {
    /// Reads a number with its check digit as people type it: with or without brackets (any kind), with spaces, with a
    /// hyphen before the check digit, in full-width or lower-case characters.
    pub fn parse(text: &str) -> Result<Self, IdNumberError> {
        let typed: Vec<char> = compact(text)?;
        let digits_from = prefix_length(&typed)?;
        let (number, tail) = typed.split_at_checked(digits_from + DIGITS).ok_or(IdNumberError::Shape)?;
        let number = Self::from_characters(number)?;
        if check_character(tail)? == number.check_digit() { Ok(number) } else { Err(IdNumberError::CheckDigit) }
    }

    /// The number itself, as stored, without a check digit to prove it.
    pub fn from_number(number: &str) -> Result<Self, IdNumberError> {
        Self::from_characters(&compact(number)?)
    }

    /// The number without its check digit: `Q123456`.
    pub fn number(&self) -> &str {
        let used = self.text.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(used).unwrap_or_default()
    }

    /// The check digit: `0` to `9` or `A`.
    ///
    /// Values A=10 to Z=35 and blank=36, weights 9 down to 2 over the eight places (a one-letter prefix is padded on the
    /// left), and the whole, check digit included, is a multiple of 11.
    pub fn check_digit(&self) -> char {
        let padding = if self.length < 8 { BLANK * 9 } else { 0 };
        let weights = (2..=u32::from(self.length) + 1).rev();
        let sum: u32 = padding + self.number().chars().zip(weights).map(|(place, weight)| value(place) * weight).sum::<u32>();
        match (11 - sum % 11) % 11 {
            10 => 'A',
            digit => char::from_digit(digit, 10).unwrap_or('0'),
        }
    }

    /// As printed on the card: `Q123456(3)`.
    pub fn formatted(&self) -> String {
        format!("{}({})", self.number(), self.check_digit())
    }

    /// Enough for its owner to recognise: `Q12•••(•)`, always three characters shown.
    pub fn masked(&self) -> String {
        format!("{}•••(•)", self.number().get(..3).unwrap_or_default())
    }

    /// Whether every letter of the prefix is one that is believed never issued (Q, U, I, O), so that no one can have
    /// this number. Demonstrations and tests accept only these; live systems refuse them.
    pub fn is_synthetic(&self) -> bool {
        self.number().chars().filter(char::is_ascii_alphabetic).all(|letter| "QUIO".contains(letter))
    }

    fn from_characters(characters: &[char]) -> Result<Self, IdNumberError> {
        let letters = prefix_length(characters)?;
        let (prefix, digits) = characters.split_at_checked(letters).ok_or(IdNumberError::Shape)?;
        if digits.len() != DIGITS || !digits.iter().all(char::is_ascii_digit) {
            return Err(IdNumberError::Shape);
        }
        let mut text = [0; 8];
        for (place, &character) in text.iter_mut().zip(prefix.iter().chain(digits)) {
            *place = u8::try_from(character).map_err(|_| IdNumberError::Shape)?;
        }
        let length = u8::try_from(characters.len()).map_err(|_| IdNumberError::Shape)?;
        Ok(Self { text, length })
    }
}

/// Never the number: what is debugged ends in logs.
impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(redacted)")
    }
}

impl FromStr for IdNumber {
    type Err = IdNumberError;

    fn from_str(text: &str) -> Result<Self, IdNumberError> {
        Self::parse(text)
    }
}

const DIGITS: usize = 6;
const BLANK: u32 = 36;
/// No way of typing a number is longer; bounds the work on hostile input.
const LONGEST_CHARS: usize = 64;

fn compact(text: &str) -> Result<Vec<char>, IdNumberError> {
    if text.chars().nth(LONGEST_CHARS).is_some() {
        return Err(IdNumberError::Shape);
    }
    let typed: Vec<char> =
        text.chars().map(half_width_char).filter(|c| !is_filler(*c)).map(|c| c.to_ascii_uppercase()).collect();
    if typed.is_empty() { Err(IdNumberError::Empty) } else { Ok(typed) }
}

fn is_filler(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}')
}

fn prefix_length(characters: &[char]) -> Result<usize, IdNumberError> {
    let letters = characters.iter().take_while(|c| c.is_ascii_uppercase()).count();
    if matches!(letters, 1 | 2) { Ok(letters) } else { Err(IdNumberError::Shape) }
}

/// The check digit out of what follows the number: bare, after a hyphen, or within one pair of brackets.
fn check_character(tail: &[char]) -> Result<char, IdNumberError> {
    match *tail {
        [] => Err(IdNumberError::CheckDigitMissing),
        [open, close] if closing(open) == Some(close) => Err(IdNumberError::CheckDigitMissing),
        [open, check, close] if closing(open) == Some(close) => plausible(check),
        ['-' | '/', check] | [check] => plausible(check),
        _ => Err(IdNumberError::Shape),
    }
}

fn plausible(check: char) -> Result<char, IdNumberError> {
    match check {
        '0'..='9' | 'A' => Ok(check),
        'B'..='Z' => Err(IdNumberError::CheckDigit),
        _ => Err(IdNumberError::Shape),
    }
}

fn closing(open: char) -> Option<char> {
    BRACKETS.iter().find(|(first, _)| *first == open).map(|&(_, last)| last)
}

/// Full-width forms of the first four have already become these.
const BRACKETS: [(char, char); 14] = [
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('<', '>'),
    ('〔', '〕'),
    ('【', '】'),
    ('「', '」'),
    ('『', '』'),
    ('〈', '〉'),
    ('《', '》'),
    ('﹙', '﹚'),
    ('﹝', '﹞'),
    ('﹛', '﹜'),
    ('⁽', '⁾'),
];

fn value(place: char) -> u32 {
    place.to_digit(36).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_vector_is_judged_as_written() {
        let mut seen = 0;
        for line in include_str!("../data/hkid-vectors.tsv").lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let parsed = IdNumber::parse(columns[0]);
            if columns[1] == "invalid" {
                assert!(parsed.is_err(), "{line}");
            } else {
                let number = parsed.unwrap_or_else(|error| panic!("{line}: {error}"));
                assert_eq!((number.number(), number.check_digit().to_string().as_str()), (columns[2], columns[3]));
                assert_eq!(number.is_synthetic(), columns[1] == "valid-synthetic", "{line}");
                assert_eq!(IdNumber::from_number(columns[2]), Ok(number));
            }
            seen += 1;
        }
        assert_eq!(seen, 69);
    }

    #[test]
    fn every_usual_way_of_typing_is_read() {
        let expected = IdNumber::from_number("Q123456").unwrap();
        let check = expected.check_digit();
        for form in [
            format!("Q123456({check})"),
            format!("q123456（{check}）"),
            format!("Ｑ１２３４５６ 〔{check}〕"),
            format!(" Q 123 456 [{check}] "),
            format!("Q123456-{check}"),
            format!("Q123456{check}"),
            format!("Q123456【{check}】"),
            format!("\u{200B}Q123456\u{3000}({check})\u{FEFF}"),
        ] {
            assert_eq!(IdNumber::parse(&form), Ok(expected), "{form}");
        }
    }

    #[test]
    fn each_mistake_has_its_name() {
        assert_eq!(IdNumber::parse(" \u{3000}"), Err(IdNumberError::Empty));
        assert_eq!(IdNumber::parse("Q12345"), Err(IdNumberError::Shape));
        assert_eq!(IdNumber::parse("Q-123456(0)"), Err(IdNumberError::Shape));
        assert_eq!(IdNumber::parse("Q123456(0"), Err(IdNumberError::Shape));
        assert_eq!(IdNumber::parse("Q123456(0]"), Err(IdNumberError::Shape));
        assert_eq!(IdNumber::parse("Q123456"), Err(IdNumberError::CheckDigitMissing));
        assert_eq!(IdNumber::parse("Q123456()"), Err(IdNumberError::CheckDigitMissing));
        let right = IdNumber::from_number("Q123456").unwrap().check_digit();
        let wrong = if right == '0' { '1' } else { '0' };
        assert_eq!(IdNumber::parse(&format!("Q123456({wrong})")), Err(IdNumberError::CheckDigit));
        assert_eq!(IdNumber::parse("Q123456(B)"), Err(IdNumberError::CheckDigit));
    }

    #[test]
    fn it_is_masked_for_people_and_never_debugged() {
        let number = IdNumber::from_number("QU123456").unwrap();
        assert_eq!(number.masked(), "QU1•••(•)");
        assert_eq!(format!("{number:?}"), "IdNumber(redacted)");
        assert!(number.is_synthetic());
    }

    proptest! {
        #[test]
        fn what_is_formatted_is_read_back(prefix in "[QUIO]{1,2}", digits in "[0-9]{6}") {
            let number = IdNumber::from_number(&format!("{prefix}{digits}")).unwrap();
            prop_assert_eq!(IdNumber::parse(&number.formatted()), Ok(number));
        }

        #[test]
        fn one_wrong_digit_never_passes(prefix in "[QUIO]", digits in "[0-9]{6}", place in 0_usize..6, by in 1_u8..10) {
            let number = IdNumber::from_number(&format!("{prefix}{digits}")).unwrap();
            let mut changed = digits.into_bytes();
            changed[place] = (changed[place] - b'0' + by) % 10 + b'0';
            let changed = format!("{prefix}{}({})", String::from_utf8(changed).unwrap(), number.check_digit());
            prop_assert_eq!(IdNumber::parse(&changed), Err(IdNumberError::CheckDigit));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = IdNumber::parse(&text);
            let _ = IdNumber::from_number(&text);
        }
    }
}
