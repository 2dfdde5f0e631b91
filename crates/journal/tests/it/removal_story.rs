//! What was taken away since a backup: a restored database is told before anything is done with it.

use std::fs;
use std::sync::{Arc, Mutex};

use journal::{Actor, Event, JournalError, Ledger, LedgerParts, Restored};
use kernel::{Clock as _, Instant};
use serde_json::Value;
use store::{Store, StoreError};
use testkit::{Place, SeededRandom, both_engines};

use crate::stage::{ORIGIN, Stage};

const KINDS: [&str; 2] = ["passkey", "officer"];

/// Takes things away, with an event about it.
fn remove(ledger: &Ledger, kind: &'static str, thing: &'static [u8], note: &'static str) {
    let removing = move |work: &mut journal::Work<'_, '_>| {
        work.removed(kind, thing, note)?;
        work.journal(Event::new("test.removed").detail("kind", kind)).map(drop)
    };
    ledger.write::<_, StoreError>("test.remove", Actor::Job("test"), removing).unwrap();
}

fn waiting(ledger: &Ledger) -> usize {
    ledger.read::<_, StoreError>("test.waiting", |tx| Ok(tx.query("-- test.waiting\nselect 1 from journal_removal", &[])?.len())).unwrap()
}

fn lines(stage: &Stage<'_>) -> Vec<String> {
    let text = fs::read_to_string(stage.path("tiles/removals")).unwrap();
    text.lines().skip(1).map(str::to_owned).collect()
}

fn back_up(place: &Place) -> Vec<u8> {
    let mut copy = Vec::new();
    Store::back_up(place.location(), "log", &mut copy).unwrap();
    copy
}

/// Puts a copy back, of a backup taken at a moment, and opens it: the ledger, and what its settling was told of these things.
fn restored(stage: &Stage<'_>, place: &Place, (name, copy): (&str, &[u8]), taken: Instant, asked: &'static [&'static [u8]]) -> (Arc<Ledger>, Vec<String>) {
    Store::restore(place.location(), name, &[journal::MIGRATIONS], &mut &copy[..]).unwrap();
    Restored { archive: "ab".repeat(32), taken }.note(&stage.path("tiles")).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    let parts = LedgerParts {
        store: stage.store(name),
        keys: stage.keys.clone(),
        signer: stage.signer.clone(),
        clock: stage.clock.clone(),
        random: Arc::new(SeededRandom::new(9)),
        tiles: stage.path("tiles"),
        origin: ORIGIN.into(),
    };
    let ledger = Ledger::open_settling(parts, move |_, removed| {
        let found = KINDS.into_iter().flat_map(|kind| {
            let one = |thing: &&[u8]| removed.find(kind, thing).map(|removal| format!("{kind} {} {}", String::from_utf8_lossy(thing), removal.note));
            asked.iter().filter_map(one).collect::<Vec<_>>()
        });
        *heard.lock().unwrap() = found.collect();
        Ok(())
    });
    let found = told.lock().unwrap().clone();
    (ledger.unwrap(), found)
}

fn replayed(ledger: &Ledger) -> Value {
    let entries = ledger.scan(None, 1000).unwrap();
    let bodies = entries.iter().map(|entry| serde_json::from_str::<Value>(&entry.body).unwrap());
    bodies.into_iter().find(|body| body["verb"] == "journal.removals_replayed").map_or(Value::Null, |body| body["details"].clone())
}

#[test]
fn a_restored_database_is_told_what_was_taken_away_since_and_nothing_else() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let ledger = stage.open();
        remove(&ledger, "passkey", b"before", "");
        ledger.integrate().unwrap();
        stage.clock.advance_secs(60);
        let (taken, copy) = (stage.clock.now(), back_up(place));
        stage.clock.advance_secs(60);
        remove(&ledger, "passkey", b"one", "");
        remove(&ledger, "officer", b"two", "gone for good");
        remove(&ledger, "officer", b"two", "said again");
        assert_eq!(lines(&stage).len(), 1, "what is not published is not in the ledger yet");
        ledger.integrate().unwrap();
        assert_eq!((lines(&stage).len(), waiting(&ledger)), (3, 0));
        assert!(lines(&stage).iter().all(|line| !line.contains("one") && !line.contains("two") && line.split(' ').count() == 6));
        drop(ledger);
        let (again, told) = restored(&stage, place, ("again", &copy), taken, &[b"before", b"one", b"two", b"three"]);
        assert_eq!(told, ["passkey one ", "officer two said_again"]);
        assert_eq!(replayed(&again), serde_json::json!({"removed": 2, "ledger": "kept"}));
        remove(&again, "passkey", b"three", "");
        again.integrate().unwrap();
        drop(again);
        let (_, told) = restored(&stage, place, ("third", &copy), taken, &[b"one", b"two", b"three"]);
        assert_eq!(told, ["passkey one ", "passkey three ", "officer two said_again"], "a second restore is told of both lives");
    });
}

#[test]
fn nothing_is_published_before_it_stands_in_the_ledger_and_a_kill_in_between_loses_nothing() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let ledger = stage.open();
        let copy = back_up(place);
        let taken = stage.clock.now();
        remove(&ledger, "passkey", b"one", "");
        let kept = stage.path("tiles/removals");
        fs::remove_file(&kept).unwrap();
        fs::create_dir(&kept).unwrap();
        assert!(matches!(ledger.integrate(), Err(JournalError::Tiles(..))), "the ledger cannot be written");
        assert!(ledger.checkpoint().is_none() && waiting(&ledger) == 1, "so nothing is published, and it waits");
        drop(ledger);
        fs::remove_dir(&kept).unwrap();
        // Killed before the line was written: the row is still there.
        let ledger = stage.open();
        ledger.integrate().unwrap();
        assert_eq!((lines(&stage).len(), waiting(&ledger), ledger.size_and_root().unwrap().0), (1, 0, 1));
        // Killed after the line was written and before the row went.
        let at = stage.clock.now();
        let row = move |tx: &mut store::Tx<'_>| {
            let sql = "-- test.row\ninsert into journal_removal (kind, thing, at, note) values ('passkey', $1, $2, '')";
            tx.execute(sql, &[b"one".as_slice().into(), at.into()])
        };
        ledger.store().write("test.row", row).unwrap();
        drop(ledger);
        let ledger = stage.open();
        ledger.integrate().unwrap();
        assert_eq!((lines(&stage).len(), waiting(&ledger)), (2, 0), "said twice");
        drop(ledger);
        let (_, told) = restored(&stage, place, ("again", &copy), taken, &[b"one"]);
        assert_eq!(told, ["passkey one "]);
    });
}

#[test]
fn a_ledger_that_is_lost_is_said_and_one_that_is_damaged_stops_the_start() {
    let place = Place::sqlite();
    let stage = Stage::new(&place);
    let ledger = stage.open();
    let (copy, taken) = (back_up(&place), stage.clock.now());
    remove(&ledger, "passkey", b"one", "");
    ledger.integrate().unwrap();
    drop(ledger);
    let kept = stage.path("tiles/removals");
    let whole = fs::read(&kept).unwrap();
    fs::write(&kept, [whole.as_slice(), b"1 2 3 4 5 6\n"].concat()).unwrap();
    let refused = stage.try_open("log", "tiles", stage.signer.clone(), ORIGIN).map(drop).unwrap_err().to_string();
    assert!(refused.contains("removals") && refused.contains("is damaged"), "{refused}");
    fs::remove_file(&kept).unwrap();
    let (again, told) = restored(&stage, &place, ("again", &copy), taken, &[b"one"]);
    assert_eq!((told, replayed(&again)["ledger"].as_str()), (vec![], Some("lost")));
}
