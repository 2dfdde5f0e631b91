//! Tables and objects of a PDF (ISO 32000-1, 7.5). A file whose table is wrong is refused and not repaired: two programs repair
//! differently, and then what one shows is not what the other signs.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::lexer::Lexer;
use super::object::{Dict, Object};
use super::{PdfError, stream};

/// Bytes that a document may have.
pub const DOCUMENT_MOST: usize = 16 << 20;
/// Objects that a document may have.
const OBJECTS_MOST: usize = 300_000;
/// Times a document may have been added to.
const SECTIONS_MOST: usize = 64;
/// Packed bytes that are unpacked in all.
const UNPACKED_MOST: usize = 64 << 20;
/// Where the last table is named.
const TAIL: usize = 1024;

#[derive(Clone, Copy, Debug)]
enum Place {
    Free,
    At(usize),
    /// In a packed stream, at this place.
    Within(u32, usize),
}

/// Packed objects: the place of the first, and the bytes.
type Holder = (usize, Vec<u8>);

/// A document whose table has been read.
pub struct Pdf<'a> {
    bytes: &'a [u8],
    places: BTreeMap<u32, Place>,
    trailer: Dict,
    start: usize,
    table_is_stream: bool,
    unpacked: Cell<usize>,
    /// Packed streams that were unpacked, with the place of their first object.
    holders: RefCell<BTreeMap<u32, Rc<Holder>>>,
}

impl<'a> Pdf<'a> {
    /// Reads the table.
    pub fn read(bytes: &'a [u8]) -> Result<Self, PdfError> {
        if bytes.len() > DOCUMENT_MOST {
            return Err(PdfError::TooBig);
        }
        if !bytes.starts_with(b"%PDF-") {
            return Err(PdfError::NoPdf);
        }
        let start = last_table(bytes)?;
        let mut pdf = Self {
            bytes,
            places: BTreeMap::new(),
            trailer: Dict::default(),
            start,
            table_is_stream: false,
            unpacked: Cell::new(0),
            holders: RefCell::new(BTreeMap::new()),
        };
        let (mut next, mut seen) = (Some(start), Vec::new());
        while let Some(at) = next {
            if seen.contains(&at) || seen.len() > SECTIONS_MOST {
                return Err(PdfError::Broken("its tables go round in a circle"));
            }
            let (trailer, is_stream) = pdf.section(at)?;
            next = trailer.integer("Prev").map(position).transpose()?;
            if seen.is_empty() {
                pdf.trailer = trailer;
                pdf.table_is_stream = is_stream;
            }
            seen.push(at);
        }
        if pdf.trailer.get("Encrypt").is_some() {
            return Err(PdfError::Encrypted);
        }
        Ok(pdf)
    }

    /// The dictionary at the end of the newest table.
    pub const fn trailer(&self) -> &Dict {
        &self.trailer
    }

    /// Where the newest table stands.
    pub const fn start(&self) -> usize {
        self.start
    }

    /// Whether the newest table is written as a stream; what is added must be written in the same way.
    pub const fn table_is_stream(&self) -> bool {
        self.table_is_stream
    }

    /// The first number that no object has.
    pub fn next_number(&self) -> Result<u32, PdfError> {
        let size = self.trailer.integer("Size").and_then(|size| u32::try_from(size).ok());
        let size = size.ok_or(PdfError::Broken("its size is missing"))?;
        let above = self.places.last_key_value().map_or(0, |(last, _)| last.saturating_add(1));
        Ok(size.max(above))
    }

    /// Numbers of all objects.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.places.iter().filter(|(_, place)| !matches!(place, Place::Free)).map(|(number, _)| *number)
    }

    /// An object by its number; what is not there is null (7.3.10).
    pub fn object(&self, number: u32) -> Result<Object, PdfError> {
        match self.places.get(&number) {
            None | Some(Place::Free) => Ok(Object::Null),
            Some(Place::At(at)) => self.standing(number, *at),
            Some(Place::Within(holder, index)) => self.packed(number, *holder, *index),
        }
    }

    /// Follows references, not in a circle.
    pub fn resolve(&self, object: &Object) -> Result<Object, PdfError> {
        let mut object = object.clone();
        for _ in 0..8 {
            let Object::Reference(number, _) = object else { return Ok(object) };
            object = self.object(number)?;
        }
        Err(PdfError::Broken("a reference leads nowhere"))
    }

    /// The dictionary that a name of another one leads to.
    pub fn dict_of(&self, dict: &Dict, name: &str) -> Result<Option<Dict>, PdfError> {
        let Some(value) = dict.get(name) else { return Ok(None) };
        match self.resolve(value)? {
            Object::Dict(found) | Object::Stream(found, _) => Ok(Some(found)),
            _ => Ok(None),
        }
    }

    fn standing(&self, number: u32, at: usize) -> Result<Object, PdfError> {
        let mut lexer = Lexer::new(self.bytes, at);
        let found = lexer.integer()?;
        lexer.integer()?;
        if !lexer.word("obj") || found != i64::from(number) {
            return Err(PdfError::Broken("an object is not where the table says"));
        }
        let object = lexer.object()?;
        let Object::Dict(dict) = object else { return Ok(object) };
        if !lexer.word("stream") {
            return Ok(Object::Dict(dict));
        }
        lexer.end_of_line()?;
        let from = lexer.at();
        let until = from.checked_add(self.length(&dict, number)?).filter(|until| *until <= self.bytes.len());
        let until = until.ok_or(PdfError::Broken("a stream is longer than the file"))?;
        if !Lexer::new(self.bytes, until).word("endstream") {
            return Err(PdfError::Broken("a stream does not end where it says"));
        }
        Ok(Object::Stream(dict, from..until))
    }

    /// The length of a stream, which may stand in an object of its own; that one is no stream, and stands by itself.
    fn length(&self, dict: &Dict, own: u32) -> Result<usize, PdfError> {
        let wrong = PdfError::Broken("the length of a stream is missing");
        match dict.get("Length") {
            Some(Object::Integer(length)) => position(*length),
            Some(Object::Reference(number, _)) if *number != own => match self.places.get(number) {
                Some(Place::At(at)) => {
                    let mut lexer = Lexer::new(self.bytes, *at);
                    lexer.integer()?;
                    lexer.integer()?;
                    if lexer.word("obj") { position(lexer.integer()?) } else { Err(wrong) }
                }
                _ => Err(wrong),
            },
            _ => Err(wrong),
        }
    }

    fn packed(&self, number: u32, holder: u32, index: usize) -> Result<Object, PdfError> {
        let known = self.holders.borrow().get(&holder).cloned();
        let held = match known {
            Some(held) => held,
            None => self.holder(holder)?,
        };
        let (first, bytes) = (held.0, held.1.as_slice());
        let mut table = Lexer::new(bytes.get(..first).unwrap_or_default(), 0);
        for _ in 0..index {
            table.integer()?;
            table.integer()?;
        }
        let (found, offset) = (table.integer()?, position(table.integer()?)?);
        if found != i64::from(number) {
            return Err(PdfError::Broken("a packed object is not where the table says"));
        }
        Lexer::new(bytes, first.saturating_add(offset)).object()
    }

    fn holder(&self, number: u32) -> Result<Rc<Holder>, PdfError> {
        let missing = PdfError::Broken("a packed stream is missing");
        let Some(Place::At(at)) = self.places.get(&number) else { return Err(missing) };
        let Object::Stream(dict, range) = self.standing(number, *at)? else { return Err(missing) };
        if !dict.is("Type", "ObjStm") {
            return Err(missing);
        }
        let held = Rc::new((position(dict.integer("First").unwrap_or(-1))?, self.unpack(&dict, range)?));
        self.holders.borrow_mut().insert(number, held.clone());
        Ok(held)
    }

    /// Unpacks a stream, within what all streams of a document may take.
    fn unpack(&self, dict: &Dict, range: std::ops::Range<usize>) -> Result<Vec<u8>, PdfError> {
        let bytes = stream::unpack(dict, self.bytes.get(range).unwrap_or_default())?;
        self.unpacked.set(self.unpacked.get().saturating_add(bytes.len()));
        if self.unpacked.get() > UNPACKED_MOST { Err(PdfError::TooBig) } else { Ok(bytes) }
    }

    /// Reads one table and returns its dictionary, and whether it is written as a stream.
    fn section(&mut self, at: usize) -> Result<(Dict, bool), PdfError> {
        let mut lexer = Lexer::new(self.bytes, at);
        if lexer.word("xref") {
            let trailer = self.table(&mut lexer)?;
            if let Some(hybrid) = trailer.integer("XRefStm") {
                self.table_stream(position(hybrid)?)?;
            }
            return Ok((trailer, false));
        }
        Ok((self.table_stream(at)?, true))
    }

    fn table(&mut self, lexer: &mut Lexer<'_>) -> Result<Dict, PdfError> {
        while !lexer.word("trailer") {
            let (first, count) = (lexer.integer()?, lexer.integer()?);
            for number in first..first.saturating_add(count) {
                let (offset, _) = (lexer.integer()?, lexer.integer()?);
                let place = if lexer.word("n") {
                    Place::At(position(offset)?)
                } else if lexer.word("f") {
                    Place::Free
                } else {
                    return Err(PdfError::Broken("its table cannot be read"));
                };
                self.put(number, place)?;
            }
        }
        match lexer.object()? {
            Object::Dict(dict) => Ok(dict),
            _ => Err(PdfError::Broken("its table does not end")),
        }
    }

    fn table_stream(&mut self, at: usize) -> Result<Dict, PdfError> {
        let number = Lexer::new(self.bytes, at).integer()?;
        let number = u32::try_from(number).map_err(|_| PdfError::Broken("its table cannot be read"))?;
        let Object::Stream(dict, range) = self.standing(number, at)? else {
            return Err(PdfError::Broken("its table is missing"));
        };
        if !dict.is("Type", "XRef") {
            return Err(PdfError::Broken("its table is missing"));
        }
        let bytes = self.unpack(&dict, range)?;
        let widths = integers(dict.get("W"))?;
        let [kind, second, third] = widths.as_slice() else { return Err(PdfError::Broken("its table has no widths")) };
        let widths = [*kind, *second, *third];
        let wide: usize = widths.iter().sum();
        if wide == 0 || widths.iter().any(|width| *width > 8) {
            return Err(PdfError::Broken("its table has no widths"));
        }
        let index = if dict.get("Index").is_some() {
            integers(dict.get("Index"))?
        } else {
            vec![0, position(dict.integer("Size").unwrap_or(-1))?]
        };
        let mut rows = bytes.chunks_exact(wide);
        for pair in index.chunks_exact(2) {
            let (first, count) = (pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0));
            for number in first..first.saturating_add(count) {
                let row = rows.next().ok_or(PdfError::Broken("its table is too short"))?;
                self.put(i64::try_from(number).unwrap_or(-1), entry(row, widths)?)?;
            }
        }
        Ok(dict)
    }

    /// The newest table is read first, so what is known already stands.
    fn put(&mut self, number: i64, place: Place) -> Result<(), PdfError> {
        let number = u32::try_from(number).map_err(|_| PdfError::Broken("its table cannot be read"))?;
        if self.places.len() >= OBJECTS_MOST {
            return Err(PdfError::TooBig);
        }
        self.places.entry(number).or_insert(place);
        Ok(())
    }
}

fn last_table(bytes: &[u8]) -> Result<usize, PdfError> {
    let from = bytes.len().saturating_sub(TAIL);
    let tail = bytes.get(from..).unwrap_or_default();
    let found = tail.windows(9).rposition(|window| window == b"startxref");
    let mut lexer = Lexer::new(bytes, from + found.ok_or(PdfError::Broken("it does not say where its table is"))? + 9);
    position(lexer.integer()?)
}

fn entry(row: &[u8], widths: [usize; 3]) -> Result<Place, PdfError> {
    let (mut at, mut fields) = (0, [0_u64; 3]);
    for (field, width) in fields.iter_mut().zip(widths) {
        let bytes = row.get(at..at + width).unwrap_or_default();
        *field = bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        at += width;
    }
    let [kind, second, third] = fields;
    let kind = if widths.first() == Some(&0) { 1 } else { kind };
    let wrong = |_| PdfError::Broken("its table cannot be read");
    match kind {
        0 => Ok(Place::Free),
        1 => Ok(Place::At(usize::try_from(second).map_err(wrong)?)),
        2 => Ok(Place::Within(u32::try_from(second).map_err(wrong)?, usize::try_from(third).map_err(wrong)?)),
        _ => Err(PdfError::Unknown("an entry of its table")),
    }
}

fn integers(object: Option<&Object>) -> Result<Vec<usize>, PdfError> {
    let Some(Object::Array(items)) = object else { return Err(PdfError::Broken("numbers are missing")) };
    let number = |item: &Object| match item {
        Object::Integer(number) => position(*number),
        _ => Err(PdfError::Broken("numbers are missing")),
    };
    items.iter().map(number).collect()
}

fn position(number: i64) -> Result<usize, PdfError> {
    usize::try_from(number).map_err(|_| PdfError::Broken("a number is below zero"))
}
