//! Adds an empty signature to a document, at its end, without touching a byte of what is there (ISO 32000-1, 7.5.6 and 12.8).

use kernel::Instant;
use seal::sha256;

use super::object::{Dict, Object};
use super::reader::Pdf;
use super::{PdfError, active};

/// What the signature's dictionary says beside the signature.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// Who signs.
    pub name: &'a str,
    /// Why.
    pub reason: &'a str,
    /// When.
    pub time: Instant,
    /// Bytes that are kept for the signature with its evidence.
    pub room: usize,
}

/// A document with an empty place for its signature.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The whole document.
    pub bytes: Vec<u8>,
    /// SHA-256 of everything but the place.
    pub digest: [u8; 32],
    hole: std::ops::Range<usize>,
}

impl Prepared {
    /// Where the empty place stands, its brackets included.
    pub const fn hole(&self) -> &std::ops::Range<usize> {
        &self.hole
    }

    /// Takes a document up again that was prepared before, with the place that it had then.
    pub fn again(bytes: Vec<u8>, hole: std::ops::Range<usize>) -> Result<Self, PdfError> {
        let digest = digest_around(&bytes, &hole).ok_or(PdfError::Uncovered)?;
        Ok(Self { bytes, digest, hole })
    }

    /// The document with the signature in its place.
    pub fn fill(mut self, signature: &[u8]) -> Result<Vec<u8>, PdfError> {
        let digits = kernel::to_hex(signature);
        let inside = self.hole.start + 1..self.hole.end.saturating_sub(1);
        let place = self.bytes.get_mut(inside).ok_or(PdfError::NoRoom)?;
        let (place, _) = place.split_at_mut_checked(digits.len()).ok_or(PdfError::NoRoom)?;
        place.copy_from_slice(digits.as_bytes());
        Ok(self.bytes)
    }
}

/// SHA-256 of what stands before and after a place.
pub fn digest_around(bytes: &[u8], hole: &std::ops::Range<usize>) -> Option<[u8; 32]> {
    Some(sha256(&[bytes.get(..hole.start)?, bytes.get(hole.end..)?]))
}

/// Adds the place. The same document and fields give the same bytes.
pub fn prepare(document: &[u8], fields: &Fields<'_>) -> Result<Prepared, PdfError> {
    let pdf = Pdf::read(document)?;
    active::refuse(&pdf)?;
    let root = reference(pdf.trailer().get("Root"))?;
    let catalog = dict(pdf.object(root)?)?;
    if catalog.get("Perms").is_some() {
        return Err(PdfError::SignedAlready);
    }
    let signature = pdf.next_number()?;
    let field = signature.checked_add(1).ok_or(PdfError::TooBig)?;
    let mut added = Added::new(document);
    let hole = added.signature(signature, fields);
    let page = first_page(&pdf, &catalog)?;
    added.object(field, &field_object(document, signature, page));
    annotate(&pdf, &mut added, page, field)?;
    list_field(&pdf, &mut added, (root, catalog), field)?;
    let bytes = added.finish(&pdf, field)?;
    filled_in(bytes, hole)
}

/// What is written after the document.
struct Added {
    bytes: Vec<u8>,
    /// Number and place of each object.
    objects: Vec<(u32, usize)>,
}

const BLANK_RANGE: &str = "[0 0000000000 0000000000 0000000000]";

impl Added {
    fn new(document: &[u8]) -> Self {
        let mut bytes = document.to_vec();
        if bytes.last() != Some(&b'\n') {
            bytes.push(b'\n');
        }
        Self { bytes, objects: Vec::new() }
    }

    fn begin(&mut self, number: u32) {
        self.objects.push((number, self.bytes.len()));
        self.bytes.extend(format!("{number} 0 obj\n").bytes());
    }

    fn object(&mut self, number: u32, object: &Object) {
        self.begin(number);
        object.write(&mut self.bytes);
        self.bytes.extend(b"\nendobj\n");
    }

    /// Returns where its empty place stands.
    fn signature(&mut self, number: u32, fields: &Fields<'_>) -> std::ops::Range<usize> {
        self.begin(number);
        self.bytes.extend(b"<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange ");
        self.bytes.extend(BLANK_RANGE.bytes());
        self.bytes.extend(b" /Contents ");
        let from = self.bytes.len();
        self.bytes.push(b'<');
        self.bytes.extend(std::iter::repeat_n(b'0', fields.room.saturating_mul(2)));
        self.bytes.push(b'>');
        let hole = from..self.bytes.len();
        let mut rest = Dict::default();
        rest.set("M", Object::Text(date(fields.time).into_bytes()));
        rest.set("Name", text(fields.name));
        rest.set("Reason", text(fields.reason));
        for (name, value) in rest.0 {
            self.bytes.extend(b" /");
            self.bytes.extend(name);
            self.bytes.push(b' ');
            value.write(&mut self.bytes);
        }
        self.bytes.extend(b">>\nendobj\n");
        hole
    }

    /// Writes the table in the way in which the document's newest one is written.
    fn finish(mut self, pdf: &Pdf<'_>, last: u32) -> Result<Vec<u8>, PdfError> {
        let mut trailer = Dict::default();
        for name in ["Root", "Info", "ID"] {
            if let Some(value) = pdf.trailer().get(name) {
                trailer.set(name, value.clone());
            }
        }
        trailer.set("Prev", number(pdf.start()));
        let start = self.bytes.len();
        let size = last.checked_add(if pdf.table_is_stream() { 2 } else { 1 }).ok_or(PdfError::TooBig)?;
        trailer.set("Size", Object::Integer(size.into()));
        if pdf.table_is_stream() {
            self.objects.push((size - 1, start));
        }
        self.objects.sort_unstable();
        if pdf.table_is_stream() { self.stream(trailer, size - 1)? } else { self.table(&trailer) }
        self.bytes.extend(format!("startxref\n{start}\n%%EOF\n").bytes());
        Ok(self.bytes)
    }

    fn table(&mut self, trailer: &Dict) {
        self.bytes.extend(b"xref\n");
        for (number, at) in &self.objects {
            self.bytes.extend(format!("{number} 1\n{at:010} 00000 n \n").bytes());
        }
        self.bytes.extend(b"trailer\n");
        Object::Dict(trailer.clone()).write(&mut self.bytes);
        self.bytes.push(b'\n');
    }

    fn stream(&mut self, mut trailer: Dict, own: u32) -> Result<(), PdfError> {
        let (mut rows, mut index) = (Vec::new(), Vec::new());
        for (number, at) in &self.objects {
            rows.push(1);
            rows.extend(u32::try_from(*at).map_err(|_| PdfError::TooBig)?.to_be_bytes());
            rows.extend([0, 0]);
            index.extend([Object::Integer((*number).into()), Object::Integer(1)]);
        }
        trailer.set("Type", Object::name("XRef"));
        trailer.set("W", Object::Array([1, 4, 2].map(Object::Integer).to_vec()));
        trailer.set("Index", Object::Array(index));
        trailer.set("Length", number(rows.len()));
        self.bytes.extend(format!("{own} 0 obj\n").bytes());
        Object::Dict(trailer).write(&mut self.bytes);
        self.bytes.extend(b"\nstream\n");
        self.bytes.extend(rows);
        self.bytes.extend(b"\nendstream\nendobj\n");
        Ok(())
    }
}

/// Writes the range into its blank, which is as wide as any range.
fn filled_in(mut bytes: Vec<u8>, hole: std::ops::Range<usize>) -> Result<Prepared, PdfError> {
    let range = format!("[0 {:010} {:010} {:010}]", hole.start, hole.end, bytes.len() - hole.end);
    let at = hole.start.checked_sub(BLANK_RANGE.len() + " /Contents ".len()).ok_or(PdfError::NoRoom)?;
    let place = bytes.get_mut(at..at + range.len()).filter(|place| *place == BLANK_RANGE.as_bytes());
    place.ok_or(PdfError::NoRoom)?.copy_from_slice(range.as_bytes());
    Prepared::again(bytes, hole)
}

/// The invisible field that holds the signature: widget and field in one.
fn field_object(document: &[u8], signature: u32, page: u32) -> Object {
    let name: String = kernel::to_hex(&sha256(&[document])).chars().take(16).collect();
    let mut field = Dict::default();
    field.set("Type", Object::name("Annot"));
    field.set("Subtype", Object::name("Widget"));
    field.set("FT", Object::name("Sig"));
    field.set("T", text(&format!("Signature {name}")));
    field.set("V", Object::Reference(signature, 0));
    field.set("P", Object::Reference(page, 0));
    field.set("Rect", Object::Array([0, 0, 0, 0].map(Object::Integer).to_vec()));
    // Printed, and locked.
    field.set("F", Object::Integer(4 | 128));
    Object::Dict(field)
}

fn annotate(pdf: &Pdf<'_>, added: &mut Added, page: u32, field: u32) -> Result<(), PdfError> {
    let mut body = dict(pdf.object(page)?)?;
    let mut annotations = match body.get("Annots") {
        None => Vec::new(),
        Some(annotations) => array(pdf.resolve(annotations)?)?,
    };
    annotations.push(Object::Reference(field, 0));
    body.set("Annots", Object::Array(annotations));
    added.object(page, &Object::Dict(body));
    Ok(())
}

fn list_field(pdf: &Pdf<'_>, added: &mut Added, (root, mut catalog): (u32, Dict), field: u32) -> Result<(), PdfError> {
    let mut form = pdf.dict_of(&catalog, "AcroForm")?.unwrap_or_default();
    let flags = form.integer("SigFlags").unwrap_or(0);
    let mut fields = match form.get("Fields") {
        None => Vec::new(),
        Some(fields) => array(pdf.resolve(fields)?)?,
    };
    if flags & 1 != 0 || super::signature::any_signed(pdf, &fields)? {
        return Err(PdfError::SignedAlready);
    }
    fields.push(Object::Reference(field, 0));
    form.set("Fields", Object::Array(fields));
    form.set("SigFlags", Object::Integer(3));
    catalog.set("AcroForm", Object::Dict(form));
    added.object(root, &Object::Dict(catalog));
    Ok(())
}

/// The first page: the way down the first branch of the tree that has one.
fn first_page(pdf: &Pdf<'_>, catalog: &Dict) -> Result<u32, PdfError> {
    let mut at = reference(catalog.get("Pages"))?;
    for _ in 0..32 {
        let node = dict(pdf.object(at)?)?;
        let Some(kids) = node.get("Kids") else { return Ok(at) };
        at = reference(array(pdf.resolve(kids)?)?.first())?;
    }
    Err(PdfError::Broken("its pages stand too deep"))
}

fn reference(object: Option<&Object>) -> Result<u32, PdfError> {
    match object {
        Some(Object::Reference(number, _)) => Ok(*number),
        _ => Err(PdfError::Broken("a reference is missing")),
    }
}

fn dict(object: Object) -> Result<Dict, PdfError> {
    match object {
        Object::Dict(dict) => Ok(dict),
        _ => Err(PdfError::Broken("a dictionary is missing")),
    }
}

fn array(object: Object) -> Result<Vec<Object>, PdfError> {
    match object {
        Object::Array(items) => Ok(items),
        _ => Err(PdfError::Broken("a list is missing")),
    }
}

fn number(value: usize) -> Object {
    Object::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

/// A text for people: plain where it can be, else UTF-16 with its mark (7.9.2.2).
fn text(text: &str) -> Object {
    if text.is_ascii() {
        return Object::Text(text.as_bytes().to_vec());
    }
    let mut bytes = vec![0xfe, 0xff];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    Object::Text(bytes)
}

/// A moment as 7.9.4 wants it, in Hong Kong's time.
fn date(at: Instant) -> String {
    let (year, month, day) = at.day().civil();
    let minute = at.minute_of_day();
    let second = at.millis().div_euclid(1000).rem_euclid(60);
    format!("D:{year:04}{month:02}{day:02}{:02}{:02}{second:02}+08'00'", minute / 60, minute % 60)
}
