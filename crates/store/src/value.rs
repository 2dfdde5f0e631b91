use std::fmt;

use kernel::{Day, Id, IdKind, Instant};

/// One value of a row: the five types both engines share.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// INT64: numbers, instants (milliseconds), days (day numbers).
    Int(i64),
    /// TEXT.
    Text(String),
    /// BYTES: ids, hashes, sealed values.
    Bytes(Vec<u8>),
    /// BOOL.
    Bool(bool),
    /// No value.
    Null,
}

impl Value {
    /// The type's name, for errors; never the value.
    pub(crate) const fn type_name(&self) -> &'static str {
        match self {
            Self::Int(_) => "INT64",
            Self::Text(_) => "TEXT",
            Self::Bytes(_) => "BYTES",
            Self::Bool(_) => "BOOL",
            Self::Null => "null",
        }
    }
}

/// Prints the type and the length only: a row may be about a person.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "TEXT({} bytes)", text.len()),
            Self::Bytes(bytes) => write!(f, "BYTES({} bytes)", bytes.len()),
            other => f.write_str(other.type_name()),
        }
    }
}

/// A Rust type that a column can be read as.
pub trait FromValue: Sized {
    /// The name printed when the column is something else.
    const WANTED: &'static str;

    /// The value as this type, or nothing when it is not one.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! integers {
    ($($ty:ty)*) => {$(
        impl From<$ty> for Value {
            fn from(number: $ty) -> Self {
                Self::Int(i64::from(number))
            }
        }
    )*};
}

integers!(i64 i32 i16 u32 u16 u8);

macro_rules! from_integers {
    ($($ty:ty)*) => {$(
        impl FromValue for $ty {
            const WANTED: &'static str = stringify!($ty);

            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::Int(number) => Self::try_from(*number).ok(),
                    _ => None,
                }
            }
        }
    )*};
}

from_integers!(i64 i32 i16 u64 u32 u16 u8 usize);

/// Lengths and counts. There is no `From<u64>`: a hash or a random number would not fit.
impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

/// SQLite keeps a BOOL as 0 or 1.
impl FromValue for bool {
    const WANTED: &'static str = "BOOL";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(flag) => Some(*flag),
            Value::Int(number @ (0 | 1)) => Some(*number == 1),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl FromValue for String {
    const WANTED: &'static str = "TEXT";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl FromValue for Vec<u8> {
    const WANTED: &'static str = "BYTES";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    const WANTED: &'static str = "BYTES of that length";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => bytes.as_slice().try_into().ok(),
            _ => None,
        }
    }
}

impl From<Instant> for Value {
    fn from(instant: Instant) -> Self {
        Self::Int(instant.millis())
    }
}

impl FromValue for Instant {
    const WANTED: &'static str = "an instant (INT64)";

    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(Self::from_millis)
    }
}

impl From<Day> for Value {
    fn from(day: Day) -> Self {
        Self::Int(i64::from(day.number()))
    }
}

impl FromValue for Day {
    const WANTED: &'static str = "a day (INT64)";

    fn from_value(value: &Value) -> Option<Self> {
        i32::from_value(value).map(Self::from_number)
    }
}

impl<K: IdKind> From<Id<K>> for Value {
    fn from(id: Id<K>) -> Self {
        Self::from(id.bytes())
    }
}

impl<K: IdKind> FromValue for Id<K> {
    const WANTED: &'static str = "an id (16 BYTES)";

    fn from_value(value: &Value) -> Option<Self> {
        <[u8; 16]>::from_value(value).map(Self::from_bytes)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const WANTED: &'static str = T::WANTED;

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}

impl FromValue for Value {
    const WANTED: &'static str = "a value";

    fn from_value(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_do_not_fit_are_refused() {
        assert_eq!(u32::from_value(&Value::Int(-1)), None);
        assert_eq!(u16::from_value(&Value::Int(65_536)), None);
        assert_eq!(bool::from_value(&Value::Int(2)), None);
        assert_eq!(<[u8; 16]>::from_value(&Value::Bytes(vec![0; 15])), None);
        assert_eq!(Option::<i64>::from_value(&Value::Null), Some(None));
    }

    #[test]
    fn a_value_prints_its_type_and_no_more() {
        let printed = format!("{:?}", [Value::from("A123456(3)"), Value::from([7u8; 16]), Value::Int(20_010_229)]);
        assert_eq!(printed, "[TEXT(10 bytes), BYTES(16 bytes), INT64]");
    }
}
