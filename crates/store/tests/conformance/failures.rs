//! The disk is full, the server goes away, the caller drives an asynchronous runtime.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use store::{Options, RunError, StoreError, Value};
use testkit::{Place, both_engines};

use crate::book::{Fail, MIGRATIONS, PUT, Ran, amount, count, hold, put, queue};

#[test]
fn a_full_disk_fails_what_does_not_fit_and_keeps_its_neighbours() {
    let place = Place::sqlite();
    let store = place.store("book", &[MIGRATIONS]);
    // SQLite then behaves as on a full disk: it throws the whole transaction away.
    let limited: Ran<()> = store.write("book.limit", |tx| Ok(tx.query("-- book.limit\npragma max_page_count = 20", &[]).map(drop)?));
    assert_eq!(limited, Ok(()));
    let doors = hold(&store, 1);
    let before = queue(&store, |tx| Ok(tx.execute(PUT, &["before".into(), 1.into()])?));
    let big = queue(&store, |tx| {
        let line = "-- book.big\ninsert into line (id, seal) values ($1, $2)";
        Ok(tx.execute(line, &[[1u8; 16].into(), vec![7u8; 1 << 20].into()])?)
    });
    let after = queue(&store, |tx| Ok(tx.execute(PUT, &["after".into(), 2.into()])?));
    drop(doors);
    assert_eq!(before.recv().unwrap(), Ok(1));
    assert_eq!(big.recv().unwrap(), Err(RunError::Store(StoreError::Full)));
    assert_eq!(after.recv().unwrap(), Ok(1));
    assert_eq!((amount(&store, "before"), amount(&store, "after")), (Some(1), Some(2)));
}

#[test]
fn a_rule_that_fails_at_commit_fails_its_own_request_only() {
    const DEFERRED: &[store::Migration] = &[store::Migration {
        name: "book.0003_deferred",
        sql: "create table child (account TEXT not null references account (name) deferrable initially deferred);",
    }];
    both_engines(|place| {
        let store = place.store_with("book", &[MIGRATIONS, DEFERRED], Options { writers: 1, ..Options::default() });
        let doors = hold(&store, 1);
        let good = queue(&store, |tx| Ok(tx.execute(PUT, &["good".into(), 1.into()])?));
        let orphan = queue(&store, |tx| Ok(tx.execute("-- book.child\ninsert into child (account) values ($1)", &["nobody".into()])?));
        drop(doors);
        assert_eq!(good.recv().unwrap(), Ok(1));
        assert!(matches!(orphan.recv().unwrap(), Err(RunError::Store(StoreError::Constraint(_)))));
        assert_eq!(amount(&store, "good"), Some(1));
    });
}

#[test]
fn a_server_that_ends_the_connection_is_asked_again() {
    const END: &str = "-- book.end\nselect pg_terminate_backend(pg_backend_pid())";
    let place = Place::postgres();
    let store = place.store("book", &[MIGRATIONS]);
    let runs = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&runs);
    let written: Ran<u64> = store.write("book.cut", move |tx| {
        if seen.fetch_add(1, Ordering::SeqCst) == 0 {
            tx.query(END, &[])?;
        }
        Ok(tx.execute(PUT, &["a".into(), Value::Int(1)])?)
    });
    assert_eq!((written, runs.load(Ordering::SeqCst)), (Ok(1), 2));
    let mut cut = false;
    let read: Ran<usize> = store.read("book.cut", |tx| {
        if !std::mem::replace(&mut cut, true) {
            tx.query(END, &[])?;
        }
        Ok(tx.query("-- book.all\nselect name from account", &[])?.len())
    });
    assert_eq!(read, Ok(1));
}

#[test]
fn a_closure_that_always_loses_its_connection_ends() {
    let place = Place::postgres();
    let store = place.store("book", &[MIGRATIONS]);
    let written: Ran<()> = store.write("book.cut", |tx| {
        Ok(tx.query("-- book.end\nselect pg_terminate_backend(pg_backend_pid())", &[]).map(drop)?)
    });
    assert!(matches!(written, Err(RunError::Store(StoreError::Unreachable(_)))));
    assert_eq!(put(&store, "a", 1), Ok(1));
}

#[test]
fn a_panic_in_a_reader_gives_its_connection_back() {
    both_engines(|place| {
        let store = place.store_with("book", &[MIGRATIONS], Options { readers: 1, ..Options::default() });
        let read: Ran<()> = store.read("book.burn", |tx| {
            tx.query("-- book.all\nselect name from account", &[])?;
            panic!("on purpose")
        });
        assert_eq!(read, Err(RunError::Store(StoreError::Panicked("book.burn"))));
        assert_eq!(count(&store), 0);
    });
}

#[test]
fn a_thread_that_drives_an_asynchronous_runtime_may_call() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    both_engines(|place| {
        runtime.block_on(async {
            let store = place.store("book", &[MIGRATIONS]);
            assert_eq!(put(&store, "a", 1), Ok(1));
            assert_eq!(amount(&store, "a"), Some(1));
            store.compact().unwrap();
            assert!(store.size_bytes().unwrap() > 0);
            drop(store);
            place.store("book", &[MIGRATIONS]).destroy().unwrap();
        });
    });
}

#[test]
fn the_planner_learns_of_a_table_that_grows() {
    let place = Place::postgres();
    let store = place.store_with("book", &[MIGRATIONS], Options { writers: 1, ..Options::default() });
    let rows: Vec<Vec<Value>> = (0..600).map(|n| vec![format!("n{n}").into(), Value::Int(n)]).collect();
    let grown: Ran<u64> = store.write("book.grow", move |tx| Ok(tx.bulk_insert("-- book.bulk\ninsert into account (name, amount)", &rows, "")?));
    assert_eq!(grown, Ok(600));
    // The next answer comes after the analysis that followed the last group.
    put(&store, "next", 1).unwrap();
    let known: Ran<i64> = store.read("book.known", |tx| {
        let known = "-- book.known\nselect reltuples::bigint from pg_class where oid = 'account'::regclass";
        Ok(tx.query_opt(known, &[])?.ok_or(Fail::No)?.get(0)?)
    });
    assert_eq!(known, Ok(600));
}
