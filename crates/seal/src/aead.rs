//! One way to encrypt, for values, envelopes and key files alike.
//!
//! 24 random bytes stand before the ciphertext: twelve choose the key (HKDF-Expand of the given secret, RFC 5869
//! section 3.3: the secret is uniform, so nothing is to be extracted), twelve are the nonce of AES-256-GCM. So a key
//! seals one version once, and no number of versions brings a nonce back (the idea of C2SP's XAES-256-GCM).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk};
use kernel::Random;
use zeroize::Zeroizing;

use crate::SealError;

const CHOICE_LEN: usize = 12;
const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
/// By how much a ciphertext is longer than its plaintext.
pub const OVERHEAD: usize = CHOICE_LEN + NONCE_LEN + TAG_LEN;
const LABEL: &[u8] = b"lionrock aead v1";

/// What stands before a ciphertext; public, but never used twice.
pub type Seed = [u8; CHOICE_LEN + NONCE_LEN];

/// Appends a new seed, ciphertext and tag to `out`.
pub fn seal_into(out: &mut Vec<u8>, secret: &[u8; 32], aad: &[u8], plaintext: &[u8], random: &dyn Random) -> Result<(), SealError> {
    let mut seed = Seed::default();
    random.fill(&mut seed);
    seal_with(out, secret, &seed, aad, plaintext)
}

/// Appends a seed, which the caller vouches to be fresh, ciphertext and tag to `out`.
pub fn seal_with(out: &mut Vec<u8>, secret: &[u8; 32], seed: &Seed, aad: &[u8], plaintext: &[u8]) -> Result<(), SealError> {
    let (choice, nonce) = split(seed)?;
    out.extend_from_slice(seed);
    let start = out.len();
    out.extend_from_slice(plaintext);
    let (_, body) = out.split_at_mut(start);
    let tag = key(secret, choice)?
        .seal_in_place_separate_tag(nonce, Aad::from(aad), body)
        .map_err(|_| SealError::Library("AES-256-GCM seal"))?;
    out.extend_from_slice(tag.as_ref());
    Ok(())
}

/// Opens what `seal_into` appended.
pub fn open(secret: &[u8; 32], aad: &[u8], bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (choice, nonce) = split(bytes)?;
    let mut body = Zeroizing::new(bytes.get(CHOICE_LEN + NONCE_LEN..).ok_or(SealError::Broken)?.to_vec());
    let opened = key(secret, choice)?.open_in_place(nonce, Aad::from(aad), &mut body);
    let len = opened.map_err(|_| SealError::Broken)?.len();
    body.truncate(len);
    Ok(body)
}

fn split(bytes: &[u8]) -> Result<(&[u8; CHOICE_LEN], Nonce), SealError> {
    let (choice, rest) = bytes.split_first_chunk().ok_or(SealError::Broken)?;
    let nonce = rest.first_chunk::<NONCE_LEN>().ok_or(SealError::Broken)?;
    Ok((choice, Nonce::assume_unique_for_key(*nonce)))
}

fn key(secret: &[u8; 32], choice: &[u8; CHOICE_LEN]) -> Result<LessSafeKey, SealError> {
    let bytes = derived(secret, choice)?;
    let key = UnboundKey::new(&AES_256_GCM, bytes.as_ref()).map_err(|_| SealError::Library("AES-256-GCM key"))?;
    Ok(LessSafeKey::new(key))
}

/// The AES key that a secret and the first half of a seed give.
pub fn derived(secret: &[u8; 32], choice: &[u8; CHOICE_LEN]) -> Result<Zeroizing<[u8; 32]>, SealError> {
    let mut bytes = Zeroizing::new([0; 32]);
    Prk::new_less_safe(HKDF_SHA256, secret)
        .expand(&[LABEL, choice], Length)
        .and_then(|okm| okm.fill(bytes.as_mut()))
        .map_err(|_| SealError::Library("HKDF-Expand"))?;
    Ok(bytes)
}

/// Of a key that HKDF gives: 32 bytes.
pub struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

#[cfg(test)]
mod tests {
    use kernel::from_hex;

    use super::*;

    fn gcm(key: &str, nonce: &str, aad: &str, plain: &str) -> Vec<u8> {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &from_hex(key).unwrap()).unwrap());
        let nonce = Nonce::try_assume_unique_for_key(&from_hex(nonce).unwrap()).unwrap();
        let mut bytes = from_hex(plain).unwrap();
        key.seal_in_place_append_tag(nonce, Aad::from(from_hex(aad).unwrap()), &mut bytes).unwrap();
        bytes
    }

    /// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 14 and 16.
    #[test]
    fn aes_gcm_is_the_standard_one() {
        let zero = gcm(&"0".repeat(64), &"0".repeat(24), "", &"0".repeat(32));
        let expected = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919";
        assert_eq!(zero, from_hex(expected).unwrap());
        let full = gcm(
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let expected = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
                        76fc6ece0f4e1768cddf8853bb2d551b";
        assert_eq!(full, from_hex(expected).unwrap());
    }

    /// RFC 5869, test case 1, from the pseudorandom key on; its first 32 bytes are our length.
    #[test]
    fn hkdf_expand_is_the_standard_one() {
        let prk = from_hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5").unwrap();
        let info = from_hex("f0f1f2f3f4f5f6f7f8f9").unwrap();
        let mut out = [0; 32];
        Prk::new_less_safe(HKDF_SHA256, &prk).expand(&[&info], Length).unwrap().fill(&mut out).unwrap();
        assert_eq!(out.to_vec(), from_hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf").unwrap());
    }

    #[test]
    fn the_same_words_never_look_the_same() {
        let random = crate::seeded::Seeded::new(5);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..100 {
            let mut out = Vec::new();
            seal_into(&mut out, &[1; 32], b"here", b"yes", &random).unwrap();
            assert_eq!(out.len(), 3 + OVERHEAD);
            assert_eq!(open(&[1; 32], b"here", &out).unwrap().as_slice(), b"yes");
            assert!(seen.insert(out[24..].to_vec()));
        }
    }
}
