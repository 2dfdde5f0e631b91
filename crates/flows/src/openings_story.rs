//! What promise 3 says of openings, from end to end: noted before anything is readable, seen by the resident, and forgotten with the
//! record as far as they name it.

use journal::{Actor, Event, audit};
use kernel::Secret;
use people::{OpenRecord, Role, authorise};
use registration::{EraseWhat, HouseholdRow};
use seal::{Purpose, SealError, Sealed};
use store::StoreError;
use vault::Cause;

use crate::rehearsal::City;
use crate::{certify, erase_household};

fn opened_by_officer(city: &City, household: &HouseholdRow) {
    let service = city.service();
    let may = authorise::<OpenRecord>(&city.officer(3, Role::CaseOfficer), Some(city.scope())).unwrap();
    let reason = Secret::new("Canary asked by telephone".to_owned());
    registration::open_for_officer(service.ledger(), &service.scheme(), may, household.id, "delivery", &reason).unwrap();
}

#[test]
fn promise_03_a_unit_of_work_that_notes_nothing_opens_nothing() {
    let city = City::new();
    city.register(1);
    let service = city.service();
    let ledger = service.ledger();
    let row = ledger.read("test.sealed", |tx| tx.query("-- test.sealed\nselect sealed from notify_message limit 1", &[]));
    let sealed = Sealed::from_bytes(row.unwrap()[0].get(0).unwrap());
    let slot = sealed.claimed_slot(Purpose::new(notify::PURPOSE).unwrap()).unwrap();
    let silent = ledger.write::<_, StoreError>("test.silent", Actor::Operator, |_| Ok(())).unwrap().1;
    let refused = silent.open(ledger.keys(), &slot, &sealed);
    assert!(matches!(refused, Err(SealError::Invalid("nothing was journaled before this opening"))), "{refused:?}");
    let note = |work: &mut journal::Work<'_, '_>| work.journal(Event::new("test.opened")).map(drop);
    let noted = ledger.write::<_, StoreError>("test.noted", Actor::Operator, note).unwrap().1;
    assert!(noted.open(ledger.keys(), &slot, &sealed).is_ok());
}

#[test]
fn promise_03_the_resident_sees_what_officers_and_what_jobs_opened() {
    let city = City::new();
    let (household, other) = (city.register(1), city.register(2));
    opened_by_officer(&city, &household);
    // Of somebody else's opening nothing is left but that it was; it is no batch.
    opened_by_officer(&city, &other);
    erase_household(&city.service(), Actor::Visitor, other.id, EraseWhat::All, Cause::Withdrawal).unwrap();
    let view = city.service().ledger().read("test.status", |tx| registration::status(tx, household.id)).unwrap().unwrap();
    let own: Vec<_> = view.openings.iter().map(vault::OpeningRow::actor_json).collect();
    assert_eq!((own.len(), own[0]["kind"].as_str()), (1, Some("officer")));
    assert_eq!(own[0]["department"], city.department.to_string());
    assert_eq!(view.openings[0].purpose, "delivery");
    let jobs: Vec<(String, i64)> = view.batches.iter().map(|batch| (batch.purpose.clone(), batch.records)).collect();
    assert!(jobs.iter().any(|(purpose, records)| purpose == "eligibility" && *records == 1), "{jobs:?}");
    assert!(view.batches.iter().all(|batch| batch.actor_json()["kind"] == "job"), "a job is named as a job");
}

/// Actor, purpose and time stay for the journal's retention; the link to the record and the reason go with the record, and the journal
/// is whole without them.
#[test]
fn promise_03_an_erasure_takes_link_and_reason_and_leaves_that_somebody_opened_something() {
    let city = City::new();
    let (gone, stays) = (city.register(1), city.register(2));
    opened_by_officer(&city, &gone);
    opened_by_officer(&city, &stays);
    let service = city.service();
    let ledger = service.ledger();
    let opening = ledger.read("test.openings", |tx| vault::openings_of(tx, gone.id.bytes())).unwrap().remove(0);
    let links = |sql: &'static str, id: [u8; 16]| {
        ledger.read("test.links", move |tx| tx.query(sql, &[id.as_slice().into()])).unwrap().len()
    };
    let (events, openings) = (
        "-- test.events\nselect id from journal_event where record = $1",
        "-- test.openings\nselect id from vault_opening where record = $1",
    );
    assert!(links(openings, gone.id.bytes()) == 1 && links(openings, stays.id.bytes()) == 1);
    erase_household(&service, Actor::Visitor, gone.id, EraseWhat::All, Cause::Withdrawal).unwrap();
    certify(city.platform(), &service).unwrap();
    assert_eq!((links(events, gone.id.bytes()), links(openings, gone.id.bytes())), (0, 0));
    assert_eq!(links(openings, stays.id.bytes()), 1);
    // The salt of the commitment in the entry is gone too: nobody can try whom it meant.
    let salts = "-- test.salts\nselect id from journal_event where id = $1 and link_salt is not null";
    let other = ledger.read("test.openings", |tx| vault::openings_of(tx, stays.id.bytes())).unwrap().remove(0);
    assert_eq!((links(salts, opening.event.bytes()), links(salts, other.event.bytes())), (0, 1));
    let left = "-- test.left\nselect purpose, actor, reason from vault_opening where event = $1";
    let left = ledger.read("test.left", |tx| tx.query(left, &[opening.event.into()])).unwrap();
    assert_eq!(left[0].get::<String>(0).unwrap(), "delivery");
    assert!(left[0].get::<String>(1).unwrap().contains("officer"));
    assert_eq!(left[0].get::<Option<Vec<u8>>>(2).unwrap(), None);
    ledger.integrate().unwrap();
    assert!(ledger.inclusion(opening.event).unwrap().is_some(), "the entry is still proven");
    let entry = ledger.entry(opening.event).unwrap().unwrap();
    assert!(entry.body.contains("\"vault.opened\"") && !entry.body.contains("telephone"), "{}", entry.body);
    let found = audit(ledger.store(), &city.path("tiles/s_masks_2020")).unwrap();
    assert_eq!((found.missing, found.findings.len()), (0, 0), "{:?}", found.findings);
}
