use journal::{Actor, Event, claim_jobs, finish_job, jobs_waiting, retry_job};
use kernel::Clock as _;
use seal::{Purpose, SealError, Sealed, Slot};
use serde_json::json;
use store::{RunError, StoreError};
use testkit::{Place, both_engines};

use crate::stage::{Stage, note};

#[test]
fn ids_only_ever_grow_also_when_the_clock_steps_back_and_after_a_restart() {
    let place = Place::sqlite();
    let stage = Stage::new(&place);
    let ledger = stage.open();
    note(&ledger, 10);
    stage.clock.advance_secs(-3600);
    note(&ledger, 10);
    drop(ledger);
    stage.clock.advance_secs(-3600);
    let ledger = stage.open();
    note(&ledger, 10);
    stage.clock.advance_days(1);
    note(&ledger, 1);
    let entries = ledger.scan(None, 100).unwrap();
    let bodies: Vec<serde_json::Value> = entries.iter().map(|e| serde_json::from_str(&e.body).unwrap()).collect();
    let lefts: Vec<i64> = bodies.iter().map(|body| body["details"]["left"].as_i64().unwrap()).collect();
    // In the order in which they were noted: each run of ten counts down.
    let run = [7, 7, 7, 4, 4, 4, 1, 1, 1, 0];
    assert_eq!(lefts, [&run[..], &run, &run, &[0]].concat());
    assert_eq!(ledger.integrate().unwrap().size, 31);
}

#[test]
fn what_is_refused_leaves_nothing_and_what_notes_nothing_opens_nothing() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let ledger = stage.open();
        let refused = ledger.write("test.refused", Actor::Visitor, |work| {
            work.journal(Event::new("test.never"))?;
            Err::<(), _>(Refusal::No)
        });
        assert!(matches!(refused, Err(RunError::Refused(Refusal::No))));
        assert!(ledger.page(None, 10).unwrap().is_empty());

        let purpose = Purpose::new("testing").unwrap();
        stage.keys.add_purpose(&purpose).unwrap();
        let record = stage.keys.next_record().unwrap();
        let slot = Slot { purpose, record, person: 0, group: 0, schema: 1, expiry: stage.clock.now().day().plus(5) };
        let sealed: Sealed = stage.keys.seal(&slot, b"Chan Tai Man").unwrap();
        let silent = ledger.write("test.silent", Actor::Visitor, |_| Ok::<_, StoreError>(())).unwrap().1;
        assert!(matches!(silent.open(&stage.keys, &slot, &sealed), Err(SealError::Invalid(_))));
        assert!(ledger.receipt(&silent).is_none());
        let noted = ledger.write("test.noted", Actor::Visitor, |work| work.journal(Event::new("test.opened"))).unwrap().1;
        assert_eq!(noted.open(&stage.keys, &slot, &sealed).unwrap().expose(), b"Chan Tai Man");
        assert_eq!((noted.at(), noted.events().len()), (stage.clock.now(), 1), "the moment at which it began");
    });
}

/// The thread that drops the keys of past days may be late; an opening never is.
#[test]
fn what_has_expired_does_not_open_also_when_midnight_was_missed() {
    let place = Place::sqlite();
    let stage = Stage::new(&place);
    let ledger = stage.open();
    let purpose = Purpose::new("testing").unwrap();
    stage.keys.add_purpose(&purpose).unwrap();
    let record = stage.keys.next_record().unwrap();
    let slot = Slot { purpose, record, person: 0, group: 0, schema: 1, expiry: stage.clock.now().day().plus(5) };
    let sealed = stage.keys.seal(&slot, b"Chan Tai Man").unwrap();
    let open = || {
        let noted = ledger.write("test.noted", Actor::Visitor, |work| work.journal(Event::new("test.opened"))).unwrap().1;
        noted.open(&stage.keys, &slot, &sealed)
    };
    stage.clock.advance_days(5);
    assert!(open().is_ok(), "on its last day");
    stage.clock.advance_days(1);
    assert!(open().is_err(), "on the day after");
}

#[derive(Debug)]
enum Refusal {
    No,
    Store,
}

impl From<StoreError> for Refusal {
    fn from(_: StoreError) -> Self {
        Self::Store
    }
}

/// What is in the journal about a record is a commitment; the link itself stands beside it and can be cut.
#[test]
fn an_event_names_its_record_only_by_a_commitment() {
    let place = Place::sqlite();
    let stage = Stage::new(&place);
    let ledger = stage.open();
    note(&ledger, 1);
    let linked = |work: &mut journal::Work<'_, '_>| work.journal(Event::new("test.linked").record([7; 16]));
    let proof = ledger.write("test.linked", Actor::Visitor, linked).unwrap().1.events()[0].clone();
    let (record, salt) = proof.link.unwrap();
    let body: serde_json::Value = serde_json::from_str(&proof.body).unwrap();
    assert_eq!(body["link"], kernel::to_hex(&seal::sha256(&[&salt, &record])), "salted, so that ids cannot be tried out");
    let entry = &ledger.scan(None, 1).unwrap()[0];
    assert!(!entry.body.contains(&kernel::to_hex(&[7; 16])));
    let body: serde_json::Value = serde_json::from_str(&entry.body).unwrap();
    assert_eq!(body["link"].as_str().unwrap().len(), 64);
    assert_eq!((&body["verb"], &body["actor"]["name"]), (&json!("test.happened"), &json!("test")));
    assert_eq!(body["at"], entry.at.to_string());
}

#[test]
fn a_job_is_taken_once_comes_back_when_its_lease_ends_and_exists_once_for_a_key() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let ledger = stage.open();
        let put = |key: &'static str, after: i64| {
            let put = move |work: &mut journal::Work<'_, '_>| {
                let due = work.now().plus_millis(after);
                work.outbox("test.job", key, due, &json!({ "key": key }))
            };
            ledger.write("test.put", Actor::Visitor, put).unwrap();
        };
        let take = || {
            let take = |work: &mut journal::Work<'_, '_>| claim_jobs(work, "test.job", 10, 60_000);
            ledger.write("test.take", Actor::Job("test"), take).unwrap().0
        };
        let waiting = || ledger.read("test.waiting", |tx| jobs_waiting(tx, "test.job", ledger.now())).unwrap();
        put("a", 0);
        put("a", 0);
        put("b", 0);
        put("later", 3_600_000);
        // The same job again moves nothing: it is due when it was first put.
        put("a", 7_200_000);
        stage.clock.advance_secs(1);
        assert!(waiting());
        let mut taken = take();
        taken.sort_by_key(|job| job.body["key"].as_str().unwrap().to_owned());
        assert_eq!(taken.iter().map(|job| (job.body["key"].clone(), job.attempts)).collect::<Vec<_>>(), [(json!("a"), 1), (json!("b"), 1)]);
        assert!(take().is_empty() && !waiting());
        let (a, b) = (taken[0].id, taken[1].id);
        ledger.write("test.finish", Actor::Job("test"), move |work| finish_job(work, a)).unwrap();
        stage.clock.advance_secs(61);
        let again = take();
        assert_eq!(again.iter().map(|job| (job.id, job.attempts)).collect::<Vec<_>>(), [(b, 2)]);
        let due = stage.clock.now().plus_millis(10_000);
        ledger.write("test.retry", Actor::Job("test"), move |work| retry_job(work, b, due)).unwrap();
        assert!(take().is_empty());
        stage.clock.advance_secs(11);
        assert_eq!(take()[0].attempts, 3);
        stage.clock.advance_secs(3600);
        assert_eq!(take().len(), 2, "the later one, and the one nobody finished");
    });
}

#[test]
fn jobs_that_are_taken_leave_room_for_the_others() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let ledger = stage.open();
        for key in ["a", "b", "c"] {
            let put = move |work: &mut journal::Work<'_, '_>| {
                let now = work.now();
                work.outbox("test.job", key, now, &json!({ "key": key }))
            };
            ledger.write("test.put", Actor::Visitor, put).unwrap();
            stage.clock.advance_secs(1);
        }
        let take = || {
            let take = |work: &mut journal::Work<'_, '_>| claim_jobs(work, "test.job", 1, 60_000);
            let taken = ledger.write("test.take", Actor::Job("test"), take).unwrap().0;
            taken.iter().map(|job| job.body["key"].as_str().unwrap().to_owned()).collect::<String>()
        };
        assert_eq!([take(), take(), take(), take()], ["a", "b", "c", ""]);
    });
}
