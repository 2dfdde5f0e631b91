use kernel::Fault;
use kernel::Kind;
use seal::{Keyring, RecordNumber, SealError, Sealed, Slot, Target, read_erasures};

use crate::{House, erase, now, open, purpose, random, record, refusal, slot, today};

const TREE: &str = "keys/cumask.tree";
const TREE_TMP: &str = "keys/cumask.tree.tmp";
const ROOT: &str = "roots/cumask.root";
const ROOT_NEW: &str = "roots/cumask.root.new";
const LEDGER: &str = "tiles/cumask/erasures";
const COPY: &str = "keys/cumask.tree.erasures";

/// Persons 0 to 7 and groups 0 to 3 of records 0 to 3, expiring on two days, under two purposes.
fn everything(keys: &Keyring) -> Vec<(Slot, Sealed)> {
    let mut out = Vec::new();
    for name in ["matching", "delivery"] {
        keys.add_purpose(&purpose(name)).unwrap();
        for (expiry, number) in [(30, 0), (30, 1), (30, 2), (31, 0), (31, 3)] {
            for (person, group) in (0..8).flat_map(|person| (0..4).map(move |group| (person, group))) {
                let slot = Slot { purpose: purpose(name), person, group, ..slot(number, today().plus(expiry)) };
                out.push((slot, keys.seal(&slot, b"x").unwrap()));
            }
        }
    }
    out
}

type Named = fn(&Slot) -> bool;

/// Whether each target forgets what it names, and nothing else, here and after a restart.
#[test]
fn each_target_forgets_what_it_names_and_nothing_else() {
    let (purpose, expiry, record) = (purpose("matching"), today().plus(30), RecordNumber(1));
    let cases: [(Target, Named); 6] = [
        (Target::Value { purpose, expiry, record, person: 2, group: 3 }, |s| s.record.0 == 1 && s.person == 2 && s.group == 3),
        (Target::Group { purpose, expiry, record, persons: 8, group: 3 }, |s| s.record.0 == 1 && s.group == 3),
        (Target::Group { purpose, expiry, record, persons: 2, group: 0 }, |s| s.record.0 == 1 && s.group == 0 && s.person < 2),
        (Target::Record { purpose, expiry, record }, |s| s.record.0 == 1),
        (Target::Day { purpose, expiry }, |_| true),
        (Target::Purpose { purpose }, |_| true),
    ];
    for (target, named) in cases {
        let house = House::new();
        let keys = house.create();
        let values = everything(&keys);
        erase(&keys, &[target]);
        let check = |keys: &Keyring| {
            for (slot, sealed) in &values {
                let whole = matches!(target, Target::Purpose { .. });
                let erased = slot.purpose == purpose && (whole || slot.expiry == expiry) && named(slot);
                assert_eq!(open(keys, slot, sealed).is_err(), erased, "{target:?} {slot:?}");
                assert_eq!(keys.seal(slot, b"y").is_err(), erased);
            }
        };
        check(&keys);
        drop(keys);
        check(&house.open().unwrap());
    }
}

#[test]
fn the_ledger_says_what_was_erased_when_and_what_the_roll_made_final() {
    let house = House::new();
    let keys = house.create();
    let expiry = today().plus(9);
    let first = keys.erase(now(), &[(record(1, expiry), [1; 32]), (record(2, expiry), [2; 32])]).unwrap();
    assert_eq!(first.iter().map(|entry| entry.number).collect::<Vec<_>>(), [1, 2]);
    assert!(keys.needs_roll());
    assert_eq!(keys.roll().unwrap().erasures, 2);
    assert!(!keys.needs_roll());
    let third = keys.erase(now().plus_secs(1), &[(record(3, expiry), [3; 32])]).unwrap();
    assert_eq!((third[0].at, third[0].commitment), (now().plus_secs(1), [3; 32]));
    assert_eq!(keys.erasures_since(0).unwrap(), [first.clone(), third.clone()].concat());
    assert_eq!(keys.erasures_since(2).unwrap(), third);
    assert_eq!(keys.erasures_since(3).unwrap(), []);
    drop(keys);
    let keys = house.open().unwrap();
    assert!(!keys.needs_roll(), "opening rolled what was left");
    assert_eq!(keys.rolls().unwrap().last().unwrap().erasures, 3);
    keys.erase(now(), &[(record(4, expiry), [4; 32])]).unwrap();
    keys.midnight(today()).unwrap();
    assert!(keys.needs_roll(), "the same day is no midnight");
    keys.midnight(today().plus(1)).unwrap();
    assert!(!keys.needs_roll());
    keys.destroy(now(), [9; 32]).unwrap();
    drop(keys);
    let all = read_erasures(&house.place().erasures, "cumask").unwrap();
    assert_eq!((all.len(), all[4].target, all[4].commitment), (5, Target::Service, [9; 32]));
    assert!(read_erasures(&house.place().erasures, "other").is_err());
}

#[test]
fn a_batch_that_cannot_be_erased_whole_leaves_no_trace() {
    let house = House::new();
    let keys = house.create();
    let good = record(1, today().plus(9));
    let unknown = Target::Purpose { purpose: purpose("unknown") };
    assert_eq!(refusal(keys.erase(now(), &[(good, [1; 32]), (unknown, [1; 32])])).kind(), Kind::Missing);
    assert_eq!(refusal(keys.erase(now(), &[(good, [1; 32]), (Target::Service, [1; 32])])).kind(), Kind::Invalid);
    assert_eq!(refusal(keys.erase(now(), &[(record(1 << 40, today()), [1; 32])])).kind(), Kind::Invalid);
    assert_eq!(keys.erase(now(), &[]).unwrap(), []);
    assert!(keys.is_alive(&slot(1, today().plus(9))) && !keys.needs_roll());
    assert!(!house.place().erasures.exists());
}

/// The files at three moments of one erasure: before it, after the ledger and the tree, after the roll.
struct Erased {
    ledger: [Vec<u8>; 2],
    tree: [Vec<u8>; 3],
    root: [Vec<u8>; 2],
    values: [(Slot, Sealed); 3],
}

fn erased() -> Erased {
    let house = House::new();
    let keys = house.create();
    let values = [1, 2, 3].map(|n| slot(n, today().plus(9))).map(|slot| (slot, keys.seal(&slot, b"x").unwrap()));
    erase(&keys, &[record(1, today().plus(9))]);
    keys.roll().unwrap();
    let before = (house.file(LEDGER), house.file(TREE), house.file(ROOT));
    erase(&keys, &[record(2, today().plus(9))]);
    let between = (house.file(LEDGER), house.file(TREE));
    keys.roll().unwrap();
    Erased {
        ledger: [before.0, between.0],
        tree: [before.1, between.1, house.file(TREE)],
        root: [before.2, house.file(ROOT)],
        values,
    }
}

/// Opens, finds alive and dead what must be, everything rolled, and erases once more.
fn recovers(files: &[(&str, &[u8])], e: &Erased, second_is_dead: bool) {
    let house = House::with(files);
    let names: Vec<_> = files.iter().map(|(name, bytes)| (*name, bytes.len())).collect();
    let keys = house.open().unwrap_or_else(|error| panic!("{names:?}: {error}"));
    let alive = |keys: &Keyring| e.values.each_ref().map(|(slot, sealed)| open(keys, slot, sealed).is_ok());
    assert_eq!(alive(&keys), [false, !second_is_dead, true], "{names:?}");
    assert!(!keys.needs_roll(), "{names:?}");
    assert_eq!(keys.rolls().unwrap().last().unwrap().erasures, 1 + u64::from(second_is_dead), "{names:?}");
    erase(&keys, &[record(2, today().plus(9))]);
    assert_eq!(keys.erasures_since(0).unwrap().len(), 2 + usize::from(second_is_dead));
    drop(keys);
    assert_eq!(alive(&house.open().unwrap()), [false, false, true], "{names:?}");
}

#[test]
fn an_erasure_may_be_interrupted_anywhere() {
    let e = erased();
    let before = [(TREE, e.tree[0].as_slice()), (ROOT, &e.root[0])];
    for len in e.ledger[0].len()..=e.ledger[1].len() {
        recovers(&[before[0], before[1], (LEDGER, &e.ledger[1][..len])], &e, len == e.ledger[1].len());
    }
    let ledger = (LEDGER, e.ledger[1].as_slice());
    for len in (0..=e.tree[1].len()).step_by(97) {
        recovers(&[before[0], before[1], ledger, (TREE_TMP, &e.tree[1][..len])], &e, true);
    }
    recovers(&[ledger, (TREE, &e.tree[1]), (ROOT, &e.root[0])], &e, true);
    recovers(&[ledger, (TREE, &e.tree[1]), (ROOT, &e.root[0]), (ROOT_NEW, &e.root[1])], &e, true);
    recovers(&[ledger, (TREE, &e.tree[2]), (ROOT, &e.root[0]), (ROOT_NEW, &e.root[1])], &e, true);
    recovers(&[ledger, (TREE, &e.tree[2]), (ROOT, &e.root[1])], &e, true);
}

#[test]
fn an_older_tree_under_the_present_root_is_told_what_was_erased_since() {
    let house = House::new();
    let keys = house.create();
    let values = everything(&keys);
    let old_tree = house.file(TREE);
    erase(&keys, &[record(1, today().plus(30)), Target::Purpose { purpose: purpose("delivery") }]);
    drop(keys);
    let copies = [(TREE, old_tree), (ROOT, house.file(ROOT)), (LEDGER, house.file(LEDGER))];
    let restored = House::with(&copies.each_ref().map(|(name, bytes)| (*name, bytes.as_slice())));
    let keys = restored.open().unwrap();
    for (slot, sealed) in &values {
        let erased = slot.purpose == purpose("delivery") || (slot.record.0 == 1 && slot.expiry == today().plus(30));
        assert_eq!(open(&keys, slot, sealed).is_err(), erased, "{slot:?}");
    }
}

#[test]
fn a_ledger_that_was_cut_altered_or_taken_away_is_refused_in_one_line() {
    let house = House::new();
    let keys = house.create();
    for n in 1..4 {
        erase(&keys, &[record(n, today().plus(9))]);
    }
    drop(keys);
    let (tree, root, ledger) = (house.file(TREE), house.file(ROOT), house.file(LEDGER));
    let with = |ledger: &[u8]| House::with(&[(TREE, &tree), (ROOT, &root), (LEDGER, ledger)]);
    let line = ledger.split(|&b| b == b'\n').next_back().map_or(0, <[u8]>::len) + 180;
    for cut in [ledger.len() - 1, ledger.len() - line, 30, 0] {
        let error = refusal(with(&ledger[..cut]).open());
        assert!(matches!(error, SealError::LedgerCut { tree: 3, .. }), "{error}");
        assert!(error.to_string().contains("erasures") && !error.to_string().contains('\n'), "{error}");
        assert_eq!(error.kind(), Kind::Broken);
    }
    assert!(matches!(refusal(House::with(&[(TREE, &tree), (ROOT, &root)]).open()), SealError::LedgerCut { ledger: 0, .. }));
    let mut altered = ledger.clone();
    let at = altered.len() / 2;
    altered[at] ^= 1;
    assert!(matches!(refusal(with(&altered).open()), SealError::Damaged { .. }));
    // Another ledger of the same length, whole in itself.
    let other = House::new();
    let keys = other.create();
    for n in 4..7 {
        erase(&keys, &[record(n, today().plus(9))]);
    }
    assert!(matches!(refusal(with(&other.file(LEDGER)).open()), SealError::LedgerCut { ledger: 3, tree: 3, .. }));
    assert!(with(&ledger).open().is_ok());
}

#[test]
fn midnight_makes_erasures_final_also_where_no_day_is_left_to_drop() {
    let house = House::new();
    let keys = house.create();
    erase(&keys, &[Target::Purpose { purpose: purpose("matching") }]);
    assert_eq!(keys.midnight(today().plus(1)).unwrap(), 0);
    assert!(!keys.needs_roll());
    assert_eq!(keys.rolls().unwrap().last().unwrap().erasures, 1);
}

/// A large tree is not written at each erasure; its ledger is.
#[test]
fn an_erasure_in_a_large_tree_is_durable_by_its_ledger_alone() {
    let house = House::new();
    let keys = house.create();
    let expiry = today().plus(9);
    let [gone, kept] = [7, 8].map(|n| slot(n, expiry)).map(|slot| (slot, keys.seal(&slot, b"x").unwrap()));
    let scattered: Vec<Target> = (1..1_000).map(|n| record(n << 30, expiry)).collect();
    erase(&keys, &scattered);
    keys.roll().unwrap();
    let tree = house.file(TREE);
    assert!(tree.len() > 1_000_000);
    erase(&keys, &[record(7, expiry)]);
    assert_eq!(house.file(TREE), tree);
    assert!(keys.needs_roll() && !keys.is_alive(&gone.0));
    drop(keys);
    let keys = house.open().unwrap();
    assert!(matches!(refusal(open(&keys, &gone.0, &gone.1)), SealError::Gone));
    assert_eq!(open(&keys, &kept.0, &kept.1).unwrap(), b"x");
    assert!(!keys.needs_roll());
}

/// The disk of the ledger died, or an older backup was put over it.
#[test]
fn the_copy_beside_the_tree_stands_in_for_a_ledger_that_is_lost_old_or_broken() {
    let house = House::new();
    let keys = house.create();
    erase(&keys, &[record(1, today().plus(9))]);
    let old = house.file(LEDGER);
    erase(&keys, &[record(2, today().plus(9))]);
    drop(keys);
    let (tree, root, ledger) = (house.file(TREE), house.file(ROOT), house.file(LEDGER));
    assert_eq!(house.file(COPY), ledger);
    let mut broken = ledger.clone();
    broken[60] ^= 1;
    for found in [vec![], old.clone(), broken.clone(), ledger.clone()] {
        let house = House::with(&[(TREE, &tree), (ROOT, &root), (COPY, &ledger), (LEDGER, &found)]);
        assert_eq!(house.open().unwrap().erasures_since(0).unwrap().len(), 2);
        assert_eq!((house.file(LEDGER), house.file(COPY)), (ledger.clone(), ledger.clone()));
    }
    for copy in [vec![], old.clone(), broken.clone()] {
        let house = House::with(&[(TREE, &tree), (ROOT, &root), (COPY, &copy), (LEDGER, &ledger)]);
        drop(house.open().unwrap());
        assert_eq!(house.file(COPY), ledger);
    }
    let fresh = House::new();
    drop(fresh.create());
    let strange = House::with(&[(TREE, &fresh.file(TREE)), (ROOT, &fresh.file(ROOT)), (LEDGER, b"something else\n")]);
    assert!(matches!(refusal(strange.open()), SealError::Damaged { .. }));
    assert_eq!(strange.file(LEDGER), b"something else\n");
    for (one, other) in [(&old, &old), (&broken, &old), (&old, &broken)] {
        drop(refusal(House::with(&[(TREE, &tree), (ROOT, &root), (COPY, one), (LEDGER, other)]).open()));
    }
}

#[test]
fn a_destruction_whose_ledger_entry_stands_is_finished_at_the_next_start() {
    let house = House::new();
    let keys = house.create();
    erase(&keys, &[record(1, today().plus(9))]);
    let (tree, root) = (house.file(TREE), house.file(ROOT));
    let destroyed = keys.destroy(now(), [9; 32]).unwrap();
    let ledger = house.file(LEDGER);
    let house = House::with(&[(TREE, &tree), (ROOT, &root), (LEDGER, &ledger)]);
    assert!(matches!(refusal(house.open()), SealError::Gone));
    assert_eq!(Keyring::destroyed(&house.place()).unwrap(), Some(destroyed));
    assert_eq!(house.files().into_iter().map(|(name, _)| name).collect::<Vec<_>>(), [TREE, COPY, LEDGER]);
    assert!(matches!(refusal(Keyring::create(house.place(), "cumask", today(), random())), SealError::Exists(_)));
}

/// Written by the first release, before there was an erasure ledger.
#[test]
fn the_files_of_the_first_release_are_read_and_brought_forward() {
    let tree = kernel::from_hex(include_str!("first-release.tree.hex").trim()).unwrap();
    let root = kernel::from_hex(include_str!("first-release.root.hex").trim()).unwrap();
    let sealed = kernel::from_hex(include_str!("first-release.sealed.hex").trim()).unwrap();
    let slot = slot(5, "2020-06-06".parse().unwrap());
    let house = House::with(&[(TREE, &tree), (ROOT, &root)]);
    let keys = house.open().unwrap();
    assert_eq!(open(&keys, &slot, &Sealed::from_bytes(sealed.clone())).unwrap(), b"x");
    assert_eq!((keys.rolls().unwrap().len(), keys.needs_roll()), (1, false));
    assert!(keys.next_record().unwrap().0 >= 65_536);
    erase(&keys, &[record(5, slot.expiry)]);
    drop(keys);
    let keys = house.open().unwrap();
    assert!(matches!(refusal(open(&keys, &slot, &Sealed::from_bytes(sealed))), SealError::Gone));
    assert_eq!(keys.rolls().unwrap().len(), 2);
}
