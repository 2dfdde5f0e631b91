//! Erasure before the time, with its crashes, its backups and its certificate. The stories run on SQLite here and on PostgreSQL
//! in `postgres`.

mod model;

use std::fs;
use std::path::Path;
use std::process::Command;

use journal::verifier_key;
use kernel::{Instant, Secret};
use people::{OpenRecord, Role, authorise};
use registration::matching::State;
use registration::open_own;
use store::Store;
use testkit::canary::{Canary, scan_dir};

use super::*;
use crate::rehearsal::{City, form, mobile, name, number};
use crate::{certify, kept_certificate};

fn all(city: &City, household: Id<kinds::Household>) -> Result<Erased, EraseError> {
    erase_household(&city.service(), Actor::Visitor, household, EraseWhat::All, Cause::Withdrawal)
}

fn readable(city: &City, household: Id<kinds::Household>) -> bool {
    open_own(city.service().ledger(), household).is_ok_and(|own| !own.is_empty())
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

fn count(city: &City, sql: &'static str) -> i64 {
    let row = city.service().ledger().read("test.count", move |tx| tx.query(sql, &[])).unwrap();
    row.first().unwrap().get(0).unwrap()
}

#[test]
fn promise_04_a_household_goes_with_everything_that_names_it_and_the_others_stay() {
    household_goes(&City::new());
}

pub(super) fn household_goes(city: &City) {
    let (gone, stays) = (city.register(1), city.register(2));
    // A resend, which holds everything a second time.
    city.submit(1, &form(1));
    city.work();
    let service = city.service();
    let may = authorise::<OpenRecord>(&city.officer(3, Role::CaseOfficer), Some(city.scope())).unwrap();
    let reason = Secret::new("Canary asked by telephone".to_owned());
    registration::open_for_officer(service.ledger(), &service.scheme(), may, gone.id, "delivery", &reason).unwrap();
    assert_eq!(count(city, "-- test.tags\nselect count(*) from household_index"), 6);
    let erased = all(city, gone.id).unwrap();
    assert!(erased.openings.len() >= 5, "values, message, reason: {}", erased.openings.len());
    assert!(!readable(city, gone.id) && readable(city, stays.id));
    let row = registration::find(service.ledger(), gone.reference).unwrap().unwrap();
    assert_eq!((row.state, row.district.as_str()), (State::Withdrawn, ""));
    for (left, sql) in [
        (1, "-- test.values\nselect count(*) from household_submission where identity is not null"),
        (1, "-- test.values\nselect count(*) from household_submission where contact is not null"),
        (3, "-- test.tags\nselect count(*) from household_index"),
        (1, "-- test.messages\nselect count(*) from notify_message"),
        (0, "-- test.reasons\nselect count(*) from vault_opening where reason is not null or record is not null"),
        (0, "-- test.codes\nselect count(*) from status_code"),
    ] {
        assert_eq!(count(city, sql), left, "{sql}");
    }
    // A resend that comes late brings nothing back, and a second withdrawal finds nothing.
    city.submit(1, &form(1));
    city.work();
    assert_eq!(count(city, "-- test.values\nselect count(*) from household_submission where mobile is not null"), 1);
    assert!(matches!(all(city, gone.id), Err(EraseError::Nothing)));
    assert!(matches!(all(city, Id::from_bytes([9; 16])), Err(EraseError::Missing)));
}

/// Nothing of the erased in any file, and the others' canaries only sealed: what is left is opened to show that it is there.
#[test]
fn promise_04_many_who_withdraw_at_once_each_find_their_certificate() {
    many_at_once(&City::new());
}

/// One thread's round of certificates holds those of others; nobody is told that there is none.
pub(super) fn many_at_once(city: &City) {
    let households: Vec<_> = (1..=24).map(|n| city.register(n)).collect();
    let (service, platform) = (&city.service(), city.platform());
    std::thread::scope(|scope| {
        for some in households.chunks(3) {
            scope.spawn(move || {
                for household in some {
                    let erased = all(city, household.id).unwrap();
                    certify(platform, service).unwrap();
                    assert!(kept_certificate(platform, erased.id).unwrap().is_some());
                }
            });
        }
    });
    let entries = platform.ledger().scan(None, 10_000).unwrap();
    let issued = entries.iter().filter(|entry| entry.body.contains("\"verb\":\"vault.erased\"")).count();
    assert_eq!(issued, households.len(), "one each");
}

#[test]
fn promise_04_a_raw_scan_after_erasure_finds_nothing_and_the_others_are_whole() {
    let city = City::new();
    let households: Vec<_> = (1..=6).map(|n| city.register(n)).collect();
    for household in &households[..3] {
        all(&city, household.id).unwrap();
    }
    certify(city.platform(), &city.service()).unwrap();
    let canaries: Vec<Canary> = (1..=3)
        .flat_map(|n| [name(n), mobile(n), number(2 * n), number(2 * n + 1)])
        .map(|value| Canary::new(value.clone(), value))
        .collect();
    assert_eq!(scan_dir(city.files.path(), &canaries), []);
    for household in &households[3..] {
        let own = open_own(city.service().ledger(), household.id).unwrap();
        assert_eq!((own.people.len(), own.groups.len()), (2, 3));
        assert!(own.contact.is_some() && own.mobile.is_some());
    }
}

#[test]
fn promise_04_old_backups_bring_back_none_of_the_erased_and_all_of_the_rest() {
    old_backups(City::new());
}

pub(super) fn old_backups(mut city: City) {
    let (gone, stays) = (city.register(1), city.register(2));
    let backup = tempfile::TempDir::new().unwrap();
    let names = Store::names(city.location()).unwrap();
    let stores: Vec<Vec<u8>> = names.iter().map(|name| backed_up(&city, name)).collect();
    city.platform = None;
    copy(&city.path("keys"), &backup.path().join("keys"));
    city.restart();
    all(&city, gone.id).unwrap();
    certify(city.platform(), &city.service()).unwrap();
    // The older data under the present keys: the ledger is followed before anything is served.
    city.platform = None;
    let journal = fs::read_dir(city.path("tiles")).unwrap();
    let tiles: Vec<_> = journal.map(|entry| entry.unwrap().path()).collect();
    assert!(tiles.iter().any(|path| path.join("erasures").exists()), "the ledger stands outside the database");
    Store::move_aside(city.location(), "aside").unwrap();
    for (name, bytes) in names.iter().zip(&stores) {
        Store::restore(city.location(), name, crate::migrations_of(name), &mut bytes.as_slice()).unwrap();
    }
    for path in &tiles {
        // The journal of an older database begins again; its restore is another test's.
        for part in ["checkpoint", "tile"] {
            let _ = fs::remove_file(path.join(part));
            let _ = fs::remove_dir_all(path.join(part));
        }
    }
    city.restart();
    assert!(!readable(&city, gone.id) && readable(&city, stays.id));
    assert_eq!(count(&city, "-- test.values\nselect count(*) from household_submission where contact is not null"), 1);
    let row = registration::find(city.service().ledger(), gone.reference).unwrap().unwrap();
    assert_eq!(row.state, State::Withdrawn);
    // The older keys are refused.
    city.platform = None;
    fs::remove_dir_all(city.path("keys")).unwrap();
    copy(&backup.path().join("keys"), &city.path("keys"));
    let refused = seal::Keyring::open(
        seal::KeyPlace::in_files(
            city.path("keys/s_masks_2020.tree"),
            city.path("roots/s_masks_2020.root"),
            city.path("tiles/s_masks_2020/erasures"),
        ),
        "s_masks_2020",
        kernel::Clock::now(&*city.clock).day(),
        std::sync::Arc::new(testkit::SeededRandom::new(3)),
    );
    assert!(refused.is_err(), "an older copy of the keys must be refused");
}

fn backed_up(city: &City, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    Store::back_up(city.location(), name, &mut bytes).unwrap();
    bytes
}

/// The process dies after the order, after the ledger, after the note: each start finishes it.
#[test]
fn promise_04_an_erasure_is_finished_after_a_crash_at_every_step() {
    crash_at_every_step(City::new);
}

pub(super) fn crash_at_every_step(new: fn() -> City) {
    for step in 0..3 {
        let mut city = new();
        let (gone, stays) = (city.register(1), city.register(2));
        let service = city.service();
        let ledger = service.ledger();
        let plan = ledger.read("test.plan", |tx| registration::plan_erasure(tx, gone.id, EraseWhat::All)).unwrap().unwrap();
        let targets: Vec<(Target, [u8; 32])> = plan.targets.iter().zip(0u8..).map(|((t, _), n)| (*t, [n; 32])).collect();
        let order = EraseOrder {
            record: Some(gone.id.bytes()),
            scope: "test".into(),
            households: 1,
            persons: 2,
            targets: targets.clone(),
            cause: Cause::Officer,
        };
        let (id, _) = ledger.write("test.order", Actor::Operator, move |work| vault::order_erasure(work, &order)).unwrap();
        if step >= 1 {
            let entries = ledger.keys().erase(ledger.now(), &targets).unwrap();
            let numbers = (entries.first().unwrap().number, entries.last().unwrap().number);
            if step >= 2 {
                let note = move |work: &mut journal::Work<'_, '_>| vault::note_erased(work, id, numbers);
                ledger.write("test.note", Actor::Operator, note).unwrap();
            }
        }
        drop(service);
        city.restart();
        assert!(!readable(&city, gone.id) && readable(&city, stays.id), "step {step}");
        let held = "-- test.values\nselect count(*) from household_submission where contact is not null";
        assert_eq!(count(&city, held), 1, "the rows are gone too, step {step}");
        let lines = city.service().ledger().keys().erasures_since(0).unwrap();
        assert_eq!(lines.len(), targets.len(), "nothing is ordered twice, step {step}");
        let certificates = certify(city.platform(), &city.service()).unwrap();
        assert_eq!(certificates.len(), 1, "step {step}");
        assert!(certify(city.platform(), &city.service()).unwrap().is_empty());
    }
}

#[test]
fn promise_04_the_certificate_of_one_household_verifies_and_says_from_which_roll_on() {
    certificate_verifies(&City::new());
}

pub(super) fn certificate_verifies(city: &City) {
    let household = city.register(1);
    let erased = all(city, household.id).unwrap();
    assert_eq!(kept_certificate(city.platform(), erased.id).unwrap(), None, "not before the roll");
    let issued = certify(city.platform(), &city.service()).unwrap();
    let (id, certificate) = issued.first().unwrap();
    assert_eq!(*id, erased.id);
    assert_eq!(kept_certificate(city.platform(), erased.id).unwrap(), Some(certificate.to_json()));
    for line in ["households: 1", "persons: 2", "roll: 1 ", "ledger: 1 ", "store: emptied", "all personal data of one registration"] {
        assert!(certificate.note.contains(line), "{line} is missing in\n{}", certificate.note);
    }
    assert!(!certificate.note.contains("Canary"));
    let (good, said) = check(city, &certificate.to_json().to_string());
    assert!(good, "{said}");
    assert!(said.contains("before its time") && said.contains("old copy"), "{said}");
    assert!(!check(city, &certificate.to_json().to_string().replace("roll: 1 ", "roll: 0 ")).0);
}

/// What the second program says to a certificate, and whether it believes it.
pub(super) fn check(city: &City, certificate: &str) -> (bool, String) {
    let key = verifier::Key::parse(&verifier_key(&**city.platform().ledger().signer())).unwrap();
    match verifier::check_certificate(certificate, &key) {
        Ok(report) => (true, report.text(verifier::Language::En)),
        Err(reason) => (false, reason.text(verifier::Language::En)),
    }
}

#[test]
fn promise_04_a_group_a_person_and_a_day_go_alone() {
    parts_go_alone(&City::new());
}

pub(super) fn parts_go_alone(city: &City) {
    let (one, other) = (city.register(1), city.register(2));
    let service = city.service();
    let part = |what| erase_household(&service, Actor::Visitor, one.id, what, Cause::Request).unwrap();
    part(EraseWhat::Group(FieldGroup::Mobile));
    let own = open_own(service.ledger(), one.id).unwrap();
    assert!(own.mobile.is_none() && own.contact.is_some() && own.people.len() == 2);
    assert_eq!(count(city, "-- test.messages\nselect count(*) from notify_message"), 1);
    part(EraseWhat::Person(1));
    let own = open_own(service.ledger(), one.id).unwrap();
    assert_eq!(own.people.len(), 1);
    assert_eq!(own.people[0].id_number.formatted(), number(2));
    assert!(matches!(
        erase_household(&service, Actor::Visitor, one.id, EraseWhat::Person(1), Cause::Request),
        Err(EraseError::Nothing) | Ok(_)
    ));
    let rule = service.scheme().group(FieldGroup::Contact).clone();
    let day = erase_day(&service, Actor::Operator, &rule.purpose, rule.expiry, Cause::Law).unwrap();
    assert_eq!(day.openings.len(), 1);
    for household in [one.id, other.id] {
        let own = open_own(service.ledger(), household).unwrap();
        assert!(own.contact.is_none() && !own.people.is_empty());
    }
    assert_eq!(certify(city.platform(), &service).unwrap().len(), city_orders(city));
}

/// A scheme whose last day has passed: keys, store and the proof of it.
#[test]
fn promise_04_a_scheme_ends_with_a_certificate_and_without_a_store() {
    scheme_ends(City::new());
}

pub(super) fn scheme_ends(mut city: City) {
    let household = city.register(1);
    assert!(readable(&city, household.id));
    let (name, place) = ("s_masks_2020", |city: &City| Store::exists(city.location(), "s_masks_2020").unwrap());
    let backup = backed_up(&city, name);
    assert!(place(&city));
    let last = city.service().scheme().last_expiry();
    city.clock.set(Instant::at(last.plus(1), 60));
    city.work();
    assert!(city.platform().service(crate::rehearsal::SLUG).is_none() && !place(&city));
    let listed = city.platform().ledger().read("test.ended", registration::schemes).unwrap();
    let certificate = listed[0].certificate.clone().expect("a certificate");
    for line in ["households: 1", "persons: 2", "store: dropped"] {
        assert!(certificate.contains(line), "{line} is missing in {certificate}");
    }
    let (good, said) = check(&city, &certificate);
    assert!(good, "{said}");
    // An older backup put back by hand has no keys any more, and is not served.
    city.platform = None;
    Store::restore(city.location(), name, crate::migrations_of(name), &mut backup.as_slice()).unwrap();
    city.restart();
    city.work();
    assert!(city.platform().service(crate::rehearsal::SLUG).is_none());
}

fn city_orders(city: &City) -> usize {
    usize::try_from(count(city, "-- test.orders\nselect count(*) from vault_erasure")).unwrap()
}

#[test]
fn the_purge_that_is_late_is_seen_and_told() {
    let city = City::new();
    city.register(1);
    let service = city.service();
    let last = service.scheme().group(FieldGroup::Contact).expiry;
    assert_eq!(service.purge_lag_hours(), 0);
    city.clock.set(Instant::at(last.plus(3), 60));
    crate::watch_retention::watch_retention(city.platform(), &service).unwrap();
    assert_eq!(service.purge_lag_hours(), 49);
    let watched = crate::metrics(city.platform()).unwrap();
    for line in ["lionrock_purge_lag_hours{store=\"platform\"} 0", "lionrock_purge_lag_hours{store=\"masks-2020\"} 49"] {
        assert!(watched.lines().any(|it| it == line), "{line} is missing in {watched}");
    }
    assert!(watched.ends_with("# EOF"), "OpenMetrics");
    let alerts = city.platform().ledger().read("test.alerts", |tx| {
        tx.query("-- test.alerts\nselect count(*) from alert where kind = 'purge-lag'", &[])
    });
    assert_eq!(alerts.unwrap().first().unwrap().get::<i64>(0).unwrap(), 1);
    city.clock.advance_secs(3600);
    city.work();
    assert_eq!(service.purge_lag_hours(), 0, "the worker has purged it");
}

/// Person, part, day and scheme: each certificate says what was erased, from when on no old copy opens it, and what nobody can prove.
#[test]
fn promise_04_the_verifier_says_of_each_scope_what_is_and_what_is_not_proven() {
    let city = City::new();
    let (one, other) = (city.register(1), city.register(2));
    let service = city.service();
    let part = |what| {
        erase_household(&service, Actor::Visitor, one.id, what, Cause::Request).unwrap();
        city.clock.advance_secs(1);
    };
    part(EraseWhat::Group(FieldGroup::Mobile));
    part(EraseWhat::Person(1));
    let rule = service.scheme().group(FieldGroup::Contact).clone();
    erase_day(&service, Actor::Operator, &rule.purpose, rule.expiry, Cause::Law).unwrap();
    city.clock.advance_secs(1);
    part(EraseWhat::All);
    all(&city, other.id).unwrap();
    let issued = certify(city.platform(), &service).unwrap();
    let scopes = [
        "mobile number of one registration of the scheme",
        "identity card number and date of birth of one person of one registration of the scheme",
        "everything under the purpose delivery that was to end on",
        "all personal data of one registration of the scheme",
        "all personal data of one registration of the scheme",
    ];
    assert_eq!(issued.len(), scopes.len());
    for ((_, certificate), scope) in issued.iter().zip(scopes) {
        let (good, said) = check(&city, &certificate.to_json().to_string());
        println!("{said}\n");
        assert!(good && said.contains(&format!("scope: {scope}")), "{scope} is missing in\n{said}");
        for sentence in [
            "It was erased before its time: the statement says that with roll 1 of the root key",
            "That no copy of a key or of the data was made beforehand",
            "That no contractor keeps a copy of what it was given before",
            "a hidden copy that is offline cannot be excluded",
            "That anything else was erased",
        ] {
            assert!(said.contains(sentence), "{sentence} is missing in\n{said}");
        }
    }
    drop(service);
    let last = city.service().scheme().last_expiry();
    city.clock.set(Instant::at(last.plus(1), 60));
    city.work();
    let listed = city.platform().ledger().read("test.ended", registration::schemes).unwrap();
    let (good, said) = check(&city, listed[0].certificate.as_ref().unwrap());
    println!("{said}\n");
    for sentence in [
        "scope: all personal data of the scheme",
        "The whole service ended: the statement says that every key of it died",
        "a hidden copy that is offline cannot be excluded",
        "That no copy of a key or of the data was made beforehand",
    ] {
        assert!(good && said.contains(sentence), "{sentence} is missing in\n{said}");
    }
    assert!(!said.contains("before its time"));
}
