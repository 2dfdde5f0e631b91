/// Chance that follows from a seed: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). Fast, and never for keys.
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of one household of one seed.
    pub(super) fn of(seed: u64, household: u64) -> Self {
        let mut dice = Self(seed ^ household.wrapping_mul(0xd1b5_4a32_d192_ed03));
        dice.0 = dice.roll();
        dice
    }

    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, by the upper half of a product (Lemire 2019, without the rejection: the bias is below 2^-32).
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX) & 0xffff_ffff;
        usize::try_from(((self.roll() >> 32) * bound) >> 32).unwrap_or(0)
    }

    /// True in so many of a thousand rolls.
    pub(super) fn per_mille(&mut self, chance: usize) -> bool {
        self.below(1_000) < chance
    }

    /// The index of a weight, in proportion to it.
    pub(super) fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if rest < *weight {
                return index;
            }
            rest -= weight;
        }
        0
    }

    /// One of a list, `None` only when it is empty.
    pub(super) fn pick<'l, T>(&mut self, list: &'l [T]) -> Option<&'l T> {
        list.get(self.below(list.len()))
    }

    /// One of a list sorted by frequency: the square of a uniform number prefers its beginning.
    pub(super) fn pick_common<'l, T>(&mut self, list: &'l [T]) -> Option<&'l T> {
        let place = self.below(1 << 16) * self.below(1 << 16);
        list.get(((place >> 16) * list.len()) >> 16)
    }
}
