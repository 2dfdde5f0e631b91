//! What a PDF is made of (ISO 32000-1, 7.3).

use std::ops::Range;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number with a fraction, as it was written.
    Real(Vec<u8>),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    /// Number and generation of another object.
    Reference(u32, u16),
    /// A dictionary and where its bytes stand.
    Stream(Dict, Range<usize>),
}

/// Names with values, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dict(pub Vec<(Vec<u8>, Object)>);

impl Dict {
    /// The value of a name. A name that stands twice is ambiguous, so the parser refuses it.
    pub fn get(&self, name: &str) -> Option<&Object> {
        self.0.iter().find(|(found, _)| found == name.as_bytes()).map(|(_, value)| value)
    }

    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Object::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    pub fn is(&self, name: &str, value: &str) -> bool {
        matches!(self.get(name), Some(Object::Name(found)) if found == value.as_bytes())
    }

    pub fn set(&mut self, name: &str, value: Object) {
        match self.0.iter_mut().find(|(found, _)| found == name.as_bytes()) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.as_bytes().to_vec(), value)),
        }
    }
}

impl Object {
    pub fn name(name: &str) -> Self {
        Self::Name(name.as_bytes().to_vec())
    }

    /// The dictionary, of a stream too.
    pub const fn dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) | Self::Stream(dict, _) => Some(dict),
            _ => None,
        }
    }

    /// Writes it. Strings come out in hexadecimal digits, so no byte needs an escape.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend(b"null"),
            Self::Bool(yes) => out.extend(yes.to_string().bytes()),
            Self::Integer(number) => out.extend(number.to_string().bytes()),
            Self::Real(text) => out.extend(text),
            Self::Name(name) => write_name(name, out),
            Self::Text(text) => out.extend(format!("<{}>", kernel::to_hex(text)).bytes()),
            Self::Array(items) => {
                out.push(b'[');
                for item in items {
                    item.write(out);
                    out.push(b' ');
                }
                out.push(b']');
            }
            Self::Dict(dict) | Self::Stream(dict, _) => {
                out.extend(b"<<");
                for (name, value) in &dict.0 {
                    write_name(name, out);
                    out.push(b' ');
                    value.write(out);
                    out.push(b' ');
                }
                out.extend(b">>");
            }
            Self::Reference(number, generation) => out.extend(format!("{number} {generation} R").bytes()),
        }
    }
}

fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_alphanumeric() || b"-_.+:*".contains(&byte) {
            out.push(byte);
        } else {
            out.extend(format!("#{byte:02x}").bytes());
        }
    }
}
