use std::sync::atomic::{AtomicBool, Ordering};

use kernel::{Fault, Kind};
use seal::{Keyring, RecordNumber, SealError, Slot};

use crate::{House, erase, now, open, purpose, random, record, refusal, slot, today};

fn keyring() -> Keyring {
    let keys = Keyring::in_memory("cumask", today(), random());
    keys.add_purpose(&purpose("matching")).unwrap();
    keys
}

#[test]
fn a_value_dies_at_the_end_of_its_day() {
    let keys = keyring();
    let values: Vec<_> = (0..10).map(|n| slot(5, today().plus(n))).map(|s| (s, keys.seal(&s, b"x").unwrap())).collect();
    assert_eq!(keys.midnight(today()).unwrap(), 0, "the first day is not over yet");
    for passed in 1..=10 {
        assert!(keys.midnight(today().plus(passed)).unwrap() > 0);
        for (slot, sealed) in &values {
            let alive = slot.expiry >= today().plus(passed);
            assert_eq!(keys.is_alive(slot), alive);
            match open(&keys, slot, sealed) {
                Ok(plain) => assert!(alive && plain == b"x"),
                Err(error) => assert!(!alive && matches!(error, SealError::Gone), "{error}"),
            }
        }
    }
}

#[test]
fn a_clock_that_goes_back_brings_nothing_back() {
    let keys = keyring();
    let slot = slot(5, today());
    let sealed = keys.seal(&slot, b"x").unwrap();
    keys.midnight(today().plus(1)).unwrap();
    assert_eq!(keys.midnight(today()).unwrap(), 0);
    assert!(matches!(refusal(open(&keys, &slot, &sealed)), SealError::Gone));
    assert!(keys.seal(&slot, b"x").is_err());
}

#[test]
fn a_purpose_added_later_has_no_past() {
    let keys = keyring();
    keys.midnight(today().plus(3)).unwrap();
    keys.add_purpose(&purpose("delivery")).unwrap();
    assert!(!keys.is_alive(&Slot { purpose: purpose("delivery"), ..slot(5, today().plus(2)) }));
    assert!(keys.is_alive(&Slot { purpose: purpose("delivery"), ..slot(5, today().plus(3)) }));
}

#[test]
fn a_punctured_record_is_gone_and_its_neighbours_are_not() {
    let keys = keyring();
    let expiry = today().plus(90);
    let values: Vec<_> = (0..64).map(|n| slot(n, expiry)).map(|s| (s, keys.seal(&s, b"x").unwrap())).collect();
    erase(&keys, &[record(33, expiry)]);
    erase(&keys, &[record(33, expiry)]);
    for (slot, sealed) in &values {
        assert_eq!(open(&keys, slot, sealed).is_ok(), slot.record.0 != 33, "{slot:?}");
    }
    let gone = &values[33].0;
    assert!(!keys.is_alive(&Slot { person: 0, group: 0, ..*gone }));
    assert!(keys.is_alive(&Slot { expiry: expiry.plus(1), ..*gone }));
    assert!(matches!(refusal(keys.seal(gone, b"again")), SealError::Gone));
}

#[test]
fn a_batch_of_erasures_ends_in_one_roll() {
    let house = House::new();
    let keys = house.create();
    let expiry = today().plus(90);
    let values: Vec<_> = (0..60).map(|n| slot(n, expiry)).map(|s| (s, keys.seal(&s, b"x").unwrap())).collect();
    let erased: Vec<_> = (0..60).step_by(3).map(|n| record(n, expiry)).collect();
    erase(&keys, &erased);
    assert!(keys.needs_roll());
    let roll = keys.roll().unwrap();
    assert_eq!((roll.erasures, roll.how), (20, "overwritten"));
    assert!(!keys.needs_roll());
    assert_eq!(keys.rolls().unwrap(), [roll]);
    drop(keys);
    let keys = house.open().unwrap();
    for (slot, sealed) in &values {
        assert_eq!(open(&keys, slot, sealed).is_ok(), slot.record.0 % 3 != 0, "{slot:?}");
    }
}

#[test]
fn without_the_deletion_job_a_past_day_is_unreadable_when_the_files_are_opened() {
    let house = House::new();
    let slot = slot(5, today().plus(2));
    let sealed = house.create().seal(&slot, b"x").unwrap();
    assert_eq!(open(&house.open_on(today().plus(2)).unwrap(), &slot, &sealed).unwrap(), b"x");
    let late = house.open_on(today().plus(3)).unwrap();
    assert!(matches!(refusal(open(&late, &slot, &sealed)), SealError::Gone));
    assert_eq!(late.rolls().unwrap().len(), 2, "each start that dropped nodes changed the root");
    drop(late);
    let back = house.open_on(today()).unwrap();
    assert!(matches!(refusal(open(&back, &slot, &sealed)), SealError::Gone));
}

#[test]
fn record_numbers_are_never_handed_out_twice() {
    let house = House::new();
    let mut keys = house.create();
    let mut last = None;
    for _ in 0..5 {
        for _ in 0..3 {
            let next = keys.next_record().unwrap();
            assert!(last < Some(next), "{last:?} {next:?}");
            last = Some(next);
        }
        drop(keys);
        keys = house.open().unwrap();
    }
    let keys = &keys;
    let mut all: Vec<RecordNumber> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| (0..40_000).map(|_| keys.next_record().unwrap()).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 160_000);
    assert!(all.first().copied() > last);
}

#[test]
fn after_destruction_everything_is_refused() {
    let house = House::new();
    let keys = house.create();
    let slot = slot(5, today());
    let sealed = keys.seal(&slot, b"x").unwrap();
    let envelope = keys.envelope_seal("draft", b"x").unwrap();
    let (reference, root) = (keys.prf("reference", b"1"), keys.roll().unwrap().root_id_after);
    let destroyed = keys.destroy(now(), [0; 32]).unwrap();
    assert_eq!((destroyed.root_id.as_str(), destroyed.kind, destroyed.rolls), (root.as_str(), "overwritten", 1));
    assert_eq!(keys.destroy(now(), [0; 32]).unwrap(), destroyed);
    let refusals = [
        keys.seal(&slot, b"x").err(),
        open(&keys, &slot, &sealed).err(),
        keys.next_record().err(),
        keys.blind("person", b"1").err(),
        keys.envelope_seal("draft", b"x").err(),
        keys.envelope_open("draft", &envelope).err(),
        keys.roll().err(),
        keys.midnight(today().plus(1)).err(),
        keys.add_purpose(&purpose("delivery")).err(),
        keys.erase(now(), &[(record(5, today()), [7; 32])]).err(),
        keys.erasures_since(0).err(),
    ];
    for error in refusals {
        assert_eq!(error.unwrap().kind(), Kind::Gone);
    }
    assert_ne!(keys.prf("reference", b"1"), reference);
    assert!(!keys.is_alive(&slot));
    drop(keys);
    assert!(matches!(refusal(house.open()), SealError::Gone));
    assert_eq!(Keyring::destroyed(&house.place()).unwrap(), Some(destroyed));
    assert!(matches!(refusal(Keyring::create(house.place(), "cumask", today(), random())), SealError::Exists(_)));
}

/// Threads seal and open while days pass and records are erased: nobody sees a wrong plaintext, and what was gone when
/// a thread began stays gone.
#[test]
fn threads_agree_on_what_is_alive() {
    let keys = keyring();
    let stop = AtomicBool::new(false);
    let erased = slot(1_000_000, today().plus(50));
    std::thread::scope(|scope| {
        let _stop = StopAtEnd(&stop);
        for thread in 0..3_u64 {
            let (keys, stop) = (&keys, &stop);
            scope.spawn(move || {
                let mut n = 0;
                while !stop.load(Ordering::Relaxed) {
                    n += 1;
                    let slot = slot(thread * 100_000 + n, today().plus(100));
                    let plain = n.to_be_bytes();
                    let sealed = keys.seal(&slot, &plain).unwrap();
                    assert_eq!(open(keys, &slot, &sealed).unwrap(), plain);
                }
            });
        }
        for n in 0..40 {
            keys.midnight(today().plus(n)).unwrap();
            let number = 1_000_000 + u64::try_from(n).unwrap();
            let target = Slot { record: RecordNumber(number), ..erased };
            assert!(keys.is_alive(&target));
            erase(&keys, &[record(number, erased.expiry)]);
            assert!(!keys.is_alive(&target));
        }
    });
}

/// Stops the threads also when an assertion fails, so that the test fails instead of running on.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
