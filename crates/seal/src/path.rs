//! Names of nodes: the bits that lead from the root of a key tree to them.

use kernel::Day;

use crate::{RecordNumber, SealError};

/// 2020-01-01, the day with path number 0.
const FIRST_DAY: i32 = 18_262;
/// Sixteen bits of days reach to 2199.
pub const DAY_BITS: u8 = 16;
const RECORD_BITS: u8 = 40;
const SHORT_BITS: u8 = 3;
const SHORT_LIMIT: u8 = 7;
/// Day, record, and two numbers in their long form.
pub const MAX_DEPTH: u8 = DAY_BITS + RECORD_BITS + 2 * (SHORT_BITS + 8);

/// Up to 128 bits, the first of them leftmost; bits beyond `len` are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    bits: u128,
    len: u8,
}

impl Path {
    pub const ROOT: Self = Self { bits: 0, len: 0 };

    /// The node above all values that expire on `day`.
    pub fn of_day(day: Day) -> Result<Self, SealError> {
        Ok(Self::ROOT.then(u64::from(day_offset(day)?), DAY_BITS))
    }

    /// The node above all values of a record that expire on `day`.
    pub fn of_record(day: Day, record: RecordNumber) -> Result<Self, SealError> {
        if record.0 >= RecordNumber::LIMIT {
            return Err(SealError::Invalid("a record number is below 2^40"));
        }
        Ok(Self::of_day(day)?.then(record.0, RECORD_BITS))
    }

    /// The leaf of one value.
    pub fn of_value(day: Day, record: RecordNumber, person: u8, group: u8) -> Result<Self, SealError> {
        Ok(Self::of_record(day, record)?.then_short(person).then_short(group))
    }

    /// A node as it stands in a key file; nothing when the bits are not in canonical form.
    pub fn from_parts(bits: u128, len: u8) -> Option<Self> {
        let path = Self { bits, len };
        (len <= MAX_DEPTH && path.prefix(len) == path).then_some(path)
    }

    pub const fn bits(self) -> u128 {
        self.bits
    }

    pub const fn len(self) -> u8 {
        self.len
    }

    /// The bit that leads from depth `depth` to the next.
    pub fn bit(self, depth: u8) -> bool {
        self.bits.checked_shl(u32::from(depth)).unwrap_or(0) >> 127 == 1
    }

    pub fn prefix(self, len: u8) -> Self {
        let mask = u128::MAX.checked_shl(128 - u32::from(len.min(128))).unwrap_or(0);
        Self { bits: self.bits & mask, len }
    }

    pub fn child(self, right: bool) -> Self {
        self.then(u64::from(right), 1)
    }

    /// Whether `other` is this node or below it.
    pub fn covers(self, other: Self) -> bool {
        self.len <= other.len && other.prefix(self.len) == self
    }

    /// How many leading bits two paths share.
    pub fn common(self, other: Self) -> u8 {
        let same = u8::try_from((self.bits ^ other.bits).leading_zeros()).unwrap_or(128);
        same.min(self.len).min(other.len)
    }

    /// The greatest bits that any path below this node can have.
    pub fn last_bits(self) -> u128 {
        self.bits | u128::MAX.checked_shr(u32::from(self.len)).unwrap_or(0)
    }

    fn then(self, value: u64, width: u8) -> Self {
        let shift = 128 - u32::from(self.len) - u32::from(width);
        Self { bits: self.bits | (u128::from(value) << shift), len: self.len + width }
    }

    /// Small numbers take three bits, the others three ones and eight bits: a code without common prefixes, because
    /// nearly every household has fewer than seven members and every level costs a PRF call.
    fn then_short(self, value: u8) -> Self {
        if value < SHORT_LIMIT {
            return self.then(u64::from(value), SHORT_BITS);
        }
        self.then(u64::from(SHORT_LIMIT), SHORT_BITS).then(u64::from(value), 8)
    }
}

/// Days since 2020-01-01.
pub fn day_offset(day: Day) -> Result<u16, SealError> {
    let offset = i64::from(day.number()) - i64::from(FIRST_DAY);
    u16::try_from(offset).map_err(|_| SealError::Invalid("an expiry day lies between 2020 and 2199"))
}

/// The day with this path number.
pub fn day_at(offset: u16) -> Day {
    Day::from_number(FIRST_DAY + i32::from(offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(offset: i32) -> Day {
        Day::from_number(FIRST_DAY + offset)
    }

    #[test]
    fn no_leaf_lies_above_another() {
        let leaf = |person, group| Path::of_value(day(9), RecordNumber(77), person, group).unwrap();
        let some: Vec<Path> = (0..=255).flat_map(|n| [leaf(n, 0), leaf(n, 6), leaf(n, 7), leaf(3, n), leaf(200, n)]).collect();
        for (i, a) in some.iter().enumerate() {
            assert!(a.len() <= MAX_DEPTH);
            for b in some.iter().skip(i + 1).filter(|b| *b != a) {
                assert!(!a.covers(*b) && !b.covers(*a), "{a:?} {b:?}");
            }
        }
        let mut bits: Vec<u128> = (0..=255).flat_map(|p| (0..=255).map(move |g| leaf(p, g).bits())).collect();
        bits.sort_unstable();
        bits.dedup();
        assert_eq!(bits.len(), 65_536);
    }

    #[test]
    fn a_record_covers_its_values_and_a_day_its_records() {
        let value = Path::of_value(day(5), RecordNumber((1 << 40) - 1), 255, 255).unwrap();
        assert_eq!(value.len(), MAX_DEPTH);
        assert!(Path::of_record(day(5), RecordNumber((1 << 40) - 1)).unwrap().covers(value));
        assert!(Path::of_day(day(5)).unwrap().covers(value));
        assert!(!Path::of_day(day(4)).unwrap().covers(value));
        assert!(Path::of_day(day(5)).unwrap().last_bits() >= value.bits());
        assert!(Path::of_day(day(5)).unwrap().last_bits() < Path::of_day(day(6)).unwrap().bits());
        assert!(Path::ROOT.covers(value));
        assert_eq!(Path::ROOT.last_bits(), u128::MAX);
    }

    #[test]
    fn what_no_path_can_name_is_refused() {
        assert!(Path::of_day(day(-1)).is_err());
        assert!(Path::of_day(day(65_536)).is_err());
        assert!(Path::of_record(day(0), RecordNumber(1 << 40)).is_err());
        assert_eq!(Path::from_parts(1, 3), None);
        assert_eq!(Path::from_parts(0, MAX_DEPTH + 1), None);
        assert_eq!(day_offset(day_at(65_535)).unwrap(), 65_535);
    }
}
