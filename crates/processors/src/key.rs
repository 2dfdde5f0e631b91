//! The key of a lease: one record of the purpose `leases` in the platform's keyring. When that record is erased, nothing
//! that was sealed for the lease opens any more: not the secret that its look-ups need, not the packages kept for it.

use journal::Committed;
use kernel::Day;
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot, Target, sha256};

use crate::{Lease, canary, contact};

pub(crate) const PURPOSE: &str = "leases";
const SCHEMA: u16 = 1;

/// Adds this crate's purposes to the platform's keys. Call it when the platform opens.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(PURPOSE)?)?;
    keys.add_purpose(&Purpose::new(contact::PURPOSE)?)?;
    keys.add_purpose(&canary::purpose()?)
}

/// The key of a new lease.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub(crate) number: u64,
    pub(crate) expiry: Day,
    pub(crate) sealed: Sealed,
    secret: [u8; 32],
}

impl NewKey {
    /// Makes the key of a lease that ends on this day. Heavy work: call it before the transaction.
    pub fn make(keys: &Keyring, random: &dyn kernel::Random, until: Day) -> Result<Self, SealError> {
        Self::of(keys, random.bytes32(), until)
    }

    /// The key of a lease that goes on with the secret of another, for the same list.
    pub(crate) fn of(keys: &Keyring, secret: [u8; 32], until: Day) -> Result<Self, SealError> {
        let number = keys.next_record()?;
        let sealed = keys.seal(&slot(number.0, 0, until)?, &secret)?;
        Ok(Self { number: number.0, expiry: until, sealed, secret })
    }

    /// How the records of a list are recognised under this lease, and under no other.
    pub(crate) fn handles(&self, references: &[String]) -> Vec<[u8; 32]> {
        references.iter().map(|reference| handle(&self.secret, reference)).collect()
    }
}

impl Lease {
    /// What has to be erased when it ends, for `Keyring::erase`: its record, under its last day and under every earlier one
    /// from before an extension.
    pub fn keys(&self) -> Result<Vec<Target>, SealError> {
        let (purpose, record) = (Purpose::new(PURPOSE)?, RecordNumber(self.number));
        let days = self.earlier_expiries.iter().copied().chain([self.key_expiry]);
        Ok(days.map(|expiry| Target::Record { purpose, expiry, record }).collect())
    }

    /// Seals a package for as long as the lease lives.
    pub(crate) fn seal_package(&self, keys: &Keyring, place: u8, package: &[u8]) -> Result<Sealed, SealError> {
        keys.seal(&slot(self.number, place.saturating_add(1), self.key_expiry)?, package)
    }

    pub(crate) fn open_secret(
        &self,
        committed: &Committed,
        keys: &Keyring,
        sealed: &Sealed,
    ) -> Result<[u8; 32], SealError> {
        let bytes = committed.open(keys, &slot(self.number, 0, self.key_expiry)?, sealed)?;
        bytes.expose().as_slice().try_into().map_err(|_| SealError::Broken)
    }

    /// The secret sealed anew, for another last day.
    pub(crate) fn reseal(&self, keys: &Keyring, secret: &[u8; 32], until: Day) -> Result<Sealed, SealError> {
        keys.seal(&slot(self.number, 0, until)?, secret)
    }
}

/// A record of a list, recognised only by who holds the lease's secret: both parts have a fixed place.
pub(crate) fn handle(secret: &[u8; 32], reference: &str) -> [u8; 32] {
    sha256(&[b"lionrock lease handle\0", secret, folded(reference).as_bytes()])
}

/// A reference without the spaces and hyphens that people write into it.
pub(crate) fn folded(reference: &str) -> String {
    reference.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

pub(crate) fn claimed_slot(sealed: &Sealed) -> Result<Slot, SealError> {
    sealed.claimed_slot(Purpose::new(PURPOSE)?)
}

fn slot(number: u64, group: u8, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(PURPOSE)?, record: RecordNumber(number), person: 0, group, schema: SCHEMA, expiry })
}
