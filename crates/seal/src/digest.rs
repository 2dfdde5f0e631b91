use aws_lc_rs::{constant_time, digest};

/// SHA-256 of the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    first_32(context.finish().as_ref())
}

/// SHA-256 of what passes by, for what does not fit into memory.
#[derive(Clone)]
pub struct Sha256(digest::Context);

impl Sha256 {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    /// Takes what comes next.
    pub fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// The digest of everything taken.
    pub fn finish(self) -> [u8; 32] {
        first_32(self.0.finish().as_ref())
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether two byte strings are equal, in a time that does not depend on where they differ.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// The first 32 bytes of what a primitive with an output of at least that size returned.
pub fn first_32(bytes: &[u8]) -> [u8; 32] {
    bytes.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use kernel::to_hex;

    use super::*;

    /// FIPS 180-4, the example "abc".
    #[test]
    fn sha256_is_the_standard_one() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(to_hex(&sha256(&[b"a", b"", b"bc"])), expected);
        let mut passing = Sha256::new();
        passing.update(b"ab");
        passing.update(b"c");
        assert_eq!(to_hex(&passing.finish()), expected);
    }

    #[test]
    fn equal_means_equal() {
        assert!(constant_time_eq(b"abc", b"abc"));
        assert!(!constant_time_eq(b"abc", b"abd"));
        assert!(!constant_time_eq(b"abc", b"ab"));
    }
}
