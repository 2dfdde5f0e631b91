use kernel::{Day, Fault, Kind};
use seal::{Keyring, RecordNumber, SealError, Sealed, Slot};

use crate::{open, purpose, random, refusal, slot, today};

const PLAIN: &[u8] = b"Q123456(7) 1950-01-01";

fn keyring() -> Keyring {
    let keys = Keyring::in_memory("cumask", today(), random());
    keys.add_purpose(&purpose("matching")).unwrap();
    keys.add_purpose(&purpose("delivery")).unwrap();
    keys
}

#[test]
fn a_value_opens_in_its_slot() {
    let keys = keyring();
    for (person, group, len) in [(0, 0, 0), (6, 7, 1), (7, 6, 31), (255, 255, 5_000)] {
        let slot = Slot { person, group, ..slot((1 << 40) - 1, today()) };
        let plain = vec![b'x'; len];
        let sealed = keys.seal(&slot, &plain).unwrap();
        assert_eq!(open(&keys, &slot, &sealed).unwrap(), plain);
        assert_eq!(sealed.claimed_slot(slot.purpose).unwrap(), slot);
        assert!(!sealed.as_bytes().windows(12).any(|window| window == b"xxxxxxxxxxxx"));
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let keys = keyring();
    let slot = slot(7, today().plus(30));
    let bytes = keys.seal(&slot, PLAIN).unwrap().into_bytes();
    for (at, bit) in (0..bytes.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut altered = bytes.clone();
        altered[at] ^= 1 << bit;
        let error = refusal(open(&keys, &slot, &Sealed::from_bytes(altered)));
        assert!(matches!(error, SealError::Broken), "byte {at} bit {bit}: {error}");
    }
    for len in 0..bytes.len() {
        assert!(open(&keys, &slot, &Sealed::from_bytes(bytes[..len].to_vec())).is_err());
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(open(&keys, &slot, &Sealed::from_bytes(longer)).is_err());
}

/// The slots that differ from `home` in one thing.
fn elsewhere(home: Slot) -> Vec<Slot> {
    vec![
        Slot { purpose: purpose("delivery"), ..home },
        Slot { record: RecordNumber(home.record.0 + 1), ..home },
        Slot { person: home.person + 1, ..home },
        Slot { group: home.group + 1, ..home },
        Slot { schema: home.schema + 1, ..home },
        Slot { expiry: home.expiry.plus(1), ..home },
        Slot { expiry: home.expiry.plus(-1), ..home },
    ]
}

#[test]
fn a_value_moved_elsewhere_does_not_open() {
    let keys = keyring();
    let home = slot(7, today().plus(30));
    let sealed = keys.seal(&home, PLAIN).unwrap();
    for other in elsewhere(home) {
        assert_eq!(refusal(open(&keys, &other, &sealed)).kind(), Kind::Broken, "{other:?}");
        // Nor does it with the header of its new place: the key is another, and the header is authenticated.
        let header = keys.seal(&other, b"").unwrap().into_bytes();
        let disguised = [&header[..12], &sealed.as_bytes()[12..]].concat();
        assert_eq!(refusal(open(&keys, &other, &Sealed::from_bytes(disguised))).kind(), Kind::Broken, "{other:?}");
    }
    assert_eq!(open(&keys, &home, &sealed).unwrap(), PLAIN);
}

#[test]
fn another_service_does_not_open_it() {
    let (one, two) = (keyring(), keyring());
    let slot = slot(7, today());
    assert_eq!(refusal(open(&two, &slot, &one.seal(&slot, PLAIN).unwrap())).kind(), Kind::Broken);
}

#[test]
fn what_cannot_be_sealed_is_refused() {
    let keys = keyring();
    assert!(matches!(refusal(keys.seal(&slot(1, today().plus(-1)), PLAIN)), SealError::Invalid(_)));
    assert!(matches!(refusal(keys.seal(&slot(1 << 40, today()), PLAIN)), SealError::Invalid(_)));
    assert!(matches!(refusal(keys.seal(&slot(1, Day::from_number(99_999)), PLAIN)), SealError::Invalid(_)));
    let stranger = Slot { purpose: purpose("advertising"), ..slot(1, today()) };
    assert!(matches!(refusal(keys.seal(&stranger, PLAIN)), SealError::UnknownPurpose(_)));
    assert!(!keys.is_alive(&stranger));
}

#[test]
fn the_same_value_never_looks_the_same_and_old_versions_stay_readable() {
    let keys = keyring();
    let slot = slot(7, today());
    let (first, second) = (keys.seal(&slot, PLAIN).unwrap(), keys.seal(&slot, PLAIN).unwrap());
    assert_ne!(first.as_bytes()[12..24], second.as_bytes()[12..24]);
    assert_ne!(first.as_bytes()[36..], second.as_bytes()[36..]);
    assert_eq!(open(&keys, &slot, &first).unwrap(), PLAIN);
    assert_eq!(open(&keys, &slot, &second).unwrap(), PLAIN);
}
