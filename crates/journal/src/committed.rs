use kernel::{Instant, Secret};
use seal::{AfterCommit, Keyring, OneTimeKey, SealError, Sealed, Slot};

use crate::EventProof;

/// Proof that a unit of work, and with it everything it noted, is durable.
///
/// There is no public constructor: a value of this type means that COMMIT has returned.
#[derive(Debug)]
pub struct Committed {
    at: Instant,
    events: Vec<EventProof>,
    after: AfterCommit,
}

impl Committed {
    pub(crate) fn mint(at: Instant, events: Vec<EventProof>) -> Self {
        Self { at, events, after: AfterCommit::vouched_by_journal() }
    }

    /// The moment of the unit of work.
    pub const fn at(&self) -> Instant {
        self.at
    }

    /// What it noted.
    pub fn events(&self) -> &[EventProof] {
        &self.events
    }

    /// Opens a sealed value, now that the opening is on record. A unit of work that noted nothing opens nothing.
    pub fn open(&self, keys: &Keyring, slot: &Slot, sealed: &Sealed) -> Result<Secret<Vec<u8>>, SealError> {
        if self.events.is_empty() {
            return Err(SealError::Invalid("nothing was journaled before this opening"));
        }
        // What expired before this unit of work began is dropped now, whichever thread was late at midnight.
        keys.midnight(self.at.day())?;
        keys.open_sealed(slot, sealed, &self.after)
    }

    /// Opens what somebody sealed to the public key of a slot ([`Keyring::receiving_key`]), now that the opening is on record.
    /// `about` is what the sealing was bound to: HPKE's `info` and additional data.
    pub fn open_received(
        &self,
        keys: &Keyring,
        slot: &Slot,
        about: (&[u8], &[u8]),
        sealed: &[u8],
    ) -> Result<Secret<Vec<u8>>, SealError> {
        if self.events.is_empty() {
            return Err(SealError::Invalid("nothing was journaled before this opening"));
        }
        keys.midnight(self.at.day())?;
        keys.open_received(slot, about, sealed, &self.after)
    }

    /// Opens what a key that lives only in memory sealed, now that the opening is on record.
    pub fn open_one_time(&self, key: &OneTimeKey, label: &str, sealed: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        if self.events.is_empty() {
            return Err(SealError::Invalid("nothing was journaled before this opening"));
        }
        key.open(label, sealed, &self.after)
    }
}
