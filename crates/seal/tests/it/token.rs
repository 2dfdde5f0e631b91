use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::object::{Attribute, AttributeType, ObjectClass};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use kernel::Kind;
use kernel::{Fault, Secret};
use seal::{CertificateKey, KeyPlace, Keyring, RootPlace, SealError, Sealed, TokenKey, TokenPlace, verify_p256};

use crate::softhsm::{Home, PIN, act, copy, token_place};
use crate::{House, erase, now, open, purpose, random, record, refusal, slot, today};

fn create(place: KeyPlace) -> Keyring {
    let keys = Keyring::create(place, "cumask", today(), random()).unwrap();
    keys.add_purpose(&purpose("matching")).unwrap();
    keys
}

fn reopen(place: KeyPlace) -> Result<Keyring, SealError> {
    Keyring::open(place, "cumask", today(), random())
}

/// Runs a test's body in a process of its own with a fresh token.
fn alone(test: &str, body: fn(&Home)) {
    if let Some((home, _)) = act() {
        body(&home);
        return home.done();
    }
    let folder = tempfile::tempdir().unwrap();
    Home::new(folder.path()).run(test, "body");
}

#[test]
fn a_root_in_a_token_lives_rolls_and_is_destroyed() {
    alone("token::a_root_in_a_token_lives_rolls_and_is_destroyed", |home| {
        let keys = create(home.place());
        let (kept, gone) = (slot(5, today().plus(9)), slot(6, today().plus(9)));
        let values = [kept, gone].map(|slot| keys.seal(&slot, b"x").unwrap());
        drop(keys);
        let keys = reopen(home.place()).unwrap();
        assert_eq!(open(&keys, &kept, &values[0]).unwrap(), b"x");
        erase(&keys, &[record(6, gone.expiry)]);
        let old = std::fs::read(home.place().tree).unwrap();
        let roll = keys.roll().unwrap();
        assert_eq!((roll.how, roll.number, roll.erasures), ("destroyed", 1, 1));
        assert_eq!(home.keys(), 1, "the old key is gone from the token");
        assert!(!home.0.join("roots").exists());
        drop(keys);

        let present = std::fs::read(home.place().tree).unwrap();
        std::fs::write(home.place().tree, &old).unwrap();
        assert!(matches!(refusal(reopen(home.place())), SealError::Stale { tree: 0, root: 1, .. }));
        std::fs::write(home.place().tree, &present).unwrap();
        let keys = reopen(home.place()).unwrap();
        assert_eq!(keys.rolls().unwrap(), [roll]);
        assert_eq!(open(&keys, &kept, &values[0]).unwrap(), b"x");
        assert!(matches!(refusal(open(&keys, &gone, &values[1])), SealError::Gone));
        keys.midnight(today().plus(1)).unwrap();

        let destroyed = keys.destroy(now(), [9; 32]).unwrap();
        assert_eq!((destroyed.kind, destroyed.rolls, home.keys()), ("destroyed", 2, 0));
        drop(keys);
        assert!(matches!(refusal(reopen(home.place())), SealError::Gone));
        assert_eq!(Keyring::destroyed(&home.place()).unwrap(), Some(destroyed));
        std::fs::write(home.place().tree, &present).unwrap();
        std::fs::remove_file(home.place().erasures).unwrap();
        let error = refusal(reopen(home.place()));
        assert!(matches!(error, SealError::NoTokenKey(_)) && !error.to_string().contains('\n'), "{error}");
    });
}

fn session(place: &TokenPlace) -> Session {
    let module = Pkcs11::new(&place.module).unwrap();
    drop(module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)));
    let slot = module.get_slots_with_initialized_token().unwrap()[0];
    module.open_rw_session(slot).unwrap()
}

#[test]
fn the_key_cannot_be_taken_out_of_the_token() {
    alone("token::the_key_cannot_be_taken_out_of_the_token", |home| {
        let _keys = create(home.place());
        let session = session(&token_place(PIN));
        let of_this = [Attribute::Class(ObjectClass::SECRET_KEY)];
        assert_eq!(session.find_objects(&of_this).unwrap(), [], "nothing is seen without the PIN");
        session.login(UserType::User, Some(&AuthPin::new(PIN.into()))).unwrap();
        let [key] = session.find_objects(&of_this).unwrap()[..] else { panic!("one key") };
        let asked = [AttributeType::Extractable, AttributeType::NeverExtractable, AttributeType::AlwaysSensitive, AttributeType::Local];
        let expected = [
            Attribute::Extractable(false),
            Attribute::NeverExtractable(true),
            Attribute::AlwaysSensitive(true),
            Attribute::Local(true),
        ];
        assert_eq!(session.get_attributes(key, &asked).unwrap(), expected);
        assert!(session.get_attributes(key, &[AttributeType::Value]).unwrap_or_default().is_empty());
    });
}

#[test]
fn a_refused_pin_is_not_tried_again() {
    alone("token::a_refused_pin_is_not_tried_again", |home| {
        let wrong = KeyPlace { root: RootPlace::Token(token_place("999999")), ..home.place() };
        let error = refusal(Keyring::create(wrong, "cumask", today(), random()));
        assert_eq!(error.to_string(), "the token lionrock: it refused the PIN");
        assert_eq!(error.kind(), Kind::Broken);
        let keys = create(home.place());
        let change = |from: &str, to: &str| {
            let session = session(&token_place(PIN));
            session.login(UserType::User, Some(&AuthPin::new(from.into()))).unwrap();
            session.set_pin(&AuthPin::new(from.into()), &AuthPin::new(to.into())).unwrap();
        };
        change(PIN, "161803");
        assert_eq!(refusal(keys.roll()).to_string(), "the token lionrock: it refused the PIN");
        change("161803", PIN);
        assert!(refusal(keys.roll()).to_string().contains("is not asked again"));
        let slot = slot(5, today().plus(9));
        let sealed = keys.seal(&slot, b"x").unwrap();
        assert_eq!(open(&keys, &slot, &sealed).unwrap(), b"x", "what needs no token goes on");
        drop(keys);
        let keys = reopen(home.place()).unwrap();
        assert_eq!(keys.roll().unwrap().number, 1);
    });
}

#[test]
fn a_token_that_is_not_there_or_not_the_one_is_said_in_one_line() {
    alone("token::a_token_that_is_not_there_or_not_the_one_is_said_in_one_line", |home| {
        drop(create(home.place()));
        let with = |change: fn(&mut TokenPlace)| {
            let mut token = token_place(PIN);
            change(&mut token);
            refusal(reopen(KeyPlace { root: RootPlace::Token(token), ..home.place() })).to_string()
        };
        let other = with(|token| token.token = "other".into());
        assert!(other.contains("no") && other.contains("other") && !other.contains('\n'), "{other}");
        let module = with(|token| token.module = "/no/such/module.so".into());
        assert!(module.contains("/no/such/module.so") && !module.contains('\n'), "{module}");
        let no_module = with(|token| token.module = "/etc/hostname".into());
        assert!(no_module.contains("/etc/hostname") && !no_module.contains('\n'), "{no_module}");

        let in_files = House::new();
        drop(in_files.create());
        let place = KeyPlace { root: RootPlace::Token(token_place(PIN)), ..in_files.place() };
        assert!(matches!(refusal(reopen(place)), SealError::Custody { stands: "in a file", .. }));
        let place = KeyPlace { root: RootPlace::File(home.0.join("roots/cumask.root")), ..home.place() };
        std::fs::create_dir(home.0.join("roots")).unwrap();
        assert!(matches!(refusal(reopen(place)), SealError::Custody { stands: "in a token", .. }));
        reopen(home.place()).unwrap();
    });
}

#[test]
fn two_installations_share_a_token_without_touching_each_other() {
    alone("token::two_installations_share_a_token_without_touching_each_other", |home| {
        let second = KeyPlace { tree: home.0.join("second/cumask.tree"), erasures: home.0.join("second/tiles/erasures"), ..home.place() };
        let (one, two) = (create(home.place()), create(second.clone()));
        let slot = slot(5, today().plus(9));
        let sealed = two.seal(&slot, b"x").unwrap();
        for _ in 0..3 {
            one.roll().unwrap();
            two.roll().unwrap();
            assert_eq!(home.keys(), 2);
        }
        one.destroy(now(), [0; 32]).unwrap();
        assert_eq!(home.keys(), 1);
        drop(two);
        assert_eq!(open(&reopen(second).unwrap(), &slot, &sealed).unwrap(), b"x");
    });
}

/// The states a crash can leave of tree and token in the middle of a roll, each opened in a process of its own.
#[test]
fn a_roll_in_a_token_may_be_interrupted_anywhere() {
    let test = "token::a_roll_in_a_token_may_be_interrupted_anywhere";
    if let Some((home, act)) = act() {
        in_the_middle_of_a_roll(&home, &act);
        return home.done();
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let before = Home::new(&at("before"));
    before.run(test, "begin");
    let after = before.copy_to(&at("after"));
    after.run(test, "roll");

    let made = before.copy_to(&at("the new key is made"));
    copy(&after.tokens(), &made.tokens());
    made.run(test, "check");
    let written = after.copy_to(&at("the tree is written"));
    copy(&before.tokens(), &written.tokens());
    written.run(test, "check");
    after.copy_to(&at("the old key is destroyed")).run(test, "check");
    before.copy_to(&at("nothing is done")).run(test, "check");

    let stolen = after.copy_to(&at("an old tree"));
    copy(&before.0.join("keys"), &stolen.0.join("keys"));
    stolen.run(test, "refused");

    let stone = after.copy_to(&at("the stone is written"));
    stone.run(test, "destroy");
    copy(&after.tokens(), &stone.tokens());
    assert!(stone.keys() > 0);
    stone.run(test, "destroyed");
    assert_eq!(stone.keys(), 0);
}

fn in_the_middle_of_a_roll(home: &Home, act: &str) {
    let slots = [5, 6].map(|n| slot(n, today().plus(9)));
    let sealed = home.0.join("sealed");
    let alive = |keys: &Keyring| {
        let bytes = std::fs::read(&sealed).unwrap();
        let values = bytes.chunks(bytes.len() / 2).map(|half| Sealed::from_bytes(half.to_vec()));
        slots.iter().zip(values).map(|(slot, value)| open(keys, slot, &value).is_ok()).collect::<Vec<_>>()
    };
    match act {
        "begin" => {
            let keys = create(home.place());
            let values: Vec<Vec<u8>> = slots.iter().map(|slot| keys.seal(slot, b"x").unwrap().into_bytes()).collect();
            std::fs::write(&sealed, values.concat()).unwrap();
            erase(&keys, &[record(6, today().plus(9))]);
        }
        "roll" => drop(reopen(home.place()).unwrap()),
        "check" => {
            let keys = reopen(home.place()).unwrap();
            assert_eq!(alive(&keys), [true, false]);
            assert!(!keys.needs_roll());
            assert_eq!(home.keys(), 1);
            keys.roll().unwrap();
            assert_eq!((alive(&keys), home.keys()), (vec![true, false], 1));
        }
        "refused" => assert!(matches!(refusal(reopen(home.place())), SealError::Stale { tree: 0, root: 1, .. })),
        "destroy" => drop(reopen(home.place()).unwrap().destroy(now(), [9; 32]).unwrap()),
        "destroyed" => assert!(matches!(refusal(reopen(home.place())), SealError::Gone)),
        other => panic!("no such act: {other}"),
    }
}

#[test]
fn the_pin_is_never_printed() {
    let place = TokenPlace { module: "m".into(), token: "t".into(), pin: Secret::new("271828".into()) };
    assert!(!format!("{:?}", RootPlace::Token(place)).contains("271828"));
}

#[test]
fn a_root_moves_from_a_file_into_a_token_and_back() {
    alone("token::a_root_moves_from_a_file_into_a_token_and_back", |home| {
        let root = home.0.join("roots/cumask.root");
        let in_file = KeyPlace { root: RootPlace::File(root.clone()), ..home.place() };
        let keys = create(in_file.clone());
        let (kept, gone) = (slot(5, today().plus(9)), slot(6, today().plus(9)));
        let values = [kept, gone].map(|slot| keys.seal(&slot, b"x").unwrap());
        let in_file_before = (std::fs::read(&in_file.tree).unwrap(), std::fs::read(&root).unwrap());
        erase(&keys, &[record(6, gone.expiry)]);
        drop(keys);
        let rehouse = |from: &KeyPlace, to: &KeyPlace| {
            Keyring::rehouse(from.root.clone(), to, "cumask", today(), random()).unwrap()
        };
        let check = |keys: &Keyring| {
            assert_eq!(open(keys, &kept, &values[0]).unwrap(), b"x");
            assert!(matches!(refusal(open(keys, &gone, &values[1])), SealError::Gone));
            assert!(!keys.needs_roll());
        };
        check(&rehouse(&in_file, &home.place()));
        assert_eq!((root.exists(), home.keys()), (false, 1));
        assert!(matches!(refusal(reopen(in_file.clone())), SealError::Custody { .. }));
        // A crash before the old file was removed: the move is done once more.
        std::fs::write(&root, &in_file_before.1).unwrap();
        check(&rehouse(&in_file, &home.place()));
        assert!(!root.exists());
        check(&reopen(home.place()).unwrap());
        check(&rehouse(&home.place(), &in_file));
        assert_eq!((root.exists(), home.keys()), (true, 0));
        let keys = reopen(in_file).unwrap();
        check(&keys);
        let how: Vec<_> = keys.rolls().unwrap().iter().map(|roll| roll.how).collect();
        assert_eq!(how.last(), Some(&"destroyed"));
        assert_eq!(how.first(), Some(&"overwritten"));
    });
}

#[test]
fn a_signing_key_is_made_in_the_token_once_and_never_leaves_it() {
    alone("token::a_signing_key_is_made_in_the_token_once_and_never_leaves_it", |_| {
        let key = TokenKey::create(token_place(PIN), "issuing").unwrap();
        let signature = key.sign(b"message").unwrap();
        assert!(verify_p256(&key.public_point(), b"message", &signature));
        assert!(!verify_p256(&key.public_point(), b"massage", &signature));
        let again = TokenKey::open(token_place(PIN), "issuing").unwrap();
        assert_eq!(again.public_point(), key.public_point());
        assert!(matches!(TokenKey::create(token_place(PIN), "issuing"), Err(SealError::Token { .. })));
        assert!(matches!(TokenKey::open(token_place(PIN), "other"), Err(SealError::Token { .. })));
    });
}
