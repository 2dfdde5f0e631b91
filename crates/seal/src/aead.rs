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
    let mut bytes = Zeroizing::new([0; 32]);
    Prk::new_less_safe(HKDF_SHA256, secret)
        .expand(&[LABEL, choice], Length)
        .and_then(|okm| okm.fill(bytes.as_mut()))
        .map_err(|_| SealError::Library("HKDF-Expand"))?;
    let key = UnboundKey::new(&AES_256_GCM, bytes.as_ref()).map_err(|_| SealError::Library("AES-256-GCM key"))?;
    Ok(LessSafeKey::new(key))
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}
