use std::path::Path;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::digest::{first_32, sha256};
use crate::{SealError, file};

/// Signs checkpoints, receipts and certificates with Ed25519.
pub trait Signer: Send + Sync {
    /// The name that stands in signed notes.
    fn key_name(&self) -> &str;
    /// The public key.
    fn public_key(&self) -> [u8; 32];
    /// The signature of a message.
    fn sign(&self, message: &[u8]) -> [u8; 64];
    /// The key's short id in signed notes (C2SP `signed-note`): SHA-256 of name, newline, algorithm 1, public key.
    fn key_hash(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = sha256(&[self.key_name().as_bytes(), b"\n\x01", &self.public_key()]);
        [a, b, c, d]
    }
}

/// An Ed25519 key in a PKCS#8 file that only its owner may read.
pub struct Ed25519Signer {
    name: String,
    pair: Ed25519KeyPair,
}

impl Ed25519Signer {
    /// Makes a key and writes its file. Refuses when the file is there.
    pub fn create(path: &Path, name: &str) -> Result<Self, SealError> {
        if path.exists() {
            return Err(SealError::Exists(path.to_owned()));
        }
        let pair = Ed25519KeyPair::generate().map_err(|_| SealError::Library("Ed25519 key"))?;
        let document = pair.to_pkcs8v1().map_err(|_| SealError::Library("Ed25519 PKCS#8"))?;
        file::make_directory_of(path)?;
        file::write_whole(path, document.as_ref())?;
        Self::named(name, pair)
    }

    /// Reads a key's file.
    pub fn open(path: &Path, name: &str) -> Result<Self, SealError> {
        let bytes = file::read(path)?.ok_or_else(|| SealError::NoRoot(path.to_owned()))?;
        let pair = Ed25519KeyPair::from_pkcs8(&bytes);
        let damaged = |_| SealError::Damaged { path: path.to_owned(), what: "it is no Ed25519 key in PKCS#8" };
        Self::named(name, pair.map_err(damaged)?)
    }

    fn named(name: &str, pair: Ed25519KeyPair) -> Result<Self, SealError> {
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
            return Err(SealError::Invalid("a signing key's name has no spaces and no plus signs"));
        }
        Ok(Self { name: name.to_owned(), pair })
    }
}

impl Signer for Ed25519Signer {
    fn key_name(&self) -> &str {
        &self.name
    }

    fn public_key(&self) -> [u8; 32] {
        first_32(self.pair.public_key().as_ref())
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.pair.sign(message).as_ref().first_chunk().copied().unwrap_or([0; 64])
    }
}

/// Whether a signature is that of the message under the public key.
pub fn verify_ed25519(public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}
