//! Personal data that is searched for byte by byte (promise 1), as tests want it: what cannot be read fails the test.

use std::path::Path;

pub use ::canary::{Canary, Found, Value, encodings};
use ::canary::{Canaries, Scanned};

/// Looks for canaries in every file under a directory, whatever its name.
///
/// # Panics
/// When a file cannot be read, or a canary is too short to mean anything.
#[expect(clippy::expect_used, reason = "only tests call this")]
pub fn scan_dir(directory: &Path, canaries: &[Canary]) -> Vec<Found> {
    sought(canaries).scan_dir(directory).expect("files that can be read").found
}

/// Looks for canaries in bytes; the file of each find is empty.
///
/// # Panics
/// When a canary is too short to mean anything.
pub fn scan_bytes(bytes: &[u8], canaries: &[Canary]) -> Vec<Found> {
    let mut scanned = Scanned::default();
    sought(canaries).scan_bytes(Path::new(""), bytes, &mut scanned);
    scanned.found
}

fn sought(canaries: &[Canary]) -> Canaries {
    let sought = Canaries::new(canaries.iter().cloned());
    assert!(sought.too_short().is_empty(), "{:?} are too short to be canaries", sought.too_short());
    sought
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "too short")]
    fn a_canary_that_means_nothing_fails_the_test() {
        scan_bytes(b"51230001", &[Canary::new("mobile", "5123")]);
    }
}
