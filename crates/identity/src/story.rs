//! What residents do, what strangers try, and one story on each engine.

use people::SoftwarePasskey;
use store::RunError;
use testkit::both_engines;
use testkit::canary::{Canary, scan_dir};

use crate::rehearsal::{ORIGIN, Stage};
use crate::*;

const MOBILE: &str = "5123 4567";
const OTHER: &str = "5123 7654";

fn refused<T>(result: &Result<T, RunError<SignInError>>) -> bool {
    matches!(result, Err(RunError::Refused(SignInError::Refused)))
}

#[test]
fn from_sign_up_to_the_end_of_an_account_on_both_engines() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let (mut passkey, first) = stage.sign_up(MOBILE);
        assert_eq!(stage.find(&first.token).unwrap().who, first.who);
        let second = stage.sign_in(&mut passkey);
        assert_eq!(second.who.account(), first.who.account());
        assert_ne!(second.token, first.token);
        let (who, now) = (second.who, stage.now());
        assert_eq!(stage.read(|tx| sessions(tx, who.account(), now)).len(), 2);
        assert_eq!(stage.act(move |work| end_other_sessions(work, &who, |_, _| Ok(0))).unwrap(), 1);
        assert!(stage.find(&first.token).is_none() && stage.find(&second.token).is_some());
        let token = second.token.clone();
        stage.act(move |work| sign_out(work, &token, |_, _| Ok(0))).unwrap();
        assert!(stage.find(&second.token).is_none());
        stage.clock.advance_days(800);
        assert_eq!(stage.act(purge).unwrap(), 1);
        assert!(refused(&stage.try_sign_in(&mut passkey)));
        let verbs = stage.verbs();
        for verb in ["code_sent", "code_checked", "account_created", "signed_in", "sessions_ended", "signed_out", "accounts_removed"] {
            assert!(verbs.contains(&format!("identity.{verb}")), "{verb}: {verbs:?}");
        }
    });
}

#[test]
fn one_number_has_one_account_and_only_who_reads_its_messages_learns_so() {
    let stage = Stage::new();
    let racing = stage.ask(MOBILE);
    assert_eq!(stage.check(&racing, &stage.code()), Checked::New);
    stage.sign_up(MOBILE);
    assert!(matches!(stage.make_account(&racing), Err(RunError::Refused(CreateAccountError::HasAccount))));
    let again = stage.ask(MOBILE);
    assert_eq!(stage.check(&again, "000000"), Checked::Wrong);
    assert_eq!(stage.check(&again, &stage.code()), Checked::HasAccount);
    let standing = stage.read(|tx| enrolment_stands(tx, stage.keys(), &again, stage.now()));
    assert_eq!(standing, Checked::HasAccount);
    assert!(matches!(stage.make_account(&again), Err(RunError::Refused(CreateAccountError::HasAccount))));
}

#[test]
fn promise_11_asking_and_a_wrong_code_are_the_same_sql_with_and_without_an_account() {
    let stage = Stage::new();
    stage.sign_up(MOBILE);
    stage.take_sql();
    let mut seen = Vec::new();
    for number in [MOBILE, OTHER] {
        let ticket = stage.ask(number);
        let asked = stage.take_sql();
        let wrong = if stage.code() == "111111" { "222222" } else { "111111" };
        stage.take_sql();
        assert_eq!(stage.check(&ticket, wrong), Checked::Wrong);
        let text = ticket.write(stage.keys(), stage.now().day()).unwrap();
        seen.push((asked, stage.take_sql(), text.expose().len()));
    }
    assert!(!seen[0].0.is_empty() && !seen[0].1.is_empty());
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn promise_11_every_passkey_that_does_not_sign_in_gets_one_answer() {
    let stage = Stage::new();
    let (mut passkey, _) = stage.sign_up(MOBILE);
    let unknown = || {
        let ceremony = stage.begin_first(&stage.ask(OTHER));
        SoftwarePasskey::create(ORIGIN, &ceremony.options).unwrap().0
    };
    assert!(refused(&stage.try_sign_in(&mut unknown())));
    let (one, two) = (stage.begin_sign_in(), stage.begin_sign_in());
    let elsewhere = passkey.get("https://evil.example", &one.options).unwrap();
    assert!(refused(&stage.answer(&one, elsewhere, None)), "another site");
    let unverified = passkey.get_unverified(ORIGIN, &one.options).unwrap();
    assert!(refused(&stage.answer(&one, unverified, None)), "nobody was verified");
    let crossed = passkey.get(ORIGIN, &one.options).unwrap();
    assert!(refused(&stage.answer(&two, crossed, None)), "another challenge");
    let mut forged = passkey.get(ORIGIN, &one.options).unwrap();
    forged["response"]["signature"] = "MEUCIQ".into();
    assert!(refused(&stage.answer(&one, forged, None)), "a bad signature");
    assert!(refused(&stage.answer(&one, serde_json::json!({"id": 7}), None)), "nonsense");
    let good = passkey.get(ORIGIN, &one.options).unwrap();
    assert!(stage.answer(&one, good, None).is_ok(), "refusals used nothing up");
}

#[test]
fn an_answer_counts_once_and_in_time_and_for_its_own_aim() {
    let stage = Stage::new();
    let (mut passkey, _) = stage.sign_up(MOBILE);
    let ceremony = stage.begin_sign_in();
    let answer = passkey.get(ORIGIN, &ceremony.options).unwrap();
    stage.answer(&ceremony, answer.clone(), None).unwrap();
    let over = |result: Result<SignIn, RunError<SignInError>>| matches!(result, Err(RunError::Refused(SignInError::Over)));
    assert!(over(stage.answer(&ceremony, answer, None)), "and is no sign of a copy");
    let slow = stage.begin_sign_in();
    let answer = passkey.get(ORIGIN, &slow.options).unwrap();
    stage.clock.advance_secs(300);
    assert!(over(stage.answer(&slow, answer, None)));
    let further = add_ceremony(&stage, &stage.sign_in(&mut passkey).who);
    let answer = passkey.get(ORIGIN, &stage.begin_sign_in().options).unwrap();
    assert!(over(stage.answer(&further, answer, None)), "a ceremony for another end");
}

fn add_ceremony(stage: &Stage, who: &Resident) -> Ceremony {
    let (now, chance) = (stage.now(), stage.ledger.random().clone());
    let begun = stage.ledger.read("test", |tx| further_passkey(tx, (stage.keys(), &*chance), &stage.rp, now, who, "Account"));
    begun.unwrap()
}

#[test]
fn a_ceremony_of_a_passkey_without_a_counter_counts_once_too() {
    let stage = Stage::new();
    let ticket = stage.ask(MOBILE);
    assert_eq!(stage.check(&ticket, &stage.code()), Checked::New);
    let ceremony = stage.begin_first(&ticket);
    let (_, answer) = SoftwarePasskey::create(ORIGIN, &ceremony.options).unwrap();
    let signed_in = stage.finish_first(&ticket, &ceremony, answer.clone()).unwrap();
    let again = stage.finish_first(&ticket, &ceremony, answer);
    assert!(matches!(again, Err(RunError::Refused(CreateAccountError::Over))));
    let further = add_ceremony(&stage, &signed_in.who);
    let (_, answer) = SoftwarePasskey::create(ORIGIN, &further.options).unwrap();
    let add = |answer| add_passkey(&stage.ledger, &stage.rp, &signed_in.who, (&further.sealed, answer));
    add(answer.clone()).unwrap();
    assert!(matches!(add(answer), Err(RunError::Refused(AddPasskeyError::Over))));
}

#[test]
fn a_copied_passkey_is_suspended_and_everyone_with_it_is_out() {
    let stage = Stage::new();
    let (mut passkey, first) = stage.sign_up(MOBILE);
    stage.sign_in(&mut passkey);
    let mut thief = passkey.copied().unwrap();
    assert!(matches!(stage.try_sign_in(&mut thief).unwrap(), SignIn::Suspended));
    assert!(stage.notice().contains("may exist twice"), "{}", stage.notice());
    assert!(stage.verbs().contains(&"identity.passkey_suspended".to_owned()));
    assert!(refused(&stage.try_sign_in(&mut passkey)));
    assert!(stage.find(&first.token).is_none());
}

#[test]
fn codes_are_tried_five_times_and_live_a_quarter_of_an_hour() {
    let stage = Stage::new();
    let ticket = stage.ask(MOBILE);
    let code = stage.code();
    let wrong = if code == "111111" { "222222" } else { "111111" };
    for _ in 0..5 {
        assert_eq!(stage.check(&ticket, wrong), Checked::Wrong);
    }
    assert_eq!(stage.check(&ticket, &code), Checked::Wrong, "the right one comes too late");
    let ticket = stage.ask(MOBILE);
    let code = stage.code();
    stage.clock.advance_secs(15 * 60);
    assert_eq!(stage.check(&ticket, &code), Checked::Wrong);
    let ticket = stage.ask(MOBILE);
    let spaced: String = stage.code().chars().flat_map(|c| [c, ' ']).collect();
    assert_eq!(stage.check(&ticket, &spaced), Checked::New);
    stage.clock.advance_secs(15 * 60);
    assert!(matches!(stage.make_account(&ticket), Err(RunError::Refused(CreateAccountError::Over))));
}

#[test]
fn codes_are_limited_for_a_number_and_for_a_network_in_the_database() {
    let stage = Stage::new();
    let often = |asked: Result<Ticket, RunError<BeginError>>| matches!(asked, Err(RunError::Refused(BeginError::Often)));
    for network in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"] {
        stage.ask_from(MOBILE, network).unwrap();
    }
    assert!(often(stage.ask_from(MOBILE, "192.0.2.6")), "from wherever it is asked");
    assert_eq!(stage.texts(), 5);
    for number in 0..295 {
        stage.ask_from(&format!("5124 {number:04}"), "192.0.2.1").unwrap_or_else(|_| panic!("{number}"));
    }
    stage.clock.advance_secs(60);
    let asked = (0..20).filter(|number| stage.ask_from(&format!("5125 {number:04}"), "192.0.2.1").is_ok()).count();
    assert_eq!(asked, 4, "300 an hour, one of which was for the first number");
    assert!(stage.ask_from("5126 0000", "192.0.2.9").is_ok(), "others ask on");
    stage.clock.advance_days(1);
    assert!(stage.ask_from(MOBILE, "192.0.2.1").is_ok(), "a new day");
}

#[test]
fn strangers_who_use_up_all_codes_of_a_number_lock_nobody_out() {
    let stage = Stage::new();
    let (mut passkey, _) = stage.sign_up(MOBILE);
    while stage.ask_from(MOBILE, "203.0.113.5").is_ok() {}
    stage.sign_in(&mut passkey);
}

#[test]
fn passkeys_are_added_told_apart_and_removed_but_never_the_last() {
    let stage = Stage::new();
    let (_, signed_in) = stage.sign_up(MOBILE);
    let who = signed_in.who;
    let remove = |passkey| stage.act(move |work| remove_passkey(work, &who, passkey, |_, _| Ok(0)));
    assert!(matches!(remove(signed_in.passkey.unwrap()), Err(RunError::Refused(PasskeyError::Last))));
    stage.clock.advance_secs(1);
    let ceremony = add_ceremony(&stage, &who);
    let (mut second, answer) = SoftwarePasskey::create(ORIGIN, &ceremony.options).unwrap();
    let added = add_passkey(&stage.ledger, &stage.rp, &who, (&ceremony.sealed, answer)).unwrap();
    stage.act(move |work| tell_device(work, &who, added, Device::Tablet)).unwrap();
    let told = stage.read(|tx| passkeys(tx, who.account()));
    assert_eq!(told.iter().map(|one| (one.device, one.last_used.is_some())).collect::<Vec<_>>(), [
        (Device::Other, false),
        (Device::Tablet, false)
    ]);
    let other = stage.sign_in(&mut second);
    remove(added).unwrap();
    assert!(stage.find(&other.token).is_none(), "what began with it has ended");
    assert!(refused(&stage.try_sign_in(&mut second)));
    assert!(matches!(remove(added), Err(RunError::Refused(PasskeyError::Missing))));
}

#[test]
fn nobody_touches_what_is_anothers_and_what_matters_wants_a_sign_in_of_now() {
    let stage = Stage::new();
    let (mut passkey, mine) = stage.sign_up(MOBILE);
    let (_, theirs) = stage.sign_up(OTHER);
    let (who, passkey_of_mine, session_of_mine) = (theirs.who, mine.passkey.unwrap(), mine.who.session());
    let removed = stage.act(move |work| remove_passkey(work, &who, passkey_of_mine, |_, _| Ok(0)));
    assert!(matches!(removed, Err(RunError::Refused(PasskeyError::Missing))));
    let told = stage.act(move |work| tell_device(work, &who, passkey_of_mine, Device::Phone));
    assert!(matches!(told, Err(RunError::Refused(PasskeyError::Missing))));
    assert!(!stage.act(move |work| end_session(work, &who, session_of_mine, |_, _| Ok(0))).unwrap());
    assert!(stage.find(&mine.token).is_some());
    stage.clock.advance_secs(FRESH_MINUTES * 60);
    let old = mine.who;
    let removed = stage.act(move |work| remove_passkey(work, &old, passkey_of_mine, |_, _| Ok(0)));
    assert!(matches!(removed, Err(RunError::Refused(PasskeyError::Stale))));
    let again = stage.begin_sign_in();
    let answer = passkey.get(ORIGIN, &again.options).unwrap();
    let SignIn::Welcome(fresh) = stage.answer(&again, answer, Some(mine.token.clone())).unwrap() else { panic!() };
    assert!(stage.find(&mine.token).is_none() && fresh.who.is_fresh(stage.now()), "the session is a new one");
}

#[test]
fn a_session_dies_of_idleness_and_of_age() {
    let stage = Stage::new();
    let (mut passkey, first) = stage.sign_up(MOBILE);
    stage.clock.advance_secs(29 * 60);
    let found = stage.find(&first.token).unwrap();
    assert!(found.stale);
    assert_eq!(found.ends, stage.now().plus_secs(30 * 60));
    stage.clock.advance_secs(60);
    assert!(stage.find(&first.token).is_none());
    let busy = stage.sign_in(&mut passkey);
    for _ in 0..(12 * 60 / 20 - 1) {
        stage.clock.advance_secs(20 * 60);
        let who = stage.find(&busy.token).unwrap().who;
        stage.act(move |work| keep_session(work, &who)).unwrap();
    }
    assert_eq!(stage.find(&busy.token).unwrap().ends, stage.now().plus_secs(20 * 60));
    stage.clock.advance_secs(20 * 60);
    assert!(stage.find(&busy.token).is_none());
    stage.act(purge).unwrap();
    let (account, long_ago) = (busy.who.account(), first.who.started.plus_secs(60));
    assert!(stage.read(|tx| sessions(tx, account, long_ago)).is_empty(), "and their rows go");
}

#[test]
fn promise_02_an_account_lives_on_when_it_is_used_and_ends_unread_when_not() {
    let stage = Stage::new();
    let (mut used, first) = stage.sign_up(MOBILE);
    let (mut idle, _) = stage.sign_up(OTHER);
    let expiry = |account| stage.read(|tx| storage::account::find(tx, account)).unwrap().expiry;
    let before = expiry(first.who.account());
    assert_eq!(before, stage.now().day().plus_months(24));
    stage.clock.advance_days(400);
    stage.keys().midnight(stage.now().day()).unwrap();
    stage.sign_in(&mut used);
    assert_eq!(expiry(first.who.account()), stage.now().day().plus_months(24));
    assert!(stage.verbs().contains(&"identity.account_renewed".to_owned()));
    stage.sign_in(&mut used);
    assert_eq!(stage.verbs().iter().filter(|verb| *verb == "identity.account_renewed").count(), 1, "once a month at most");
    stage.clock.advance_days(400);
    stage.keys().midnight(stage.now().day()).unwrap();
    assert_eq!(stage.act(purge).unwrap(), 1);
    assert!(refused(&stage.try_sign_in(&mut idle)));
    let again = stage.ask(OTHER);
    assert_eq!(stage.check(&again, &stage.code()), Checked::New, "and its number is free");
    stage.sign_in(&mut used);
}

#[test]
fn promise_01_no_number_stands_in_any_file() {
    let stage = Stage::new();
    stage.sign_up(MOBILE);
    let canaries = [Canary::new("mobile", MOBILE.replace(' ', ""))];
    assert_eq!(scan_dir(stage.files(), &canaries), []);
    std::fs::write(stage.files().join("planted"), "number 51234567").unwrap();
    assert_eq!(scan_dir(stage.files(), &canaries).len(), 1, "the search can fail");
}
