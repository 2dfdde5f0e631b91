//! Each promise that this crate can break has a test with its name.

use std::fs;
use std::sync::Arc;

use journal::Actor;
use kernel::{Clock as _, Secret};
use notify::{Carrier, CarrierError, Outgoing, Sent};
use people::{OpenRecord, PersonalDataExport, RequestExport, Role};
use proptest::prelude::*;
use registration::scheme::FieldGroup;
use registration::{AddressForm, BirthForm, Channel, Household, HouseholdForm, OpenRecordError, PersonForm};
use seal::SealError;
use testkit::both_engines;
use testkit::canary::{Canary, Value, encodings, scan_dir};

use crate::stage::{Stage, birth, form, grant, number, service};

struct Silent;

impl Carrier for Silent {
    fn send(&self, _: &Outgoing) -> Result<Sent, CarrierError> {
        Ok(Sent)
    }
}

const BIRD: usize = 493_827;

fn bird() -> HouseholdForm {
    HouseholdForm { name: "Canary Wing-bird 金絲雀".into(), mobile: "51239876".into(), ..form(BIRD) }
}

fn canaries() -> Vec<Canary> {
    let person = |n: usize| number(n).split('(').next().unwrap().to_owned();
    vec![
        Canary::new("name", "Canary Wing-bird"),
        Canary::new("name in Chinese", "金絲雀"),
        Canary::new("address", "Harbour House, Canary Road"),
        Canary::new("mobile", "51239876"),
        Canary::new("number", person(2 * BIRD)),
        Canary::new("number with check digit", number(2 * BIRD)),
        Canary::new("number of the relative", person(2 * BIRD + 1)),
        Canary::new("birth", birth(2 * BIRD)),
        Canary::new("reason", "Siu-ling rang about"),
    ]
}

/// A whole life of one household: registered, matched, told, asked for a code, opened, exported, delivered.
fn a_whole_life(stage: &Stage) {
    let received = stage.register("bird", &bird());
    let mut wrong = bird();
    wrong.birth = BirthForm::Iso("1950-12-30".into());
    stage.register("bird-again", &wrong);
    let letter = HouseholdForm { mobile: String::new(), id_number: number(8), birth: BirthForm::Iso(birth(8)), members: vec![], ..bird() };
    stage.try_register("letter", &letter, Channel::Letter, None).unwrap();
    stage.match_all();
    let reference = received.reference;
    stage.act(Actor::Visitor, move |work| registration::request_code(work, reference)).unwrap();
    registration::send_codes(&stage.ledger, &stage.scheme, &stage.sender, 10).unwrap();
    let may = grant::<OpenRecord>(1, Role::CaseOfficer);
    let reason = Secret::new("Siu-ling rang about this record".to_owned());
    registration::open_for_officer(&stage.ledger, &stage.scheme, may, received.household, "delivery", &reason).unwrap();
    let asker = grant::<RequestExport>(1, Role::DeliveryOfficer);
    let what = crate::stage::export_words(&stage.scheme, "KT");
    let ask = move |work: &mut journal::Work<'_, '_>| {
        let command = people::RequestApproval { service: service(), what: what.clone() };
        people::request_approval::<PersonalDataExport>(work, &asker, command)
    };
    let approval = stage.act(asker.actor(), ask).unwrap().id;
    let second = grant::<people::ApproveExport>(2, Role::SupervisingOfficer);
    stage.act(second.actor(), move |work| people::approve::<PersonalDataExport>(work, &second, approval)).unwrap();
    let asker = Arc::new(asker);
    crate::stage::export_district(&stage.ledger, &stage.scheme, &stage.sender, &asker, "KT", approval).unwrap();
    let result = format!("{reference},delivered\n");
    registration::import_results(&stage.ledger, &stage.scheme, &stage.sender, &asker, &result).unwrap();
    assert!(notify::deliver_due(&stage.ledger, &Silent, 100).unwrap().sent >= 3);
    stage.ledger.integrate().unwrap();
}

#[test]
fn promise_01_canaries_are_nowhere_in_the_files() {
    let stage = Stage::on_disk();
    a_whole_life(&stage);
    let directory = stage.directory.path();
    assert_eq!(scan_dir(directory, &canaries()), []);
    // The search can fail: a canary planted in any form is found, in a file of its own and in the database.
    for canary in canaries() {
        let Value::Words(words) = &canary.value else { panic!("what is typed is words") };
        for (encoding, bytes) in encodings(words) {
            let beside = tempfile::tempdir().unwrap();
            fs::write(beside.path().join("planted.tmp"), bytes).unwrap();
            let found = scan_dir(beside.path(), &canaries());
            assert!(found.iter().any(|hit| hit.canary == canary.name && hit.encoding == encoding), "{encoding}");
        }
    }
    stage.act(Actor::Job("test"), |work| registration::save_room_snapshot(work, "51239876")).unwrap();
    assert!(scan_dir(directory, &canaries()).iter().any(|hit| hit.canary == "mobile"));
}

#[test]
fn promise_02_nothing_is_stored_without_purpose_and_expiry() {
    both_engines(|place| {
        let stage = Stage::at(place);
        stage.register("1", &form(1));
        stage.run_sql("-- test.same\nupdate household_submission set identity_expiry = identity_expiry").unwrap();
        for sql in [
            "-- test.without\nupdate household_submission set identity_purpose = null",
            "-- test.without\nupdate household_submission set identity_expiry = null",
            "-- test.without\nupdate household_submission set contact_purpose = null",
            "-- test.without\nupdate household_submission set contact_expiry = null",
            "-- test.without\nupdate household_submission set mobile_purpose = null",
            "-- test.without\nupdate household_submission set mobile_expiry = null",
            "-- test.without
insert into household_submission (event, household, record, at, language, channel, district, people, address_known, version)
select household, household, record, at, language, channel, district, people, address_known, version
from household_submission",
            "-- test.without
insert into delivery_export (id, district, households, at, digest, file) select event, district, 1, at, version, identity
from household_submission",
            "-- test.without
insert into vault_opening (id, at, actor, purpose, records, event, reason) select event, at, '', '', 1, event, identity
from household_submission",
        ] {
            assert!(stage.run_sql(sql).is_err(), "{sql}");
        }
    });
}

/// With the purge switched off, what has expired is unreadable all the same; with it on, it is gone.
#[test]
fn promise_02_expired_values_are_unreadable_without_the_purge() {
    let stage = Stage::on_disk();
    let received = stage.register("1", &form(1));
    stage.match_all();
    let open = |purpose: &str| {
        let may = grant::<OpenRecord>(1, Role::CaseOfficer);
        let reason = Secret::new("A question about the delivery".to_owned());
        registration::open_for_officer(&stage.ledger, &stage.scheme, may, received.household, purpose, &reason)
    };
    let last = stage.scheme.group(registration::scheme::FieldGroup::Contact).expiry;
    stage.clock.set(kernel::Instant::at(last, 23 * 60));
    stage.ledger.keys().midnight(last).unwrap();
    assert!(open("delivery").unwrap().contact.is_some(), "on its last day it can be read");
    stage.clock.set(kernel::Instant::at(last.plus(1), 1));
    stage.ledger.keys().midnight(stage.clock.now().day()).unwrap();
    assert!(matches!(open("delivery"), Err(OpenRecordError::Seal(SealError::Gone))));
    assert!(open("eligibility").unwrap().people.is_some(), "kept longer by the statement");
    let held = |stage: &Stage| stage.run_sql("-- test.held\nupdate household_submission set contact = contact where contact is not null").unwrap();
    assert_eq!(held(&stage), 1);
    assert!(registration::purge_expired(&stage.ledger).unwrap() >= 1);
    assert_eq!(held(&stage), 0);
    assert!(open("delivery").unwrap().contact.is_none());
}

/// The blind index answers "was this person registered" as long as its key lives: its tags go with the values, and so do the
/// links from the journal once nothing of a household is left.
#[test]
fn promise_03_tags_and_links_die_with_the_data() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let received = stage.register("1", &form(1));
        stage.match_all();
        let open = |purpose: &str| {
            let may = grant::<OpenRecord>(1, Role::CaseOfficer);
            let reason = Secret::new("A question about the delivery".to_owned());
            registration::open_for_officer(&stage.ledger, &stage.scheme, may, received.household, purpose, &reason)
        };
        open("delivery").unwrap();
        let tags = |people: bool| {
            let sql = if people {
                "-- test.tags\nupdate household_index set state = state where person >= 0"
            } else {
                "-- test.tags\nupdate household_index set state = state where person < 0"
            };
            stage.run_sql(sql).unwrap()
        };
        let links = || {
            let events = stage.run_sql("-- test.links\nupdate journal_event set link_salt = link_salt where link_salt is not null");
            let openings = stage.run_sql("-- test.links\nupdate vault_opening set record = record where record is not null");
            (events.unwrap(), openings.unwrap())
        };
        let day_after = |group| stage.scheme.group(group).expiry.plus(1);
        let purge = |day: kernel::Day| {
            stage.clock.set(kernel::Instant::at(day, 1));
            stage.ledger.keys().midnight(day).unwrap();
            registration::purge_expired(&stage.ledger).unwrap()
        };
        assert_eq!((tags(true), tags(false), links()), (2, 1, (1, 1)));
        let (mobile, identity) = (day_after(FieldGroup::Mobile), day_after(FieldGroup::Identity));
        assert!(mobile < identity, "the statement keeps the identity longest");
        purge(mobile);
        assert_eq!((tags(true), tags(false), links()), (2, 0, (1, 1)), "the mobile's tag is gone, the people's not yet");
        purge(identity);
        assert_eq!((tags(true), tags(false), links()), (0, 0, (0, 0)));
        let proof = stage.ledger.integrate();
        assert!(proof.is_ok(), "the journal is whole without its links");
        let opened = stage.events().into_iter().filter(|event| event["verb"] == "vault.opened").count();
        assert_eq!(opened, 1, "that somebody opened something stays on record");
    });
}

#[test]
fn promise_03_every_opening_is_journaled_first() {
    let stage = Stage::on_disk();
    let received = stage.register("1", &form(1));
    let before = stage.count("vault.batch_opened");
    stage.match_all();
    let openings: Vec<_> = stage.events().into_iter().filter(|event| event["verb"] == "vault.batch_opened").collect();
    assert_eq!(openings.len() - before, 2, "one for each purpose");
    for (opening, purpose) in openings.iter().zip(["eligibility", "messages"]) {
        assert_eq!(opening["details"]["purpose"], purpose);
        assert_eq!(opening["details"]["count"], 1);
        assert_eq!(opening["actor"]["name"], "matching");
        assert_eq!(opening["details"]["root"].as_str().unwrap().len(), 64);
    }
    let open = || {
        let may = grant::<OpenRecord>(1, Role::CaseOfficer);
        let reason = Secret::new("A question about the delivery".to_owned());
        registration::open_for_officer(&stage.ledger, &stage.scheme, may, received.household, "delivery", &reason)
    };
    assert!(open().is_ok());
    let opened = stage.events().pop().unwrap();
    assert_eq!((&opened["verb"], &opened["details"]["purpose"]), (&"vault.opened".into(), &"delivery".into()));
    assert_eq!(opened["actor"]["kind"], "officer");
    // When the journal cannot be written, nothing is opened, neither for an officer nor for a job.
    stage.register("2", &form(2));
    stage.run_sql("-- test.break\nalter table journal_event rename to journal_broken").unwrap();
    assert!(matches!(open(), Err(OpenRecordError::Store(_) | OpenRecordError::Open(_))));
    assert!(stage.match_some(10).is_err());
    stage.run_sql("-- test.mend\nalter table journal_broken rename to journal_event").unwrap();
    assert!(!stage.population.asked.lock().unwrap().contains_key("Q000004"), "nobody was asked about it");
    assert_eq!(stage.match_all().confirmed, 1);
}

#[test]
fn promise_05_a_resend_counts_once() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let references = std::thread::scope(|scope| {
            let sender = |_| scope.spawn(|| (0..20).map(|_| stage.register("same", &form(1)).reference).collect::<Vec<_>>());
            let senders: Vec<_> = (0..8).map(sender).collect();
            senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect::<std::collections::HashSet<_>>()
        });
        assert_eq!(references.len(), 1);
        let sum = stage.match_all();
        assert_eq!((sum.taken, sum.twins, sum.confirmed), (160, 159, 1));
        let figures = stage.figures();
        assert_eq!((figures.total("received"), figures.total("people")), (1, 2));
        assert_eq!(stage.queued("registration-confirmed"), 1);
    });
}

#[test]
fn promise_11_no_oracle_in_bytes_or_sql() {
    let stage = Stage::on_disk();
    stage.register("first", &form(1));
    stage.match_all();
    let mut mismatch = form(2);
    mismatch.birth = BirthForm::Iso("1950-12-30".into());
    let mut seen = Vec::new();
    for (key, form) in [("match", form(3)), ("mismatch", mismatch), ("duplicate", form(1))] {
        stage.take_sql();
        let (received, committed) = stage.try_register(key, &form, Channel::Online, None).unwrap();
        let sql = stage.take_sql();
        assert!(sql.iter().filter(|text| text.contains("insert into")).count() == 2, "two rows: {sql:?}");
        let receipt = stage.ledger.receipt(&committed).unwrap();
        let event: serde_json::Value = serde_json::from_str(&receipt.event.body).unwrap();
        let shape = (receipt.to_line().len(), receipt.event.body.len(), event["details"]["people"].clone());
        seen.push((format!("{received:?}").len(), shape, sql));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
    let sum = stage.match_all();
    assert_eq!((sum.confirmed, sum.checking), (1, 2), "and yet they differ");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_typed_is_parsed_or_explained(
        texts in prop::collection::vec(".{0,40}", 12),
        members in prop::collection::vec((".{0,12}", ".{0,12}"), 0..12),
    ) {
        let stage = rules();
        let member = |(id_number, birth): &(String, String)| PersonForm { id_number: id_number.clone(), birth: BirthForm::Iso(birth.clone()) };
        let form = HouseholdForm {
            id_number: texts[0].clone(),
            birth: BirthForm::Boxes { day: texts[1].clone(), month: texts[2].clone(), year: texts[3].clone() },
            name: texts[4].clone(),
            address: AddressForm {
                key: texts[5].clone(), flat: texts[6].clone(), floor: texts[7].clone(),
                text: texts[8].clone(), district: texts[9].clone(),
            },
            mobile: texts[10].clone(),
            members: members.iter().map(member).collect(),
            vaccination: texts[0].clone(),
        };
        if let Err(problems) = Household::parse(&form, &stage) {
            prop_assert!(!problems.is_empty());
        }
    }

    #[test]
    fn a_valid_form_always_parses(
        n in 0_usize..400_000, people in 0_usize..6, space in " {0,3}", flat in "[A-Z]{0,3}", floor in "[0-9]{0,2}",
        name in "[A-Z][a-z]{1,10}( [A-Z][a-z]{1,10}){0,3}", mobile in "5123[0-9]{4}", lower in any::<bool>(),
    ) {
        let spoken = |n: usize| if lower { number(n).to_lowercase() } else { number(n).replace('(', " (") };
        let member = |i: usize| PersonForm { id_number: spoken(2 * n + 1 + i), birth: BirthForm::Iso(birth(2 * n + 1 + i)) };
        let form = HouseholdForm {
            id_number: format!("{space}{}{space}", spoken(2 * n)),
            birth: BirthForm::Iso(birth(2 * n)),
            name: format!("{space}{name}{space}"),
            address: AddressForm { key: "k1".into(), flat, floor, ..AddressForm::default() },
            mobile: format!("{space}+852 {mobile}"),
            members: (0..people.min(5)).map(member).collect(),
            vaccination: String::new(),
        };
        let parsed = Household::parse(&form, &rules()).map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?;
        prop_assert_eq!(parsed.people(), people.min(5) + 1);
        prop_assert_eq!(parsed.name, name);
    }
}

fn rules() -> registration::Rules<'static> {
    crate::stage::rules_on("2020-05-06".parse().unwrap(), 6, false)
}
