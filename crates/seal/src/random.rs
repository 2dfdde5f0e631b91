use aws_lc_rs::rand;
use kernel::Random;

/// Chance from the operating system, through the library's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    #[expect(clippy::expect_used, reason = "a system without entropy must not run on: every key would be guessable")]
    fn fill(&self, out: &mut [u8]) {
        rand::fill(out).expect("the operating system gives random bytes");
    }
}
