use std::os::unix::fs::PermissionsExt;

use kernel::{Fault, Kind};
use seal::{KeyPlace, Keyring, RootPlace, SealError};

use crate::{House, erase, now, open, random, record, refusal, slot, today};

#[test]
fn a_keyring_survives_a_restart() {
    let house = House::new();
    let keys = house.create();
    let slot = slot(5, today().plus(9));
    let sealed = keys.seal(&slot, b"x").unwrap();
    erase(&keys, &[record(6, slot.expiry)]);
    let (blind, prf) = (keys.blind("person", b"1").unwrap(), keys.prf("reference", b"1"));
    let roll = keys.roll().unwrap();
    drop(keys);
    let again = house.open().unwrap();
    assert_eq!(open(&again, &slot, &sealed).unwrap(), b"x");
    assert!(!again.is_alive(&crate::slot(6, slot.expiry)));
    assert_eq!((again.blind("person", b"1").unwrap(), again.prf("reference", b"1")), (blind, prf));
    assert_eq!(again.rolls().unwrap(), [roll]);
}

#[test]
fn an_old_copy_of_the_files_opens_nothing_after_a_roll() {
    let house = House::new();
    let keys = house.create();
    let (old_tree, old_root) = (house.file("keys/cumask.tree"), house.file("roots/cumask.root"));
    let slot = slot(6, today().plus(9));
    keys.seal(&slot, b"x").unwrap();
    erase(&keys, &[record(6, slot.expiry)]);
    let roll = keys.roll().unwrap();
    assert_ne!(roll.root_id_before, roll.root_id_after);
    drop(keys);
    let (tree, root) = (house.file("keys/cumask.tree"), house.file("roots/cumask.root"));
    assert_ne!(old_root, root);

    let restored = House::with(&[("keys/cumask.tree", &old_tree), ("roots/cumask.root", &root)]);
    let error = refusal(restored.open());
    assert!(matches!(error, SealError::Stale { tree: 0, root: 1, .. }), "{error}");
    assert_eq!(error.kind(), Kind::Gone);
    let reversed = House::with(&[("keys/cumask.tree", &tree), ("roots/cumask.root", &old_root)]);
    assert!(matches!(refusal(reversed.open()), SealError::Stale { tree: 1, root: 0, .. }));

    // Nor does a false number help: the number is authenticated with the tree.
    let mut renumbered = old_tree.clone();
    renumbered[23] = 1;
    let forged = House::with(&[("keys/cumask.tree", &renumbered), ("roots/cumask.root", &root)]);
    assert!(matches!(refusal(forged.open()), SealError::Damaged { .. }));
}

#[test]
fn no_key_stands_in_clear_and_no_root_stands_beside_the_tree() {
    let house = House::new();
    let keys = house.create();
    let mut roots = vec![house.file("roots/cumask.root")[24..].to_vec()];
    for _ in 0..3 {
        keys.roll().unwrap();
        roots.push(house.file("roots/cumask.root")[24..].to_vec());
    }
    let contains = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    let (live, dead) = (roots.last().unwrap(), &roots[..3]);
    for (name, bytes) in house.files() {
        assert_eq!(contains(&bytes, live), name == "roots/cumask.root", "{name}");
        assert!(dead.iter().all(|root| !contains(&bytes, root)), "{name} holds a root that died");
        assert!(!contains(&bytes, b"matching"), "{name} tells a purpose");
    }
    assert_eq!(house.files().len(), 2);
}

#[test]
fn the_old_root_is_overwritten_in_its_own_place() {
    let house = House::new();
    let keys = house.create();
    let second_name = house.0.path().join("same-file");
    std::fs::hard_link(house.root(), &second_name).unwrap();
    let before = std::fs::read(&second_name).unwrap();
    keys.roll().unwrap();
    let after = std::fs::read(&second_name).unwrap();
    assert_eq!(before.len(), after.len());
    assert!(!after.windows(8).any(|window| before.windows(8).any(|old| old == window)), "the blocks still hold the old root");
    std::fs::remove_file(&second_name).unwrap();
    std::fs::hard_link(house.root(), &second_name).unwrap();
    let before = std::fs::read(&second_name).unwrap();
    keys.destroy(now(), [0; 32]).unwrap();
    assert_ne!(std::fs::read(&second_name).unwrap(), before);
    assert!(!house.root().exists());
}

#[test]
fn key_files_are_for_their_owner_only() {
    let house = House::new();
    let keys = house.create();
    keys.roll().unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&house.place().tree), mode(&house.root())), (0o600, 0o600));
    assert_eq!(mode(house.root().parent().unwrap()), 0o700);
}

#[test]
fn every_flipped_byte_of_a_key_file_is_noticed() {
    let house = House::new();
    house.create();
    let (tree, root) = (house.file("keys/cumask.tree"), house.file("roots/cumask.root"));
    for at in 0..tree.len() {
        let mut altered = tree.clone();
        altered[at] ^= 0x10;
        assert!(House::with(&[("keys/cumask.tree", &altered), ("roots/cumask.root", &root)]).open().is_err(), "byte {at}");
    }
    for at in 0..root.len() {
        let mut altered = root.clone();
        altered[at] ^= 0x10;
        assert!(House::with(&[("keys/cumask.tree", &tree), ("roots/cumask.root", &altered)]).open().is_err(), "byte {at}");
    }
}

#[test]
fn what_is_missing_or_wrong_is_said_in_one_line() {
    let house = House::new();
    assert!(matches!(refusal(house.open()), SealError::NoTree(_)));
    let keys = house.create();
    assert!(matches!(refusal(house.open()), SealError::InUse(_)));
    drop(keys);
    assert!(matches!(refusal(Keyring::create(house.place(), "cumask", today(), random())), SealError::Exists(_)));
    let other = Keyring::open(house.place(), "other", today(), random());
    assert!(matches!(refusal(other), SealError::Damaged { .. }));
    std::fs::remove_file(house.root()).unwrap();
    let error = refusal(house.open());
    assert!(matches!(error, SealError::NoRoot(_)));
    assert!(error.to_string().contains("cumask.root") && !error.to_string().contains('\n'), "{error}");
    let place = KeyPlace { root: RootPlace::File(house.place().tree.with_extension("root")), ..house.place() };
    assert!(matches!(refusal(Keyring::create(place, "cumask", today(), random())), SealError::Invalid(_)));
}

#[test]
fn a_keyring_can_be_looked_at_while_another_holds_it() {
    let house = House::new();
    let keys = house.create();
    erase(&keys, &[record(6, today().plus(9))]);
    let seen = Keyring::inspect(&house.place(), "cumask").unwrap();
    assert_eq!((seen.today, seen.erasures, seen.needs_roll, seen.custody), (today(), 1, true, "overwritten"));
    assert_eq!((seen.purposes, seen.rolls, seen.escrow), (vec![crate::purpose("matching")], vec![], None));
    let roll = keys.roll().unwrap();
    let before = house.files();
    let seen = Keyring::inspect(&house.place(), "cumask").unwrap();
    assert_eq!((seen.rolls, seen.needs_roll), (vec![roll], false));
    assert_eq!(house.files(), before, "looking changes nothing");
    keys.destroy(now(), [0; 32]).unwrap();
    assert!(matches!(refusal(Keyring::inspect(&house.place(), "cumask")), SealError::Gone));
}
