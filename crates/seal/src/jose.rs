use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaKeyPair,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use kernel::Secret;

use crate::SealError;

/// The algorithms tokens are signed with, by their names in RFC 7518 and RFC 8037. FAPI 2.0 (section 5.4.1) allows the
/// first three; `RS256` is there because OpenID Connect Discovery 1.0 (section 3) requires it of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JoseAlgorithm {
    /// ECDSA over P-256 with SHA-256, the signature as two numbers of 32 bytes.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl JoseAlgorithm {
    /// The `alg` of a header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }

    /// Reads the `alg` of a header; `none` and everything symmetric is not known. `Ed25519` is the newer name of what is written
    /// as `EdDSA` here (RFC 9864), which some clients use already.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDsa);
        }
        [Self::Es256, Self::EdDsa, Self::Ps256, Self::Rs256].into_iter().find(|known| known.name() == name)
    }
}

/// A public key that tokens are verified with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum JosePublic {
    /// A point of P-256.
    P256 {
        /// Its first coordinate.
        x: [u8; 32],
        /// Its second coordinate.
        y: [u8; 32],
    },
    /// An Ed25519 key.
    Ed25519([u8; 32]),
    /// An RSA key of 2048 to 8192 bits, both numbers big-endian without leading zeros.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The public exponent.
        e: Vec<u8>,
    },
}

impl JosePublic {
    /// Whether this key may be used with the algorithm at all.
    pub const fn takes(&self, algorithm: JoseAlgorithm) -> bool {
        matches!(
            (self, algorithm),
            (Self::P256 { .. }, JoseAlgorithm::Es256)
                | (Self::Ed25519(_), JoseAlgorithm::EdDsa)
                | (Self::Rsa { .. }, JoseAlgorithm::Ps256 | JoseAlgorithm::Rs256)
        )
    }

    /// Whether the signature is this key's over the message. A key of another kind than the algorithm's verifies nothing.
    pub fn verifies(&self, algorithm: JoseAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.takes(algorithm) {
            return false;
        }
        match self {
            Self::P256 { x, y } => {
                let point = [&[4], x.as_slice(), y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok(),
            Self::Rsa { n, e } => {
                let padding =
                    if algorithm == JoseAlgorithm::Ps256 { &RSA_PSS_2048_8192_SHA256 } else { &RSA_PKCS1_2048_8192_SHA256 };
                RsaPublicKeyComponents { n, e }.verify(padding, message, signature).is_ok()
            }
        }
    }
}

/// A private key that signs tokens.
pub struct JoseSigner {
    algorithm: JoseAlgorithm,
    pair: Pair,
}

enum Pair {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
}

impl fmt::Debug for JoseSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoseSigner({})", self.algorithm.name())
    }
}

impl JoseSigner {
    /// Makes a key; RSA keys have 2048 bits.
    pub fn generate(algorithm: JoseAlgorithm) -> Result<Self, SealError> {
        let pair = match algorithm {
            JoseAlgorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::P256),
            JoseAlgorithm::EdDsa => Ed25519KeyPair::generate().map(Pair::Ed25519),
            JoseAlgorithm::Ps256 | JoseAlgorithm::Rs256 => {
                RsaKeyPair::generate(KeySize::Rsa2048).map(Box::new).map(Pair::Rsa)
            }
        };
        Ok(Self { algorithm, pair: pair.map_err(|_| SealError::Library("signing key"))? })
    }

    /// Reads a key from PKCS#8.
    pub fn from_pkcs8(algorithm: JoseAlgorithm, bytes: &[u8]) -> Result<Self, SealError> {
        let pair = match algorithm {
            JoseAlgorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes).map(Pair::P256),
            JoseAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8(bytes).map(Pair::Ed25519),
            JoseAlgorithm::Ps256 | JoseAlgorithm::Rs256 => RsaKeyPair::from_pkcs8(bytes).map(Box::new).map(Pair::Rsa),
        };
        Ok(Self { algorithm, pair: pair.map_err(|_| SealError::Invalid("not a key of this algorithm in PKCS#8"))? })
    }

    /// The key as PKCS#8.
    pub fn to_pkcs8(&self) -> Result<Secret<Vec<u8>>, SealError> {
        let failed = |_| SealError::Library("PKCS#8");
        let bytes = match &self.pair {
            Pair::P256(pair) => pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
            Pair::Rsa(pair) => AsDer::<Pkcs8V1Der>::as_der(pair.as_ref()).map_err(failed)?.as_ref().to_vec(),
        };
        Ok(Secret::new(bytes))
    }

    /// What it signs with.
    pub const fn algorithm(&self) -> JoseAlgorithm {
        self.algorithm
    }

    /// The public half.
    pub fn public(&self) -> JosePublic {
        match &self.pair {
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                let half = |at: usize| point.get(at..at + 32).and_then(|half| half.try_into().ok()).unwrap_or([0; 32]);
                JosePublic::P256 { x: half(1), y: half(33) }
            }
            Pair::Ed25519(pair) => JosePublic::Ed25519(pair.public_key().as_ref().try_into().unwrap_or([0; 32])),
            Pair::Rsa(pair) => {
                let (n, e) = numbers(pair.public_key().as_ref()).unwrap_or_default();
                JosePublic::Rsa { n, e }
            }
        }
    }

    /// The signature of a message, as JWS carries it (RFC 7515).
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SealError> {
        let failed = |_| SealError::Library("signature of a token");
        match &self.pair {
            Pair::P256(pair) => Ok(pair.sign(&SystemRandom::new(), message).map_err(failed)?.as_ref().to_vec()),
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding = if self.algorithm == JoseAlgorithm::Ps256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &SystemRandom::new(), message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

/// Modulus and exponent of an `RSAPublicKey` in DER (RFC 8017, appendix A.1.1): a sequence of two positive integers.
fn numbers(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (sequence, _) = element(0x30, der)?;
    let (n, rest) = element(0x02, sequence)?;
    let (e, _) = element(0x02, rest)?;
    let positive = |bytes: &[u8]| bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    Some((positive(n), positive(e)))
}

/// The content of a DER element with this tag, and what follows it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        (length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)), rest)
    };
    (*found == tag).then(|| rest.split_at_checked(length))?
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [JoseAlgorithm; 4] =
        [JoseAlgorithm::Es256, JoseAlgorithm::EdDsa, JoseAlgorithm::Ps256, JoseAlgorithm::Rs256];

    #[test]
    fn what_is_signed_is_verified_by_its_own_key_and_algorithm_alone() {
        for algorithm in ALL {
            let (own, other) = (JoseSigner::generate(algorithm).unwrap(), JoseSigner::generate(algorithm).unwrap());
            let signature = own.sign(b"message").unwrap();
            assert!(own.public().verifies(algorithm, b"message", &signature), "{algorithm:?}");
            assert!(!own.public().verifies(algorithm, b"massage", &signature));
            assert!(!other.public().verifies(algorithm, b"message", &signature));
            for wrong in ALL.into_iter().filter(|wrong| *wrong != algorithm) {
                assert!(!own.public().verifies(wrong, b"message", &signature), "{algorithm:?} as {wrong:?}");
            }
            let mut flipped = signature.clone();
            flipped[7] ^= 1;
            assert!(!own.public().verifies(algorithm, b"message", &flipped));
            assert!(!own.public().verifies(algorithm, b"message", &signature[1..]));
            let again = JoseSigner::from_pkcs8(algorithm, own.to_pkcs8().unwrap().expose()).unwrap();
            assert_eq!(again.public(), own.public());
        }
    }

    #[test]
    fn the_signature_of_rfc_8037_is_made_again_and_verified() {
        let seed = kernel::from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        let head = kernel::from_hex("302e020100300506032b657004220420").unwrap();
        let signer = JoseSigner::from_pkcs8(JoseAlgorithm::EdDsa, &[head, seed].concat()).unwrap();
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let wanted = "860c98d2297f3060a33f42739672d61b53cf3adefed3d3c672f320dc021b411e9d59b8628dc351e248b88b29468e0e41855b0fb7d83bb15be902bfccb8cd0a02";
        assert_eq!(kernel::to_hex(&signer.sign(message).unwrap()), wanted);
    }

    #[test]
    fn nothing_unsigned_or_symmetric_is_an_algorithm() {
        for name in ["none", "None", "HS256", "es256", "ES384", ""] {
            assert_eq!(JoseAlgorithm::parse(name), None, "{name}");
        }
        for algorithm in ALL {
            assert_eq!(JoseAlgorithm::parse(algorithm.name()), Some(algorithm));
        }
    }
}
