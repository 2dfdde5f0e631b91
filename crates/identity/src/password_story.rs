//! The way in without a passkey: what it opens, what it does not, and what strangers cannot do to it.

use store::RunError;
use testkit::both_engines;
use testkit::canary::{Canary, scan_dir};

use crate::rehearsal::Stage;
use crate::*;

const MOBILE: &str = "5123 4567";
const OTHER: &str = "5123 7654";
const PASSWORD: &str = "seven tall junks";
const HERE: (&str, Option<&KnownDevice>) = ("192.0.2.1", None);

fn chosen(typed: &str) -> NewPassword {
    NewPassword::parse(typed, None).unwrap()
}

impl Stage {
    fn sign_up_by_password(&self, number: &str) -> SignedIn {
        let ticket = self.ask(number);
        assert_eq!(self.check(&ticket, &self.code()), Checked::New);
        create_password_account(&self.ledger, &self.charter, &ticket, kernel::Language::En, &chosen(PASSWORD)).unwrap()
    }

    fn try_password(&self, ticket: &Ticket, code: &str, password: &str) -> Option<SignedIn> {
        match sign_in_by_password(&self.ledger, &self.charter, ticket, (code, password), (None, |_, _| Ok(0))) {
            Ok(signed_in) => Some(signed_in),
            Err(RunError::Refused(PasswordSignInError::Refused)) => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn by_password(&self, number: &str, password: &str) -> Option<SignedIn> {
        let ticket = self.ask_code(CodeFor::SignIn, number, HERE).unwrap();
        self.try_password(&ticket, &self.code(), password)
    }

    fn add_passkey(&self, who: &Resident) -> Result<people::SoftwarePasskey, AddPasskeyError> {
        let (now, chance) = (self.now(), self.ledger.random().clone());
        let begun = self.ledger.read("test", |tx| further_passkey(tx, (self.keys(), &*chance), &self.rp, now, who, "Account"));
        let begun = begun.map_err(|error| if let RunError::Refused(error) = error { error } else { panic!("{error}") })?;
        let (passkey, answer) = people::SoftwarePasskey::create(crate::rehearsal::ORIGIN, &begun.options).unwrap();
        add_passkey(&self.ledger, &self.rp, who, (&begun.sealed, answer)).unwrap();
        Ok(passkey)
    }
}

#[test]
fn a_phone_without_passkeys_has_a_password_and_a_code_on_both_engines() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let first = stage.sign_up_by_password(MOBILE);
        assert_eq!(first.who.means(), Means::Password);
        let second = stage.by_password(MOBILE, PASSWORD).unwrap();
        assert_eq!(second.who.account(), first.who.account());
        assert_eq!(stage.find(&second.token).unwrap().who.means(), Means::Password);
        assert!(stage.by_password(MOBILE, "eight tall junks").is_none(), "another password");
        stage.clock.advance_secs(1);
        let (who, charter) = (second.who, &stage.charter);
        change_password(&stage.ledger, charter, &who, &chosen("nine small boats"), |_, _| Ok(0)).unwrap();
        assert!(stage.find(&first.token).is_none(), "sessions of the old one end");
        assert!(stage.by_password(MOBILE, PASSWORD).is_none());
        let third = stage.by_password(MOBILE, "nine small boats").unwrap().who;
        let remove = |who: Resident| stage.act(move |work| remove_password(work, &who, |_, _| Ok(0)));
        assert!(matches!(remove(third), Err(RunError::Refused(ChangePasswordError::Last))));
        let mut passkey = stage.add_passkey(&third).unwrap();
        let strong = stage.sign_in(&mut passkey);
        assert_eq!(strong.who.means(), Means::Passkey);
        remove(strong.who).unwrap();
        assert!(matches!(remove(strong.who), Err(RunError::Refused(ChangePasswordError::Missing))));
        let again = change_password(&stage.ledger, charter, &strong.who, &chosen(PASSWORD), |_, _| Ok(0));
        assert!(matches!(again, Err(RunError::Refused(ChangePasswordError::Missing))), "no weaker way in is added");
    });
}

#[test]
fn neither_a_code_nor_a_password_alone_opens_anything_and_tries_are_counted() {
    let stage = Stage::new();
    stage.sign_up_by_password(MOBILE);
    let ticket = stage.ask_code(CodeFor::SignIn, MOBILE, HERE).unwrap();
    let code = stage.code();
    let wrong = if code == "111111" { "222222" } else { "111111" };
    assert!(stage.try_password(&ticket, wrong, PASSWORD).is_none());
    for _ in 0..4 {
        assert!(stage.try_password(&ticket, &code, "not the password").is_none());
    }
    assert!(stage.try_password(&ticket, &code, PASSWORD).is_none(), "five tries, right or wrong");
    let for_sign_up = stage.ask(MOBILE);
    assert!(stage.try_password(&for_sign_up, &stage.code(), PASSWORD).is_none(), "a code for something else");
    let for_sign_in = stage.ask_code(CodeFor::SignIn, OTHER, HERE).unwrap();
    assert_eq!(stage.check(&for_sign_in, &stage.code()), Checked::Wrong, "and the other way round");
    let once = stage.ask_code(CodeFor::SignIn, MOBILE, HERE).unwrap();
    let code = stage.code();
    assert!(stage.try_password(&once, &code, PASSWORD).is_some());
    assert!(stage.try_password(&once, &code, PASSWORD).is_none(), "a code counts once");
    stage.clock.advance_days(1);
    let late = stage.ask_code(CodeFor::SignIn, MOBILE, HERE).unwrap();
    let code = stage.code();
    stage.clock.advance_secs(15 * 60);
    assert!(stage.try_password(&late, &code, PASSWORD).is_none());
}

#[test]
fn what_matters_wants_a_sign_in_of_now_and_a_verified_account_gets_no_passkey_by_password() {
    let stage = Stage::new();
    let who = stage.sign_up_by_password(MOBILE).who;
    let verified = who.account();
    stage.act(move |work| storage::account::set_level(work.tx(), verified, Level::Verified)).unwrap();
    assert!(matches!(stage.add_passkey(&who), Err(AddPasskeyError::Weak)));
    stage.clock.advance_secs(FRESH_MINUTES * 60);
    assert!(matches!(stage.add_passkey(&who), Err(AddPasskeyError::Stale)));
    let changed = change_password(&stage.ledger, &stage.charter, &who, &chosen("nine small boats"), |_, _| Ok(0));
    assert!(matches!(changed, Err(RunError::Refused(ChangePasswordError::Stale))));
}

#[test]
fn promise_11_a_password_sign_in_is_the_same_sql_with_and_without_an_account_on_both_engines() {
    both_engines(|place| {
        let stage = Stage::at(place);
        stage.sign_up_by_password(MOBILE);
        stage.sign_up("5199 0000");
        let mut seen = Vec::new();
        for number in [MOBILE, OTHER, "5199 0000"] {
            stage.take_sql();
            let ticket = stage.ask_code(CodeFor::SignIn, number, HERE).unwrap();
            let asked = stage.take_sql();
            let code = stage.code();
            let wrong = if code == "111111" { "222222" } else { "111111" };
            let tries = [wrong, code.as_str()].map(|code| {
                stage.take_sql();
                assert!(stage.try_password(&ticket, code, "not the password").is_none());
                stage.take_sql()
            });
            seen.push((asked, tries, ticket.write(stage.keys(), stage.now().day()).unwrap().expose().len()));
        }
        assert!(!seen[0].0.is_empty() && !seen[0].1[0].is_empty());
        assert!(seen.iter().all(|one| *one == seen[0]), "{seen:#?}");
    });
}

/// A password is hashed on purpose slowly, and as slowly where there is none. The fastest of some tries is held against the fastest of
/// some hashes in between: whatever else a machine does makes both slower and neither faster.
#[test]
fn promise_11_a_password_sign_in_is_the_same_work_with_and_without_an_account() {
    let stage = Stage::new();
    stage.sign_up_by_password(MOBILE);
    stage.sign_up("5199 0000");
    let hash = seal::PasswordHash::decoy(&**stage.ledger.random());
    let password = kernel::Secret::new("not the password".to_owned());
    let timed = |act: &dyn Fn()| {
        let began = std::time::Instant::now();
        act();
        began.elapsed()
    };
    for number in [MOBILE, OTHER, "5199 0000"] {
        for right in [true, false] {
            let ticket = stage.ask_code(CodeFor::SignIn, number, HERE).unwrap();
            let code = if right { stage.code() } else { "no code".to_owned() };
            let hashing = || assert!(!hash.fits(&password).unwrap());
            let trying = || assert!(stage.try_password(&ticket, &code, "not the password").is_none());
            let (hashed, tried): (Vec<_>, Vec<_>) = (0..4).map(|_| (timed(&hashing), timed(&trying))).unzip();
            let enough = *tried.iter().min().unwrap() > *hashed.iter().min().unwrap() / 3;
            assert!(enough, "{number}, right code {right}: {tried:?}, and hashes take {hashed:?}");
        }
    }
}

#[test]
fn a_stranger_who_burns_every_budget_locks_no_known_device_out() {
    let stage = Stage::new();
    let ticket = stage.ask(MOBILE);
    assert_eq!(stage.check(&ticket, &stage.code()), Checked::New);
    create_password_account(&stage.ledger, &stage.charter, &ticket, kernel::Language::En, &chosen(PASSWORD)).unwrap();
    let (keys, today) = (stage.keys(), stage.now().day());
    let cookie = KnownDevice::of(keys, &ticket, today).write(keys).unwrap();
    let known = KnownDevice::read(cookie.expose(), keys).unwrap();
    let hour = kernel::Instant::from_millis((stage.now().millis() / 3_600_000 + 1) * 3_600_000);
    // Everybody together asked ten thousand times, and the stranger for this number wherever he could.
    stage.act(move |work| (0..10_000).try_for_each(|_| storage::budget::count(work.tx(), "all", [0; 32], hour).map(drop))).unwrap();
    assert!(stage.ask_code(CodeFor::SignIn, OTHER, ("203.0.113.9", None)).is_err(), "nothing is left for anybody");
    while stage.ask_code(CodeFor::SignIn, MOBILE, ("203.0.113.5", None)).is_ok() {}
    let mine = stage.ask_code(CodeFor::SignIn, MOBILE, ("192.0.2.1", Some(&known))).unwrap();
    assert!(stage.try_password(&mine, &stage.code(), PASSWORD).is_some());
    let forged = cookie.expose().replace('0', "1");
    assert!(KnownDevice::read(&forged, keys).is_none());
    let elsewhere = stage.ask_code(CodeFor::SignIn, OTHER, ("192.0.2.1", Some(&known)));
    assert!(elsewhere.is_err(), "it is known for its own number only");
    for _ in 0..9 {
        stage.ask_code(CodeFor::SignIn, MOBILE, ("192.0.2.1", Some(&known))).unwrap();
    }
    assert!(stage.ask_code(CodeFor::SignIn, MOBILE, ("192.0.2.1", Some(&known))).is_err(), "ten a day");
    stage.clock.advance_days(181);
    while stage.ask_code(CodeFor::SignIn, MOBILE, ("203.0.113.5", None)).is_ok() {}
    let old = stage.ask_code(CodeFor::SignIn, MOBILE, ("192.0.2.1", Some(&known)));
    assert!(old.is_err(), "and for half a year");
}

#[test]
fn a_neighbourhood_that_asks_too_often_is_held_back_as_a_whole() {
    let stage = Stage::new();
    let hour = kernel::Instant::from_millis((stage.now().millis() / 3_600_000 + 1) * 3_600_000);
    let budget::Payer::Stranger { block, .. } = budget::Payer::stranger(stage.keys(), "203.0.113.5") else { panic!() };
    stage.act(move |work| (0..2_000).try_for_each(|_| storage::budget::count(work.tx(), "block", block, hour).map(drop))).unwrap();
    assert!(stage.ask_from(MOBILE, "203.0.113.77").is_err(), "a fresh address of the same block");
    assert!(stage.ask_from(MOBILE, "203.0.112.77").is_ok());
}

#[test]
fn promise_02_a_password_lives_and_ends_with_its_account() {
    let stage = Stage::new();
    let account = stage.sign_up_by_password(MOBILE).who.account();
    let hash = |stage: &Stage| stage.read(|tx| storage::password::find(tx, account)).map(|row| row.hash.expiry);
    let first = hash(&stage).unwrap();
    stage.clock.advance_days(400);
    stage.keys().midnight(stage.now().day()).unwrap();
    stage.by_password(MOBILE, PASSWORD).unwrap();
    assert!(hash(&stage).unwrap() > first, "sealed anew");
    stage.clock.advance_days(400);
    stage.keys().midnight(stage.now().day()).unwrap();
    stage.by_password(MOBILE, PASSWORD).expect("what was sealed anew opens");
    stage.clock.advance_days(800);
    assert_eq!(stage.act(purge).unwrap(), 1);
    assert!(hash(&stage).is_none());
}

#[test]
fn promise_01_no_password_stands_in_any_file() {
    let stage = Stage::new();
    stage.sign_up_by_password(MOBILE);
    stage.by_password(MOBILE, PASSWORD).unwrap();
    assert_eq!(scan_dir(stage.files(), &[Canary::new("password", PASSWORD.to_owned())]), []);
}
