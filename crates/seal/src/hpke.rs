//! Hybrid public key encryption, RFC 9180, base mode, one message a context: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
//! AES-256-GCM. What a browser seals with it, by nothing but WebCrypto, only the holder of the private key opens: not the
//! browser, not the phone it runs on. No library is asked for it, because the receiving side is these few lines over
//! primitives that are here already; the tests hold it to the RFC's vectors and to two other implementations.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use kernel::Random;
use zeroize::Zeroizing;

use crate::SealError;
use crate::digest::first_32;

/// Length of a public key and of an encapsulated one: an uncompressed point.
pub const POINT_LEN: usize = 65;
const NONCE_LEN: usize = 12;
const VERSION: &[u8] = b"HPKE-v1";
/// "KEM" and DHKEM(P-256, HKDF-SHA256), RFC 9180 section 7.1.
const KEM: &[u8] = b"KEM\x00\x10";
/// RFC 5869: a salt that is not given is a string of zeros.
const NO_SALT: [u8; 32] = [0; 32];

type Key32 = Zeroizing<[u8; 32]>;

/// One cipher of section 7.3, with HKDF-SHA256 and the one key encapsulation.
struct Suite {
    id: &'static [u8],
    cipher: &'static Algorithm,
}

const SUITE: Suite = Suite { id: b"HPKE\x00\x10\x00\x01\x00\x02", cipher: &AES_256_GCM };

/// Seals one message to a public key, as the script of a page does it. Returns the encapsulated key and, behind it, the
/// ciphertext. In this program nobody but tests and what stands in for a phone needs it.
pub fn seal_to(public: &[u8; POINT_LEN], info: &[u8], aad: &[u8], plaintext: &[u8], random: &dyn Random) -> Result<Vec<u8>, SealError> {
    let mut ikm = Zeroizing::new([0; 32]);
    random.fill(ikm.as_mut());
    Receiver::derive(ikm.as_ref())?.seal_to(&SUITE, public, info, aad, plaintext)
}

/// The holder of a private key.
pub struct Receiver {
    private: PrivateKey,
    public: [u8; POINT_LEN],
}

impl Receiver {
    /// `DeriveKeyPair` of section 7.1.3: the same key for the same input, which must be secret and uniform.
    pub fn derive(ikm: &[u8]) -> Result<Self, SealError> {
        let prk = extract(KEM, &NO_SALT, b"dkp_prk", ikm);
        // One candidate in 2^32 is no scalar; the RFC gives up after 256.
        let found = (0..=u8::MAX).find_map(|counter| Self::of_scalar(&*expand(KEM, &prk, b"candidate", &[&[counter]], 32)).ok());
        found.ok_or(SealError::Library("P-256 key"))
    }

    fn of_scalar(scalar: &[u8]) -> Result<Self, SealError> {
        let refused = || SealError::Library("P-256 key");
        let private = PrivateKey::from_private_key(&ECDH_P256, scalar).map_err(|_| refused())?;
        let point = private.compute_public_key().map_err(|_| refused())?;
        let public = point.as_ref().try_into().map_err(|_| refused())?;
        Ok(Self { private, public })
    }

    /// The public key, to be printed where others seal.
    pub const fn public(&self) -> &[u8; POINT_LEN] {
        &self.public
    }

    /// Opens what was sealed to this key with the same `info` and `aad`.
    pub fn open(&self, info: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.open_with(&SUITE, info, aad, sealed)
    }

    fn open_with(&self, suite: &Suite, info: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (enc, body) = sealed.split_first_chunk::<POINT_LEN>().ok_or(SealError::Broken)?;
        let shared = self.shared(enc, &[enc, &self.public])?;
        let (key, nonce) = schedule(suite, &shared, info)?;
        let mut body = Zeroizing::new(body.to_vec());
        let len = key.open_in_place(nonce, Aad::from(aad), &mut body).map_err(|_| SealError::Broken)?.len();
        body.truncate(len);
        Ok(body)
    }

    fn seal_to(
        &self,
        suite: &Suite,
        public: &[u8; POINT_LEN],
        info: &[u8],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let shared = self.shared(public, &[&self.public, public])?;
        let (key, nonce) = schedule(suite, &shared, info)?;
        let mut body = plaintext.to_vec();
        key.seal_in_place_append_tag(nonce, Aad::from(aad), &mut body).map_err(|_| SealError::Library("AES-256-GCM seal"))?;
        Ok([self.public.as_slice(), &body].concat())
    }

    /// Section 4.1: the secret of both sides, bound to both keys. A point that is not on the curve is refused.
    fn shared(&self, other: &[u8; POINT_LEN], context: &[&[u8]]) -> Result<Key32, SealError> {
        // RFC 9180 knows one form of a point only.
        if !matches!(other, [4, ..]) {
            return Err(SealError::Broken);
        }
        let other = UnparsedPublicKey::new(&ECDH_P256, other.as_slice());
        let dh = agree(&self.private, other, SealError::Broken, |dh| Ok::<_, SealError>(Zeroizing::new(dh.to_vec())))?;
        let prk = extract(KEM, &NO_SALT, b"eae_prk", &dh);
        Ok(expand(KEM, &prk, b"shared_secret", context, 32))
    }
}

/// Section 5.1 in base mode: no key agreed before, so the texts about it are empty. One message a context, so its nonce is
/// the first.
fn schedule(suite: &Suite, shared: &Key32, info: &[u8]) -> Result<(LessSafeKey, Nonce), SealError> {
    let about_psk = extract(suite.id, &NO_SALT, b"psk_id_hash", b"");
    let about = extract(suite.id, &NO_SALT, b"info_hash", info);
    let context: [&[u8]; 3] = [&[0], about_psk.as_ref(), about.as_ref()];
    let secret = extract(suite.id, shared, b"secret", b"");
    let length = suite.cipher.key_len();
    let key = expand(suite.id, &secret, b"key", &context, length);
    let refused = || SealError::Library("AES-GCM key");
    let key = UnboundKey::new(suite.cipher, key.get(..length).ok_or_else(refused)?).map_err(|_| refused())?;
    let nonce = expand(suite.id, &secret, b"base_nonce", &context, NONCE_LEN);
    let nonce = nonce.first_chunk::<NONCE_LEN>().ok_or_else(refused)?;
    Ok((LessSafeKey::new(key), Nonce::assume_unique_for_key(*nonce)))
}

/// `LabeledExtract` of section 4.
fn extract(suite: &[u8], salt: &[u8; 32], label: &[u8], ikm: &[u8]) -> Key32 {
    keyed(salt, &[VERSION, suite, label, ikm])
}

/// `LabeledExpand` of section 4, for at most 32 bytes, which are one block of HKDF-Expand. What stands behind the length
/// asked for is zero.
fn expand(suite: &[u8], prk: &Key32, label: &[u8], info: &[&[u8]], length: usize) -> Key32 {
    let length = u8::try_from(length.min(32)).unwrap_or(32);
    let mut parts: Vec<&[u8]> = Vec::with_capacity(8);
    let counted = [0, length];
    parts.extend([&counted, VERSION, suite, label]);
    parts.extend(info);
    parts.push(&[1]);
    let mut out = keyed(prk, &parts);
    out.iter_mut().skip(usize::from(length)).for_each(|byte| *byte = 0);
    out
}

fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> Key32 {
    let mut context = hmac::Context::with_key(&hmac::Key::new(HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    Zeroizing::new(first_32(context.sign().as_ref()))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::aead::AES_128_GCM;
    use kernel::{from_hex, to_hex};

    use super::*;
    use crate::seeded::Seeded;

    const INFO: &str = "4f6465206f6e2061204772656369616e2055726e";
    const PLAIN: &str = "4265617574792069732074727574682c20747275746820626561757479";
    const AAD: &str = "436f756e742d30";
    const IKM_R: &str = "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550";
    const IKM_E: &str = "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e";
    const PK_R: &str = "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a82\
                        6a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0";
    const ENC: &str = "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9\
                       8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4";
    const AES_128: Suite = Suite { id: b"HPKE\x00\x10\x00\x01\x00\x01", cipher: &AES_128_GCM };

    fn bytes(hex: &str) -> Vec<u8> {
        from_hex(hex).unwrap()
    }

    fn rfc_receiver() -> Receiver {
        Receiver::derive(&bytes(IKM_R)).unwrap()
    }

    fn both_ways(suite: &Suite, ciphertext: &str) {
        let (receiver, sender) = (rfc_receiver(), Receiver::derive(&bytes(IKM_E)).unwrap());
        let sealed = sender.seal_to(suite, receiver.public(), &bytes(INFO), &bytes(AAD), &bytes(PLAIN)).unwrap();
        assert_eq!(to_hex(&sealed), format!("{ENC}{ciphertext}"));
        assert_eq!(to_hex(&receiver.open_with(suite, &bytes(INFO), &bytes(AAD), &sealed).unwrap()), PLAIN);
    }

    /// RFC 9180 appendix A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, the first encryption. The RFC prints no
    /// vector with AES-256-GCM; everything but key length and number of the cipher is the same.
    #[test]
    fn keys_and_a_message_are_those_of_the_rfc() {
        assert_eq!(to_hex(rfc_receiver().public()), PK_R);
        let scalar = Receiver::of_scalar(&bytes("f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2")).unwrap();
        assert_eq!(scalar.public(), rfc_receiver().public());
        both_ways(&AES_128, "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434");
    }

    /// The same keys with our cipher; computed by another implementation (pyhpke 0.6.5).
    #[test]
    fn with_aes_256_it_agrees_with_another_implementation() {
        both_ways(&SUITE, "518c46e6810fbc55362f7d5995b0f54339d93664ca44e5c74d0f289c4f7983b4781b193de04ad3319f177244de");
    }

    /// Sealed to the RFC's key, under a key of chance and without additional data, by a third one (pyca/cryptography 50.0.2).
    #[test]
    fn what_a_third_implementation_sealed_opens() {
        let sealed = "04ce7b94b3cd7a91c6ce4db1031b0a5aa77322f8e3b30a854273be497a840a6c55705f54008823acf370587a9a0e9b8908\
                      6c65980e9c79cf89ea5501f3329a44007db83296962aa76d4b1f1098d05adc8c47a9507582961653b47ac17816cc632675fb\
                      3a4b966f3354c16373163b";
        assert_eq!(to_hex(&rfc_receiver().open(&bytes(INFO), b"", &bytes(sealed)).unwrap()), PLAIN);
    }

    #[test]
    fn whatever_is_changed_it_does_not_open() {
        let random = Seeded::new(9);
        let receiver = rfc_receiver();
        let sealed = seal_to(receiver.public(), b"here", b"this", b"Chan Tai Man", &random).unwrap();
        assert_eq!(receiver.open(b"here", b"this", &sealed).unwrap().as_slice(), b"Chan Tai Man");
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(receiver.open(b"here", b"this", &altered).is_err(), "byte {at}");
        }
        for len in 0..sealed.len() {
            assert!(receiver.open(b"here", b"this", &sealed[..len]).is_err(), "cut at {len}");
        }
        assert!(receiver.open(b"there", b"this", &sealed).is_err());
        assert!(receiver.open(b"here", b"that", &sealed).is_err());
        let other = Receiver::derive(&[7; 32]).unwrap();
        assert!(other.open(b"here", b"this", &sealed).is_err());
        let twice = seal_to(receiver.public(), b"here", b"this", b"Chan Tai Man", &random).unwrap();
        assert_ne!(sealed[POINT_LEN..], twice[POINT_LEN..], "a key of its own for each message");
    }
}
