//! What the fuzzer feeds: each function takes any bytes, and what it asserts holds for all of them. The tests below feed the
//! same functions from a seed; `fuzz/` feeds them from libFuzzer.
#![expect(clippy::missing_panics_doc, reason = "to panic is how they tell what they found")]

use std::collections::HashSet;
use std::sync::Arc;

use kernel::{Day, Random};

use crate::codec::Reader;
use crate::erasures::{ErasureEntry, Lines, whole_lines};
use crate::path::Path;
use crate::state::State;
use crate::trail::Bench;
use crate::tree::Tree;
use crate::tree_file::{Head, Stone};
use crate::{AfterCommit, Keyring, Purpose, RecordNumber, Sealed};

const FIRST_DAY: i32 = 18_300;

/// Tree files and states: no panic, what is read is written back the same, and a read tree can be worked with.
pub fn tree_file(bytes: &[u8]) {
    if let Some((head, body)) = Head::split(bytes) {
        assert_eq!([head.bytes().as_slice(), body].concat(), bytes);
    }
    if let Some(stone) = Stone::parse(bytes) {
        let _ = stone.destroyed();
    }
    let _ = State::decode_first(bytes, "cumask");
    let Some(mut state) = State::decode(bytes) else { return };
    let written = state.encode();
    let again = State::decode(&written).map(|again| again.encode());
    assert_eq!(again.as_deref(), Some(&*written));
    let _ = state.drop_past(state.today.plus(1));
    for (_, tree) in &mut state.trees {
        tree.puncture(Path::ROOT);
        assert_eq!(tree.len(), 0);
    }
}

/// Erasure ledgers: no panic, and only whole lines that follow from each other count.
pub fn ledger(bytes: &[u8]) {
    let Ok(lines) = whole_lines(bytes, "cumask") else { return };
    let whole = usize::try_from(lines.whole).unwrap_or(usize::MAX);
    assert!(whole <= bytes.len());
    let Lines { start, entries, .. } = &lines;
    assert!(entries.iter().map(|entry: &ErasureEntry| entry.number - start.number).eq(1..=entries.len() as u64));
    let again = whole_lines(bytes.get(..whole).unwrap_or_default(), "cumask");
    assert_eq!(again, Ok(lines));
}

/// Sealed values: no panic, and nothing that the keyring did not seal opens.
pub fn sealed(keys: &Keyring, purpose: Purpose, bytes: &[u8]) {
    let value = Sealed::from_bytes(bytes.to_vec());
    if let Ok(slot) = value.claimed_slot(purpose) {
        let opened = keys.open_sealed(&slot, &value, &AfterCommit::vouched_by_journal());
        assert!(opened.is_err(), "these bytes were never sealed");
    }
}

/// A keyring for [`sealed`].
pub fn keyring() -> (Keyring, Purpose) {
    let keys = Keyring::in_memory("cumask", Day::from_number(FIRST_DAY), Arc::new(crate::OsRandom));
    let purpose = Purpose::new("m").unwrap_or_else(|error| unreachable!("{error}"));
    let _ = keys.add_purpose(&purpose);
    (keys, purpose)
}

/// Any order of erasures and days on a key tree: what was erased never derives again, all else derives what it always did.
pub fn operations(bytes: &[u8]) {
    let mut from = Reader::new(bytes);
    let mut tree = Tree::full(&Zeroes);
    let whole = Tree::full(&Zeroes);
    let mut erased: Vec<Path> = Vec::new();
    let mut first_day = 0;
    let mut asked: HashSet<(u8, u8, u8, u8)> = HashSet::new();
    let mut bench = Bench::default();
    while let Some([act, day, record, person, group]) = from.array() {
        let (day, record) = (day % 8, record % 8);
        let Some(value) = value(day, record, person, group) else { return };
        match act % 8 {
            0 => erased.push(value),
            1 => erased.push(value.prefix(56)),
            2 if act > 200 => erased.push(value.prefix(16)),
            3 if act > 240 => first_day = first_day.max(day),
            // Any node at all, also such that no target names.
            4 if act > 200 => erased.push(value.prefix(group.min(value.len()).max(8))),
            _ => {
                asked.insert((day, record, person, group));
                continue;
            }
        }
        if let Some(last) = erased.last() {
            tree.puncture(*last);
        }
        let boundary = Path::of_day(Day::from_number(FIRST_DAY + i32::from(first_day)));
        tree.drop_before(boundary.unwrap_or(Path::ROOT));
        bench.forget();
        check(&tree, &whole, &erased, first_day, &asked, &mut bench);
    }
    check(&tree, &whole, &erased, first_day, &asked, &mut bench);
}

fn check(tree: &Tree, whole: &Tree, erased: &[Path], first_day: u8, asked: &HashSet<(u8, u8, u8, u8)>, bench: &mut Bench) {
    for &(day, record, person, group) in asked {
        let Some(path) = value(day, record, person, group) else { continue };
        let alive = day >= first_day && !erased.iter().any(|gone| gone.covers(path));
        let found = bench.walk(0, tree, path);
        let always = Bench::default().walk(0, whole, path);
        assert_eq!(found.map(|node| *node.bytes()), always.filter(|_| alive).map(|node| *node.bytes()));
    }
}

fn value(day: u8, record: u8, person: u8, group: u8) -> Option<Path> {
    Path::of_value(Day::from_number(FIRST_DAY + i32::from(day)), RecordNumber(record.into()), person, group).ok()
}

/// The same tree each time.
struct Zeroes;

impl Random for Zeroes {
    fn fill(&self, out: &mut [u8]) {
        out.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::Seeded;

    /// Bytes of any kind, and bytes that were right before some of them were changed.
    fn feed(rounds: usize, right: &[Vec<u8>], to: impl Fn(&[u8])) {
        let chance = Seeded::fresh();
        let pick = |bound: usize| usize::try_from(chance.below(bound as u64)).unwrap();
        for _ in 0..rounds {
            let mut bytes = match right.get(pick(right.len() + 1)) {
                Some(right) => right.clone(),
                None => vec![0; pick(400)],
            };
            if !right.contains(&bytes) {
                chance.fill(&mut bytes);
            }
            for _ in 0..pick(4) {
                if bytes.is_empty() {
                    break;
                }
                let at = pick(bytes.len());
                match pick(3) {
                    0 => bytes[at] = u8::try_from(pick(256)).unwrap(),
                    1 => bytes.truncate(at),
                    _ => bytes.insert(at, u8::try_from(pick(256)).unwrap()),
                }
            }
            let fed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| to(&bytes)));
            assert!(fed.is_ok(), "seed {}: {}", chance.seed, kernel::to_hex(&bytes));
        }
    }

    fn vector(pointer: &str) -> Vec<u8> {
        let vectors: serde_json::Value = serde_json::from_str(include_str!("../../../docs/keys-vectors.json")).unwrap();
        kernel::from_hex(vectors.pointer(pointer).unwrap().as_str().unwrap()).unwrap()
    }

    #[test]
    fn tree_files_may_be_anything() {
        feed(4_000, &[vector("/tree_file/file"), vector("/tree_file/state")], tree_file);
    }

    #[test]
    fn ledgers_may_be_anything() {
        let vectors: serde_json::Value = serde_json::from_str(include_str!("../../../docs/keys-vectors.json")).unwrap();
        let lines = vectors["erasure_ledger"]["lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
        let right: Vec<u8> = lines.flat_map(|line| format!("{line}\n").into_bytes()).collect();
        assert_eq!(whole_lines(&right, "cumask").unwrap().entries.len(), 6);
        feed(4_000, &[right], ledger);
    }

    #[test]
    fn sealed_values_may_be_anything() {
        let (keys, purpose) = keyring();
        // Sealed by another keyring, so that it must not open here.
        feed(4_000, &[vector("/sealed_values/0/sealed")], |bytes| sealed(&keys, purpose, bytes));
    }

    #[test]
    fn acts_may_come_in_any_order() {
        feed(100, &[], operations);
    }
}
