//! Copies: taken under load, restored on either engine, refused when they are not whole.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use store::{Copied, Location, Migration, Options, Store, StoreError, Value};
use testkit::{Place, both_engines};

use crate::book::{MIGRATIONS, Ran, amount, count, put};

const LINE: &str = "-- book.line\ninsert into line (id, note, seal, open, at) values ($1, $2, $3, $4, $5)";

fn copy(place: &Place) -> (Copied, Vec<u8>) {
    let mut bytes = Vec::new();
    let copied = Store::back_up(place.location(), "book", &mut bytes).unwrap();
    (copied, bytes)
}

fn restore(place: &Place, mut bytes: &[u8], migrations: &[&[Migration]]) -> Result<Copied, StoreError> {
    Store::restore(place.location(), "book", migrations, &mut bytes)
}

fn lines(store: &Store) -> Vec<Vec<Value>> {
    let read: Ran<Vec<Vec<Value>>> = store.read("book.lines", |tx| {
        let rows = tx.query("-- book.lines\nselect id, note, seal, open, at from line order by id", &[])?;
        rows.iter().map(|row| Ok((0..row.len()).map(|at| row.get(at)).collect::<Result<_, _>>()?)).collect()
    });
    read.unwrap()
}

fn filled(place: &Place) -> Store {
    let store = place.store("book", &[MIGRATIONS]);
    put(&store, "a", i64::MIN).unwrap();
    let rows = [
        [Value::from([1u8; 16]), "劉小明 \u{10ffff}".into(), vec![0u8, 255].into(), true.into(), Value::Int(i64::MAX)],
        [Value::from([2u8; 16]), Value::Null, Value::Null, Value::Null, Value::Null],
        [Value::from([3u8; 16]), "".into(), Vec::<u8>::new().into(), false.into(), Value::Int(0)],
    ];
    for row in rows {
        let put: Ran<u64> = store.write("book.line", move |tx| Ok(tx.execute(LINE, &row)?));
        assert_eq!(put, Ok(1));
    }
    store
}

#[test]
fn a_copy_is_restored_on_either_engine_as_it_was() {
    both_engines(|from| {
        let store = filled(from);
        let (copied, bytes) = copy(from);
        assert_eq!((copied.rows(), copied.tables["line"], copied.tables["account"]), (4, 3, 1));
        both_engines(|to| {
            assert_eq!(restore(to, &bytes, &[MIGRATIONS]).unwrap(), copied);
            let again = to.store("book", &[MIGRATIONS]);
            assert_eq!(amount(&again, "a"), Some(i64::MIN));
            // SQLite keeps a BOOL as a number, so they are compared as what they mean.
            assert_eq!(meant(lines(&again)), meant(lines(&store)));
            assert_eq!(Store::inspect(to.location(), "book").unwrap().tables, copied.tables);
        });
    });
}

fn meant(mut rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    for row in &mut rows {
        if let Value::Int(number) = row[3] {
            row[3] = Value::Bool(number == 1);
        }
    }
    rows
}

/// Takes a copy slowly: each part of it waits until the store has acknowledged some more.
struct Slow<'a> {
    acknowledged: &'a AtomicU64,
    parts: u32,
}

impl std::io::Write for Slow<'_> {
    fn write(&mut self, part: &[u8]) -> std::io::Result<usize> {
        self.parts += 1;
        wait_for(self.acknowledged, self.acknowledged.load(Ordering::SeqCst) + 5);
        Ok(part.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn wait_for(acknowledged: &AtomicU64, count: u64) {
    while acknowledged.load(Ordering::SeqCst) < count {
        std::thread::yield_now();
    }
}

/// Each transaction writes a row into both tables.
fn write_pairs(store: &Store, stop: &AtomicBool, acknowledged: &AtomicU64) {
    const PAIR: &str = "-- book.pair\ninsert into line (id, note) values ($1, 'pair')";
    for n in 0u32.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let wrote: Ran<()> = store.write("book.pair", move |tx| {
            tx.execute(crate::book::PUT, &[format!("{n:0800}").into(), n.into()])?;
            tx.execute(PAIR, &[u128::from(n).to_be_bytes().into()])?;
            Ok(())
        });
        wrote.unwrap();
        acknowledged.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_copy_taken_under_load_holds_everything_acknowledged_before_it_and_no_half_transaction() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        let (stop, acknowledged) = (AtomicBool::new(false), AtomicU64::new(0));
        let (copied, before, parts) = std::thread::scope(|scope| {
            scope.spawn(|| write_pairs(&store, &stop, &acknowledged));
            // Enough that the copy has several parts.
            wait_for(&acknowledged, 300);
            let before = acknowledged.load(Ordering::SeqCst);
            let mut slow = Slow { acknowledged: &acknowledged, parts: 0 };
            let copied = Store::back_up(place.location(), "book", &mut slow).unwrap();
            stop.store(true, Ordering::SeqCst);
            (copied, before, slow.parts)
        });
        assert!(parts > 2, "the store went on while the copy was taken");
        assert_eq!(copied.tables["line"], copied.tables["account"]);
        let kept = copied.tables["account"];
        let after = acknowledged.load(Ordering::SeqCst);
        assert!(before <= kept && kept < after, "{before} acknowledged before, {kept} in the copy, {after} after");
    });
}

#[test]
fn a_copy_of_a_newer_version_is_refused_in_one_line_and_an_older_one_is_brought_up_to_date() {
    both_engines(|place| {
        drop(filled(place));
        let (_, bytes) = copy(place);
        let elsewhere = Place::sqlite();
        for to in [&elsewhere, &Place::postgres()] {
            let refused = restore(to, &bytes, &[&MIGRATIONS[..1]]).unwrap_err();
            assert!(matches!(refused, StoreError::Newer { .. }), "{refused}");
            assert!(!refused.to_string().contains('\n'));
            assert!(!Store::exists(to.location(), "book").unwrap());
        }
    });
    both_engines(|place| {
        let older = Store::open(place.location(), "book", &[&MIGRATIONS[..1]], Options::default()).unwrap();
        put(&older, "a", 1).unwrap();
        let (_, bytes) = copy(place);
        let to = Place::sqlite();
        restore(&to, &bytes, &[MIGRATIONS]).unwrap();
        let store = to.store("book", &[MIGRATIONS]);
        assert_eq!((amount(&store, "a"), lines(&store).len()), (Some(1), 0));
    });
}

#[test]
fn a_copy_that_is_cut_off_leaves_no_store() {
    let from = Place::sqlite();
    drop(filled(&from));
    let (_, bytes) = copy(&from);
    both_engines(|to| {
        for length in [0, 10, bytes.len() / 2, bytes.len() - 1] {
            let refused = restore(to, &bytes[..length], &[MIGRATIONS]).unwrap_err();
            assert!(matches!(refused, StoreError::Copy(_)), "{refused}");
            assert!(!Store::exists(to.location(), "book").unwrap());
            assert_eq!(Store::names(to.location()).unwrap(), [""; 0]);
        }
        restore(to, &bytes, &[MIGRATIONS]).unwrap();
    });
}

#[test]
fn nothing_is_overwritten_and_what_is_moved_aside_is_out_of_the_way() {
    both_engines(|place| {
        drop(filled(place));
        let (copied, bytes) = copy(place);
        assert_eq!(restore(place, &bytes, &[MIGRATIONS]), Err(StoreError::Present("book".into())));
        assert_eq!(Store::names(place.location()).unwrap(), ["book"]);
        assert_eq!(Store::move_aside(place.location(), "20200506").unwrap().len(), 1);
        assert_eq!(Store::names(place.location()).unwrap(), [""; 0]);
        assert_eq!(restore(place, &bytes, &[MIGRATIONS]).unwrap(), copied);
        assert_eq!(count(&place.store("book", &[MIGRATIONS])), 1);
        if let Location::Sqlite(directory) = place.location() {
            std::fs::remove_dir_all(directory.with_file_name(format!("{}.20200506", directory.file_name().unwrap().to_str().unwrap()))).unwrap();
        }
    });
}

#[test]
fn a_copy_holds_rows_only_and_nothing_that_was_deleted() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        put(&store, "canary-7f3a", 1).unwrap();
        let (_, bytes) = copy(place);
        assert!(bytes.windows(11).any(|window| window == b"canary-7f3a"), "the search must be able to find it");
        let deleted: Ran<u64> = store.write("book.delete", |tx| Ok(tx.execute("-- book.delete\ndelete from account", &[])?));
        assert_eq!(deleted, Ok(1));
        let (_, bytes) = copy(place);
        assert!(!bytes.windows(11).any(|window| window == b"canary-7f3a"));
    });
}

#[test]
fn a_store_that_is_not_there_is_said_not_to_be() {
    both_engines(|place| {
        assert!(matches!(Store::back_up(place.location(), "book", &mut Vec::new()), Err(StoreError::Unreachable(_))));
        assert_eq!(Store::names(place.location()).unwrap(), [""; 0]);
    });
}

#[test]
fn a_damaged_file_is_found_by_looking_at_it() {
    let place = Place::sqlite();
    let store = place.store("book", &[MIGRATIONS]);
    for n in 0..200 {
        let row = [Value::from([n; 16]), "x".repeat(200).into(), Value::Null, Value::Null, Value::Int(i64::from(n))];
        let put: Ran<u64> = store.write("book.line", move |tx| Ok(tx.execute(LINE, &row)?));
        assert_eq!(put, Ok(1));
    }
    drop(store);
    Store::inspect(place.location(), "book").unwrap();
    let Location::Sqlite(directory) = place.location() else { panic!() };
    let file = directory.join("book.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let half = bytes.len() / 2;
    bytes[half..half + 4096].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    let found = Store::inspect(place.location(), "book");
    assert!(matches!(&found, Err(StoreError::Engine(line)) if !line.contains('\n')), "{found:?}");
}
