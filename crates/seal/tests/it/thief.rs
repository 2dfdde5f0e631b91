//! A thief copies every key file all the time, and afterwards tries every copy with every other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use seal::{KeyPlace, Keyring, RootPlace, Sealed, Slot};

use crate::softhsm::{Home, PIN, act, token_place};
use crate::{House, erase, open, purpose, random, record, refusal, slot, today};

const ROUNDS: u64 = 6;

/// Copies, each with the step in which it was last seen first.
type Loot = BTreeMap<&'static str, BTreeMap<Vec<u8>, usize>>;

/// What was sealed, and the step at which the roll that made its erasure final had ended.
struct Victim {
    slot: Slot,
    sealed: Sealed,
    final_at: usize,
}

/// Steals whatever stands in the directories of a keyring: by kind, with the step in which it was first seen.
fn steal(house: &Path, step: usize, loot: &Mutex<Loot>) {
    for (kind, directory) in [("tree", "keys"), ("root", "roots"), ("ledger", "tiles/cumask")] {
        for entry in std::fs::read_dir(house.join(directory)).into_iter().flatten().flatten() {
            // A file may go while it is copied.
            if let Ok(bytes) = std::fs::read(entry.path()) {
                loot.lock().unwrap().entry(kind).or_default().entry(bytes).or_insert(step);
            }
        }
    }
}

/// Lives and erases for some rounds while the thief is at work, between the steps and all the time in a thread of its own.
fn robbed(house: &Path, keys: &Keyring) -> (Loot, Vec<Victim>, Victim) {
    let (loot, step, over) = (Mutex::new(Loot::new()), AtomicUsize::new(0), AtomicBool::new(false));
    let expiry = today().plus(90);
    let seal = |n| (slot(n, expiry), keys.seal(&slot(n, expiry), b"x").unwrap());
    let (kept, kept_sealed) = seal(1_000);
    let mut victims = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                steal(house, step.load(Ordering::SeqCst), &loot);
            }
        });
        let next = || {
            steal(house, step.load(Ordering::SeqCst), &loot);
            step.fetch_add(1, Ordering::SeqCst) + 1
        };
        for round in 0..ROUNDS {
            let (slot, sealed) = seal(round);
            next();
            erase(keys, &[record(round, expiry)]);
            next();
            if round % 3 == 2 {
                keys.midnight(today().plus(i32::try_from(round).unwrap())).unwrap();
            } else {
                keys.roll().unwrap();
            }
            victims.push(Victim { slot, sealed, final_at: next() });
        }
        over.store(true, Ordering::Relaxed);
    });
    steal(house, step.load(Ordering::SeqCst), &loot);
    (loot.into_inner().unwrap(), victims, Victim { slot: kept, sealed: kept_sealed, final_at: usize::MAX })
}

/// The roll number that stands in clear in tree and root files.
fn number(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(16..24)
}

#[test]
fn a_thief_of_every_file_opens_nothing_but_what_was_alive_when_he_had_both_root_and_tree() {
    let house = House::new();
    let keys = house.create();
    let (loot, victims, kept) = robbed(house.0.path(), &keys);
    drop(keys);
    let (mut opened, mut tried) = (0, 0);
    for (tree, tree_step) in &loot["tree"] {
        for (root, root_step) in loot["root"].iter().filter(|(root, _)| number(root) == number(tree)) {
            for ledger in loot["ledger"].keys().map(Vec::as_slice).chain([[].as_slice()]) {
                let files = [("keys/cumask.tree", tree.as_slice()), ("roots/cumask.root", root), ("tiles/cumask/erasures", ledger)];
                let Ok(keys) = House::with(&files).open() else { continue };
                tried += 1;
                for victim in &victims {
                    let known_limit = *tree_step < victim.final_at && *root_step < victim.final_at;
                    let opens = open(&keys, &victim.slot, &victim.sealed).is_ok();
                    opened += usize::from(opens);
                    assert!(!opens || known_limit, "{:?} opens with a tree of step {tree_step} and a root of step {root_step}", victim.slot);
                }
                open(&keys, &kept.slot, &kept.sealed).unwrap();
            }
        }
    }
    assert!(tried > victims.len(), "the thief had copies that belong together");
    assert!(opened > 0, "the documented limit of a root in a file: who had both before the roll opens what was alive then");
}

#[test]
fn a_thief_who_has_not_the_token_opens_nothing_erased_with_any_copy_of_any_time() {
    let test = "thief::a_thief_who_has_not_the_token_opens_nothing_erased_with_any_copy_of_any_time";
    if let Some((home, _)) = act() {
        without_the_token(&home);
        return home.done();
    }
    let folder = tempfile::tempdir().unwrap();
    Home::new(folder.path()).run(test, "body");
}

fn without_the_token(home: &Home) {
    let keys = Keyring::create(home.place(), "cumask", today(), random()).unwrap();
    keys.add_purpose(&purpose("matching")).unwrap();
    let (loot, victims, kept) = robbed(&home.0, &keys);
    drop(keys);
    let (mut refused, mut opened) = (0, 0);
    for tree in loot["tree"].keys() {
        for ledger in loot["ledger"].keys() {
            // He may even use the living token, as whoever restores an old backup of the keys would.
            let house = House::with(&[("keys/cumask.tree", tree.as_slice()), ("tiles/cumask/erasures", ledger)]);
            let place = KeyPlace { root: RootPlace::Token(token_place(PIN)), ..house.place() };
            let seen = Keyring::inspect(&place, "cumask");
            if seen.is_err() {
                drop(refusal(seen));
                refused += 1;
                continue;
            }
            let keys = Keyring::open(place, "cumask", today(), random()).unwrap();
            opened += 1;
            for victim in &victims {
                assert!(open(&keys, &victim.slot, &victim.sealed).is_err(), "{:?}", victim.slot);
            }
            open(&keys, &kept.slot, &kept.sealed).unwrap();
        }
    }
    assert!(refused > opened && opened > 0, "{refused} refused, {opened} opened");
}
