use std::fmt;
use std::sync::LazyLock;

use kernel::{Fault, Kind};

use crate::fold::half_width_char;

/// A telephone number of Hong Kong's plan: eight digits within a block that is in use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone {
    digits: [u8; DIGITS],
    kind: PhoneKind,
}

/// What a block of numbers is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhoneKind {
    /// A mobile telephone: the only kind that can take a message.
    Mobile,
    /// A fixed line.
    Fixed,
    /// A pager.
    Pager,
    /// A personal number that follows its owner.
    Personal,
    /// A universal access number of a business.
    Uan,
    /// A number that costs the caller extra.
    Premium,
}

/// Why a text is not a telephone number of Hong Kong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing was typed.
    #[error("the telephone number is empty")]
    Empty,
    /// Something other than digits, spaces, hyphens, brackets and a leading plus.
    #[error("a telephone number is made of digits")]
    Shape,
    /// Not eight digits after the country code.
    #[error("a Hong Kong telephone number has eight digits")]
    Length,
    /// A country code other than 852.
    #[error("not a Hong Kong telephone number")]
    Foreign,
    /// Eight digits, but in no block that is in use.
    #[error("no telephone in Hong Kong has this number")]
    Unassigned,
}

impl Fault for PhoneError {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

impl Phone {
    /// Reads a number as people type it: with or without `+852`, with spaces, hyphens, dots and brackets, full-width.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let typed = compact(text)?;
        let local = without_country(&typed)?;
        let digits: [u8; DIGITS] = local.as_bytes().try_into().map_err(|_| PhoneError::Length)?;
        let kind = kind_of(local).ok_or(PhoneError::Unassigned)?;
        Ok(Self { digits, kind })
    }

    /// The eight digits.
    pub fn digits(&self) -> &str {
        std::str::from_utf8(&self.digits).unwrap_or_default()
    }

    /// What its block is used for.
    pub const fn kind(&self) -> PhoneKind {
        self.kind
    }

    /// Whether it can take a message.
    pub const fn is_mobile(&self) -> bool {
        matches!(self.kind, PhoneKind::Mobile)
    }

    /// As a carrier wants it: `+85291234567`.
    pub fn e164(&self) -> String {
        format!("+{COUNTRY}{}", self.digits())
    }

    /// As people read it: `9123 4567`.
    pub fn formatted(&self) -> String {
        let (first, last) = self.digits().split_at_checked(4).unwrap_or_default();
        format!("{first} {last}")
    }

    /// Enough for its owner to recognise: `•••• 4567`.
    pub fn masked(&self) -> String {
        format!("•••• {}", self.digits().get(4..).unwrap_or_default())
    }
}

/// Never the number: what is debugged ends in logs.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(redacted)")
    }
}

const DIGITS: usize = 8;
const COUNTRY: &str = "852";
/// Bounds the work on hostile input.
const LONGEST_CHARS: usize = 64;

fn compact(text: &str) -> Result<String, PhoneError> {
    if text.chars().nth(LONGEST_CHARS).is_some() {
        return Err(PhoneError::Length);
    }
    let typed: String = text.chars().map(half_width_char).filter(|c| !is_filler(*c)).collect();
    match typed.strip_prefix('+').unwrap_or(&typed) {
        "" if typed.is_empty() => Err(PhoneError::Empty),
        rest if rest.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty() => Ok(typed),
        _ => Err(PhoneError::Shape),
    }
}

fn is_filler(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '.' | '(' | ')' | '/' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}')
}

/// No number of Hong Kong begins with 852 and has eleven digits, so a country code without its plus is told by length.
fn without_country(typed: &str) -> Result<&str, PhoneError> {
    let international = typed.strip_prefix('+').or_else(|| typed.strip_prefix("00"));
    if let Some(number) = international {
        return number.strip_prefix(COUNTRY).ok_or(PhoneError::Foreign);
    }
    match typed.strip_prefix(COUNTRY) {
        Some(local) if local.len() == DIGITS => Ok(local),
        _ => Ok(typed),
    }
}

struct Block {
    from: u32,
    to: u32,
    kind: PhoneKind,
}

fn kind_of(local: &str) -> Option<PhoneKind> {
    let first_five: u32 = local.get(..5)?.parse().ok()?;
    let after = BLOCKS.partition_point(|block| block.from <= first_five);
    let block = BLOCKS.get(after.checked_sub(1)?)?;
    (first_five <= block.to).then_some(block.kind)
}

static BLOCKS: LazyLock<Vec<Block>> = LazyLock::new(|| {
    let lines = include_str!("../data/phone-blocks.tsv").lines().skip(1);
    let mut blocks: Vec<Block> = lines.filter_map(block).collect();
    blocks.sort_by_key(|block| block.from);
    blocks
});

fn block(line: &str) -> Option<Block> {
    let mut columns = line.split('\t');
    let from = columns.next()?.parse().ok()?;
    let to = columns.next()?.parse().ok()?;
    let kind = match columns.next()? {
        "mobile" => PhoneKind::Mobile,
        "fixed" => PhoneKind::Fixed,
        "pager" => PhoneKind::Pager,
        "personal" => PhoneKind::Personal,
        "uan" => PhoneKind::Uan,
        "premium" => PhoneKind::Premium,
        _ => return None,
    };
    Some(Block { from, to, kind })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_block() {
        let lines = include_str!("../data/phone-blocks.tsv").lines().count() - 1;
        assert_eq!((BLOCKS.len(), lines), (122, 122));
        assert!(BLOCKS.windows(2).all(|pair| pair[0].to < pair[1].from));
    }

    #[test]
    fn every_usual_way_of_typing_is_read() {
        for form in ["91234567", "9123 4567", "+852 9123 4567", "852-9123-4567", "(852) 91234567", "００８５２ ９１２３４５６７", "+852-91234567", "9123．4567"] {
            let phone = Phone::parse(form).unwrap_or_else(|error| panic!("{form}: {error}"));
            assert_eq!(phone.digits(), "91234567");
            assert!(phone.is_mobile());
            assert_eq!((phone.formatted().as_str(), phone.e164().as_str()), ("9123 4567", "+85291234567"));
            assert_eq!(phone.masked(), "•••• 4567");
            assert_eq!(format!("{phone:?}"), "Phone(redacted)");
        }
    }

    #[test]
    fn the_first_digit_does_not_decide_the_kind() {
        let kind = |text: &str| Phone::parse(text).map(|phone| phone.kind());
        assert_eq!(kind("21000000"), Ok(PhoneKind::Fixed));
        assert_eq!(kind("58010000"), Ok(PhoneKind::Fixed));
        assert_eq!(kind("59000000"), Ok(PhoneKind::Mobile));
        assert_eq!(kind("70100000"), Ok(PhoneKind::Mobile));
        assert_eq!(kind("72000000"), Ok(PhoneKind::Pager));
        assert_eq!(kind("81000000"), Ok(PhoneKind::Personal));
        assert_eq!(kind("85200000"), Err(PhoneError::Unassigned));
        assert_eq!(kind("30010000"), Ok(PhoneKind::Uan));
        assert_eq!(kind("90030000"), Ok(PhoneKind::Premium));
        assert_eq!(kind("98900000"), Err(PhoneError::Unassigned));
    }

    #[test]
    fn each_mistake_has_its_name() {
        assert_eq!(Phone::parse(" "), Err(PhoneError::Empty));
        assert_eq!(Phone::parse("9123456x"), Err(PhoneError::Shape));
        assert_eq!(Phone::parse("+"), Err(PhoneError::Shape));
        assert_eq!(Phone::parse("9123456"), Err(PhoneError::Length));
        assert_eq!(Phone::parse("+44 20 7946 0000"), Err(PhoneError::Foreign));
        assert_eq!(Phone::parse("11111111"), Err(PhoneError::Unassigned));
    }

    proptest! {
        #[test]
        fn a_number_is_what_its_block_says(number in 0_u32..100_000_000) {
            let text = format!("{number:08}");
            let line = include_str!("../data/phone-blocks.tsv").lines().skip(1).find(|line| {
                let columns: Vec<&str> = line.split('\t').collect();
                (columns[0]..=columns[1]).contains(&&text[..5])
            });
            prop_assert_eq!(Phone::parse(&text).is_ok(), line.is_some());
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = Phone::parse(&text);
        }
    }
}
