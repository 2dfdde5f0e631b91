//! What hardly ever happens, and must not lose anybody when it does.

use people::{ResolveException, Role};
use registration::{Reference, Resolution, resolve, tell_resolved};
use testkit::both_engines;

use crate::stage::{Stage, form, grant};

/// The household of `first` takes the reference of `second` before that one is matched: 55 bits are the same by chance.
fn collide(stage: &Stage, first: Reference, second: Reference) {
    let sql = format!("-- test.collide\nupdate household set code = {} where code = {}", second.number(), first.number());
    assert_eq!(stage.run_sql(Box::leak(sql.into_boxed_str())).unwrap(), 1);
}

/// Two households need telling; the statement does not name the purpose of one any more.
#[test]
fn one_household_that_cannot_be_told_holds_up_nobody_and_is_given_up_in_the_end() {
    let stage = Stage::on_disk();
    let received: Vec<_> = (0..3).map(|n| stage.register(&n.to_string(), &mismatch(n))).collect();
    stage.match_all();
    let spoil = format!(
        "-- test.spoil\nupdate household_submission set mobile_purpose = 'no-such' where event = (select submission from household where code = {})",
        received[1].reference.number()
    );
    stage.run_sql(Box::leak(spoil.into_boxed_str())).unwrap();
    let may = grant::<ResolveException>(1, Role::CaseOfficer);
    for received in &received {
        let id = received.household;
        stage.act(may.actor(), move |work| resolve(work, &may, id, Resolution::ConfirmWithProof)).unwrap();
    }
    let tell = || tell_resolved(&stage.ledger, &stage.scheme, &stage.sender, 10);
    assert!(tell().is_err(), "the one is reported");
    assert_eq!(stage.queued("registration-confirmed"), 2, "the others are told");
    let mut attempts = 1;
    for _ in 0..200 {
        stage.clock.advance_secs(3600);
        attempts += usize::from(tell().is_err());
    }
    assert_eq!(attempts, 18);
    assert_eq!(stage.count("registration.not_told"), 1);
    let jobs = stage.run_sql("-- test.jobs\nupdate outbox_job set attempts = attempts where kind = 'registration.tell'").unwrap();
    assert_eq!(jobs, 0, "no dead job is left");
}

fn mismatch(n: usize) -> registration::HouseholdForm {
    registration::HouseholdForm { birth: registration::BirthForm::Iso("1950-12-30".into()), ..form(n) }
}

#[test]
fn two_households_with_one_reference_are_both_there_and_the_second_is_told_its_own() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let first = stage.register("1", &form(1));
        stage.match_all();
        let second = stage.register("2", &form(2));
        collide(&stage, first.reference, second.reference);
        stage.register("2", &form(2));
        let sum = stage.match_all();
        assert_eq!((sum.taken, sum.twins, sum.confirmed), (2, 1, 1));
        assert_eq!(stage.household(second.reference).id, first.household);
        let other = registration::exceptions(&stage.ledger, None, 10).unwrap();
        assert!(other.is_empty());
        let changed: Vec<_> = stage.events().into_iter().filter(|e| e["verb"] == "registration.reference_changed").collect();
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0]["details"]["from"], second.reference.to_string());
        let own = Reference::parse(changed[0]["details"]["to"].as_str().unwrap()).unwrap();
        assert_eq!(stage.household(own).id, second.household);
        let texts = stage.texts();
        assert!(texts.iter().any(|(to, text)| to.ends_with("0002") && text.contains(&own.to_string())), "{texts:?}");
        // A resend afterwards is still a twin, and the figures are right.
        stage.register("2", &form(2));
        assert_eq!(stage.match_all().twins, 1);
        assert_eq!((stage.figures().total("received"), stage.figures().total("confirmed")), (2, 2));
    });
}
