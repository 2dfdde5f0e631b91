//! Elements of DER (X.690): tag, length, content.

/// `1.2.840.113549.1.7.1`
pub const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
/// `1.2.840.113549.1.9.16.1.4`
pub const TIMESTAMP_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
/// `1.3.6.1.5.5.7.3.36`
pub const DOCUMENT_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 36];
/// `1.3.6.1.5.5.7.3.8`
pub const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];
/// `1.3.6.1.4.1.32473.76.1`
pub const ACT: &[u8] = &[0x2b, 6, 1, 4, 1, 0x81, 0xfd, 0x59, 76, 1];
/// `1.3.6.1.4.1.32473.76.2`
pub const ACT_BINDING: &[u8] = &[0x2b, 6, 1, 4, 1, 0x81, 0xfd, 0x59, 76, 2];

pub const INTEGER: u8 = 0x02;
pub const BITS: u8 = 0x03;
pub const OCTETS: u8 = 0x04;
pub const OID: u8 = 0x06;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;

/// One element.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    /// With tag and length.
    pub whole: &'a [u8],
}

/// The first element, and what follows it. Lengths must be written as short as they can be.
pub fn first(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (tag, short, rest) = match bytes {
        [tag, short, rest @ ..] => (*tag, *short, rest),
        _ => return None,
    };
    let (length, rest) = if short < 0x80 {
        (usize::from(short), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(short & 0x7f)).filter(|(digits, _)| (1..=4).contains(&digits.len()))?;
        let length = digits.iter().fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit));
        (length >= 0x80 && digits.first() != Some(&0)).then_some((length, rest))?
    };
    let (content, after) = rest.split_at_checked(length)?;
    let whole = bytes.get(..bytes.len() - after.len())?;
    Some((Element { tag, content, whole }, after))
}

/// The elements of a content, one after the other, to its very end.
pub fn all(mut bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (element, rest) = first(bytes)?;
        found.push(element);
        bytes = rest;
    }
    Some(found)
}

/// The one element that the bytes are, with this tag.
pub fn only(tag: u8, bytes: &[u8]) -> Option<&[u8]> {
    let (element, rest) = first(bytes)?;
    (element.tag == tag && rest.is_empty()).then_some(element.content)
}
