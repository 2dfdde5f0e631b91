use std::sync::atomic::{AtomicU64, Ordering};

use kernel::Random;

/// Bytes that follow from a seed: the same seed, the same run. Never for keys that anyone relies on.
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    state: AtomicU64,
}

impl SeededRandom {
    /// A source whose bytes follow from this seed. Printed by the test harness when the test fails.
    #[expect(clippy::print_stdout, reason = "the harness shows it only when the test fails")]
    pub fn new(seed: u64) -> Self {
        println!("seeded with {seed}");
        Self { seed, state: AtomicU64::new(seed) }
    }

    /// What it was seeded with.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
    fn next(&self) -> u64 {
        let mut z = self.state.fetch_add(GAMMA, Ordering::SeqCst).wrapping_add(GAMMA);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random for SeededRandom {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let bytes = self.next().to_le_bytes();
            chunk.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
        assert_eq!(SeededRandom::new(7).bytes32(), SeededRandom::new(7).bytes32());
        assert_ne!(SeededRandom::new(7).bytes32(), SeededRandom::new(8).bytes32());
        let random = SeededRandom::new(7);
        assert_ne!(random.bytes16(), random.bytes16());
    }

    #[test]
    fn it_agrees_with_the_published_sequence() {
        let random = SeededRandom::new(1_234_567);
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }
}
