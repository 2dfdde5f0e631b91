//! The erasure ledger is lost together with its copy: no start without a word, and a way on that says what is lost.

use seal::{Keyring, SealError, Target, read_erasures};

use crate::{House, erase, now, open, purpose, random, record, refusal, slot, today};

const TREE: &str = "keys/cumask.tree";
const ROOT: &str = "roots/cumask.root";
const LEDGER: &str = "tiles/cumask/erasures";
const COPY: &str = "keys/cumask.tree.erasures";

fn begin(house: &House) -> Result<Keyring, SealError> {
    Keyring::begin_ledger(house.place(), "cumask", today(), random(), now())
}

/// A house of which two records were erased and one lives, and whose ledger and copy are then as given.
fn robbed(ledger: Option<&[u8]>, copy: Option<&[u8]>) -> (House, [seal::Sealed; 3]) {
    let house = House::new();
    let keys = house.create();
    keys.add_purpose(&purpose("matching")).unwrap();
    let sealed = [1, 2, 3].map(|n| keys.seal(&slot(n, today().plus(9)), b"x").unwrap());
    erase(&keys, &[record(1, today().plus(9))]);
    erase(&keys, &[record(2, today().plus(9))]);
    keys.roll().unwrap();
    drop(keys);
    for (name, bytes) in [(LEDGER, ledger), (COPY, copy)] {
        let path = house.path(name);
        match bytes {
            Some(bytes) => std::fs::write(path, bytes).unwrap(),
            None => std::fs::remove_file(path).unwrap(),
        }
    }
    (house, sealed)
}

#[test]
fn promise_04_after_the_loss_of_ledger_and_copy_there_is_a_way_on_that_says_so() {
    let half: &[u8] = b"lionrock erasures v1 cumask\n1 2020-05-06T07:0";
    let holes: &[u8] = &[0; 300];
    for (ledger, copy) in [(None, None), (Some(half), None), (Some(half), Some(holes)), (Some(holes), Some(holes))] {
        let (house, sealed) = robbed(ledger, copy);
        assert!(refusal(house.open()).to_string().lines().count() == 1);
        let keys = begin(&house).unwrap();
        let lost = keys.ledger_lost().unwrap().unwrap();
        assert_eq!((lost.number, lost.at, lost.target), (3, now(), Target::LedgerLost { lines: 2 }));
        let alive = |keys: &Keyring| [0, 1, 2].map(|n| open(keys, &slot(n as u64 + 1, today().plus(9)), &sealed[n]).is_ok());
        assert_eq!(alive(&keys), [false, false, true], "what the tree has forgotten stays forgotten");
        assert_eq!(keys.rolls().unwrap().last().unwrap().erasures, 3, "older copies of the keys are worth nothing");
        let next = keys.erase(now(), &[(record(3, today().plus(9)), [7; 32])]).unwrap();
        assert_eq!(next[0].number, 4);
        drop(keys);
        let keys = house.open().unwrap();
        assert_eq!(alive(&keys), [false; 3]);
        assert_eq!(keys.ledger_lost().unwrap().unwrap(), lost);
        assert_eq!(house.file(LEDGER), house.file(COPY));
        assert_eq!(house.path("tiles/cumask/erasures.lost-2").exists(), ledger.is_some(), "what was left is kept");
        // The copy stands in for the new ledger too, and a second loss is told as well.
        drop(keys);
        std::fs::remove_file(house.path(LEDGER)).unwrap();
        drop(house.open().unwrap());
        assert_eq!(read_erasures(&house.path(LEDGER), "cumask").unwrap().len(), 2);
        std::fs::remove_file(house.path(LEDGER)).unwrap();
        std::fs::remove_file(house.path(COPY)).unwrap();
        assert_eq!(begin(&house).unwrap().ledger_lost().unwrap().unwrap().target, Target::LedgerLost { lines: 4 });
    }
}

#[test]
fn a_ledger_that_is_there_is_not_thrown_away() {
    let (house, _) = robbed(None, None);
    drop(begin(&house).unwrap());
    let before = house.file(LEDGER);
    for lost in [LEDGER, COPY, "nothing"] {
        let _ = std::fs::remove_file(house.path(lost));
        assert!(matches!(refusal(begin(&house)), SealError::Invalid(_)), "without {lost}");
        drop(house.open().unwrap());
        assert_eq!(house.file(LEDGER), before);
    }
    let held = house.open().unwrap();
    assert!(matches!(refusal(begin(&house)), SealError::InUse(_)));
    drop(held);
}

/// Who can write files could put a beginning in the ledger's place: the tree must know of it.
#[test]
fn promise_04_a_new_beginning_that_the_tree_does_not_know_of_is_refused_and_a_crash_in_it_is_mended() {
    let (house, _) = robbed(None, None);
    let (tree, root) = (house.file(TREE), house.file(ROOT));
    drop(begin(&house).unwrap());
    let (ledger, copy) = (house.file(LEDGER), house.file(COPY));
    for (ledger, copy) in [(ledger.as_slice(), copy.as_slice()), (&ledger, &[]), (&ledger, &ledger[..90])] {
        let house = House::with(&[(TREE, &tree), (ROOT, &root), (LEDGER, ledger), (COPY, copy)]);
        assert!(matches!(refusal(house.open()), SealError::LedgerCut { .. } | SealError::Damaged { .. }));
        let keys = begin(&house).unwrap();
        assert_eq!(keys.ledger_lost().unwrap().unwrap().target, Target::LedgerLost { lines: 2 });
        drop(keys);
        drop(house.open().unwrap());
    }
    // Nor does a line of it open without its heading, or the other way round.
    let text = String::from_utf8(ledger).unwrap();
    let (heading, line) = text.split_once('\n').unwrap();
    assert!(heading.starts_with("lionrock erasures v1 cumask after 2 ") && line.contains(" ledger-lost 2 "), "{text}");
    for forged in [format!("lionrock erasures v1 cumask\n{line}"), format!("{heading}\n"), text.replace("after 2 ", "after 1 ")] {
        let house = House::with(&[(TREE, &house.file(TREE)), (ROOT, &house.file(ROOT)), (LEDGER, forged.as_bytes())]);
        drop(refusal(house.open()));
    }
}
