//! The signature that stands in a document, and what it covers.

use super::object::{Dict, Object};
use super::prepare::digest_around;
use super::reader::Pdf;
use super::PdfError;

/// Fields that are looked at.
const FIELDS_MOST: usize = 2000;

/// A signature as it stands in a document.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// The CMS message in DER, without the zeros that fill its place.
    pub message: Vec<u8>,
    /// SHA-256 of everything but the signature's place. It is the whole file: [`embedded`] refuses anything else.
    pub digest: [u8; 32],
    /// The reason that was given.
    pub reason: Option<String>,
}

/// Finds the one signature of a document, and sees that it covers the whole file.
pub fn embedded(document: &[u8]) -> Result<Embedded, PdfError> {
    let pdf = Pdf::read(document)?;
    let catalog = pdf.dict_of(pdf.trailer(), "Root")?.ok_or(PdfError::Broken("its catalogue is missing"))?;
    let form = pdf.dict_of(&catalog, "AcroForm")?.ok_or(PdfError::Unsigned)?;
    let fields = form.get("Fields").map(|fields| pdf.resolve(fields)).transpose()?;
    let Some(Object::Array(fields)) = fields else { return Err(PdfError::Unsigned) };
    let signatures = signatures(&pdf, &fields)?;
    let [signature] = signatures.as_slice() else {
        return Err(if signatures.is_empty() { PdfError::Unsigned } else { PdfError::Several });
    };
    let hole = hole(document, signature)?;
    let digest = digest_around(document, &hole).ok_or(PdfError::Uncovered)?;
    let Some(Object::Text(filled)) = signature.get("Contents") else { return Err(PdfError::Unsigned) };
    let digits = document.get(hole.start + 1..hole.end - 1).unwrap_or_default();
    if !kernel::to_hex(filled).bytes().eq(digits.iter().map(u8::to_ascii_lowercase)) {
        return Err(PdfError::Uncovered);
    }
    Ok(Embedded { message: without_padding(filled)?, digest, reason: signature.get("Reason").and_then(words) })
}

/// The place that the signature leaves out: its own digits between brackets and nothing else, while everything else of the file is
/// covered, from the first byte to the last.
fn hole(document: &[u8], signature: &Dict) -> Result<std::ops::Range<usize>, PdfError> {
    let Some(Object::Array(range)) = signature.get("ByteRange") else { return Err(PdfError::Uncovered) };
    let numbers: Option<Vec<usize>> = range
        .iter()
        .map(|number| match number {
            Object::Integer(number) => usize::try_from(*number).ok(),
            _ => None,
        })
        .collect();
    let Some([0, until, from, length]) = numbers.as_deref() else { return Err(PdfError::Uncovered) };
    let whole = from.checked_add(*length) == Some(document.len());
    let edges = (document.get(*until), from.checked_sub(1).and_then(|last| document.get(last)));
    if !whole || until.saturating_add(2) > *from || edges != (Some(&b'<'), Some(&b'>')) {
        return Err(PdfError::Uncovered);
    }
    Ok(*until..*from)
}

/// Whether a field carries a signature.
pub fn any_signed(pdf: &Pdf<'_>, fields: &[Object]) -> Result<bool, PdfError> {
    Ok(!signatures(pdf, fields)?.is_empty())
}

/// The dictionaries of all signatures that fields carry.
fn signatures(pdf: &Pdf<'_>, fields: &[Object]) -> Result<Vec<Dict>, PdfError> {
    let (mut waiting, mut looked, mut found) = (fields.to_vec(), 0, Vec::new());
    while let Some(field) = waiting.pop() {
        looked += 1;
        if looked > FIELDS_MOST {
            return Err(PdfError::TooBig);
        }
        let Object::Dict(field) = pdf.resolve(&field)? else { continue };
        if let Some(Object::Array(kids)) = field.get("Kids").map(|kids| pdf.resolve(kids)).transpose()? {
            waiting.extend(kids);
        }
        let Some(value) = pdf.dict_of(&field, "V")? else { continue };
        if field.is("FT", "Sig") || value.get("ByteRange").is_some() {
            found.push(value);
        }
    }
    Ok(found)
}

/// The DER element at the beginning; whatever fills the place after it must be zeros.
fn without_padding(bytes: &[u8]) -> Result<Vec<u8>, PdfError> {
    let wrong = PdfError::Broken("its signature cannot be read");
    let Some([0x30, first, rest @ ..]) = bytes.get(..) else { return Err(wrong) };
    let (head, length) = if *first < 0x80 {
        (2, usize::from(*first))
    } else {
        let wide = usize::from(first & 0x7f);
        let digits = rest.get(..wide).filter(|_| wide <= 4).ok_or(wrong)?;
        (2 + wide, digits.iter().fold(0, |sum: usize, byte| sum << 8 | usize::from(*byte)))
    };
    let end = head + length;
    match (bytes.get(..end), bytes.get(end..)) {
        (Some(message), Some(padding)) if padding.iter().all(|byte| *byte == 0) => Ok(message.to_vec()),
        _ => Err(wrong),
    }
}

fn words(object: &Object) -> Option<String> {
    let Object::Text(bytes) = object else { return None };
    match bytes.strip_prefix(&[0xfe, 0xff]) {
        Some(wide) => {
            let units: Vec<u16> = wide.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            String::from_utf16(&units).ok()
        }
        None => std::str::from_utf8(bytes).ok().map(str::to_owned),
    }
}
