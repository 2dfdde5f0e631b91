//! Keys belong to the kind of installation that made them.

use kernel::Environment;
use seal::{Keyring, SealError};

use crate::{House, open, purpose, random, slot, today};

fn again(house: &House) -> Keyring {
    Keyring::open(house.place(), "masks", today(), random()).unwrap()
}

#[test]
fn promise_08_keys_of_a_test_installation_do_not_open_in_a_live_one_nor_the_other_way_round() {
    for (made, opened) in [(Environment::Test, Environment::Live), (Environment::Live, Environment::Test), (Environment::Demo, Environment::Live)] {
        let house = House::new();
        Keyring::create(house.place(), "masks", today(), random()).unwrap().claim(made).unwrap();
        let keys = again(&house);
        let refused = keys.claim(opened).unwrap_err();
        assert!(matches!(refused, SealError::OtherLabel { .. }));
        let line = format!("the keys of masks belong to a {made} installation and do not open in a {opened} one");
        assert_eq!(refused.to_string(), line);
        keys.roll().unwrap();
        drop(keys);
        again(&house).claim(made).expect("its own still opens it, after a roll too");
    }
}

#[test]
fn keys_from_before_there_were_labels_belong_to_whoever_claims_them_first() {
    let house = House::new();
    let keys = Keyring::create(house.place(), "masks", today(), random()).unwrap();
    keys.add_purpose(&purpose("matching")).unwrap();
    let slot = slot(1, today());
    let sealed = keys.seal(&slot, b"value").unwrap();
    drop(keys);
    let keys = again(&house);
    keys.claim(Environment::Live).unwrap();
    assert_eq!(open(&keys, &slot, &sealed).unwrap(), b"value");
    drop(keys);
    assert!(again(&house).claim(Environment::Test).is_err());
}
