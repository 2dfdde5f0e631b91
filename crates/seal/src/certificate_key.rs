use std::path::Path;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};

use crate::passkey::Es256Signer;
use crate::place::TokenPlace;
use crate::token::Token;
use crate::{SealError, file, sha256};

/// A P-256 key of a certificate authority, a time-stamping authority or a person: its signatures are ECDSA with SHA-256 in DER.
pub trait CertificateKey: Send + Sync {
    /// The public point, uncompressed (SEC 1): a four and both coordinates.
    fn public_point(&self) -> [u8; 65];
    /// The signature of a message.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SealError>;
}

impl CertificateKey for Es256Signer {
    fn public_point(&self) -> [u8; 65] {
        let (x, y) = Self::public_point(self);
        uncompressed(&x, &y)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SealError> {
        self.sign_der(message)
    }
}

impl Es256Signer {
    /// Makes a key and writes its PKCS#8 file, which only its owner may read. Refuses when the file is there.
    pub fn create(path: &Path) -> Result<Self, SealError> {
        if path.exists() {
            return Err(SealError::Exists(path.to_owned()));
        }
        let signer = Self::generate()?;
        file::make_directory_of(path)?;
        file::write_whole(path, signer.to_pkcs8()?.expose())?;
        Ok(signer)
    }

    /// Reads a key's file.
    pub fn open(path: &Path) -> Result<Self, SealError> {
        let bytes = file::read(path)?.ok_or_else(|| SealError::NoSigningKey(path.to_owned()))?;
        let damaged = |_| SealError::Damaged { path: path.to_owned(), what: "it is no P-256 key in PKCS#8" };
        Self::from_pkcs8(&bytes).map_err(damaged)
    }
}

/// A P-256 key that was made in a PKCS#11 token and never leaves it.
pub struct TokenKey {
    token: Token,
    label: String,
    point: [u8; 65],
}

impl TokenKey {
    /// Makes the key. Refuses when the token has one with this label.
    pub fn create(place: TokenPlace, label: &str) -> Result<Self, SealError> {
        let token = Token::open(place)?;
        token.make_pair(label)?;
        Self::of(token, label)
    }

    /// Finds the key.
    pub fn open(place: TokenPlace, label: &str) -> Result<Self, SealError> {
        Self::of(Token::open(place)?, label)
    }

    fn of(token: Token, label: &str) -> Result<Self, SealError> {
        let point = token.public_point(label)?;
        Ok(Self { token, label: label.to_owned(), point })
    }
}

impl CertificateKey for TokenKey {
    fn public_point(&self) -> [u8; 65] {
        self.point
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SealError> {
        let numbers = self.token.sign(&self.label, &sha256(&[message]))?;
        Ok(ecdsa_der(&numbers))
    }
}

/// Whether a signature in DER is that of the message under the uncompressed point of P-256, with SHA-256.
pub fn verify_p256(point: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature).is_ok()
}

/// Whether an RSASSA-PKCS1-v1_5 signature with SHA-256 is that of the message; the numbers are big-endian, 2048 to 8192 bits.
pub fn verify_rsa(n: &[u8], e: &[u8], message: &[u8], signature: &[u8]) -> bool {
    RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
}

/// SHA-1, which OCSP (RFC 6960, 4.1.1) still names an issuer with. It protects nothing here.
pub fn sha1_name(bytes: &[u8]) -> [u8; 20] {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes);
    digest.as_ref().first_chunk().copied().unwrap_or_default()
}

fn uncompressed(x: &[u8; 32], y: &[u8; 32]) -> [u8; 65] {
    let mut point = [4; 65];
    let (_, coordinates) = point.split_at_mut(1);
    let (first, second) = coordinates.split_at_mut(32);
    first.copy_from_slice(x);
    second.copy_from_slice(y);
    point
}

/// Two numbers of 32 bytes as DER (RFC 3279, 2.2.3): a sequence of two positive integers without superfluous zeros.
fn ecdsa_der(numbers: &[u8; 64]) -> Vec<u8> {
    let (r, s) = numbers.split_at(32);
    let body = [integer(r), integer(s)].concat();
    let mut out = vec![0x30, u8::try_from(body.len()).unwrap_or(0)];
    out.extend(body);
    out
}

fn integer(number: &[u8]) -> Vec<u8> {
    let mut digits: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
    if digits.first().is_none_or(|first| *first >= 0x80) {
        digits.insert(0, 0);
    }
    let mut out = vec![0x02, u8::try_from(digits.len()).unwrap_or(0)];
    out.extend(digits);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_a_file_is_made_once_and_signs_what_its_point_verifies() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca").join("issuing.key");
        let made = Es256Signer::create(&path).unwrap();
        assert!(matches!(Es256Signer::create(&path), Err(SealError::Exists(_))));
        let found = Es256Signer::open(&path).unwrap();
        let point = CertificateKey::public_point(&found);
        let signature = made.sign(b"message").unwrap();
        assert!(verify_p256(&point, b"message", &signature));
        assert!(!verify_p256(&point, b"massage", &signature));
        let missing = Es256Signer::open(&folder.path().join("none"));
        assert!(matches!(missing, Err(SealError::NoSigningKey(_))));
    }

    #[test]
    fn numbers_become_the_shortest_positive_integers() {
        let mut numbers = [0; 64];
        numbers[31] = 1;
        numbers[32] = 0x80;
        let der = ecdsa_der(&numbers);
        assert_eq!(&der[..5], [0x30, 38, 2, 1, 1]);
        assert_eq!(&der[5..9], [2, 33, 0, 0x80]);
    }

    /// FIPS 180-4, the example "abc".
    #[test]
    fn sha1_is_the_standard_one() {
        assert_eq!(kernel::to_hex(&sha1_name(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }
}
