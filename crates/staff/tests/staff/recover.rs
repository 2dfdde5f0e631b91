//! Two officers see the document of somebody who wants a verified account back.

use hongkong::IdNumber;
use identity::{CodeFor, Recovery};
use journal::{Actor, Work};
use kernel::Language;
use people::Role;

use crate::accounts;
use crate::stage::Stage;

const PATH: &str = "/en/staff/identity/recovery";
const CARD: &str = "Q1234567";

/// An account of the person with that card, whose recovery is under way.
fn recovery(stage: &Stage) -> Recovery {
    let service = stage.platform.public_identity().unwrap();
    let ledger = service.ledger();
    let (keys, account, number) = (ledger.keys().clone(), accounts::sign_up(stage).account(), IdNumber::parse(CARD).unwrap());
    let verify = move |work: &mut Work<'_, '_>| identity::verify_person(work, &keys, account, &number, &[]);
    ledger.write("test.verify", Actor::Visitor, verify).unwrap();
    // Two messages of one moment stand in any order.
    stage.clock.advance_secs(1);
    let ticket = accounts::ask_code(stage, CodeFor::Recovery);
    let new = identity::prepare_recovery(ledger.keys(), &**ledger.random(), ledger.now(), &ticket, Language::En, "localhost");
    let (keys, new, sent) = (ledger.keys().clone(), new.unwrap(), accounts::code(stage));
    let recover = move |work: &mut Work<'_, '_>| identity::begin_recovery(work, &keys, &ticket, &sent, &new);
    assert!(ledger.write("test.recover", Actor::Visitor, recover).unwrap().0);
    let now = ledger.now();
    ledger.read("test.recovery", |tx| identity::recovery_of(tx, account, now)).unwrap().unwrap()
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
