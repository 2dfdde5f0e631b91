//! Chance for tests: the same seed, the same run. A failing test prints its seed.

use std::sync::Mutex;

use kernel::Random;

use crate::OsRandom;
use crate::digest::sha256;

pub struct Seeded {
    pub seed: u64,
    counter: Mutex<u64>,
}

impl Seeded {
    pub const fn new(seed: u64) -> Self {
        Self { seed, counter: Mutex::new(0) }
    }

    /// A new seed for each run.
    pub fn fresh() -> Self {
        Self::new(OsRandom.below(u64::MAX))
    }
}

impl Random for Seeded {
    fn fill(&self, out: &mut [u8]) {
        let mut counter = self.counter.lock().unwrap();
        for chunk in out.chunks_mut(32) {
            *counter += 1;
            let block = sha256(&[&self.seed.to_be_bytes(), &counter.to_be_bytes()]);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}
