use std::sync::Arc;

use flows::Service;
use journal::Actor;
use kernel::Instant;
use people::Role;
use registration::scheme::{Definition, FieldGroup};
use registration::{EraseWhat, Reference, TestResult, open_own};

use super::{number, reference};
use crate::client::{Client, Reply};
use crate::stage::Stage;

pub const OPERATION: &str = "restriction-testing-01";

fn at(rest: &str) -> String {
    format!("/en/staff/schemes/{OPERATION}{rest}")
}

/// An operation that goes on now, through its gate.
fn operation() -> (Stage, Arc<Service>, Client) {
    let stage = Stage::new();
    launch(&stage);
    let service = stage.platform.public_service(OPERATION).unwrap();
    let officer = stage.officer(0, Role::FieldOfficer);
    (stage, service, officer)
}

pub fn launch(stage: &Stage) {
    let moment = |text| Instant::parse_hong_kong(text).unwrap();
    let (opens, closes) = (moment("2020-05-06T07:00"), moment("2020-05-07T07:00"));
    let definition = Definition::restriction_testing().unwrap().with_window(opens, closes, closes.day().plus(1));
    stage.launch_scheme(OPERATION, &definition.to_toml().unwrap());
}

fn enter(officer: &Client, page: &Reply, digits: &str, mobile: &str, doses: &str) -> Reply {
    let value = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"");
    let (key, version, number) = (value("key"), value("version"), number(digits));
    officer.post(
        &at("/field"),
        &[
            ("key", &key),
            ("version", &version),
            ("id_number", &number),
            ("birth-day", "1"),
            ("birth-month", "2"),
            ("birth-year", "1950"),
            ("name", "Chan Tai Man"),
            ("address.flat", "9F"),
            ("address.floor", "17"),
            // The building is that of the operation, whatever is sent.
            ("address.text", "Somewhere Else"),
            ("address.district", "YL"),
            ("mobile", mobile),
            ("vaccination", doses),
            ("language", "en"),
        ],
    )
}

fn record(officer: &Client, reference: &str, result: &str) -> Reply {
    officer.post(&at("/test-results"), &[("reference", reference), ("result", result)])
}

fn household(service: &Service, reference: &str) -> registration::HouseholdRow {
    registration::find(service.ledger(), Reference::parse(reference).unwrap()).unwrap().unwrap()
}

#[test]
fn people_are_entered_one_after_the_other_and_each_once() {
    let (stage, service, officer) = operation();
    assert!(officer.get("/en/staff").text().contains(&at("/field")), "the desk leads there");
    let first = enter(&officer, &officer.get(&at("/field")), "Q123456", "51234567", "3");
    assert_eq!(first.status, 200, "{}", first.text());
    assert!(first.text().contains("value=\"9F\"") && first.text().contains("value=\"17\""), "flat and floor are kept");
    assert!(!first.text().contains("Chan Tai Man") && !first.text().contains("51234567"), "nothing else is");
    // No mobile, and no word about vaccination: both are voluntary.
    let second = enter(&officer, &first, "U654321", "", "");
    assert_eq!(second.status, 200, "{}", second.text());
    let page = officer.get(&at("/field"));
    let sent = [enter(&officer, &page, "I111111", "51234569", "0"), enter(&officer, &page, "I111111", "51234569", "0")];
    assert_eq!(reference(&sent[0]), reference(&sent[1]), "a resend is the same entry");
    assert_eq!(enter(&officer, &page, "O222222", "51234569", "ten").status, 422);
    stage.work();
    let figures = service.ledger().read("test.figures", registration::Figures::read).unwrap();
    assert_eq!(figures.total("received"), 3);
    let row = household(&service, &reference(&first));
    assert_eq!((row.state, row.district.as_str()), (registration::matching::State::Confirmed, "KT"));
    let own = open_own(service.ledger(), row.id).unwrap();
    assert_eq!(own.contact.unwrap().address.line, "9F, 17, Harbour House, 1 Example Road, Kwun Tong");
    assert_eq!(own.health.unwrap().doses, Some(3));
    let without = open_own(service.ledger(), household(&service, &reference(&second)).id).unwrap();
    assert!(without.health.is_none() && without.mobile.is_none());
}

#[test]
fn nobody_else_enters_people_and_field_officers_see_nobody() {
    let (stage, _, officer) = operation();
    let case = stage.officer(0, Role::CaseOfficer);
    assert_eq!(case.get(&at("/field")).status, 403);
    let page = case.get(&at("/register"));
    let value = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"");
    let (key, version, number) = (value("key"), value("version"), number("Q123456"));
    let pairs = [
        ("key", key.as_str()),
        ("version", version.as_str()),
        ("members", "0"),
        ("act", "register"),
        ("id_number", number.as_str()),
        ("birth-day", "1"),
        ("birth-month", "2"),
        ("birth-year", "1950"),
        ("name", "Chan Tai Man"),
        ("address.text", "1 Ngau Tau Kok Road"),
        ("address.district", "KT"),
        ("mobile", "51234567"),
        ("language", "en"),
    ];
    assert_eq!(case.post(&at("/register"), &pairs).status, 404, "an operation has no counter");
    for path in ["", "/find", "/exceptions", "/letters", "/journal", "/inventory"] {
        assert_eq!(officer.get(&at(path)).status, 403, "{path}");
    }
    assert_eq!(stage.officer(1, Role::FieldOfficer).get(&at("/field")).status, 404, "another department's operation");
}

#[test]
fn results_are_recorded_unseen_shown_to_their_owner_and_erased_for_good() {
    let (stage, service, officer) = operation();
    let entered = reference(&enter(&officer, &officer.get(&at("/field")), "Q123456", "51234567", "2"));
    stage.work();
    let recorded = record(&officer, &entered, "invalid");
    assert!(recorded.status == 200 && recorded.text().contains("is on record"), "{}", recorded.text());
    assert_eq!(record(&officer, &entered, "negative").status, 200);
    let row = household(&service, &entered);
    let health = open_own(service.ledger(), row.id).unwrap().health.unwrap();
    let results: Vec<TestResult> = health.results.iter().map(|(result, _)| *result).collect();
    assert_eq!((health.doses, results), (Some(2), vec![TestResult::Invalid, TestResult::Negative]));
    assert_eq!(record(&officer, &entered, "perhaps").status, 422);
    assert_eq!(record(&officer, "0000-0000-0000", "negative").status, 422);
    assert_eq!(record(&officer, &entered, "negative").status, 200);
    assert_eq!(record(&officer, &entered, "negative").status, 200);
    assert!(record(&officer, &entered, "negative").text().contains("Four results"));
    let health = EraseWhat::Group(FieldGroup::Health);
    flows::erase_household(&service, Actor::Visitor, row.id, health, vault::Cause::Withdrawal).unwrap();
    assert!(open_own(service.ledger(), row.id).unwrap().health.is_none());
    assert_eq!(record(&officer, &entered, "positive").status, 410, "what was erased is not begun anew");
    assert!(open_own(service.ledger(), row.id).unwrap().health.is_none());
}
