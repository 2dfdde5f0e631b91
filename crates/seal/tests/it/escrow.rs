use kernel::{Fault, Kind, Secret};
use seal::{EscrowPlace, KeyPlace, Keyring, RecordNumber, RootPlace, SealError, Sealed, Slot, age_files};

use crate::softhsm::{Home, PIN, act, token_place};
use crate::{House, erase, now, open, purpose, random, record, refusal, slot, today};

const TREE: &str = "keys/cumask.tree";
const ROOT: &str = "roots/cumask.root";
const SLOT: &str = "escrow/cumask.escrow";
const SLOT_NEW: &str = "escrow/cumask.escrow.new";

/// A house whose root is in escrow too, and the custodian's identity.
struct Kept {
    house: House,
    recipient: String,
    identity: Secret<String>,
}

impl Kept {
    fn new() -> Self {
        let (identity, recipient) = age_files::generate_identity();
        Self { house: House::with(&[]), recipient, identity }
    }

    fn place(&self) -> KeyPlace {
        let slot = self.house.0.path().join(SLOT);
        KeyPlace { escrow: Some(EscrowPlace { slot, recipient: self.recipient.clone() }), ..self.house.place() }
    }

    fn create(&self) -> Keyring {
        let keys = Keyring::create(self.place(), "cumask", today(), random()).unwrap();
        keys.add_purpose(&purpose("matching")).unwrap();
        keys
    }

    fn open(&self) -> Result<Keyring, SealError> {
        Keyring::open(self.place(), "cumask", today(), random())
    }

    fn recover(&self) -> Result<Keyring, SealError> {
        Keyring::recover(self.place(), "cumask", today(), random(), &self.identity)
    }

    fn file(&self, name: &str) -> Vec<u8> {
        self.house.file(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.house.0.path().join(name), bytes).unwrap();
    }

    fn remove(&self, name: &str) {
        std::fs::remove_file(self.house.0.path().join(name)).unwrap();
    }

    fn slots(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.house.0.path().join("escrow")).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn values(keys: &Keyring) -> Vec<(Slot, Sealed)> {
    [1, 2].map(|n| slot(n, today().plus(9))).map(|slot| (slot, keys.seal(&slot, b"x").unwrap())).into()
}

#[test]
fn a_lost_root_is_recovered_from_escrow_and_rolled_at_once() {
    let kept = Kept::new();
    let keys = kept.create();
    let values = values(&keys);
    erase(&keys, &[record(1, today().plus(9))]);
    keys.roll().unwrap();
    let handed_out = keys.next_record().unwrap();
    drop(keys);
    assert_eq!(refusal(kept.recover()).kind(), Kind::Invalid, "nothing is lost yet");
    let slot_before = kept.file(SLOT);
    kept.remove(ROOT);
    assert!(matches!(refusal(kept.open()), SealError::NoRoot(_)));
    let keys = kept.recover().unwrap();
    assert_eq!(open(&keys, &values[1].0, &values[1].1).unwrap(), b"x");
    assert!(matches!(refusal(open(&keys, &values[0].0, &values[0].1)), SealError::Gone));
    let rolls: Vec<_> = keys.rolls().unwrap().iter().map(|roll| (roll.how, roll.erasures)).collect();
    assert_eq!(rolls, [("overwritten", 1), ("lost", 1), ("overwritten", 1)], "the key that was in the open is not used any more");
    assert!(keys.next_record().unwrap() > RecordNumber(handed_out.0 + 1_000_000));
    assert_ne!(kept.file(SLOT), slot_before);
    drop(keys);
    assert_eq!(open(&kept.open().unwrap(), &values[1].0, &values[1].1).unwrap(), b"x");
    let stranger = age_files::generate_identity().0;
    kept.remove(ROOT);
    let refused = Keyring::recover(kept.place(), "cumask", today(), random(), &stranger);
    assert!(matches!(refusal(refused), SealError::Damaged { .. }));
    kept.remove(SLOT);
    assert!(matches!(refusal(kept.recover()), SealError::NoRoot(_)));
}

#[test]
fn an_old_slot_opens_nothing_after_a_roll_and_its_blocks_are_overwritten() {
    let kept = Kept::new();
    let keys = kept.create();
    let (old_slot, old_tree) = (kept.file(SLOT), kept.file(TREE));
    let second_name = kept.house.0.path().join("same-file");
    std::fs::hard_link(kept.house.0.path().join(SLOT), &second_name).unwrap();
    keys.roll().unwrap();
    let blocks = std::fs::read(&second_name).unwrap();
    assert!(!blocks.windows(12).any(|window| old_slot.windows(12).any(|old| old == window)), "the blocks still hold the old slot");
    assert_eq!(kept.slots(), ["cumask.escrow"]);
    drop(keys);
    let new_slot = kept.file(SLOT);
    kept.remove(ROOT);
    kept.write(SLOT, &old_slot);
    let error = refusal(kept.recover());
    assert!(matches!(error, SealError::Stale { tree: 1, root: 0, .. }), "{error}");
    kept.write(SLOT, &new_slot);
    kept.write(TREE, &old_tree);
    assert!(matches!(refusal(kept.recover()), SealError::Stale { tree: 0, root: 1, .. }));
}

#[test]
fn the_slot_holds_no_key_in_clear_and_dies_with_the_service() {
    let kept = Kept::new();
    let keys = kept.create();
    let root = kept.file(ROOT)[24..].to_vec();
    assert!(!kept.file(SLOT).windows(8).any(|window| root.windows(8).any(|key| key == window)));
    keys.destroy(now(), [0; 32]).unwrap();
    assert_eq!(kept.slots(), [""; 0]);
}

#[test]
fn a_roll_with_escrow_may_be_interrupted_anywhere() {
    let kept = Kept::new();
    let keys = kept.create();
    let values = values(&keys);
    let before = [TREE, ROOT, SLOT].map(|name| kept.file(name));
    keys.roll().unwrap();
    let after = [TREE, ROOT, SLOT].map(|name| kept.file(name));
    drop(keys);
    let noise = |len| vec![0x5a; len];
    let root_new = "roots/cumask.root.new";
    let states: [Vec<(&str, Vec<u8>)>; 6] = [
        vec![(TREE, before[0].clone()), (ROOT, before[1].clone()), (SLOT, before[2].clone()), (root_new, after[1].clone())],
        vec![(TREE, before[0].clone()), (ROOT, before[1].clone()), (SLOT, before[2].clone()), (root_new, after[1].clone()), (SLOT_NEW, after[2].clone())],
        vec![(TREE, after[0].clone()), (ROOT, before[1].clone()), (SLOT, before[2].clone()), (root_new, after[1].clone()), (SLOT_NEW, after[2].clone())],
        vec![(TREE, after[0].clone()), (ROOT, before[1].clone()), (SLOT, noise(before[2].len())), (root_new, after[1].clone()), (SLOT_NEW, after[2].clone())],
        vec![(TREE, after[0].clone()), (ROOT, before[1].clone()), (root_new, after[1].clone()), (SLOT, after[2].clone())],
        vec![(TREE, after[0].clone()), (ROOT, after[1].clone()), (SLOT, noise(300))],
    ];
    for (at, files) in states.into_iter().enumerate() {
        for lost in [false, true] {
            for name in [TREE, ROOT, SLOT, SLOT_NEW, root_new] {
                drop(std::fs::remove_file(kept.house.0.path().join(name)));
            }
            for (name, bytes) in &files {
                kept.write(name, bytes);
            }
            if lost {
                // The machine with the roots dies in that very moment; the slot alone must do, but for the last state,
                // where it was damaged by something else.
                for name in [ROOT, root_new] {
                    drop(std::fs::remove_file(kept.house.0.path().join(name)));
                }
            }
            let keys = if lost { kept.recover() } else { kept.open() };
            let keys = match keys {
                Err(_) if at == 5 && lost => continue,
                keys => keys.unwrap_or_else(|error| panic!("state {at}: {error}")),
            };
            assert_eq!(open(&keys, &values[0].0, &values[0].1).unwrap(), b"x");
            assert_eq!(kept.slots(), ["cumask.escrow"], "state {at}");
            drop(keys);
            kept.remove(ROOT);
            assert_eq!(open(&kept.recover().unwrap(), &values[0].0, &values[0].1).unwrap(), b"x", "state {at}: the slot is the present one");
        }
    }
}

#[test]
fn a_slot_that_cannot_be_written_stops_the_roll_and_it_is_tried_again() {
    let kept = Kept::new();
    let keys = kept.create();
    erase(&keys, &[record(1, today().plus(9))]);
    let (escrow, away) = (kept.house.0.path().join("escrow"), kept.house.0.path().join("away"));
    std::fs::rename(&escrow, &away).unwrap();
    assert!(keys.midnight(today().plus(1)).is_err());
    assert!(keys.needs_roll());
    std::fs::rename(&away, &escrow).unwrap();
    keys.midnight(today().plus(1)).unwrap();
    assert!(!keys.needs_roll());
    drop(keys);
    std::fs::remove_dir_all(&escrow).unwrap();
    assert!(matches!(refusal(kept.open()), SealError::Io { .. }), "the disk of the escrow is not there");
    std::fs::create_dir(&escrow).unwrap();
    let other = age_files::generate_identity();
    let place = KeyPlace { escrow: Some(EscrowPlace { recipient: other.1, ..kept.place().escrow.unwrap() }), ..kept.place() };
    drop(Keyring::open(place.clone(), "cumask", today(), random()).unwrap());
    kept.remove(ROOT);
    Keyring::recover(place, "cumask", today(), random(), &other.0).unwrap();
    let place = KeyPlace { escrow: Some(EscrowPlace { recipient: "age1x".into(), ..kept.place().escrow.unwrap() }), ..kept.place() };
    assert_eq!(refusal(Keyring::open(place, "cumask", today(), random())).kind(), Kind::Invalid);
}

#[test]
fn a_lost_token_is_replaced_from_escrow() {
    let test = "escrow::a_lost_token_is_replaced_from_escrow";
    if let Some((home, _)) = act() {
        in_front_of_two_tokens(&home);
        return home.done();
    }
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    home.init_token("second");
    home.run(test, "body");
}

fn in_front_of_two_tokens(home: &Home) {
    let (identity, recipient) = age_files::generate_identity();
    std::fs::create_dir(home.0.join("escrow")).unwrap();
    let escrow = Some(EscrowPlace { slot: home.0.join(SLOT), recipient });
    let first = KeyPlace { escrow: escrow.clone(), ..home.place() };
    let second = seal::TokenPlace { token: "second".into(), ..token_place(PIN) };
    let second = KeyPlace { root: RootPlace::Token(second), escrow, ..home.place() };
    let keys = Keyring::create(first.clone(), "cumask", today(), random()).unwrap();
    keys.add_purpose(&purpose("matching")).unwrap();
    let values = values(&keys);
    drop(keys);
    let open_second = || Keyring::open(second.clone(), "cumask", today(), random());
    assert!(matches!(refusal(open_second()), SealError::NoTokenKey(_)));
    let keys = Keyring::recover(second.clone(), "cumask", today(), random(), &identity).unwrap();
    assert_eq!(open(&keys, &values[0].0, &values[0].1).unwrap(), b"x");
    drop(keys);
    assert_eq!(open(&open_second().unwrap(), &values[0].0, &values[0].1).unwrap(), b"x");
    assert!(matches!(refusal(Keyring::open(first, "cumask", today(), random())), SealError::NoTokenKey(_)));
}
