use kernel::Day;

use crate::path::{Path, day_offset};
use crate::{Purpose, SealError};

/// The number of a record in one service, below 2^40; handed out by the keyring and never twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordNumber(pub u64);

impl RecordNumber {
    /// The first number that does not exist.
    pub(crate) const LIMIT: u64 = 1 << 40;
}

/// Where a sealed value lives. All of it is additional data: a value moved to another slot does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What the value may be used for.
    pub purpose: Purpose,
    /// The record (household, officer, …).
    pub record: RecordNumber,
    /// The person in the record; 0 is the main one. Below 7 is cheapest.
    pub person: u8,
    /// The field group, as the caller numbers them. Below 7 is cheapest.
    pub group: u8,
    /// The version of the layout of the plaintext.
    pub schema: u16,
    /// The last day on which the value can be opened.
    pub expiry: Day,
}

/// The part of a slot that stands, authenticated, at the head of the sealed bytes.
pub(crate) const HEADER_LEN: usize = 12;
/// Version of the layout of sealed bytes.
pub(crate) const FORMAT: u8 = 1;

impl Slot {
    pub(crate) fn path(&self) -> Result<Path, SealError> {
        Path::of_value(self.expiry, self.record, self.person, self.group)
    }

    pub(crate) fn header(&self) -> Result<[u8; HEADER_LEN], SealError> {
        let [_, _, _, r0, r1, r2, r3, r4] = self.record.0.to_be_bytes();
        let [s0, s1] = self.schema.to_be_bytes();
        let [d0, d1] = day_offset(self.expiry)?.to_be_bytes();
        Ok([FORMAT, r0, r1, r2, r3, r4, self.person, self.group, s0, s1, d0, d1])
    }

    /// Service, purpose and header, each with its length before it, so that no two slots share their additional data.
    pub(crate) fn additional_data(&self, service: &str) -> Result<Vec<u8>, SealError> {
        let mut out = Vec::with_capacity(128);
        for part in [service.as_bytes(), self.purpose.as_str().as_bytes(), &self.header()?] {
            out.push(u8::try_from(part.len()).map_err(|_| SealError::Invalid("a service's name is at most 255 bytes"))?);
            out.extend_from_slice(part);
        }
        Ok(out)
    }
}
