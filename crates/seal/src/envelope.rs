use aws_lc_rs::hmac::{self, HMAC_SHA256};
use kernel::Secret;

use crate::digest::first_32;
use crate::node::Node;
use crate::{Keyring, SealError, aead};

/// The keyed functions of a service that are no key tree.
pub struct Macs {
    index: hmac::Key,
    prf: hmac::Key,
}

impl Macs {
    pub fn new(index: &Node, prf: &Node) -> Self {
        Self { index: hmac::Key::new(HMAC_SHA256, index.bytes()), prf: hmac::Key::new(HMAC_SHA256, prf.bytes()) }
    }

    pub fn blind(&self, index: &str, input: &[u8]) -> [u8; 32] {
        mac(&self.index, b'b', index, input)
    }

    pub fn prf(&self, label: &str, input: &[u8]) -> [u8; 32] {
        mac(&self.prf, b'p', label, input)
    }
}

impl Keyring {
    /// The blind index value of `input`: the same for the same index and input, and nothing to whoever lacks the key.
    /// Only for inputs that nobody can enumerate (identity number and date of birth together).
    pub fn blind(&self, index: &str, input: &[u8]) -> Result<[u8; 32], SealError> {
        Ok(self.read()?.macs.blind(index, input))
    }

    /// A keyed function for references, tickets, codes and form tokens; a label for each use. A destroyed keyring
    /// answers with noise: nothing made before agrees with it.
    pub fn prf(&self, label: &str, input: &[u8]) -> [u8; 32] {
        self.read_anyway().macs.prf(label, input)
    }

    /// Encrypts something short-lived that travels, such as a draft in a form. The label says what it is and, when it
    /// is to die with the day, the day.
    pub fn envelope_seal(&self, label: &str, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let key = Node::from_bytes(mac(&self.read()?.macs.prf, b'e', label, &[]));
        let mut out = Vec::with_capacity(plaintext.len() + aead::OVERHEAD);
        aead::seal_into(&mut out, key.bytes(), self.service.as_bytes(), plaintext, self.random.as_ref())?;
        Ok(out)
    }

    /// Opens what `envelope_seal` made under the same label.
    pub fn envelope_open(&self, label: &str, bytes: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        let key = Node::from_bytes(mac(&self.read()?.macs.prf, b'e', label, &[]));
        let mut plain = aead::open(key.bytes(), self.service.as_bytes(), bytes)?;
        Ok(Secret::new(std::mem::take(&mut *plain)))
    }
}

/// Use, length of the label, label, input: no two calls with different arguments hash the same bytes.
fn mac(key: &hmac::Key, use_: u8, label: &str, input: &[u8]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    context.update(&[use_]);
    context.update(&(label.len() as u64).to_be_bytes());
    context.update(label.as_bytes());
    context.update(input);
    first_32(context.sign().as_ref())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::{Day, from_hex};

    use super::*;
    use crate::seeded::Seeded;

    fn keyring(seed: u64) -> Keyring {
        Keyring::in_memory("cumask", Day::from_number(18_388), Arc::new(Seeded::new(seed)))
    }

    /// RFC 4231, test case 2.
    #[test]
    fn hmac_is_the_standard_one() {
        let key = hmac::Key::new(HMAC_SHA256, b"Jefe");
        let tag = hmac::sign(&key, b"what do ya want for nothing?");
        let expected = from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").unwrap();
        assert_eq!(tag.as_ref(), expected);
    }

    #[test]
    fn label_index_and_keyring_all_matter() {
        let (one, two) = (keyring(1), keyring(2));
        let blind = one.blind("person", b"Q1234567").unwrap();
        assert_eq!(blind, one.blind("person", b"Q1234567").unwrap());
        assert_ne!(blind, one.blind("person", b"Q1234568").unwrap());
        assert_ne!(blind, one.blind("perso", b"nQ1234567").unwrap());
        assert_ne!(blind, two.blind("person", b"Q1234567").unwrap());
        assert_ne!(blind, one.prf("person", b"Q1234567"));
    }

    #[test]
    fn an_envelope_opens_under_its_label_and_whole_only() {
        let keys = keyring(3);
        let bytes = keys.envelope_seal("draft 2020-05-06", b"typed so far").unwrap();
        assert_eq!(keys.envelope_open("draft 2020-05-06", &bytes).unwrap().expose(), b"typed so far");
        assert!(keys.envelope_open("draft 2020-05-07", &bytes).is_err());
        assert!(aead::open(&keys.prf("draft 2020-05-06", b""), b"cumask", &bytes).is_err(), "a reference is no envelope key");
        assert!(keyring(4).envelope_open("draft 2020-05-06", &bytes).is_err());
        for (at, bit) in (0..bytes.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut altered = bytes.clone();
            altered[at] ^= 1 << bit;
            assert!(keys.envelope_open("draft 2020-05-06", &altered).is_err(), "byte {at} bit {bit}");
        }
        for len in 0..bytes.len() {
            assert!(keys.envelope_open("draft 2020-05-06", &bytes[..len]).is_err());
        }
    }
}
