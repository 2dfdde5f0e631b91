//! What is kept, and what is gone.

use std::fs;
use std::path::Path;

use store::{Location, Options, RunError, Store, StoreError, Value};
use testkit::{Place, both_engines};

use crate::book::{Fail, MIGRATIONS, PUT, Ran, amount, count, put, queue};

#[test]
fn what_was_acknowledged_is_there_after_reopening() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        put(&store, "a", 1).unwrap();
        // What is queued when the last clone goes is served first.
        let queued = queue(&store, |tx| Ok(tx.execute(PUT, &["b".into(), 2.into()])?));
        drop(store);
        assert_eq!(queued.recv().unwrap(), Ok(1));
        let store = place.store("book", &[MIGRATIONS]);
        assert_eq!((amount(&store, "a"), amount(&store, "b")), (Some(1), Some(2)));
    });
}

#[test]
fn a_copy_taken_while_it_is_open_holds_every_answer() {
    // What a power cut would leave: the file and its log, as they are at this moment, without a close.
    let place = Place::sqlite();
    let store = place.store("book", &[MIGRATIONS]);
    let answers: Vec<_> = (0..50).map(|n| queue(&store, move |tx| Ok(tx.execute(PUT, &[format!("n{n}").into(), n.into()])?))).collect();
    assert!(answers.into_iter().all(|answer| answer.recv().unwrap() == Ok(1)));
    let copy = tempfile::tempdir().unwrap();
    for file in ["book.db", "book.db-wal"] {
        fs::copy(directory(&place).join(file), copy.path().join(file)).unwrap();
    }
    let survivor = testkit::sqlite_store(copy.path(), "book", &[MIGRATIONS]);
    assert_eq!(count(&survivor), 50);
}

#[test]
fn a_destroyed_store_leaves_nothing() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        let other = place.store("other", &[MIGRATIONS]);
        put(&store, "a", 1).unwrap();
        put(&other, "a", 2).unwrap();
        assert!(store.size_bytes().unwrap() > 0);
        assert!(Store::exists(place.location(), "book").unwrap());
        let clone = store.clone();
        store.destroy().unwrap();
        assert!(!Store::exists(place.location(), "book").unwrap());
        assert_eq!(put(&clone, "b", 1), Err(RunError::Store(StoreError::Closed)));
        let read: Ran<()> = clone.read("book.gone", |_| Ok(()));
        assert_eq!(read, Err(RunError::Store(StoreError::Closed)));
        // A new store of the same name is not disturbed by the end of the old one.
        let again = place.store("book", &[MIGRATIONS]);
        drop(clone);
        put(&again, "c", 3).unwrap();
        assert_eq!((count(&again), amount(&other, "a")), (1, Some(2)));
    });
}

#[test]
fn nothing_of_a_destroyed_file_stays_in_its_directory() {
    let place = Place::sqlite();
    let store = place.store("book", &[MIGRATIONS]);
    put(&store, "a", 1).unwrap();
    store.destroy().unwrap();
    assert_eq!(fs::read_dir(directory(&place)).unwrap().count(), 0);
}

#[test]
fn a_compacted_store_holds_no_old_bytes() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        put(&store, "canary-compact-9b1e", 1).unwrap();
        written_out(&store, place);
        assert!(found(place, b"canary-compact-9b1e"), "the search must be able to find it");
        let deleted: Ran<u64> = store.write("book.delete", |tx| Ok(tx.execute("-- book.delete\ndelete from account", &[])?));
        assert_eq!(deleted, Ok(1));
        store.compact().unwrap();
        written_out(&store, place);
        assert!(!found(place, b"canary-compact-9b1e"));
        assert_eq!(put(&store, "b", 1), Ok(1));
    });
}

#[test]
fn nothing_deleted_is_left_once_the_log_is_empty_unless_the_engine_says_so() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        put(&store, "canary-emptied-51c0", 1).unwrap();
        put(&store, "stays", 2).unwrap();
        let sql = "-- book.delete_one\ndelete from account where name = 'canary-emptied-51c0'";
        let deleted: Ran<u64> = store.write("book.delete_one", move |tx| Ok(tx.execute(sql, &[])?));
        assert_eq!(deleted, Ok(1));
        store.empty_log().unwrap();
        if store.wants_rewriting() {
            store.compact().unwrap();
        }
        written_out(&store, place);
        assert!(!found(place, b"canary-emptied-51c0"));
        assert_eq!(amount(&store, "stays"), Some(2));
    });
}

/// PostgreSQL writes its files when it pleases, and unlinks those of a rewritten table at its next checkpoint.
fn written_out(store: &Store, place: &Place) {
    if place.engine() == "PostgreSQL" {
        let done: Ran<u64> = store.write("book.checkpoint", |tx| Ok(tx.execute("-- book.checkpoint\ncheckpoint", &[])?));
        done.unwrap();
    }
}

#[test]
fn what_is_deleted_is_overwritten_in_the_file() {
    let place = Place::sqlite();
    let store = place.store("book", &[MIGRATIONS]);
    put(&store, "canary-7f3a", 1).unwrap();
    let deleted: Ran<u64> = store.write("book.delete", |tx| Ok(tx.execute("-- book.delete\ndelete from account", &[])?));
    assert_eq!(deleted, Ok(1));
    // Closing moves the log into the file and removes it.
    drop(store);
    assert!(!found(&place, b"canary-7f3a"));
}

#[test]
fn compacting_gives_the_room_back() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        let rows: Vec<Vec<Value>> = (0..2000).map(|n| vec![format!("{n:0500}").into(), Value::Int(n)]).collect();
        let grown: Ran<u64> = store.write("book.grow", move |tx| Ok(tx.bulk_insert("-- book.bulk\ninsert into account (name, amount)", &rows, "")?));
        assert_eq!(grown, Ok(2000));
        let deleted: Ran<u64> = store.write("book.delete", |tx| Ok(tx.execute("-- book.delete\ndelete from account", &[])?));
        assert_eq!(deleted, Ok(2000));
        let before = store.size_bytes().unwrap();
        store.compact().unwrap();
        let after = store.size_bytes().unwrap();
        assert!(before > 1_000_000 && after < before / 5, "{before} then {after}");
    });
}

#[test]
fn a_store_shrinks_in_small_steps_while_it_is_used() {
    let place = Place::sqlite();
    let store = place.store("book", &[MIGRATIONS]);
    let rows: Vec<Vec<Value>> = (0..4000).map(|n| vec![format!("{n:0500}").into(), Value::Int(n)]).collect();
    let grown: Ran<u64> = store.write("book.grow", move |tx| Ok(tx.bulk_insert("-- book.bulk\ninsert into account (name, amount)", &rows, "")?));
    assert_eq!(grown, Ok(4000));
    store.empty_log().unwrap();
    let before = store.size_bytes().unwrap();
    let delete = "-- book.delete\ndelete from account where amount % 8 <> 0";
    let deleted: Ran<u64> = store.write("book.delete", |tx| Ok(tx.execute(delete, &[])?));
    assert_eq!(deleted, Ok(3500));
    let (mut free, mut steps) = (store.give_back(100).unwrap(), 1);
    assert!(free > 100, "{free} pages");
    while free > 0 {
        let name = format!("between-{steps}");
        let put: Ran<u64> = store.write("book.put", move |tx| Ok(tx.execute(PUT, &[name.clone().into(), 1_i64.into()])?));
        assert_eq!(put, Ok(1));
        free = store.give_back(100).unwrap();
        steps += 1;
        assert!(steps < 100, "{free} pages are never given back");
    }
    store.empty_log().unwrap();
    let after = store.size_bytes().unwrap();
    assert!(before > 2_000_000 && after < before / 2, "{before} then {after}, in {steps} steps");
    assert_eq!(count(&store), 500 + steps - 1);
    assert!(!store.wants_rewriting());
}

#[test]
fn compacting_keeps_what_is_there() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        put(&store, "a", 1).unwrap();
        store.compact().unwrap();
        assert_eq!(amount(&store, "a"), Some(1));
    });
}

#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::sqlite();
    let store = place.store("book", &[MIGRATIONS]);
    put(&store, "a", 1).unwrap();
    for file in ["book.db", "book.db-wal", "book.db-shm"] {
        let mode = fs::metadata(directory(&place).join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}");
    }
}

#[test]
fn stores_in_memory_are_apart() {
    let (one, two) = (testkit::memory_store(&[MIGRATIONS]), testkit::memory_store(&[MIGRATIONS]));
    put(&one, "a", 1).unwrap();
    assert_eq!((count(&one), count(&two)), (1, 0));
    let refused: Ran<()> = one.write("book.no", |_| Err(Fail::No));
    assert_eq!(refused, Err(RunError::Refused(Fail::No)));
}

#[test]
fn an_answer_waits_for_the_disk_unless_the_torture_test_says_otherwise() {
    both_engines(|place| {
        for (synchronous_off, engine, expected) in
            [(false, "SQLite", "2"), (true, "SQLite", "0"), (false, "PostgreSQL", "on"), (true, "PostgreSQL", "off")]
        {
            if engine == place.engine() {
                let store = place.store_with("book", &[MIGRATIONS], Options { synchronous_off, ..Options::default() });
                assert_eq!(synchronous(&store, engine), expected);
            }
        }
    });
}

fn synchronous(store: &Store, engine: &str) -> String {
    let sqlite = engine == "SQLite";
    let read: Ran<String> = store.write("book.synchronous", move |tx| {
        if sqlite {
            let row = tx.query_opt("-- book.synchronous\npragma synchronous", &[])?.ok_or(Fail::No)?;
            return Ok(row.get::<i64>(0)?.to_string());
        }
        Ok(tx.query_opt("-- book.synchronous\nshow synchronous_commit", &[])?.ok_or(Fail::No)?.get(0)?)
    });
    read.unwrap()
}

fn directory(place: &Place) -> &Path {
    match place.location() {
        Location::Sqlite(directory) => directory,
        Location::Postgres(_) => panic!("only a file has a directory"),
    }
}

fn found(place: &Place, needle: &[u8]) -> bool {
    let mut waiting = vec![place.files()];
    while let Some(directory) = waiting.pop() {
        // A server makes and removes files of its own meanwhile.
        for file in fs::read_dir(directory).into_iter().flatten().map(|file| file.unwrap().path()) {
            if file.is_dir() {
                waiting.push(file);
            } else if fs::read(file).is_ok_and(|bytes| bytes.windows(needle.len()).any(|window| window == needle)) {
                return true;
            }
        }
    }
    false
}
