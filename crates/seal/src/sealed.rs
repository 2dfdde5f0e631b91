use crate::path::day_at;
use crate::slot::{FORMAT, HEADER_LEN};
use crate::{Purpose, RecordNumber, SealError, Slot};

/// A sealed value: header (format, record, person, group, schema, expiry day), nonce, ciphertext, tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Bytes as they were stored; whether they are anything shows when they are opened.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes to store.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The slot the header claims, for `purpose`. Only opening the value shows whether the claim is true.
    pub fn claimed_slot(&self, purpose: Purpose) -> Result<Slot, SealError> {
        let (header, _) = self.parts()?;
        let &[FORMAT, r0, r1, r2, r3, r4, person, group, s0, s1, d0, d1] = header else {
            return Err(SealError::Broken);
        };
        let record = RecordNumber(u64::from_be_bytes([0, 0, 0, r0, r1, r2, r3, r4]));
        let expiry = day_at(u16::from_be_bytes([d0, d1]));
        Ok(Slot { purpose, record, person, group, schema: u16::from_be_bytes([s0, s1]), expiry })
    }

    /// The header and what follows it.
    pub(crate) fn parts(&self) -> Result<(&[u8; HEADER_LEN], &[u8]), SealError> {
        self.0.split_first_chunk().ok_or(SealError::Broken)
    }
}
