//! Numbers that were reserved before a crash and, as far as anybody can know, given to nobody.

/// A restart adds at most one gap while people wait; gaps that have been passed are forgotten. Restarts beyond these many
/// add no more: their numbers are then passed over at the ordinary pace, which is slower and never unfair.
const MOST: usize = 16;

/// Numbers that the number served jumps over as soon as it reaches them, in rising order. Who does hold one of them (the
/// last moment before a crash is not on record) comes in with the jump: earlier than foreseen, and never later than
/// somebody behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gaps(Vec<[u64; 2]>);

impl Gaps {
    /// What a snapshot tells, and the numbers from `given` to before `reserved`. Whatever does not lie in rising order
    /// before `given` is dropped, so that a snapshot written by hand cannot call numbers that are to come.
    pub(crate) fn after_restart(known: &[[u64; 2]], given: u64, reserved: u64) -> Self {
        let mut gaps: Vec<[u64; 2]> = Vec::new();
        let new = [given, reserved];
        for &[from, to] in known.iter().filter(|[_, to]| *to <= given).chain([&new]) {
            let beyond = gaps.last().map_or(0, |last| last[1]);
            if from >= beyond && from < to && gaps.len() < MOST {
                gaps.push([from, to]);
            }
        }
        Self(gaps)
    }

    /// The first number that is not to be called, if there is one ahead.
    pub(crate) fn next(&self) -> Option<[u64; 2]> {
        self.0.first().copied()
    }

    /// The first gap has been passed.
    pub(crate) fn pass(&mut self) {
        if !self.0.is_empty() {
            self.0.remove(0);
        }
    }

    /// How many numbers the gaps hold.
    pub(crate) fn total(&self) -> u64 {
        between(&self.0, 0, u64::MAX)
    }

    /// For a status or a snapshot.
    pub(crate) fn to_vec(&self) -> Vec<[u64; 2]> {
        self.0.clone()
    }
}

/// How many of the numbers from `first` to before `beyond` lie in gaps.
pub(crate) fn between(gaps: &[[u64; 2]], first: u64, beyond: u64) -> u64 {
    gaps.iter().map(|[from, to]| to.min(&beyond).saturating_sub(*from.max(&first))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_adds_the_numbers_that_nobody_holds() {
        assert_eq!(Gaps::after_restart(&[], 10, 74), Gaps(vec![[10, 74]]));
        assert_eq!(Gaps::after_restart(&[[10, 74]], 80, 144), Gaps(vec![[10, 74], [80, 144]]));
        assert_eq!(Gaps::after_restart(&[], 10, 10), Gaps::default());
    }

    #[test]
    fn a_snapshot_that_makes_no_sense_calls_nobody_early() {
        assert_eq!(Gaps::after_restart(&[[50, 60], [20, 30], [40, 40], [90, 200]], 80, 81), Gaps(vec![[50, 60], [80, 81]]));
        let many: Vec<[u64; 2]> = (0..100).map(|i| [i * 10, i * 10 + 5]).collect();
        assert_eq!(Gaps::after_restart(&many, 1000, 1064).0.len(), MOST);
    }

    #[test]
    fn what_lies_between_is_counted_once() {
        let gaps = [[10, 20], [30, 40]];
        assert_eq!(between(&gaps, 0, 100), 20);
        assert_eq!(between(&gaps, 15, 35), 10);
        assert_eq!(between(&gaps, 20, 30), 0);
        assert_eq!(between(&gaps, 50, 40), 0);
    }
}
