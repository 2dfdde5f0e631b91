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
}

impl Keyring {
    /// The blind index value of `input`: the same for the same index and input, and nothing to whoever lacks the key.
    /// Only for inputs that nobody can enumerate (identity number and date of birth together).
    pub fn blind(&self, index: &str, input: &[u8]) -> Result<[u8; 32], SealError> {
        Ok(mac(&self.read()?.macs.index, b'b', index, input))
    }

    /// A keyed function for references, tickets, codes and form tokens; a label for each use. A destroyed keyring
    /// answers with noise: nothing made before agrees with it.
    pub fn prf(&self, label: &str, input: &[u8]) -> [u8; 32] {
        mac(&self.read_anyway().macs.prf, b'p', label, input)
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
