//! A crash can only leave one of a few sets of files. Each is built here byte by byte, then opened.

use kernel::Random;
use seal::{Keyring, OsRandom, SealError, Sealed};

use crate::{House, now, open, purpose, random, refusal, slot, today};

const TREE: &str = "keys/cumask.tree";
const TREE_TMP: &str = "keys/cumask.tree.tmp";
const ROOT: &str = "roots/cumask.root";
const ROOT_NEW: &str = "roots/cumask.root.new";
const ROOT_NEW_TMP: &str = "roots/cumask.root.new.tmp";

/// The files before and after one roll, and a value sealed before it.
struct Rolled {
    tree: [Vec<u8>; 2],
    root: [Vec<u8>; 2],
    sealed: Sealed,
}

fn rolled() -> Rolled {
    let house = House::new();
    let keys = house.create();
    let sealed = keys.seal(&slot(5, today()), b"x").unwrap();
    let before = (house.file(TREE), house.file(ROOT));
    keys.roll().unwrap();
    Rolled { tree: [before.0, house.file(TREE)], root: [before.1, house.file(ROOT)], sealed }
}

fn noise(len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    OsRandom.fill(&mut out);
    out
}

/// Opens, reads the value, and finds the house tidy: one tree, one root, and it rolls and opens once more.
fn recovers(files: &[(&str, &[u8])], rolled: &Rolled, roll: usize) {
    let house = House::with(files);
    let names: Vec<_> = files.iter().map(|(name, bytes)| (*name, bytes.len())).collect();
    let keys = house.open().unwrap_or_else(|error| panic!("{names:?}: {error}"));
    assert_eq!(open(&keys, &slot(5, today()), &rolled.sealed).unwrap(), b"x");
    assert_eq!(house.file(ROOT), rolled.root[roll], "{names:?}");
    let left: Vec<String> = house.files().into_iter().map(|(name, _)| name).filter(|name| name != TREE_TMP).collect();
    assert_eq!(left, [TREE, ROOT], "{names:?}");
    assert_eq!(keys.roll().unwrap().number, u64::try_from(roll).unwrap() + 1);
    drop(keys);
    assert_eq!(open(&house.open().unwrap(), &slot(5, today()), &rolled.sealed).unwrap(), b"x");
}

#[test]
fn a_roll_may_be_interrupted_anywhere() {
    let r = rolled();
    let before: [(&str, &[u8]); 2] = [(TREE, &r.tree[0]), (ROOT, &r.root[0])];
    recovers(&before, &r, 0);
    for len in (0..=r.root[1].len()).step_by(8) {
        recovers(&[before[0], before[1], (ROOT_NEW_TMP, &r.root[1][..len])], &r, 0);
    }
    recovers(&[before[0], before[1], (ROOT_NEW, &r.root[1])], &r, 0);
    for len in (0..=r.tree[1].len()).step_by(97) {
        recovers(&[before[0], before[1], (ROOT_NEW, &r.root[1]), (TREE_TMP, &r.tree[1][..len])], &r, 0);
    }
    let after: [(&str, &[u8]); 2] = [(TREE, &r.tree[1]), (ROOT_NEW, &r.root[1])];
    recovers(&[after[0], after[1], (ROOT, &r.root[0])], &r, 1);
    for len in (0..=r.root[0].len()).step_by(4) {
        let half_overwritten = [noise(len).as_slice(), &r.root[0][len..]].concat();
        recovers(&[after[0], after[1], (ROOT, &half_overwritten)], &r, 1);
    }
    recovers(&[(TREE, &r.tree[1]), (ROOT, &r.root[1])], &r, 1);
}

#[test]
fn a_creation_may_be_interrupted_anywhere() {
    let house = House::new();
    drop(Keyring::create(house.place(), "cumask", today(), random()).unwrap());
    let (tree, root) = (house.file(TREE), house.file(ROOT));
    let states: [Vec<(&str, &[u8])>; 5] = [
        vec![],
        vec![(ROOT_NEW_TMP, &root[..20])],
        vec![(ROOT_NEW, &root)],
        vec![(ROOT_NEW, &root), (TREE_TMP, &tree[..50])],
        vec![(ROOT_NEW, &root), (TREE, &tree)],
    ];
    for files in states {
        let house = House::with(&files);
        let keys = house.create();
        let sealed = keys.seal(&slot(5, today()), b"x").unwrap();
        drop(keys);
        assert_eq!(open(&house.open().unwrap(), &slot(5, today()), &sealed).unwrap(), b"x");
    }
    let finished = House::with(&[(ROOT_NEW, &root), (TREE, &tree)]);
    finished.open().unwrap().add_purpose(&purpose("matching")).unwrap();
}

#[test]
fn a_creation_never_takes_the_place_of_a_living_keyring() {
    let r = rolled();
    for files in [
        vec![(TREE, &r.tree[1]), (ROOT, &r.root[1])],
        vec![(TREE, &r.tree[1])],
        vec![(ROOT, &r.root[1])],
        vec![(TREE, &r.tree[1]), (ROOT_NEW, &r.root[1])],
    ] {
        let files: Vec<(&str, &[u8])> = files.into_iter().map(|(name, bytes)| (name, bytes.as_slice())).collect();
        let house = House::with(&files);
        let error = refusal(Keyring::create(house.place(), "cumask", today(), random()));
        assert!(matches!(error, SealError::Exists(_)), "{error}");
    }
}

#[test]
fn a_destruction_that_was_interrupted_is_finished_at_the_next_start() {
    let house = House::new();
    let keys = house.create();
    let root = house.file(ROOT);
    let destroyed = keys.destroy(now(), [0; 32]).unwrap();
    let stone = house.file(TREE);
    for files in [
        vec![(TREE, stone.clone()), (ROOT, root.clone())],
        vec![(TREE, stone.clone()), (ROOT, noise(root.len())), (ROOT_NEW, root.clone())],
        vec![(TREE, stone.clone()), (ROOT_NEW, root.clone()), (ROOT_NEW_TMP, root)],
        vec![(TREE, stone)],
    ] {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        let house = House::with(&files);
        assert!(matches!(refusal(house.open()), SealError::Gone));
        assert_eq!(house.files().into_iter().map(|(name, _)| name).collect::<Vec<_>>(), [TREE]);
        assert_eq!(Keyring::destroyed(&house.place()).unwrap(), Some(destroyed.clone()));
    }
}
