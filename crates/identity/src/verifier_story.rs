//! An external verifier from its first look to the end of the evidence.

use hongkong::IdNumber;
use kernel::{Fault as _, Id, Kind, Text, kinds};
use store::RunError;
use testkit::{Place, both_engines};

use crate::proofing_story::{MOBILE, Scene, number, officer};
use crate::*;

/// A scene whose charter names a verifier.
fn scene(place: &Place) -> Scene {
    let mut scene = Scene::at(place);
    scene.stage.charter.verifier = Some(Text::new("City verifier", "城市核實中心", "城市核实中心"));
    scene
}

/// A case that was sent and that the register knows.
fn known(scene: &Scene) -> Id<kinds::Proofing> {
    scene.stage.clock.advance_secs(1);
    let case = scene.sent();
    scene.stage.act(move |work| note_register(work, case, RegisterSays::Agrees)).unwrap();
    case
}

fn to_ask(scene: &Scene) -> Vec<Id<kinds::Proofing>> {
    let (evidence, charter) = (scene.evidence.clone(), scene.stage.charter.clone());
    scene.stage.read(move |tx| unverified(tx, &evidence, &charter))
}

fn answer(scene: &Scene, case: Id<kinds::Proofing>, answer: VerifierAnswer) -> Result<(), RunError<ProofingError>> {
    take_answer(&scene.stage.ledger, &scene.evidence, &scene.stage.charter, (case, answer))
}

fn says(scene: &Scene) -> (ProofState, VerifierSays) {
    let account = scene.account;
    let last = scene.stage.read(move |tx| proofings(tx, account)).remove(0);
    (last.state, last.verifier)
}

#[test]
fn promise_09_nothing_goes_to_a_verifier_that_the_charter_does_not_name_or_before_the_register_agrees() {
    both_engines(|place| {
        let mut scene = scene(place);
        let case = scene.sent();
        assert!(to_ask(&scene).is_empty(), "the register has not answered");
        scene.stage.act(move |work| note_register(work, case, RegisterSays::Differs)).unwrap();
        assert!(to_ask(&scene).is_empty(), "whom the register does not know an officer looks at");
        scene.stage.act(move |work| note_register(work, case, RegisterSays::Agrees)).unwrap();
        assert_eq!(to_ask(&scene), [case]);
        let named = scene.stage.charter.verifier.take();
        assert!(to_ask(&scene).is_empty(), "nobody is named");
        scene.stage.charter.verifier = named;
        scene.evidence = Scene::run(&scene.stage, 2);
        assert!(to_ask(&scene).is_empty(), "another process holds the key");
    });
}

#[test]
fn promise_09_the_evidence_dies_with_an_answer_that_decides() {
    both_engines(|place| {
        let scene = scene(place);
        let case = known(&scene);
        let opened = open_for_verifier(&scene.stage.ledger, &scene.evidence, case).unwrap();
        assert!(!opened.document.expose().is_empty() && opened.details.number == number());
        scene.stage.clock.advance_secs(1);
        answer(&scene, case, VerifierAnswer::Matches { number: number() }).unwrap();
        assert!(scene.is_gone(case), "at once");
        assert_eq!(says(&scene), (ProofState::Verified, VerifierSays::Matches));
        let account = scene.account;
        assert_eq!(scene.stage.read(move |tx| crate::account(tx, account)).unwrap().level, Level::Verified);
        let listed = scene.stage.read(move |tx| evidence_openings(tx, account));
        let listed: Vec<_> = listed.iter().map(|one| (one.aim.name(), one.actor["name"].as_str().unwrap_or_default())).collect();
        assert_eq!(listed, [("attributes", "verifier"), ("verifier", "verifier")]);
        assert_eq!(to_ask(&scene), []);
        assert_eq!(answer(&scene, case, VerifierAnswer::Differs(Refusal::PersonDiffers)).unwrap_err().kind(), Kind::Gone, "once");
    });
}

#[test]
fn an_answer_that_something_differs_refuses_and_one_that_cannot_tell_leaves_it_to_an_officer() {
    both_engines(|place| {
        let scene = scene(place);
        let case = known(&scene);
        open_for_verifier(&scene.stage.ledger, &scene.evidence, case).unwrap();
        answer(&scene, case, VerifierAnswer::Differs(Refusal::PersonDiffers)).unwrap();
        assert!(scene.is_gone(case) && says(&scene) == (ProofState::Refused, VerifierSays::Differs));
        let second = known(&scene);
        answer(&scene, second, VerifierAnswer::Unsure).unwrap();
        assert!(scene.evidence.holds(second) && to_ask(&scene).is_empty());
        assert_eq!(says(&scene), (ProofState::Waiting, VerifierSays::Unsure));
        scene.verify(second);
    });
}

#[test]
fn a_number_that_was_not_on_the_card_and_a_person_with_another_account_are_left_to_an_officer() {
    both_engines(|place| {
        let mut scene = scene(place);
        let case = known(&scene);
        let other = IdNumber::from_number("Q654321").unwrap();
        answer(&scene, case, VerifierAnswer::Matches { number: other }).unwrap();
        assert_eq!(says(&scene), (ProofState::Waiting, VerifierSays::Unsure));
        scene.verify(case);
        scene.account = scene.stage.sign_up("5123 7654").1.who.account();
        let theirs = known(&scene);
        answer(&scene, theirs, VerifierAnswer::Matches { number: number() }).unwrap();
        assert_eq!(says(&scene), (ProofState::Waiting, VerifierSays::Unsure), "{MOBILE} has this person's account");
    });
}

#[test]
fn nobody_decides_beside_an_officer_who_looks_and_nothing_is_shown_more_than_three_times() {
    both_engines(|place| {
        let scene = scene(place);
        let (case, ledger, evidence) = (known(&scene), &scene.stage.ledger, &scene.evidence);
        for _ in 0..3 {
            open_for_verifier(ledger, evidence, case).unwrap();
        }
        assert!(to_ask(&scene).is_empty());
        assert_eq!(open_for_verifier(ledger, evidence, case).unwrap_err().kind(), Kind::Gone);
        open_case(ledger, evidence, &officer(1), case).unwrap();
        let late = answer(&scene, case, VerifierAnswer::Matches { number: number() });
        assert_eq!(late.unwrap_err().kind(), Kind::Missing, "the officer decides");
        assert!(scene.evidence.holds(case));
        let late = answer(&scene, case, VerifierAnswer::Differs(Refusal::PersonDiffers));
        assert_eq!((late.unwrap_err().kind(), says(&scene).0), (Kind::Missing, ProofState::Waiting));
        scene.stage.clock.advance_secs(EVIDENCE_HOURS * 3600);
        end_overdue(ledger, evidence).unwrap();
        let late = answer(&scene, case, VerifierAnswer::Unsure);
        assert_eq!(late.unwrap_err().kind(), Kind::Gone, "after its time");
    });
}

#[test]
fn promise_03_every_opening_stands_on_the_residents_list_and_goes_after_two_years() {
    both_engines(|place| {
        let scene = scene(place);
        let case = scene.sent();
        details_for_register(&scene.stage.ledger, &scene.evidence, case).unwrap();
        for _ in 0..2 {
            scene.stage.clock.advance_secs(1);
            scene.open(1, case).unwrap();
        }
        scene.stage.clock.advance_secs(1);
        scene.decide(1, case, Verdict::Verify { number: number() }).unwrap();
        let account = scene.account;
        let listed = scene.stage.read(move |tx| evidence_openings(tx, account));
        let aims: Vec<_> = listed.iter().map(|one| (one.aim, one.actor["kind"].as_str().unwrap())).collect();
        let officer = |aim| (aim, "officer");
        assert_eq!(aims, [
            officer(OpenedFor::Attributes),
            officer(OpenedFor::Verdict),
            officer(OpenedFor::Verdict),
            (OpenedFor::Register, "job"),
        ]);
        scene.stage.ledger.integrate().unwrap();
        assert!(listed.iter().all(|one| scene.stage.ledger.inclusion(one.event).unwrap().is_some()), "each is in the journal");
        scene.stage.clock.advance_days(729);
        let count = |scene: &Scene| scene.stage.read(move |tx| evidence_openings(tx, account)).len();
        scene.stage.act(purge).unwrap();
        assert_eq!(count(&scene), 4);
        scene.stage.clock.advance_days(1);
        scene.stage.act(purge).unwrap();
        assert_eq!(count(&scene), 0);
    });
}
