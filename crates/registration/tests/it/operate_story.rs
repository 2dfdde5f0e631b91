use journal::Actor;
use kernel::Clock as _;
use people::{ApproveClose, EarlyClose, OperateScheme, RequestApproval, RequestClose, Role, UseApproval};
use registration::{
    Channel, Operate, OperateError, RegisterError, Status, close_early, close_words, may_be_destroyed, operate,
    publish_bulletin, purge_expired, remains,
};
use store::RunError;
use testkit::both_engines;

use crate::stage::{Stage, form, grant, moment, service};

fn status(stage: &Stage) -> Status {
    let now_in_force = stage.ledger.read("test.state", registration::current_state).unwrap().unwrap();
    now_in_force.status_at(stage.clock.now())
}

fn act(stage: &Stage, act: Operate) -> Result<registration::SchemeState, RunError<OperateError>> {
    let may = grant::<OperateScheme>(1, Role::SchemeOwner);
    stage.act(may.actor(), move |work| operate(work, &may, act))
}

fn refused(stage: &Stage, key: &str, replaces: Option<kernel::Id<kernel::kinds::Household>>) -> bool {
    let result = stage.try_register(key, &form(1), Channel::Online, replaces);
    matches!(result, Err(RunError::Refused(RegisterError::NotOpen(_))))
}

#[test]
fn a_scheme_opens_pauses_extends_and_closes_by_the_clock() {
    both_engines(|place| {
        let stage = Stage::at(place);
        stage.clock.set(moment("2020-05-06T06:59"));
        assert_eq!(status(&stage), Status::Scheduled);
        assert!(refused(&stage, "early", None));
        stage.clock.set(moment("2020-05-06T07:01"));
        let mut wrong = form(1);
        wrong.birth = registration::BirthForm::Iso("1950-12-30".into());
        let received = stage.register("1", &wrong);
        stage.match_all();
        act(&stage, Operate::Pause).unwrap();
        assert!(refused(&stage, "2", None));
        stage.try_register("3", &form(1), Channel::Online, Some(received.household)).unwrap();
        act(&stage, Operate::Resume).unwrap();
        assert_eq!(status(&stage), Status::Open);
        let too_late = act(&stage, Operate::Extend(moment("2020-07-01T00:01")));
        assert!(matches!(too_late, Err(RunError::Refused(OperateError::TooLate(_)))));
        let shorter = act(&stage, Operate::Extend(moment("2020-05-20T00:00")));
        assert!(matches!(shorter, Err(RunError::Refused(OperateError::NotLater(_)))), "closing early needs two persons");
        act(&stage, Operate::Extend(moment("2020-06-30T23:59"))).unwrap();
        assert!(act(&stage, Operate::Rate(0)).is_err());
        assert_eq!(act(&stage, Operate::Rate(500)).unwrap().rate, 500);
        stage.clock.set(moment("2020-06-30T23:58"));
        assert_eq!(status(&stage), Status::Open);
        stage.clock.set(moment("2020-06-30T23:59"));
        assert_eq!(status(&stage), Status::Closed);
        assert!(refused(&stage, "4", None));
        assert!(matches!(act(&stage, Operate::Resume), Err(RunError::Refused(OperateError::Closed))));
    });
}

#[test]
fn closing_early_takes_two_persons_and_exactly_these_words() {
    let stage = Stage::on_disk();
    let asker = grant::<RequestClose>(1, Role::SchemeOwner);
    let second = grant::<ApproveClose>(2, Role::SupervisingOfficer);
    let words = close_words(&stage.scheme);
    let command = RequestApproval { service: service(), what: words.clone() };
    let ask = move |work: &mut journal::Work<'_, '_>| people::request_approval::<EarlyClose>(work, &asker, command.clone());
    let approval = stage.act(asker.actor(), ask).unwrap().id;
    let close = |what: &str| {
        let approval = UseApproval { approval, what: what.to_owned() };
        stage.act(asker.actor(), move |work| close_early(work, &asker, &approval))
    };
    assert!(close(&words).is_err(), "nobody has approved it");
    stage.act(second.actor(), move |work| people::approve::<EarlyClose>(work, &second, approval)).unwrap();
    assert!(close("close something else").is_err());
    assert_eq!(status(&stage), Status::Open);
    close(&words).unwrap();
    assert_eq!(status(&stage), Status::Closed);
    assert!(matches!(close(&words), Err(RunError::Refused(OperateError::Closed))));
}

#[test]
fn a_new_version_keeps_the_pause_and_the_extension() {
    let stage = Stage::on_disk();
    act(&stage, Operate::Pause).unwrap();
    act(&stage, Operate::Extend(moment("2020-06-20T12:00"))).unwrap();
    let scheme = stage.scheme.clone();
    stage.act(Actor::Operator, move |work| registration::put_in_force(work, service(), &scheme)).unwrap();
    assert_eq!(status(&stage), Status::Paused);
    let kept = stage.ledger.read("test.state", registration::current_state).unwrap().unwrap();
    assert_eq!(kept.closes, moment("2020-06-20T12:00"));
}

/// Between sealing and the transaction another version comes into force.
#[test]
fn a_registration_under_another_statement_than_the_one_in_force_is_not_taken() {
    let stage = Stage::on_disk();
    let mut definition = stage.scheme.definition().clone();
    definition.admission.rate_per_minute += 1;
    let newer = registration::scheme::Scheme::compile(definition).unwrap();
    let sealed_before = stage.try_register("1", &form(1), Channel::Online, None);
    assert!(sealed_before.is_ok());
    stage.act(Actor::Operator, move |work| registration::put_in_force(work, service(), &newer)).unwrap();
    let late = stage.try_register("2", &form(2), Channel::Online, None);
    assert!(matches!(late, Err(RunError::Refused(RegisterError::Statement))));
    assert_eq!(stage.count("registration.received"), 1);
}

/// The register is silent until the end: what was acknowledged is in the figures and in the certificate all the same.
#[test]
fn registrations_that_were_never_matched_are_counted_at_the_end() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let first = stage.register("1", &form(1));
        stage.match_all();
        stage.register("1", &form(1));
        stage.register("2", &form(2));
        stage.register("2", &form(2));
        stage.register("3", &form(3));
        stage.try_register("4", &form(1), Channel::Online, Some(first.household)).unwrap();
        let counted = registration::count_unmatched(&stage.ledger).unwrap();
        assert_eq!(counted, 2, "two households, neither the resends nor the repair");
        let end = remains(&stage.ledger).unwrap();
        assert_eq!((end.households, end.people), (3, 6));
        assert_eq!(stage.figures().bucket("received-by-district", "KT"), 3);
        assert_eq!(stage.figures().total("never-matched"), 2);
        assert_eq!(registration::count_unmatched(&stage.ledger).unwrap(), 0, "once");
        assert_eq!(remains(&stage.ledger).unwrap(), end);
        assert_eq!(stage.match_all().taken, 0);
        assert_eq!(stage.count("registration.never_matched"), 1);
    });
}

#[test]
fn figures_bulletin_and_the_end() {
    both_engines(|place| {
        let stage = Stage::at(place);
        for n in 0..12 {
            stage.register(&n.to_string(), &form(n));
        }
        stage.match_all();
        let bulletin = publish_bulletin(&stage.ledger, 90).unwrap();
        assert_eq!((bulletin.registrations, bulletin.people, bulletin.wait_seconds), (12, 24, 90));
        let listed = stage.ledger.read("test.bulletins", |tx| registration::bulletins(tx, 10)).unwrap();
        assert_eq!(listed, [bulletin]);
        let shown = stage.figures().public_districts(10);
        assert_eq!(shown.iter().filter_map(|(_, value)| *value).sum::<i64>(), 12);
        let all_hidden = stage.figures().public_districts(20);
        assert!(all_hidden.iter().all(|(_, value)| value.is_none()), "one small district alone");

        let before = remains(&stage.ledger).unwrap();
        assert_eq!((before.households, before.people), (12, 24));
        assert_eq!(before, remains(&stage.ledger).unwrap());
        assert_eq!(purge_expired(&stage.ledger).unwrap(), 0);
        let last = stage.scheme.last_expiry();
        assert!(!may_be_destroyed(&stage.ledger, last).unwrap());
        stage.clock.set(kernel::Instant::at(last.plus(1), 1));
        assert!(may_be_destroyed(&stage.ledger, last).unwrap());
        assert_eq!(purge_expired(&stage.ledger).unwrap(), 36);
        assert_eq!(purge_expired(&stage.ledger).unwrap(), 0);
        assert_ne!(remains(&stage.ledger).unwrap().values, before.values);
        registration::note_end(&stage.ledger, before).unwrap();
        assert_eq!(stage.count("registration.ended"), 1);
    });
}

/// What the certificate commits to is worked out on the last day, and anew when a value has changed since.
#[test]
fn the_commitment_of_the_end_is_worked_out_ahead_and_never_stale() {
    let stage = Stage::on_disk();
    let household = stage.register("1", &form(1)).household;
    stage.register("2", &form(2));
    stage.match_all();
    let (last, before) = (stage.scheme.last_expiry(), remains(&stage.ledger).unwrap());
    assert!(!registration::prepare_end(&stage.ledger, last).unwrap(), "there is time");
    stage.clock.set(kernel::Instant::at(last, 60));
    purge_expired(&stage.ledger).unwrap();
    let on_the_day = remains(&stage.ledger).unwrap();
    assert_ne!(on_the_day.values, before.values, "some of it went earlier");
    assert!(registration::prepare_end(&stage.ledger, last).unwrap());
    assert!(!registration::prepare_end(&stage.ledger, last).unwrap(), "once a day");
    assert_eq!(remains(&stage.ledger).unwrap(), on_the_day);
    registration::open_own(&stage.ledger, household).unwrap();
    assert_eq!(remains(&stage.ledger).unwrap(), on_the_day, "somebody who looks changes nothing");
    // Behind its back, as nothing in the program can: it is not worked out again while the journal says nothing.
    let blank = "-- test.blank\nupdate household_submission set identity = null where household = $1";
    stage.ledger.store().write("test", move |tx| tx.execute(blank, &[household.into()])).unwrap();
    assert_eq!(remains(&stage.ledger).unwrap(), on_the_day, "it was taken as it was worked out");
    stage.clock.set(kernel::Instant::at(last.plus(1), 1));
    assert!(purge_expired(&stage.ledger).unwrap() > 0);
    assert_ne!(remains(&stage.ledger).unwrap().values, on_the_day.values, "after a change it is worked out anew");
}
