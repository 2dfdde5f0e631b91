//! Migrations, versions, names.

use store::{Migration, Options, Store, StoreError};
use testkit::both_engines;

use crate::book::{MIGRATIONS, amount, put};

fn open(place: &testkit::Place, migrations: &[&[Migration]]) -> Result<Store, StoreError> {
    Store::open(place.location(), "book", migrations, Options::default())
}

#[test]
fn migrations_run_once_and_new_ones_are_added() {
    both_engines(|place| {
        let store = open(place, &[&MIGRATIONS[..1]]).unwrap();
        put(&store, "a", 1).unwrap();
        drop(store);
        drop(open(place, &[MIGRATIONS]).unwrap());
        let store = open(place, &[MIGRATIONS]).unwrap();
        assert_eq!(amount(&store, "a"), Some(1));
    });
}

#[test]
fn records_of_a_newer_version_are_refused_in_one_plain_line() {
    both_engines(|place| {
        drop(open(place, &[MIGRATIONS]).unwrap());
        let refused = open(place, &[&MIGRATIONS[..1]]).err().unwrap();
        let line = refused.to_string();
        assert!(matches!(refused, StoreError::Newer { .. }));
        assert!(line.contains("\"book\" was written by a newer Lionrock") && line.contains("book.0002_line"), "{line}");
        assert!(!line.contains('\n'));
    });
}

#[test]
fn a_migration_that_fails_leaves_nothing_behind() {
    const BROKEN: &[Migration] = &[Migration {
        name: "book.0003_broken",
        sql: "create table first (n INT64);\ncreate table second (n INT64) oops;",
    }];
    const MENDED: &[Migration] = &[Migration { name: "book.0003_mended", sql: "create table first (n INT64);" }];
    both_engines(|place| {
        let refused = open(place, &[MIGRATIONS, BROKEN]).err().unwrap();
        assert!(matches!(refused, StoreError::Migration { name, .. } if name == "book.0003_broken"));
        drop(open(place, &[MIGRATIONS, MENDED]).unwrap());
    });
}

#[test]
fn two_migrations_of_one_name_are_a_mistake() {
    both_engines(|place| {
        assert!(matches!(open(place, &[MIGRATIONS, MIGRATIONS]), Err(StoreError::Migration { .. })));
    });
}

#[test]
fn two_nodes_may_open_a_new_store_at_once() {
    both_engines(|place| {
        std::thread::scope(|scope| {
            let nodes: Vec<_> = (0..4).map(|_| scope.spawn(|| open(place, &[MIGRATIONS]))).collect();
            assert!(nodes.into_iter().all(|node| node.join().unwrap().is_ok()));
        });
    });
}

#[test]
fn a_name_that_could_leave_its_place_is_refused() {
    both_engines(|place| {
        let refused = Store::open(place.location(), "../book", &[MIGRATIONS], Options::default()).err();
        assert_eq!(refused, Some(StoreError::Name("../book".to_owned())));
        assert!(Store::exists(place.location(), "a\"b").is_err());
    });
}

#[test]
fn a_place_that_is_not_there_is_said_to_be() {
    let nowhere = store::Location::parse("postgres://nobody@127.0.0.1:1/nothing").unwrap();
    assert!(matches!(Store::open(&nowhere, "book", &[], Options::default()), Err(StoreError::Unreachable(_))));
    let file = tempfile::NamedTempFile::new().unwrap();
    let under_a_file = store::Location::Sqlite(file.path().join("x"));
    assert!(matches!(Store::open(&under_a_file, "book", &[], Options::default()), Err(StoreError::Unreachable(_))));
}
