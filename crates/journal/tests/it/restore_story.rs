//! A database that was put back from a backup goes on behind the published tree.

use std::fs;
use std::sync::Arc;

use journal::{Audit, JournalError, Ledger, Restored, audit};
use kernel::Instant;
use serde_json::Value;
use store::Store;
use testkit::{Place, both_engines};

use crate::stage::{ORIGIN, Stage, note};
use crate::verify::{consistent, included, leaf};

fn back_up(place: &Place) -> Vec<u8> {
    let mut copy = Vec::new();
    Store::back_up(place.location(), "log", &mut copy).unwrap();
    copy
}

fn put_back(place: &Place, name: &str, copy: &[u8]) {
    Store::restore(place.location(), name, &[journal::MIGRATIONS], &mut &copy[..]).unwrap();
}

fn noted(stage: &Stage<'_>) {
    let restored = Restored { archive: "ab".repeat(32), taken: Instant::from_millis(1_588_719_600_000) };
    restored.note(&stage.path("tiles")).unwrap();
}

fn open(stage: &Stage<'_>, name: &str) -> Result<Arc<Ledger>, JournalError> {
    stage.try_open(name, "tiles", stage.signer.clone(), ORIGIN)
}

/// 300 placed, 20 waiting; then a copy; then everything placed, 100 more, and 30 that were only promised.
fn lived(stage: &Stage<'_>, place: &Place) -> Vec<u8> {
    let ledger = stage.open();
    note(&ledger, 300);
    ledger.integrate().unwrap();
    note(&ledger, 20);
    let copy = back_up(place);
    ledger.integrate().unwrap();
    note(&ledger, 100);
    ledger.integrate().unwrap();
    note(&ledger, 30);
    copy
}

fn details(ledger: &Ledger) -> Value {
    let newest = ledger.page(None, 1).unwrap();
    let body: Value = serde_json::from_str(&newest[0].body).unwrap();
    assert_eq!(body["verb"], "journal.resumed");
    body["details"].clone()
}

#[test]
fn a_restored_database_goes_on_behind_the_published_tree_and_says_what_it_lost() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let copy = lived(&stage, place);
        put_back(place, "again", &copy);
        assert!(matches!(open(&stage, "again"), Err(JournalError::Behind { published: 420, stored: 300 })), "nobody said it was a restore");
        noted(&stage);
        let ledger = open(&stage, "again").unwrap();
        let before = stage.checkpoint(&ledger);
        assert_eq!(before.size, 420, "what was published stays");
        let details = details(&ledger);
        assert_eq!((&details["stored"], &details["published"], &details["lost"]), (&300.into(), &420.into(), &100.into()));
        assert_eq!(details["archive"].as_str().unwrap().len(), 64);
        assert_eq!(ledger.integrate().unwrap().leaves, 1);
        let after = stage.checkpoint(&ledger);
        let proof = ledger.consistency(420).unwrap().unwrap();
        assert!(consistent(420, 421, before.root, after.root, &proof.path), "it is the same tree");
        let entries = ledger.scan(None, 1000).unwrap();
        assert_eq!(entries.len(), 321);
        for entry in entries {
            let proof = ledger.inclusion(entry.id).unwrap().unwrap();
            assert_eq!(included(leaf(&entry.salt, &entry.body), proof.index, 421, &proof.path), Some(after.root));
        }
        goes_on(&stage, place, &ledger);
    });
}

/// The restored journal is as good as any other: it grows, opens again, is whole, and can be written out anew.
fn goes_on(stage: &Stage<'_>, place: &Place, ledger: &Ledger) {
    note(ledger, 200);
    ledger.integrate().unwrap();
    let newest = stage.checkpoint(ledger);
    assert_eq!(newest.size, 621);
    assert!(Restored::noted(&stage.path("tiles")).unwrap().is_none(), "one restore is one permission");
    let store = place.store("again", &[journal::MIGRATIONS]);
    let found = audit(&store, &stage.path("tiles")).unwrap();
    assert_eq!(found, Audit { published: 621, stored: 621, missing: 0, lost: 100, findings: Vec::new() });
    fs::remove_dir_all(stage.path("tiles")).unwrap();
    let rebuilt = open(stage, "again").unwrap();
    rebuilt.integrate().unwrap();
    assert_eq!(stage.checkpoint(&rebuilt), newest, "the tiles can be built again from the database, lost leaves and all");
}

#[test]
fn a_second_restore_of_the_same_copy_goes_on_behind_the_first() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let copy = lived(&stage, place);
        put_back(place, "again", &copy);
        noted(&stage);
        let first = open(&stage, "again").unwrap();
        note(&first, 9);
        first.integrate().unwrap();
        let published = stage.checkpoint(&first);
        drop(first);
        put_back(place, "third", &copy);
        noted(&stage);
        let ledger = open(&stage, "third").unwrap();
        assert_eq!(details(&ledger)["lost"], 110);
        ledger.integrate().unwrap();
        let proof = ledger.consistency(published.size).unwrap().unwrap();
        let newest = stage.checkpoint(&ledger);
        assert!(consistent(published.size, newest.size, published.root, newest.root, &proof.path));
    });
}

#[test]
fn a_crash_while_resuming_is_resumed() {
    let place = Place::sqlite();
    let stage = Stage::new(&place);
    let copy = lived(&stage, &place);
    put_back(&place, "again", &copy);
    noted(&stage);
    drop(open(&stage, "again").unwrap());
    // The transaction was kept, the permission not yet removed, the tree not yet published.
    noted(&stage);
    let ledger = open(&stage, "again").unwrap();
    assert_eq!(ledger.integrate().unwrap().size, 421, "resumed once");
}

#[test]
fn a_database_of_another_history_is_refused_whoever_permits_it() {
    both_engines(|place| {
        let stage = Stage::new(place);
        lived(&stage, place);
        let other = Stage::new(place);
        let stranger = other.try_open("stranger", "tiles", other.signer.clone(), ORIGIN).unwrap();
        note(&stranger, 10);
        stranger.integrate().unwrap();
        drop(stranger);
        noted(&stage);
        assert!(matches!(open(&stage, "stranger"), Err(JournalError::Forked { position: 0 })));
    });
}

#[test]
fn an_audit_finds_an_edited_event_and_a_backup_older_than_its_evidence() {
    let place = Place::sqlite();
    let stage = Stage::new(&place);
    let copy = lived(&stage, &place);
    put_back(&place, "again", &copy);
    let store = place.store("again", &[journal::MIGRATIONS]);
    let older = audit(&store, &stage.path("tiles")).unwrap();
    assert_eq!((older.missing, older.findings.len()), (120, 0));
    let store = place.store("log", &[journal::MIGRATIONS]);
    assert_eq!(audit(&store, &stage.path("tiles")).unwrap().findings, [""; 0]);
    let edited = store.write("test.edit", |tx| tx.execute("-- test.edit\nupdate journal_event set body = '{}' where id in (select event from journal_leaf where position = 7)", &[]));
    assert_eq!(edited, Ok(1));
    assert_eq!(audit(&store, &stage.path("tiles")).unwrap().findings, ["entry 7 is not the hash of its event"]);
    let swapped = store.write("test.swap", |tx| {
        tx.execute("-- test.swap\nupdate journal_event set leaf = zeroblob(32) where id in (select event from journal_leaf where position = 9)", &[])
    });
    assert_eq!(swapped, Ok(1));
    assert!(audit(&store, &stage.path("tiles")).unwrap().findings.contains(&"the checkpoint's root is not that of the entries".to_owned()));
}
