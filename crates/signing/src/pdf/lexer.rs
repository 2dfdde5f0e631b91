//! From bytes to values (ISO 32000-1, 7.2 and 7.3). Never goes deeper than [`DEPTH`], never makes more values than its budget.

use super::PdfError;
use super::object::{Dict, Object};

/// How deep arrays and dictionaries may stand in each other.
const DEPTH: usize = 32;
/// How many values one object may have.
const VALUES: usize = 200_000;

/// Reads values one after the other.
pub struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    left: usize,
}

impl<'a> Lexer<'a> {
    pub const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, left: VALUES }
    }

    /// Where the next byte stands.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// The next value.
    pub fn object(&mut self) -> Result<Object, PdfError> {
        self.value(0)
    }

    /// Takes this word, if it comes next.
    pub fn word(&mut self, word: &str) -> bool {
        self.skip_space();
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let ends = rest.get(word.len()).is_none_or(|next| is_space(*next) || is_delimiter(*next));
        let found = rest.starts_with(word.as_bytes()) && ends;
        if found {
            self.at += word.len();
        }
        found
    }

    /// The next whole number.
    pub fn integer(&mut self) -> Result<i64, PdfError> {
        self.skip_space();
        match self.number()? {
            Object::Integer(number) => Ok(number),
            _ => Err(PdfError::Broken("a whole number is missing")),
        }
    }

    /// The end of the line that begins the bytes of a stream: CR LF or LF alone.
    pub fn end_of_line(&mut self) -> Result<(), PdfError> {
        if self.peek() == Some(b'\r') {
            self.at += 1;
        }
        if self.peek() != Some(b'\n') {
            return Err(PdfError::Broken("a stream begins badly"));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Object, PdfError> {
        self.left = self.left.checked_sub(1).ok_or(PdfError::TooBig)?;
        if depth > DEPTH {
            return Err(PdfError::Broken("its parts stand too deep in each other"));
        }
        self.skip_space();
        match self.peek().ok_or(PdfError::Broken("it ends in the middle"))? {
            b'/' => self.name().map(Object::Name),
            b'(' => self.literal().map(Object::Text),
            b'[' => self.array(depth),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => self.dict(depth).map(Object::Dict),
            b'<' => self.digits().map(Object::Text),
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.number_or_reference(),
            _ if self.word("true") => Ok(Object::Bool(true)),
            _ if self.word("false") => Ok(Object::Bool(false)),
            _ if self.word("null") => Ok(Object::Null),
            _ => Err(PdfError::Broken("there is something that is no value")),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Object, PdfError> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_space();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Object::Array(items));
            }
            items.push(self.value(depth + 1)?);
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Dict, PdfError> {
        self.at += 2;
        let mut dict = Dict::default();
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'>') if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    return Ok(dict);
                }
                Some(b'/') => {
                    let name = self.name()?;
                    let value = self.value(depth + 1)?;
                    if dict.0.len() < 64 && dict.0.iter().any(|(known, _)| *known == name) {
                        return Err(PdfError::Broken("a name stands twice in a dictionary"));
                    }
                    dict.0.push((name, value));
                }
                _ => return Err(PdfError::Broken("a dictionary does not end")),
            }
        }
    }

    fn name(&mut self) -> Result<Vec<u8>, PdfError> {
        self.at += 1;
        let mut name = Vec::new();
        while let Some(byte) = self.peek().filter(|byte| !is_space(*byte) && !is_delimiter(*byte)) {
            self.at += 1;
            if byte == b'#' {
                let (high, low) = (self.digit()?, self.digit()?);
                name.push(high << 4 | low);
            } else {
                name.push(byte);
            }
        }
        Ok(name)
    }

    fn digit(&mut self) -> Result<u8, PdfError> {
        let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
        self.at += 1;
        digit.ok_or(PdfError::Broken("a digit is missing"))
    }

    fn digits(&mut self) -> Result<Vec<u8>, PdfError> {
        self.at += 1;
        let mut digits = Vec::new();
        loop {
            self.skip_space();
            if self.peek() == Some(b'>') {
                self.at += 1;
                break;
            }
            digits.push(self.digit()?);
        }
        let pair = |pair: &[u8]| pair.first().copied().unwrap_or(0) << 4 | pair.get(1).copied().unwrap_or(0);
        Ok(digits.chunks(2).map(pair).collect())
    }

    fn literal(&mut self) -> Result<Vec<u8>, PdfError> {
        self.at += 1;
        let (mut text, mut open) = (Vec::new(), 1_usize);
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.escape(&mut text),
                b'(' => {
                    open += 1;
                    text.push(byte);
                }
                b')' if open == 1 => return Ok(text),
                b')' => {
                    open -= 1;
                    text.push(byte);
                }
                _ => text.push(byte),
            }
        }
        Err(PdfError::Broken("a text does not end"))
    }

    fn escape(&mut self, text: &mut Vec<u8>) {
        let Some(byte) = self.peek() else { return };
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\r' if self.peek() == Some(b'\n') => self.at += 1,
            b'\r' | b'\n' => {}
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(next @ b'0'..=b'7') = self.peek() else { break };
                    self.at += 1;
                    code = code << 3 | u32::from(next - b'0');
                }
                // High-order overflow is ignored, as 7.3.4.2 says.
                text.push(u8::try_from(code & 0xff).unwrap_or(0));
            }
            other => text.push(other),
        }
    }

    fn number_or_reference(&mut self) -> Result<Object, PdfError> {
        let first = self.number()?;
        let Object::Integer(number) = first else { return Ok(first) };
        let back = self.at;
        if let (Ok(number), Some(generation)) = (u32::try_from(number), self.small())
            && self.word("R")
        {
            return Ok(Object::Reference(number, generation));
        }
        self.at = back;
        Ok(Object::Integer(number))
    }

    fn small(&mut self) -> Option<u16> {
        self.skip_space();
        self.peek().filter(u8::is_ascii_digit)?;
        match self.number() {
            Ok(Object::Integer(number)) => u16::try_from(number).ok(),
            _ => None,
        }
    }

    fn number(&mut self) -> Result<Object, PdfError> {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte)) {
            self.at += 1;
        }
        let text = self.bytes.get(from..self.at).unwrap_or_default();
        if text.contains(&b'.') && text.len() < 64 {
            return Ok(Object::Real(text.to_vec()));
        }
        let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        number.map(Object::Integer).ok_or(PdfError::Broken("there is a number that is none"))
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                while self.peek().is_some_and(|byte| byte != b'\n' && byte != b'\r') {
                    self.at += 1;
                }
            } else if !is_space(byte) {
                return;
            } else {
                self.at += 1;
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}
