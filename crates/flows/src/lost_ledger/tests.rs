use std::process::Command;
use std::sync::Arc;

use journal::verifier_key;
use kernel::Clock as _;
use registration::{EraseWhat, HouseholdRow, open_own};
use response::{Incident, IncidentKind};
use seal::Keyring;
use testkit::SeededRandom;
use vault::Cause;

use super::*;
use crate::rehearsal::City;
use crate::{certify, erase_household};

const NAME: &str = "s_masks_2020";

fn gone(city: &City, household: &HouseholdRow) -> bool {
    !open_own(city.service().ledger(), household.id).is_ok_and(|own| !own.is_empty())
}

fn erase(city: &City, household: &HouseholdRow) -> crate::Erased {
    erase_household(&city.service(), Actor::Visitor, household.id, EraseWhat::All, Cause::Withdrawal).unwrap()
}

/// Loses ledger and copy, and begins a new one as the operator's command does.
fn lose_and_begin(city: &mut City) {
    city.platform = None;
    std::fs::remove_file(city.path(&format!("tiles/{NAME}/erasures"))).unwrap();
    std::fs::remove_file(city.path(&format!("keys/{NAME}.tree.erasures"))).unwrap();
    assert!(matches!(Keyring::open(place(city), NAME, city.clock.now().day(), Arc::new(SeededRandom::new(9))), Err(SealError::LedgerCut { .. })));
    let now = city.clock.now();
    drop(Keyring::begin_ledger(place(city), NAME, now.day(), Arc::new(SeededRandom::new(9)), now).unwrap());
    city.restart();
}

fn place(city: &City) -> seal::KeyPlace {
    crate::Roots::from(city.path("roots")).key_place(&city.path("keys"), &city.path("tiles"), NAME)
}

fn incidents(city: &City) -> Vec<Incident> {
    let all = city.platform().ledger().read("test.incidents", |tx| response::incidents(tx, city.department)).unwrap();
    all.into_iter().filter(|incident| incident.kind == IncidentKind::ErasureLedgerLost).collect()
}

fn events(ledger: &Ledger, verb: &str) -> usize {
    ledger.scan(None, 10_000).unwrap().iter().filter(|entry| entry.body.contains(verb)).count()
}

#[test]
fn promise_04_after_the_loss_of_the_ledger_it_is_on_record_an_incident_is_open_and_certificates_say_it() {
    let mut city = City::new();
    let [first, second, third, stays] = [1, 2, 3, 4].map(|n| city.register(n));
    erase(&city, &first);
    certify(city.platform(), &city.service()).unwrap();
    // Gone, but without a certificate: only the ledger said that its keys had died.
    let uncertified = erase(&city, &second).id;
    lose_and_begin(&mut city);
    assert!(gone(&city, &first) && gone(&city, &second) && !gone(&city, &third) && !gone(&city, &stays));
    let open = incidents(&city);
    assert_eq!((open.len(), open[0].service, open[0].department), (1, Some(city.service().id()), Some(city.department)));
    assert!(open[0].summary.en.contains("destroy every one"), "{}", open[0].summary.en);
    assert_eq!(events(city.service().ledger(), "vault.erasure_ledger_lost"), 1);
    let issued = certify(city.platform(), &city.service()).unwrap();
    assert_eq!(issued.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [uncertified], "what had no certificate was erased once more");
    the_verifier_says_it(&city, &issued[0].1);
    // Rows follow the new ledger's lines although the old one had gone further.
    erase(&city, &third);
    assert!(gone(&city, &third) && !gone(&city, &stays));
    let left = "-- test.values\nselect count(*) from household_submission where contact is not null";
    let row = city.service().ledger().read("test.left", move |tx| tx.query(left, &[])).unwrap();
    assert_eq!(row[0].get::<i64>(0).unwrap(), 1);
    // Told once, however often it is started.
    city.restart();
    city.work();
    city.restart();
    assert_eq!((incidents(&city).len(), events(city.service().ledger(), "vault.erasure_ledger_lost")), (1, 1));
    assert!(gone(&city, &third) && !gone(&city, &stays));
}

#[test]
fn a_ledger_that_is_whole_is_no_incident() {
    let mut city = City::new();
    erase(&city, &city.register(1));
    city.restart();
    assert_eq!(incidents(&city), []);
    assert_eq!(lost_ledger(city.service().ledger()).unwrap(), None);
}

/// The separate program, which the test command builds before it runs the tests.
fn the_verifier_says_it(city: &City, certificate: &vault::Certificate) {
    assert!(certificate.note.contains("\nledger-lost: "), "{}", certificate.note);
    let program = std::env::current_exe().unwrap().parent().unwrap().join("../lionrock-verify");
    assert!(program.exists(), "build it first: cargo build -p verifier");
    let file = city.path("certificate.json");
    std::fs::write(&file, certificate.to_json().to_string()).unwrap();
    let key = verifier_key(&**city.platform().ledger().signer());
    let output = Command::new(program).arg("certificate").arg(&file).args(["--key", &key]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("the ledger of what had been erased was lost then"), "{said}");
}
