//! Values, rows, statements.

use kernel::{Day, Id, Instant, kinds};
use proptest::prelude::*;
use store::{RunError, StoreError, Value};
use testkit::both_engines;

use crate::book::{Fail, MIGRATIONS, PUT, Ran, amount, count, put};

const LINE: &str = "-- book.line\ninsert into line (id, note, seal, open, at) values ($1, $2, $3, $4, $5)";
const LINES: &str = "-- book.lines\nselect id, note, seal, open, at from line order by id";

#[test]
fn the_five_types_go_there_and_back() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        let id: Id<kinds::Household> = Id::from_bytes([7; 16]);
        let at = Instant::from_millis(-5);
        let written: Ran<u64> = store.write("book.line", move |tx| {
            tx.execute(LINE, &[Id::<kinds::Household>::from_bytes([9; 16]).into(), Value::Null, Value::Null, Value::Null, Value::Null])?;
            Ok(tx.execute(LINE, &[id.into(), "陳大文 '$1' ?1".into(), vec![0u8, 255].into(), true.into(), at.into()])?)
        });
        assert_eq!(written, Ok(1));
        let read: Ran<()> = store.read("book.lines", |tx| {
            let rows = tx.query(LINES, &[])?;
            let [full, empty] = rows.as_slice() else { return Err(Fail::No) };
            assert_eq!(full.get::<Id<kinds::Household>>(0), Ok(id));
            assert_eq!(full.get::<String>(1), Ok("陳大文 '$1' ?1".to_owned()));
            assert_eq!(full.get::<[u8; 2]>(2), Ok([0, 255]));
            assert_eq!(full.get::<bool>(3), Ok(true));
            assert_eq!(full.get::<Instant>(4), Ok(at));
            assert_eq!(full.get::<Day>(4), Ok(Day::from_number(-5)));
            assert_eq!(empty.get::<Option<String>>(1), Ok(None));
            assert_eq!(empty.get::<Option<bool>>(3), Ok(None));
            assert!(matches!(empty.get::<String>(1), Err(StoreError::Column { column: 1, found: "null", .. })));
            assert!(matches!(empty.get::<i64>(5), Err(StoreError::Column { found: "not there", .. })));
            Ok(())
        });
        assert_eq!(read, Ok(()));
    });
}

#[test]
fn any_value_goes_there_and_back() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        // TEXT holds no NUL on PostgreSQL, so none is promised.
        let row = ("[^\u{0}]{0,40}", prop::collection::vec(any::<u8>(), 0..300), any::<Option<bool>>(), any::<i64>());
        proptest!(ProptestConfig::with_cases(48), |((note, seal, open, at) in row)| {
            let sent = vec![Value::from([1u8; 16]), note.into(), seal.into(), open.into(), at.into()];
            let params = sent.clone();
            let kept: Ran<Vec<Value>> = store.write("book.turn", move |tx| {
                tx.execute("-- book.clear\ndelete from line", &[])?;
                tx.execute(LINE, &params)?;
                let row = tx.query_opt(LINES, &[])?.ok_or(Fail::No)?;
                Ok(vec![row.get(0)?, row.get(1)?, row.get(2)?, row.get::<Option<bool>>(3)?.into(), row.get(4)?])
            });
            prop_assert_eq!(kept, Ok(sent));
        });
    });
}

#[test]
fn parameters_are_bound_by_number_and_numbers_are_wide() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        let read: Ran<(String, i64, i64)> = store.read("book.odd", |tx| {
            let row = tx.query_opt("-- book.swap\nselect $2, 41 + $1, $1", &[Value::Int(1 << 40), "two".into()])?.ok_or(Fail::No)?;
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        });
        assert_eq!(read, Ok(("two".to_owned(), (1 << 40) + 41, 1 << 40)));
    });
}

#[test]
fn sums_and_flags_read_the_same() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        for (name, amount) in [("a", 123_456_789), ("b", -23), ("c", 70_000)] {
            put(&store, name, amount).unwrap();
        }
        let read: Ran<(i64, bool)> = store.read("book.sum", |tx| {
            let row = tx.query_opt("-- book.sum\nselect sum(amount), sum(amount) > 0 from account", &[])?.ok_or(Fail::No)?;
            Ok((row.get(0)?, row.get(1)?))
        });
        assert_eq!(read, Ok((123_526_766, true)));
    });
}

#[test]
fn many_rows_go_in_with_one_call_and_a_twin_is_passed_over() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        put(&store, "n7", 0).unwrap();
        let rows: Vec<Vec<Value>> = (0..1000).map(|n| vec![format!("n{n}").into(), Value::Int(n)]).collect();
        let insert = "-- book.bulk\ninsert into account (name, amount)";
        let inserted: Ran<(u64, usize)> = store.write("book.bulk", move |tx| {
            let count = tx.bulk_insert(insert, &rows, "on conflict do nothing")?;
            let more = [vec!["n8".into(), Value::Int(1)], vec!["new".into(), Value::Int(2)]];
            Ok((count, tx.bulk_insert_returning(insert, &more, "on conflict do nothing returning name")?.len()))
        });
        assert_eq!(inserted, Ok((999, 1)));
        assert_eq!(amount(&store, "n7"), Some(0));
        assert_eq!(amount(&store, "n999"), Some(999));
        let none: Ran<u64> = store.write("book.none", move |tx| Ok(tx.bulk_insert(insert, &[], "")?));
        assert_eq!(none, Ok(0));
    });
}

#[test]
fn a_rule_of_a_table_says_which_kind_it_is() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        put(&store, "a", 1).unwrap();
        assert!(matches!(put(&store, "a", 2), Err(RunError::Refused(Fail::Store(StoreError::Unique(_))))));
        let null: Ran<u64> = store.write("book.null", |tx| Ok(tx.execute(PUT, &["b".into(), Value::Null])?));
        assert!(matches!(null, Err(RunError::Refused(Fail::Store(StoreError::Constraint(_))))));
        assert_eq!((amount(&store, "a"), count(&store)), (Some(1), 1));
    });
}

#[test]
fn a_text_without_its_label_is_refused() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        let read: Ran<()> = store.read("book.bare", |tx| Ok(tx.query("select 1", &[]).map(drop)?));
        assert!(matches!(read, Err(RunError::Refused(Fail::Store(StoreError::Unlabelled(_))))));
    });
}

#[test]
fn a_reader_cannot_write() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        let wrote: Ran<u64> = store.read("book.sly", |tx| Ok(tx.execute(PUT, &["a".into(), Value::Int(1)])?));
        assert!(wrote.is_err());
        assert_eq!(count(&store), 0);
    });
    let memory = testkit::memory_store(&[MIGRATIONS]);
    let wrote: Ran<u64> = memory.read("book.sly", |tx| Ok(tx.execute(PUT, &["a".into(), Value::Int(1)])?));
    assert!(wrote.is_err());
    assert_eq!(put(&memory, "a", 1), Ok(1));
}

#[test]
fn a_reader_sees_one_snapshot() {
    both_engines(|place| {
        let store = place.store("book", &[MIGRATIONS]);
        put(&store, "a", 1).unwrap();
        let seen: Ran<(usize, usize)> = store.read("book.twice", |tx| {
            let all = "-- book.all\nselect name from account";
            let before = tx.query(all, &[])?.len();
            put(&store, "b", 2).unwrap();
            Ok((before, tx.query(all, &[])?.len()))
        });
        assert_eq!(seen, Ok((1, 1)));
        assert_eq!(count(&store), 2);
    });
}
