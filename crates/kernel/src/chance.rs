/// A source of random bytes: the operating system's in the product, a seeded one in tests and simulations.
pub trait Random: Send + Sync {
    /// Fills `out` with random bytes. Cannot fail: a system that has no entropy must not run.
    fn fill(&self, out: &mut [u8]);

    /// Sixteen random bytes: salts, nonces' seeds, tokens.
    fn bytes16(&self) -> [u8; 16] {
        let mut out = [0; 16];
        self.fill(&mut out);
        out
    }

    /// Thirty-two random bytes: keys.
    fn bytes32(&self) -> [u8; 32] {
        let mut out = [0; 32];
        self.fill(&mut out);
        out
    }

    /// A number below `bound` (0 when `bound` is 0), uniform by rejection.
    fn below(&self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let mut raw = [0; 8];
            self.fill(&mut raw);
            let value = u64::from_le_bytes(raw);
            if value < limit {
                return value % bound;
            }
        }
    }
}
