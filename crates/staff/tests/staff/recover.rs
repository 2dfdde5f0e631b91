//! Two officers see the document of somebody who wants a verified account back.

use hongkong::IdNumber;
use identity::{CodeFor, Details, Piece, Recovery, Ticket, TypedDetails};
use journal::{Actor, Work};
use kernel::Language;
use people::Role;

use crate::accounts;
use crate::stage::Stage;

const PATH: &str = "/en/staff/identity/recovery";
const QUEUE: &str = "/en/staff/identity/proofing";
const CARD: &str = "Q1234567";

/// An account of the person with that card, whose recovery is under way.
fn recovery(stage: &Stage) -> Recovery {
    asked(stage).0
}

/// The same, with what the resident's browser carries.
fn asked(stage: &Stage) -> (Recovery, Ticket) {
    let service = stage.platform.public_identity().unwrap();
    let ledger = service.ledger();
    let (keys, account, number) = (ledger.keys().clone(), accounts::sign_up(stage).account(), IdNumber::parse(CARD).unwrap());
    let verify = move |work: &mut Work<'_, '_>| identity::verify_person(work, &keys, account, &number, &[]);
    ledger.write("test.verify", Actor::Visitor, verify).unwrap();
    // Two messages of one moment stand in any order.
    stage.clock.advance_secs(1);
    let ticket = accounts::ask_code(stage, CodeFor::Recovery);
    let new = identity::prepare_recovery(ledger.keys(), &**ledger.random(), ledger.now(), &ticket, Language::En, "localhost");
    let (keys, new, sent, typed) = (ledger.keys().clone(), new.unwrap(), accounts::code(stage), ticket.clone());
    let recover = move |work: &mut Work<'_, '_>| identity::begin_recovery(work, &keys, &typed, &sent, &new);
    assert!(ledger.write("test.recover", Actor::Visitor, recover).unwrap().0);
    let now = ledger.now();
    (ledger.read("test.recovery", |tx| identity::recovery_of(tx, account, now)).unwrap().unwrap(), ticket)
}

/// Photos that came with a card of this number from somebody without a way in; where the case is.
fn photos(stage: &Stage, ticket: &Ticket, number: &str) -> String {
    let service = stage.platform.public_identity().unwrap();
    let (ledger, evidence, now) = (service.ledger(), service.evidence(), service.ledger().now());
    let typed = TypedDetails {
        name_en: "CHAN Siu Ming",
        number,
        birth: ["3", "2", "1990"],
        sex: "female",
        issued: ["1", "6", "2018"],
        ..TypedDetails::default()
    };
    let card = Details::parse_card(&typed, now.day(), stage.platform.environment()).unwrap();
    let case = identity::begin_recovery_proofing(ledger, evidence, (ticket, "192.0.2.1"), &card).unwrap();
    let seen = ledger.read("test.case", |tx| identity::recovery_proofings(tx, ledger.keys(), ticket, now)).unwrap().unwrap().1;
    for piece in [Piece::Document, Piece::Selfie] {
        identity::add_picture(ledger, evidence, seen[0].account, case, (piece, b"a photo")).unwrap();
    }
    identity::send_recovery_proofing(ledger, evidence, (ticket, case), (Language::En, "https://id.example")).unwrap();
    format!("{QUEUE}/{case}")
}

#[test]
fn an_account_that_was_verified_needs_two_officers_who_saw_the_document() {
    let stage = Stage::new();
    stage.launch_identity(identity::SHIPPED_CHARTER);
    let recovery = recovery(&stage);
    let second = stage.client();
    second.join(&stage.invite(0, Role::CaseOfficer));
    let officers = [stage.officer(0, Role::CaseOfficer), second];
    let say = |officer: usize, number: &str| {
        officers[officer].post(PATH, &[("reference", recovery.reference.as_str()), ("id_number", number)])
    };
    assert!(officers[0].get(PATH).text().contains("Two officers"));
    let wrong = say(0, "Q1234560");
    assert!(wrong.status == 422 && wrong.text().contains("check digit is not right"), "{}", wrong.text());
    let another = say(0, "U6543216");
    let unknown = officers[0].post(PATH, &[("reference", "2222-2222"), ("id_number", CARD)]);
    let bare = |reply: &crate::client::Reply| reply.text().contains("No recovery with this reference");
    assert!(bare(&another) && bare(&unknown), "one answer for both");
    assert!(say(0, CARD).text().contains("Now a second officer"));
    assert!(say(0, CARD).text().contains("somebody else"));
    assert!(say(1, CARD).text().contains("Two officers have seen"));
    assert_eq!(stage.officer(1, Role::CaseOfficer).get(PATH).status, 404, "another department");
}

#[test]
fn photos_of_somebody_without_a_way_in_are_compared_by_two_officers_who_learn_last_whose_account_it_is() {
    let stage = Stage::new();
    stage.launch_identity(identity::SHIPPED_CHARTER);
    let ticket = asked(&stage).1;
    let second = stage.client();
    second.join(&stage.invite(0, Role::CaseOfficer));
    let first = stage.officer(0, Role::CaseOfficer);
    let case = photos(&stage, &ticket, CARD);
    assert!(first.get(QUEUE).text().contains("To get an account back: first officer"));
    let opened = first.post(&case, &[]);
    assert!(opened.text().contains("sent this without signing in") && !opened.text().contains(CARD), "{}", opened.text());
    let verdict = format!("{case}/verdict");
    let verify = [("verdict", "verified"), ("number", CARD)];
    let agreed = first.post(&verdict, &verify).location();
    assert!(first.get(&agreed).text().contains("A second officer looks now"), "{agreed}");
    assert!(first.get(QUEUE).text().contains("You agreed; somebody else looks now"));
    assert_eq!(first.post(&case, &[]).location(), agreed, "nobody opens it twice");
    assert!(second.get(QUEUE).text().contains("To get an account back: second officer"));
    second.post(&case, &[]);
    assert_eq!(second.post(&verdict, &verify).location(), format!("{QUEUE}?decided=1"));
    assert!(second.get(QUEUE).text().contains("Nobody waits"));
    let (keys, now) = (stage.platform.public_identity().unwrap().ledger().keys().clone(), stage.platform.now());
    let step = stage.platform.public_identity().unwrap().ledger().read("test.step", |tx| identity::recovery_step(tx, &keys, &ticket, now));
    assert!(matches!(step.unwrap(), identity::RecoveryStep::Waiting(recovery) if recovery.proofed));
}

#[test]
fn an_officer_who_agrees_to_photos_of_another_person_is_told_and_the_case_ends() {
    let stage = Stage::new();
    stage.launch_identity(identity::SHIPPED_CHARTER);
    let ticket = asked(&stage).1;
    let officer = stage.officer(0, Role::CaseOfficer);
    let other = IdNumber::from_number("U654321").unwrap().formatted();
    let case = photos(&stage, &ticket, &other);
    officer.post(&case, &[]);
    let decided = officer.post(&format!("{case}/verdict"), &[("verdict", "verified"), ("number", &other)]).location();
    assert!(officer.get(&decided).text().contains("No account that is asked back is this person"), "{decided}");
    assert!(officer.get(QUEUE).text().contains("Nobody waits"));
    assert_eq!(stage.officer(1, Role::CaseOfficer).get(&case).status, 404, "another department");
}
