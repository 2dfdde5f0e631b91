//! Identity-card numbers and telephones: each once, in no order.

use hongkong::{IdNumber, Phone};

/// The number of the person with this serial number, or nothing past the last one.
pub(super) fn id_number(seed: u64, serial: u64) -> Option<IdNumber> {
    let place = shuffled(seed, serial, ID_NUMBERS)?;
    let prefix = PREFIXES.get(usize::try_from(place / PER_PREFIX).ok()?)?;
    IdNumber::from_number(&format!("{prefix}{:06}", place % PER_PREFIX)).ok()
}

/// The mobile of the household with this serial number, or nothing past the last one.
pub(super) fn mobile(seed: u64, serial: u64) -> Option<Phone> {
    mobile_at(shuffled(seed, serial, MOBILES)?)
}

fn mobile_at(place: u64) -> Option<Phone> {
    let (first, rest) = if place < FIRST_BLOCK { (60_100_000, place) } else { (62_700_000, place - FIRST_BLOCK) };
    Phone::parse(&(first + rest).to_string()).ok()
}

/// A permutation of `0..size`: a step that shares no factor with the size (a prime that does not divide it) meets every place
/// once before it comes round.
fn shuffled(seed: u64, serial: u64, size: u64) -> Option<u64> {
    let step = STEPS.get(usize::try_from(seed % 4).ok()?)?;
    (serial < size).then(|| (seed % size + serial * step % size) % size)
}

/// Prefixes believed never issued, and pairs of them.
const PREFIXES: [&str; 20] = [
    "Q", "U", "I", "O", "QQ", "QU", "QI", "QO", "UQ", "UU", "UI", "UO", "IQ", "IU", "II", "IO", "OQ", "OU", "OI", "OO",
];
const PER_PREFIX: u64 = 1_000_000;
const ID_NUMBERS: u64 = 20 * PER_PREFIX;

/// Two blocks of mobiles of the numbering plan: 60100 to 62619 and 62700 to 66659.
const FIRST_BLOCK: u64 = 2_520_000;
const MOBILES: u64 = FIRST_BLOCK + 3_960_000;

/// Large primes, far apart, so that neighbours do not look alike.
const STEPS: [u64; 4] = [15_485_863, 32_452_843, 49_979_687, 67_867_967];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_number_is_synthetic_valid_and_given_once() {
        let mut seen = HashSet::new();
        for serial in 0..50_000 {
            let number = id_number(7, serial).unwrap();
            assert!(number.is_synthetic());
            assert_eq!(IdNumber::parse(&number.formatted()), Ok(number));
            assert!(seen.insert(number.number().to_owned()));
        }
        assert!(id_number(7, ID_NUMBERS).is_none());
    }

    #[test]
    fn every_telephone_is_a_mobile_and_given_once() {
        let mut seen = HashSet::new();
        for serial in 0..50_000 {
            let phone = mobile(7, serial).unwrap();
            assert!(phone.is_mobile(), "{}", phone.formatted());
            assert!(seen.insert(phone.digits().to_owned()));
        }
        for place in [0, FIRST_BLOCK - 1, FIRST_BLOCK, MOBILES - 1] {
            assert!(mobile_at(place).unwrap().is_mobile(), "place {place}");
        }
    }

    #[test]
    fn a_step_visits_every_place_of_a_small_circle() {
        for seed in 0..8 {
            let places: HashSet<_> = (0..1_000).filter_map(|serial| shuffled(seed, serial, 1_000)).collect();
            assert_eq!(places.len(), 1_000, "seed {seed}");
        }
        for size in [ID_NUMBERS, MOBILES] {
            assert!(STEPS.iter().all(|step| size % step != 0));
        }
    }
}
