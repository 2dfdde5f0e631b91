use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::SealError;

const MAX_LEN: usize = 32;

/// What a value may be used for, as the collection statement names it: 1 to 32 of `a-z`, `0-9`, `-`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purpose {
    bytes: [u8; MAX_LEN],
    len: u8,
}

impl Purpose {
    /// Reads a purpose's short name.
    pub fn new(name: &str) -> Result<Self, SealError> {
        let refused = SealError::Invalid("a purpose is 1 to 32 of a-z, 0-9 and -");
        let usual = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let len = u8::try_from(name.len()).unwrap_or(u8::MAX);
        let mut bytes = [0; MAX_LEN];
        match bytes.get_mut(..name.len()) {
            Some(place) if len > 0 && name.bytes().all(usual) => place.copy_from_slice(name.as_bytes()),
            _ => return Err(refused),
        }
        Ok(Self { bytes, len })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        let name = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        std::str::from_utf8(name).unwrap_or_default()
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Purpose {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        Self::new(text)
    }
}

impl Serialize for Purpose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Purpose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_is_short_and_plain() {
        let longest = "a".repeat(32);
        for good in ["m", "matching", "delivery-2", longest.as_str()] {
            assert_eq!(Purpose::new(good).unwrap().as_str(), good);
        }
        let too_long = "a".repeat(33);
        for bad in ["", "Matching", "a b", "配對", too_long.as_str(), &"a".repeat(300)] {
            assert!(Purpose::new(bad).is_err(), "{bad}");
        }
    }
}
