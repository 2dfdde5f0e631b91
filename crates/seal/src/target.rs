use std::fmt;
use std::str::FromStr;

use kernel::Day;

use crate::path::Path;
use crate::{Purpose, RecordNumber, SealError};

/// What is to be forgotten; each is one line of the erasure ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// One value.
    Value {
        /// What it was sealed for.
        purpose: Purpose,
        /// The expiry day it was sealed with.
        expiry: Day,
        /// Its record.
        record: RecordNumber,
        /// The person in the record.
        person: u8,
        /// The field group.
        group: u8,
    },
    /// One field group of a record, of the persons 0 to `persons` - 1.
    Group {
        /// What it was sealed for.
        purpose: Purpose,
        /// The expiry day it was sealed with.
        expiry: Day,
        /// The record.
        record: RecordNumber,
        /// How many persons the record has. Each costs three nodes of the tree file, so it is named and not taken as 256.
        persons: u8,
        /// The field group.
        group: u8,
    },
    /// Everything of a record under one purpose and expiry day.
    Record {
        /// What it was sealed for.
        purpose: Purpose,
        /// The expiry day it was sealed with.
        expiry: Day,
        /// The record.
        record: RecordNumber,
    },
    /// Everything under one purpose that expires on a day.
    Day {
        /// What it was sealed for.
        purpose: Purpose,
        /// The expiry day.
        expiry: Day,
    },
    /// Everything under one purpose, for good: nothing is ever sealed under it again.
    Purpose {
        /// The purpose.
        purpose: Purpose,
    },
    /// Everything: the keyring itself. Only `Keyring::destroy` writes it.
    Service,
    /// Nothing: the first line of a ledger that was begun because the one before was lost. Only `Keyring::begin_ledger` writes it.
    LedgerLost {
        /// How many lines are lost.
        lines: u64,
    },
}

impl Target {
    /// The purpose concerned; none when it is the whole service or nothing.
    pub const fn purpose(&self) -> Option<Purpose> {
        match *self {
            Self::Value { purpose, .. }
            | Self::Group { purpose, .. }
            | Self::Record { purpose, .. }
            | Self::Day { purpose, .. }
            | Self::Purpose { purpose } => Some(purpose),
            Self::Service | Self::LedgerLost { .. } => None,
        }
    }

    /// The record concerned, where it is one.
    pub const fn record(&self) -> Option<RecordNumber> {
        match *self {
            Self::Value { record, .. } | Self::Group { record, .. } | Self::Record { record, .. } => Some(record),
            Self::Day { .. } | Self::Purpose { .. } | Self::Service | Self::LedgerLost { .. } => None,
        }
    }

    /// The nodes of the purpose's tree that are to go.
    pub(crate) fn paths(&self) -> Result<Vec<Path>, SealError> {
        match *self {
            Self::Value { expiry, record, person, group, .. } => Ok(vec![Path::of_value(expiry, record, person, group)?]),
            Self::Group { expiry, record, persons, group, .. } => {
                (0..persons).map(|person| Path::of_value(expiry, record, person, group)).collect()
            }
            Self::Record { expiry, record, .. } => Ok(vec![Path::of_record(expiry, record)?]),
            Self::Day { expiry, .. } => Ok(vec![Path::of_day(expiry)?]),
            Self::Purpose { .. } => Ok(vec![Path::ROOT]),
            Self::Service => Err(SealError::Invalid("a whole service is erased by destroying its keyring")),
            Self::LedgerLost { .. } => Err(SealError::Invalid("the loss of a ledger erases nothing")),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split(' ').collect();
        let target = match *words.as_slice() {
            ["value", purpose, expiry, record, person, group] => Self::Value {
                purpose: Purpose::new(purpose).ok()?,
                expiry: expiry.parse().ok()?,
                record: RecordNumber(record.parse().ok()?),
                person: person.parse().ok()?,
                group: group.parse().ok()?,
            },
            ["group", purpose, expiry, record, persons, group] => Self::Group {
                purpose: Purpose::new(purpose).ok()?,
                expiry: expiry.parse().ok()?,
                record: RecordNumber(record.parse().ok()?),
                persons: persons.parse().ok()?,
                group: group.parse().ok()?,
            },
            ["record", purpose, expiry, record] => Self::Record {
                purpose: Purpose::new(purpose).ok()?,
                expiry: expiry.parse().ok()?,
                record: RecordNumber(record.parse().ok()?),
            },
            ["day", purpose, expiry] => Self::Day { purpose: Purpose::new(purpose).ok()?, expiry: expiry.parse().ok()? },
            ["purpose", purpose] => Self::Purpose { purpose: Purpose::new(purpose).ok()? },
            ["service"] => Self::Service,
            ["ledger-lost", lines] => Self::LedgerLost { lines: lines.parse().ok()? },
            _ => return None,
        };
        let no_place = matches!(target, Self::Service | Self::LedgerLost { .. });
        (no_place || target.paths().is_ok()).then_some(target)
    }
}

/// Reads what `Display` writes, and nothing else.
impl FromStr for Target {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let target = Self::parse(text).filter(|target| target.to_string() == text);
        target.ok_or(SealError::Invalid("not a target of an erasure"))
    }
}

/// As it stands in the ledger.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Value { purpose, expiry, record, person, group } => {
                write!(f, "value {purpose} {expiry} {} {person} {group}", record.0)
            }
            Self::Group { purpose, expiry, record, persons, group } => {
                write!(f, "group {purpose} {expiry} {} {persons} {group}", record.0)
            }
            Self::Record { purpose, expiry, record } => write!(f, "record {purpose} {expiry} {}", record.0),
            Self::Day { purpose, expiry } => write!(f, "day {purpose} {expiry}"),
            Self::Purpose { purpose } => write!(f, "purpose {purpose}"),
            Self::Service => f.write_str("service"),
            Self::LedgerLost { lines } => write!(f, "ledger-lost {lines}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_as_written_and_nothing_else_is_read() {
        for text in [
            "value matching 2020-11-01 5 1 2",
            "group matching 2020-11-01 5 6 2",
            "record matching 2020-11-01 1099511627775",
            "day matching 2020-11-01",
            "purpose matching",
            "service",
            "ledger-lost 17",
        ] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        for text in ["", "record matching 2020-11-01 1099511627776", "day Matching 2020-11-01", "day matching 1999-11-01", "service x", "ledger-lost 017", "day matching 2020-11-1", "record matching 2020-11-01 05", "value m 2020-11-01 5 256 2"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
