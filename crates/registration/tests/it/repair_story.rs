use journal::Actor;
use registration::{Channel, CodeError, Reference, check_code, request_code, send_codes};
use testkit::both_engines;

use crate::stage::{Stage, form};

fn ask(stage: &Stage, reference: Reference) {
    stage.act(Actor::Visitor, move |work| request_code(work, reference)).unwrap();
}

fn send(stage: &Stage) -> usize {
    send_codes(&stage.ledger, &stage.scheme, &stage.sender, 100).unwrap()
}

fn check(stage: &Stage, reference: Reference, code: &str) -> Result<kernel::Id<kernel::kinds::Household>, CodeError> {
    let (keys, code) = (stage.ledger.keys().clone(), code.to_owned());
    stage.act(Actor::Visitor, move |work| check_code(work, &keys, reference, &code)).unwrap()
}

/// The six digits of the newest text to this mobile.
fn code(stage: &Stage, mobile: &str) -> String {
    let texts = stage.texts();
    let digits = |text: &str| -> Option<String> {
        let runs = text.split(|c: char| !c.is_ascii_digit());
        runs.filter(|run| run.len() == 6).map(str::to_owned).next()
    };
    let mut mine = texts.iter().filter(|(to, _)| to.replace(' ', "").ends_with(mobile));
    mine.find_map(|(_, text)| digits(text)).unwrap()
}

fn nobody() -> Reference {
    Reference::from_number(42)
}

#[test]
fn a_resident_repairs_behind_reference_and_code() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let mut wrong = form(1);
        wrong.birth = registration::BirthForm::Iso("1950-12-30".into());
        let received = stage.register("1", &wrong);
        stage.match_all();
        assert_eq!(stage.state(&received), "checking mismatch");
        ask(&stage, received.reference);
        ask(&stage, nobody());
        assert_eq!((send(&stage), send(&stage)), (1, 0), "one of the two exists");
        let right = code(&stage, &wrong.mobile);
        let guess = if right == "000000" { "000001" } else { "000000" };
        assert!(check(&stage, received.reference, guess).is_err());
        assert!(check(&stage, nobody(), &right).is_err());
        let household = check(&stage, received.reference, &right).unwrap();
        let view = stage.ledger.read("test.status", |tx| registration::status(tx, household)).unwrap().unwrap();
        assert!(view.can_repair());
        let (repair, _) = stage.try_register("2", &form(1), Channel::Online, Some(household)).unwrap();
        stage.match_all();
        assert_eq!((stage.state(&received), stage.state(&repair)), ("replaced".into(), "confirmed".into()));
        assert_eq!((stage.queued("needs-checking"), stage.queued("registration-confirmed")), (1, 1));
        // A second repair of the same household comes too late: it is a registration like any other.
        let (late, _) = stage.try_register("3", &form(1), Channel::Online, Some(household)).unwrap();
        stage.match_all();
        assert_eq!((stage.state(&repair), stage.state(&late)), ("confirmed".into(), "checking duplicate".into()));
    });
}

#[test]
fn five_wrong_codes_and_the_right_one_is_worth_nothing() {
    let stage = Stage::on_disk();
    let received = stage.register("1", &form(1));
    stage.match_all();
    ask(&stage, received.reference);
    send(&stage);
    let right = code(&stage, &form(1).mobile);
    let wrong = if right == "123456" { "654321" } else { "123456" };
    for _ in 0..5 {
        assert!(check(&stage, received.reference, wrong).is_err());
    }
    assert!(check(&stage, received.reference, &right).is_err());
}

#[test]
fn a_code_ends_after_a_quarter_of_an_hour_and_a_day_has_five() {
    let stage = Stage::on_disk();
    let received = stage.register("1", &form(1));
    stage.match_all();
    ask(&stage, received.reference);
    send(&stage);
    let right = code(&stage, &form(1).mobile);
    stage.clock.advance_secs(15 * 60);
    assert!(check(&stage, received.reference, &right).is_err());
    let mut sent = 1;
    for _ in 0..8 {
        stage.clock.advance_secs(61);
        ask(&stage, received.reference);
        sent += send(&stage);
    }
    assert_eq!(sent, 5);
    stage.clock.advance_days(1);
    ask(&stage, received.reference);
    assert_eq!(send(&stage), 1, "the next day there is one again");
}

#[test]
fn codes_that_have_run_out_are_removed_the_next_day() {
    let stage = Stage::on_disk();
    let received = stage.register("1", &form(1));
    stage.match_all();
    ask(&stage, received.reference);
    send(&stage);
    let codes = || stage.run_sql("-- test.codes\nupdate status_code set tries = tries").unwrap();
    registration::purge_expired(&stage.ledger).unwrap();
    assert_eq!(codes(), 1, "one that can still be used stays");
    stage.clock.advance_days(1);
    registration::purge_expired(&stage.ledger).unwrap();
    assert_eq!(codes(), 0);
    ask(&stage, received.reference);
    assert_eq!(send(&stage), 1);
}

/// Promise 11 for the status page: the same statements, whether the registration exists or not.
#[test]
fn promise_11_a_code_is_asked_for_and_checked_by_the_same_sql_for_known_and_unknown() {
    let stage = Stage::on_disk();
    let received = stage.register("1", &form(1));
    stage.match_all();
    stage.take_sql();
    ask(&stage, received.reference);
    let known = stage.take_sql();
    ask(&stage, nobody());
    assert_eq!(known, stage.take_sql());
    send(&stage);
    let right = code(&stage, &form(1).mobile);
    stage.take_sql();
    assert!(check(&stage, received.reference, &right).is_ok());
    let known = stage.take_sql();
    assert!(known.len() > 3, "{known:?}");
    assert!(check(&stage, nobody(), &right).is_err());
    assert_eq!(known, stage.take_sql());
}
