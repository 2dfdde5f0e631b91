use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::Reason;

/// A public key in the form `name+hash+base64`, as C2SP `signed-note` writes it.
#[derive(Clone, Debug)]
pub struct Key {
    /// The name that stands in signature lines.
    pub name: String,
    pub(crate) hash: [u8; 4],
    public: VerifyingKey,
}

const ED25519: u8 = 1;

impl Key {
    /// Reads a key; nothing when it is malformed or its hash is not its own.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.trim().split_once('+')?;
        let (hash, key) = rest.split_once('+')?;
        let key = STANDARD.decode(key).ok()?;
        let (&[ED25519], public) = key.split_first_chunk()? else { return None };
        let digest: [u8; 32] = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(&key).finalize().into();
        let own = digest.first_chunk()?;
        let plain = !name.is_empty() && !name.contains(char::is_whitespace);
        if !plain || hash != hex(own) {
            return None;
        }
        let public = VerifyingKey::from_bytes(public.try_into().ok()?).ok()?;
        Some(Self { name: name.to_owned(), hash: *own, public })
    }

    pub(crate) fn check(&self, message: &[u8], signature: &[u8]) -> Result<(), Reason> {
        let signature = Signature::from_slice(signature).map_err(|_| Reason::Signature)?;
        self.public.verify_strict(message, &signature).map_err(|_| Reason::Signature)
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
}
