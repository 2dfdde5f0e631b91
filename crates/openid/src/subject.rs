use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The person's name at one sector: nobody without the key can tell that two of them are one person's (OpenID Connect
/// Core 1.0, section 8.1). `keyed` is a keyed pseudo-random function of 32 bytes whose key never leaves the provider;
/// the parts are written with their lengths, so that no two pairs of sector and account give the same input.
pub fn pairwise_subject(keyed: impl FnOnce(&[u8]) -> [u8; 32], sector: &str, account: &[u8; 16]) -> String {
    let length = u32::try_from(sector.len()).unwrap_or(u32::MAX).to_be_bytes();
    let input = [b"lionrock pairwise subject v1\n".as_slice(), &length, sector.as_bytes(), account].concat();
    URL_SAFE_NO_PAD.encode(keyed(&input))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sector_and_each_account_has_its_own() {
        let of = |key: &'static [u8], sector: &str, account: [u8; 16]| pairwise_subject(|input| seal::sha256(&[key, input]), sector, &account);
        let one = of(b"k", "library.example", [1; 16]);
        assert_eq!(one, of(b"k", "library.example", [1; 16]));
        let mut moved = [1; 16];
        moved[0] = b'e';
        let others = [of(b"k", "clinic.example", [1; 16]), of(b"k", "library.example", [2; 16]), of(b"l", "library.example", [1; 16]), of(b"k", "library.exampl", moved)];
        assert!(others.iter().all(|other| *other != one));
        assert_eq!(one.len(), 43);
    }
}
