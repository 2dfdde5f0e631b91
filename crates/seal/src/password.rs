use aws_lc_rs::constant_time;
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::{Random, Secret};

use crate::SealError;

const FORM: u8 = 1;
const SALT_LEN: usize = 16;
const TAG_LEN: usize = 32;
/// Argon2id with 19 MiB, two passes, one lane: the least that OWASP's Password Storage Cheat Sheet asks for (2025), and above what
/// RFC 9106 calls too little. Who wants more makes it form 2; what form 1 made is still checked.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What is kept of a password: form, salt and Argon2id's tag. It is slow on purpose (tens of milliseconds and 19 MiB), so whoever
/// calls bounds how many run at once.
#[derive(Clone, Debug)]
pub struct PasswordHash(Secret<Vec<u8>>);

impl PasswordHash {
    /// Hashes a password with a salt of its own.
    pub fn of(random: &dyn Random, password: &Secret<String>) -> Result<Self, SealError> {
        let salt = random.bytes16();
        let tag = tag(password, &salt)?;
        Ok(Self(Secret::new([&[FORM][..], &salt, &tag].concat())))
    }

    /// A hash that no password has: checking against it takes as long as any other, where there is none.
    pub fn decoy(random: &dyn Random) -> Self {
        Self(Secret::new([&[FORM][..], &random.bytes16(), &random.bytes32()].concat()))
    }

    /// Reads what [`PasswordHash::bytes`] gave.
    pub fn from_bytes(bytes: Secret<Vec<u8>>) -> Option<Self> {
        let whole = bytes.expose().len() == 1 + SALT_LEN + TAG_LEN && bytes.expose().first() == Some(&FORM);
        whole.then_some(Self(bytes))
    }

    /// Its bytes, to be sealed.
    pub const fn bytes(&self) -> &Secret<Vec<u8>> {
        &self.0
    }

    /// Whether this is the password.
    pub fn fits(&self, password: &Secret<String>) -> Result<bool, SealError> {
        let (salt, expected) = self.0.expose().split_at_checked(1 + SALT_LEN).ok_or(SealError::Broken)?;
        let salt = salt.get(1..).ok_or(SealError::Broken)?;
        Ok(constant_time::verify_slices_are_equal(expected, &tag(password, salt)?).is_ok())
    }
}

fn tag(password: &Secret<String>, salt: &[u8]) -> Result<[u8; TAG_LEN], SealError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(TAG_LEN)).map_err(|_| SealError::Broken)?;
    let mut out = [0; TAG_LEN];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(password.expose().as_bytes(), salt, &mut out).map_err(|_| SealError::Broken)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::Seeded;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_password_fits_its_own_hash_only_and_no_two_hashes_are_alike() {
        let random = Seeded::new(7);
        let (one, two) = (PasswordHash::of(&random, &secret("seven tall junks")), PasswordHash::of(&random, &secret("seven tall junks")));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_ne!(one.bytes().expose(), two.bytes().expose());
        let read = PasswordHash::from_bytes(one.bytes().clone()).unwrap();
        assert!(read.fits(&secret("seven tall junks")).unwrap());
        assert!(!read.fits(&secret("seven tall junkS")).unwrap());
        assert!(!PasswordHash::decoy(&random).fits(&secret("seven tall junks")).unwrap());
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        for bytes in [Vec::new(), vec![FORM; SALT_LEN], vec![2; 1 + SALT_LEN + TAG_LEN]] {
            assert!(PasswordHash::from_bytes(Secret::new(bytes)).is_none());
        }
    }

    /// The expected value is of `argon2id_hash_raw` of the reference library (libargon2 20171227).
    #[test]
    fn the_tag_is_that_of_the_reference_library() {
        let tag = tag(&secret("seven tall junks"), b"harbourharbour16").unwrap();
        assert_eq!(kernel::to_hex(&tag), "b15e8ba2f3e9abbd248154d3c230c926f9607e0c270fd6ae58080c106eaee538");
    }
}
