use std::fmt;
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
        let bytes = file::read(path)?.ok_or_else(|| SealError::NoSigningKey(path.to_owned()))?;
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

impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ed25519Signer").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Whether a signature is that of the message under the public key.
pub fn verify_ed25519(public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use kernel::from_hex;

    use super::*;

    /// RFC 8032 section 7.1, tests 1 and 3.
    #[test]
    fn ed25519_is_the_standard_one() {
        let vectors = [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
        ];
        for (seed, public, message, signature) in vectors {
            let (seed, message) = (from_hex(seed).unwrap(), from_hex(message).unwrap());
            let signer = Ed25519Signer::named("test", Ed25519KeyPair::from_seed_unchecked(&seed).unwrap()).unwrap();
            assert_eq!(signer.public_key().to_vec(), from_hex(public).unwrap());
            assert_eq!(signer.sign(&message).to_vec(), from_hex(signature).unwrap());
            assert!(verify_ed25519(&signer.public_key(), &message, &signer.sign(&message)));
            assert!(!verify_ed25519(&signer.public_key(), b"other", &signer.sign(&message)));
        }
    }

    /// The example key of golang.org/x/mod/sumdb/note: PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW.
    #[test]
    fn the_short_id_is_that_of_signed_notes() {
        struct Example;
        impl Signer for Example {
            fn key_name(&self) -> &'static str {
                "PeterNeumann"
            }
            fn public_key(&self) -> [u8; 32] {
                let key = "1a5cd907143c384c41e830c5bce12aa8817ec5649aaabf2c31388b35b2d744d6";
                from_hex(key).unwrap().try_into().unwrap()
            }
            fn sign(&self, _: &[u8]) -> [u8; 64] {
                [0; 64]
            }
        }
        assert_eq!(kernel::to_hex(&Example.key_hash()), "c74f20a3");
    }
}
