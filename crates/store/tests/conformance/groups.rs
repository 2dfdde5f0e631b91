//! Neighbours in a group, conflicts, refusals, panics.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

use store::{Options, RunError, StoreError};
use testkit::both_engines;

use crate::book::{hold, ADD, Fail, MIGRATIONS, PUT, Ran, amount, count, put, queue};

fn count_of(tx: &mut store::Tx<'_>) -> i64 {
    let rows = tx.query("-- book.count\nselect count(*) from account", &[]).unwrap();
    rows[0].get(0).unwrap()
}

#[test]
fn a_failing_neighbour_takes_nobody_with_it() {
    both_engines(|place| {
        let store = place.store_with("book", &[MIGRATIONS], Options { writers: 1, ..Options::default() });
        put(&store, "taken", 0).unwrap();
        let doors = hold(&store, 1);
        let good = queue(&store, |tx| Ok(tx.execute(PUT, &["good".into(), 1.into()])?));
        let twin = queue(&store, |tx| Ok(tx.execute(PUT, &["taken".into(), 1.into()])?));
        let refused = queue(&store, |tx| {
            tx.execute(PUT, &["undone".into(), 1.into()])?;
            Err::<(), Fail>(Fail::No)
        });
        let panicked = queue(&store, |tx| {
            tx.execute(PUT, &["burnt".into(), 1.into()])?;
            assert_eq!(count_of(tx), 0, "on purpose");
            Ok(())
        });
        let swallowed = queue(&store, |tx| {
            tx.execute(PUT, &["kept?".into(), 1.into()])?;
            let _ = tx.execute(PUT, &["taken".into(), 1.into()]);
            Ok(())
        });
        let broken = queue(&store, |tx| Ok(tx.query("-- book.broken\nselect nothing from nowhere", &[]).map(drop)?));
        let last = queue(&store, |tx| Ok(tx.execute(ADD, &["good".into(), 41.into()])?));
        drop(doors);
        assert_eq!(good.recv().unwrap(), Ok(1));
        assert!(matches!(twin.recv().unwrap(), Err(RunError::Refused(Fail::Store(StoreError::Unique(_))))));
        assert_eq!(refused.recv().unwrap(), Err(RunError::Refused(Fail::No)));
        assert_eq!(panicked.recv().unwrap(), Err(RunError::Store(StoreError::Panicked("book.queued"))));
        assert!(matches!(swallowed.recv().unwrap(), Err(RunError::Store(StoreError::Unique(_)))));
        assert!(matches!(broken.recv().unwrap(), Err(RunError::Refused(Fail::Store(StoreError::Engine(_))))));
        assert_eq!(last.recv().unwrap(), Ok(1));
        assert_eq!(amount(&store, "good"), Some(42));
        assert_eq!(count(&store), 2, "undone, burnt and kept? are not there");
    });
}

#[test]
fn alone_in_its_group_a_refusal_is_undone_too() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        let refused: Ran<()> = store.write("book.refuse", |tx| {
            tx.execute(PUT, &["undone".into(), 1.into()])?;
            Err(Fail::No)
        });
        assert_eq!(refused, Err(RunError::Refused(Fail::No)));
        assert_eq!(count(&store), 0);
        assert_eq!(put(&store, "next", 1), Ok(1));
    });
}

#[test]
fn more_than_a_group_is_served_in_several() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        let answers: Vec<_> = (0..1300).map(|n| queue(&store, move |tx| Ok(tx.execute(PUT, &[format!("n{n}").into(), n.into()])?))).collect();
        assert!(answers.into_iter().all(|answer| answer.recv().unwrap() == Ok(1)));
        assert_eq!(count(&store), 1300);
    });
}

/// Reads, then writes what it read plus one: lost updates would show.
fn increment(tx: &mut store::Tx<'_>) -> Result<i64, Fail> {
    let row = tx.query_opt("-- book.look\nselect amount from account where name = $1", &["counter".into()])?.ok_or(Fail::No)?;
    let next = row.get::<i64>(0)? + 1;
    tx.execute("-- book.set\nupdate account set amount = $2 where name = $1", &["counter".into(), next.into()])?;
    Ok(next)
}

#[test]
fn writers_that_conflict_are_retried_until_each_has_committed() {
    both_engines(|place| {
        // Two stores over the same records: two nodes, each with its own writers.
        let nodes = [place.store("book", &[MIGRATIONS]), place.store("book", &[MIGRATIONS])];
        put(&nodes[0], "counter", 0).unwrap();
        thread::scope(|scope| {
            for node in &nodes {
                for _ in 0..4 {
                    scope.spawn(move || (0..10).for_each(|_| assert!(node.write("book.increment", increment).is_ok())));
                }
            }
        });
        assert_eq!(amount(&nodes[1], "counter"), Some(80));
    });
}

#[test]
fn a_conflict_runs_the_closure_again() {
    // Only an engine with several writers has conflicts; the first run is made to lose.
    let place = testkit::Place::postgres();
    let store = place.store("book", &[MIGRATIONS]);
    put(&store, "counter", 0).unwrap();
    let (other, runs) = (store.clone(), Arc::new(AtomicU32::new(0)));
    let seen = Arc::clone(&runs);
    let result: Ran<i64> = store.write("book.slow", move |tx| {
        let first = seen.fetch_add(1, Ordering::SeqCst) == 0;
        let row = tx.query_opt("-- book.look\nselect amount from account where name = $1", &["counter".into()])?.ok_or(Fail::No)?;
        if first {
            other.write("book.fast", increment).unwrap();
        }
        let next = row.get::<i64>(0)? + 1;
        tx.execute("-- book.set\nupdate account set amount = $2 where name = $1", &["counter".into(), next.into()])?;
        Ok(next)
    });
    assert_eq!((result, runs.load(Ordering::SeqCst)), (Ok(2), 2));
}

#[test]
fn a_full_queue_refuses_at_once_and_serves_what_it_took() {
    both_engines(|place| {
        let store = place.store_with("book", &[MIGRATIONS], Options { queue: 3, writers: 1, ..Options::default() });
        let doors = hold(&store, 1);
        let waiting: Vec<_> = (0..3).map(|n| queue(&store, move |tx| Ok(tx.execute(PUT, &[format!("n{n}").into(), n.into()])?))).collect();
        assert!(matches!(put(&store, "late", 1), Err(RunError::Busy { retry_after_ms: 1.. })));
        drop(doors);
        assert!(waiting.into_iter().all(|answer| answer.recv().unwrap() == Ok(1)));
        assert_eq!((count(&store), amount(&store, "late")), (3, None));
    });
}

#[test]
fn a_reply_that_panics_does_not_stop_the_writer() {
    both_engines(|place| {
        let store = place.store_with("book", &[MIGRATIONS], Options { writers: 1, ..Options::default() });
        store.submit("book.bad_reply", |_| Ok::<(), Fail>(()), |_| panic!("on purpose"));
        assert_eq!(put(&store, "a", 1), Ok(1));
    });
}

#[test]
fn the_last_clone_may_go_inside_a_reply() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        let (sender, receiver) = channel();
        let clone = store.clone();
        let doors = hold(&store, 1);
        store.submit("book.last", |_| Ok::<(), Fail>(()), move |_| {
            drop(clone);
            let _ = sender.send(());
        });
        drop(store);
        drop(doors);
        receiver.recv().unwrap();
    });
}

#[test]
fn the_trace_sees_names_and_texts_and_no_values() {
    both_engines(|place| {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let trace: store::Trace = Arc::new(move |name, sql| sink.lock().unwrap().push(format!("{name}: {sql}")));
        let store = place.store_with("book", &[MIGRATIONS], Options { trace: Some(trace), ..Options::default() });
        put(&store, "secret", 1).unwrap();
        assert_eq!(*seen.lock().unwrap(), [format!("book.put: {PUT}")]);
    });
}
