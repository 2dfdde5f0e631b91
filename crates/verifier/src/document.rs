use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::Reason;
use crate::merkle::Hash;

/// A JSON object that is asked for its members by name and must have no others.
pub struct Document(Map<String, Value>);

impl Document {
    /// Reads a text; `may` lists every member it may have.
    pub fn parse(text: &str, may: &[&str]) -> Result<Self, Reason> {
        Self::from_value(serde_json::from_str(text).map_err(|_| Reason::Format)?, may)
    }

    pub fn from_value(value: Value, may: &[&str]) -> Result<Self, Reason> {
        match value {
            Value::Object(members) if members.keys().all(|name| may.contains(&name.as_str())) => Ok(Self(members)),
            _ => Err(Reason::Format),
        }
    }

    /// Takes a member that must be there.
    pub fn take(&mut self, name: &'static str) -> Result<Field, Reason> {
        self.take_if_any(name).ok_or(Reason::Member(name))
    }

    pub fn take_if_any(&mut self, name: &'static str) -> Option<Field> {
        self.0.remove(name).map(|value| Field { name, value })
    }
}

/// A value and what to call it when it is wrong.
pub struct Field {
    pub name: &'static str,
    pub value: Value,
}

impl Field {
    pub fn text(self) -> Result<String, Reason> {
        match self.value {
            Value::String(text) => Ok(text),
            _ => Err(Reason::Member(self.name)),
        }
    }

    /// A text of one line, safe to stand in a signed text and on a terminal.
    pub fn line(self) -> Result<String, Reason> {
        let name = self.name;
        let text = self.text()?;
        if text.is_empty() || text.contains(char::is_control) { Err(Reason::Member(name)) } else { Ok(text) }
    }

    pub fn number(self) -> Result<u64, Reason> {
        self.value.as_u64().ok_or(Reason::Member(self.name))
    }

    pub fn bytes(self) -> Result<Vec<u8>, Reason> {
        let name = self.name;
        STANDARD.decode(self.text()?).map_err(|_| Reason::Member(name))
    }

    pub fn array<const N: usize>(self) -> Result<[u8; N], Reason> {
        let name = self.name;
        self.bytes()?.try_into().map_err(|_| Reason::Member(name))
    }

    pub fn list(self) -> Result<Vec<Self>, Reason> {
        let name = self.name;
        match self.value {
            Value::Array(values) => Ok(values.into_iter().map(|value| Self { name, value }).collect()),
            _ => Err(Reason::Member(name)),
        }
    }

    pub fn hashes(self) -> Result<Vec<Hash>, Reason> {
        self.list()?.into_iter().map(Self::array).collect()
    }

    pub fn document(self, may: &[&str]) -> Result<Document, Reason> {
        let name = self.name;
        Document::from_value(self.value, may).map_err(|_| Reason::Member(name))
    }
}
