use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use kernel::Secret;

use crate::SealError;

/// An ES256 key (ECDSA, P-256, SHA-256): what the software passkey of simulations and demonstrations signs with.
pub struct Es256Signer {
    pair: EcdsaKeyPair,
}

impl fmt::Debug for Es256Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Es256Signer")
    }
}

impl Es256Signer {
    /// Makes a key.
    pub fn generate() -> Result<Self, SealError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING);
        Ok(Self { pair: pair.map_err(|_| SealError::Library("P-256 key"))? })
    }

    /// Reads a key from PKCS#8.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, SealError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, bytes);
        Ok(Self { pair: pair.map_err(|_| SealError::Invalid("not a P-256 key in PKCS#8"))? })
    }

    /// The key as PKCS#8.
    pub fn to_pkcs8(&self) -> Result<Secret<Vec<u8>>, SealError> {
        let document = self.pair.to_pkcs8v1().map_err(|_| SealError::Library("P-256 PKCS#8"))?;
        Ok(Secret::new(document.as_ref().to_vec()))
    }

    /// The coordinates x and y of the public point.
    pub fn public_point(&self) -> ([u8; 32], [u8; 32]) {
        let point = self.pair.public_key().as_ref();
        let coordinate = |at: usize| point.get(at..at + 32).and_then(|half| half.try_into().ok()).unwrap_or([0; 32]);
        (coordinate(1), coordinate(33))
    }

    /// The signature of a message, in DER, as WebAuthn wants it.
    pub fn sign_der(&self, message: &[u8]) -> Result<Vec<u8>, SealError> {
        let signature = self.pair.sign(&SystemRandom::new(), message);
        Ok(signature.map_err(|_| SealError::Library("ECDSA signature"))?.as_ref().to_vec())
    }
}
