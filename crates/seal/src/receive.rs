use aws_lc_rs::hkdf::{HKDF_SHA256, Prk};
use kernel::Secret;
use zeroize::Zeroizing;

use crate::aead::Length;
use crate::hpke::{POINT_LEN, Receiver};
use crate::{AfterCommit, Keyring, SealError, Slot};

/// Keeps the private keys apart from the keys of values that are sealed under the same leaf.
const LABEL: &[u8] = b"lionrock receiving key v1";

impl Keyring {
    /// A public key to which anybody may seal (see [`crate::hpke`]) what this keyring, and nobody else, opens. Its private key is
    /// derived from the leaf of the slot and stored nowhere, so it dies like every key here: at the end of the expiry day, by an
    /// erasure of the day, with the keyring.
    pub fn receiving_key(&self, slot: &Slot) -> Result<[u8; POINT_LEN], SealError> {
        Ok(*self.receiver(slot)?.public())
    }

    /// Opens what somebody sealed to [`Keyring::receiving_key`] of this slot, once its opening is on record.
    pub fn open_received(
        &self,
        slot: &Slot,
        (info, aad): (&[u8], &[u8]),
        sealed: &[u8],
        _proof: &AfterCommit,
    ) -> Result<Secret<Vec<u8>>, SealError> {
        let mut plain = self.receiver(slot)?.open(info, aad, sealed)?;
        Ok(Secret::new(std::mem::take(&mut *plain)))
    }

    fn receiver(&self, slot: &Slot) -> Result<Receiver, SealError> {
        let held = self.read()?;
        let (leaf, ()) = self.leaf(&held, slot, |_| ())?;
        let prk = Prk::new_less_safe(HKDF_SHA256, leaf.bytes());
        let mut ikm = Zeroizing::new([0; 32]);
        let filled = prk.expand(&[LABEL], Length).and_then(|okm| okm.fill(ikm.as_mut()));
        filled.map_err(|_| SealError::Library("HKDF expand"))?;
        Receiver::derive(ikm.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::{Day, Instant};

    use super::*;
    use crate::hpke::seal_to;
    use crate::seeded::Seeded;
    use crate::{Purpose, RecordNumber, Target};

    fn slot(day: i32) -> Slot {
        let purpose = Purpose::new("field-queue").unwrap();
        Slot { purpose, record: RecordNumber(0), person: 0, group: 0, schema: 1, expiry: Day::from_number(day) }
    }

    fn keyring(seed: u64) -> Keyring {
        let keys = Keyring::in_memory("operation", Day::from_number(18_388), Arc::new(Seeded::new(seed)));
        keys.add_purpose(&slot(0).purpose).unwrap();
        keys
    }

    fn sealed(keys: &Keyring, day: i32) -> Vec<u8> {
        let public = keys.receiving_key(&slot(day)).unwrap();
        seal_to(&public, b"operation", b"entry 1", b"Chan Tai Man", &Seeded::new(5)).unwrap()
    }

    fn open(keys: &Keyring, day: i32, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        let proof = AfterCommit::vouched_by_journal();
        keys.open_received(&slot(day), (b"operation", b"entry 1"), bytes, &proof).map(Secret::into_exposed)
    }

    #[test]
    fn what_was_sealed_opens_here_and_for_its_day_only() {
        let keys = keyring(1);
        let bytes = sealed(&keys, 18_389);
        assert_eq!(open(&keys, 18_389, &bytes).unwrap(), b"Chan Tai Man");
        assert!(matches!(open(&keys, 18_390, &bytes), Err(SealError::Broken)));
        assert!(matches!(open(&keyring(2), 18_389, &bytes), Err(SealError::Broken)), "another operation");
        assert_eq!(keys.receiving_key(&slot(18_389)).unwrap(), keys.receiving_key(&slot(18_389)).unwrap());
    }

    #[test]
    fn promise_02_the_private_key_dies_with_its_day() {
        let keys = keyring(1);
        let bytes = sealed(&keys, 18_389);
        keys.midnight(Day::from_number(18_389)).unwrap();
        assert!(open(&keys, 18_389, &bytes).is_ok(), "its last day");
        keys.midnight(Day::from_number(18_390)).unwrap();
        assert!(matches!(open(&keys, 18_389, &bytes), Err(SealError::Gone)));
        assert!(matches!(keys.receiving_key(&slot(18_389)), Err(SealError::Gone)));
    }

    #[test]
    fn promise_04_the_private_key_dies_by_an_erasure_of_its_day() {
        let keys = keyring(1);
        let bytes = sealed(&keys, 18_389);
        let target = Target::Day { purpose: slot(0).purpose, expiry: Day::from_number(18_389) };
        keys.erase(Instant::from_millis(0), &[(target, [0; 32])]).unwrap();
        assert!(matches!(open(&keys, 18_389, &bytes), Err(SealError::Gone)));
    }
}
