//! Workshops, quizzes and records, from the plan to the purge.

use journal::Actor;
use people::{Duty, Role};
use store::RunError;
use testkit::both_engines;

use crate::rehearsal::City;
use crate::*;

const WORKSHOP: &str = "incident-response";
const READING: &str = "personal-data";

#[test]
fn from_the_plan_of_a_workshop_to_the_end_of_its_records_on_both_engines() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let host = city.manager(0);
        let id = city.plan(host, 20);
        let learner = city.officer(1, &[Role::SecurityOfficer]);
        let standing = city.standing(&learner, WORKSHOP);
        assert_eq!((standing.posts.len(), standing.validity, standing.is_lacking()), (1, Validity::Never, true));
        let who = learner.clone();
        city.act(Actor::Operator, move |work| enrol(work, &who, id)).unwrap();
        city.clock.advance_days(1);
        city.clock.advance_secs(3_600);
        let session = city.session(id);
        assert_eq!((session.taken, session.is_open(city.now())), (1, true));
        let code = room_code(&session, city.now());
        assert_eq!(city.attend(&learner, id, &code.to_lowercase()).unwrap(), CodeTyped::Noted(None), "the quiz lacks");
        assert!(!city.sit(&learner, WORKSHOP, false).unwrap().passed);
        city.clock.advance_secs(1_800);
        let outcome = city.sit(&learner, WORKSHOP, true).unwrap();
        assert!(outcome.passed && outcome.score == outcome.asked);
        let standing = city.standing(&learner, WORKSHOP);
        let record = standing.record.clone().unwrap();
        assert_eq!((standing.validity, record.attended.is_some()), (Validity::Holds("2024-03-02".parse().unwrap()), true));
        let officers = [learner.officer()];
        let today = city.now().day();
        assert!(city.read(|tx| lacking(tx, &officers, today)).is_empty());
        let certificate = city.read(|tx| certificate(tx, record.id)).unwrap();
        assert_eq!(certificate.department.code, "D01");
        city.clock.advance_days(340);
        let today = city.now().day();
        assert_eq!(city.read(|tx| lapsing(tx, today)).iter().map(|record| record.officer).collect::<Vec<_>>(), officers);
        city.clock.advance_days(30);
        let today = city.now().day();
        let lacks = city.read(|tx| lacking(tx, &officers, today));
        assert_eq!((lacks.len(), lacks[0].validity), (1, Validity::Lapsed(record.last_day)));
        city.clock.advance_days(365 * 4);
        assert!(city.act(Actor::Job("purge"), purge).unwrap() >= 5);
        assert_eq!(city.act(Actor::Job("purge"), purge).unwrap(), 0);
        assert_eq!(city.standing(&learner, WORKSHOP).validity, Validity::Never);
        assert!(!city.journal_text().contains("Chan"), "the journal names nobody");
    });
}

#[test]
fn a_department_sees_who_of_its_own_lacks_what_by_role_and_by_duty() {
    let city = City::new();
    let manager = city.manager(0);
    let commander = city.officer(0, &[Role::Administrator]);
    city.officer(1, &[Role::CaseOfficer]);
    let id = commander.officer();
    assert!(!city.standing(&commander, WORKSHOP).is_lacking(), "an administrator needs none");
    let duties = [Duty::Commander, Duty::Point];
    city.act(manager.actor(), move |work| keep_duties(work, &manager, (id, &duties))).unwrap();
    assert_eq!(city.standing(&commander, WORKSHOP).posts.len(), 2);
    let stranger = city.manager(1);
    let refused = city.act(stranger.actor(), move |work| keep_duties(work, &stranger, (id, &[])));
    assert!(matches!(refused, Err(RunError::Refused(KeepDutiesError::Missing))));
    let (department, today) = (manager.department(), city.now().day());
    let rows = city.read(|tx| matrix(tx, department, today));
    assert_eq!(rows.len(), 2, "the manager and the commander");
    assert!(rows.iter().all(|row| row.standings.iter().filter(|standing| standing.is_lacking()).count() == 1));
    city.sit(&commander, READING, true).unwrap();
    let rows = city.read(|tx| matrix(tx, department, today));
    let standing = &rows.iter().find(|row| row.officer.id == id).unwrap().standings[1];
    assert!(standing.posts.is_empty() && standing.validity.holds(), "somebody may learn more than is required");
}

#[test]
fn a_place_is_taken_once_given_back_and_never_doubled() {
    let city = City::new();
    let host = city.manager(0);
    let id = city.plan(host, 1);
    let (first, second) = (city.officer(1, &[Role::Auditor]), city.officer(1, &[Role::Auditor]));
    let enrol_one = |who: &people::SignedIn| {
        let who = who.clone();
        city.act(Actor::Operator, move |work| enrol(work, &who, id))
    };
    enrol_one(&first).unwrap();
    enrol_one(&first).unwrap();
    assert_eq!(city.session(id).taken, 1);
    assert!(matches!(enrol_one(&second), Err(RunError::Refused(SessionError::Full))));
    let who = first.clone();
    city.act(Actor::Operator, move |work| withdraw(work, &who, id)).unwrap();
    enrol_one(&second).unwrap();
    city.clock.advance_days(1);
    city.clock.advance_secs(3_600);
    let code = room_code(&city.session(id), city.now());
    assert!(matches!(city.attend(&first, id, &code), Err(RunError::Refused(SessionError::Full))));
    city.attend(&second, id, &code).unwrap();
    let who = second.clone();
    assert!(city.act(Actor::Operator, move |work| withdraw(work, &who, id)).is_err(), "who came cannot be unwritten");
    let other = city.manager(1);
    let officer = second.officer();
    assert!(city.act(other.actor(), move |work| tick_attendance(work, &other, (id, officer))).is_err(), "another department's session");
    city.clock.advance_days(1);
    assert!(matches!(enrol_one(&first), Err(RunError::Refused(SessionError::Over))));
}

#[test]
fn a_code_is_of_its_session_and_its_minutes_and_cannot_be_guessed() {
    let city = City::new();
    let (host, learner) = (city.manager(0), city.officer(1, &[Role::SecurityOfficer]));
    let (one, other) = (city.plan(host, 20), city.plan(host, 20));
    let tomorrow = city.session(one).begins;
    let early = room_code(&city.session(one), tomorrow);
    assert!(matches!(city.attend(&learner, one, &early), Err(RunError::Refused(SessionError::NotNow))));
    city.clock.advance_days(1);
    city.clock.advance_secs(3_600);
    let foreign = room_code(&city.session(other), city.now());
    assert_eq!(city.attend(&learner, one, &foreign).unwrap(), CodeTyped::Wrong { left: 9 });
    city.clock.advance_secs(600);
    assert_eq!(city.attend(&learner, one, &early).unwrap(), CodeTyped::Wrong { left: 8 }, "ten minutes old");
    for left in (0..8).rev() {
        assert_eq!(city.attend(&learner, one, "AAAAAA").unwrap(), CodeTyped::Wrong { left });
    }
    let right = room_code(&city.session(one), city.now());
    assert!(matches!(city.attend(&learner, one, &right), Err(RunError::Refused(SessionError::TooMany))));
    let officer = learner.officer();
    city.act(host.actor(), move |work| tick_attendance(work, &host, (one, officer))).unwrap();
    assert!(matches!(city.read(|tx| places_in(tx, one))[0].attended, Some((_, Way::Host))));
    city.sit(&learner, WORKSHOP, true).unwrap();
    assert!(city.standing(&learner, WORKSHOP).validity.holds());
}

#[test]
fn a_quiz_waits_after_a_try_that_was_not_enough_and_is_marked_once() {
    let city = City::new();
    let learner = city.officer(0, &[Role::CaseOfficer]);
    let begun = city.begin(&learner, READING).unwrap();
    assert_eq!(city.begin(&learner, READING).unwrap(), begun, "the open try goes on");
    let (thief, id) = (city.officer(0, &[Role::CaseOfficer]), begun.id);
    let stolen = city.act(Actor::Operator, move |work| hand_in(work, &thief, (id, &Chosen::new())));
    assert!(matches!(stolen, Err(RunError::Refused(QuizError::Missing))));
    assert!(!city.sit(&learner, READING, false).unwrap().passed);
    let who = learner.clone();
    let again = city.act(Actor::Operator, move |work| hand_in(work, &who, (id, &Chosen::new())));
    assert!(matches!(again, Err(RunError::Refused(QuizError::HandedIn))));
    let until = city.now().plus_secs(1_800);
    assert!(matches!(city.begin(&learner, READING), Err(RunError::Refused(QuizError::Pause { until: told })) if told == until));
    city.clock.advance_secs(1_800);
    assert!(city.sit(&learner, READING, true).unwrap().passed);
    assert!(matches!(city.begin(&learner, READING), Err(RunError::Refused(QuizError::Passed))));
    let officer = learner.officer();
    let tries = city.read(|tx| tries_of(tx, officer));
    assert_eq!(tries.iter().map(|one| one.outcome.unwrap().passed).collect::<Vec<_>>(), [true, false], "every try is on record");
    city.clock.advance_days(700);
    assert!(matches!(city.standing(&learner, READING).validity, Validity::Soon(_)));
    city.sit(&learner, READING, true).unwrap();
    assert!(matches!(city.standing(&learner, READING).validity, Validity::Holds(_)), "renewed before it lapsed");
    assert_eq!(city.read(|tx| records_of(tx, officer)).len(), 2);
}

#[test]
fn what_an_earlier_record_stands_on_does_not_make_another() {
    let city = City::new();
    let (host, learner) = (city.manager(0), city.officer(1, &[Role::SecurityOfficer]));
    let go = |id| {
        city.clock.advance_days(1);
        city.clock.advance_secs(3_600);
        let code = room_code(&city.session(id), city.now());
        let typed = city.attend(&learner, id, &code).unwrap();
        city.clock.advance_secs(-3_600);
        typed
    };
    city.sit(&learner, WORKSHOP, true).unwrap();
    let first = city.plan(host, 20);
    assert!(matches!(go(first), CodeTyped::Noted(Some(_))), "the session was what lacked");
    let second = city.plan(host, 20);
    assert_eq!(go(second), CodeTyped::Noted(None), "the quiz has counted already");
    let officer = learner.officer();
    assert_eq!(city.read(|tx| records_of(tx, officer)).len(), 1);
}

#[test]
fn a_certificate_is_checked_by_the_second_program() {
    let city = City::new();
    let learner = city.officer(0, &[Role::CaseOfficer]);
    city.sit(&learner, READING, true).unwrap();
    let record = city.standing(&learner, READING).record.unwrap();
    let certificate = city.read(|tx| certificate(tx, record.id)).unwrap();
    let file = sign_certificate(&city.ledger, Actor::Operator, &certificate, None).unwrap().to_json().to_string();
    let key = verifier::Key::parse(&journal::verifier_key(&*city.signer)).unwrap();
    let report = verifier::check_certificate(&file, &key).unwrap();
    assert!(report.stated.contains(&"course: personal-data".to_owned()), "{:?}", report.stated);
    let name = kernel::Secret::new("Chan Siu Ming".to_owned());
    let named = sign_certificate(&city.ledger, Actor::Operator, &certificate, Some(&name)).unwrap().to_json().to_string();
    let stated = verifier::check_certificate(&named, &key).unwrap().stated;
    assert!(stated.contains(&"name: Chan Siu Ming".to_owned()), "{stated:?}");
    assert!(verifier::check_certificate(&named.replace("Siu Ming", "Tai Man"), &key).is_err());
    assert!(!file.contains("name: ") && !city.ledger.scan(None, 1_000).unwrap().iter().any(|entry| entry.body.contains("Siu Ming")));
    for (from, to) in [("valid until: 2025", "valid until: 2035"), ("10 of 10", "1 of 10")] {
        assert!(file.contains(from), "{from}");
        assert!(verifier::check_certificate(&file.replace(from, to), &key).is_err(), "{to}");
    }
}
