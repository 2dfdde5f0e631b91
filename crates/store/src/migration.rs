use std::collections::BTreeSet;

use crate::ddl;
use crate::session::{Session, Step};
use crate::statement::{Params, Statement};
use crate::{Row, StoreError, Value};

/// One step of a schema. Once released it never changes; what comes later is another migration.
///
/// The text is portable: columns are INT64, TEXT, BYTES or BOOL, a statement ends with `;` at the end of a line, and
/// `without rowid` is kept for SQLite only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Unique in a store, such as `registration.0001_schemes`.
    pub name: &'static str,
    /// The statements.
    pub sql: &'static str,
}

/// The version of what this crate itself keeps in a store.
const FORMAT: i64 = 1;

const TABLES: &str = "-- store.tables
create table if not exists store_format (version INT64 not null);
create table if not exists store_migrations (name TEXT primary key);
";

/// Brings a store up to date: all of it or nothing.
pub(crate) fn migrate(session: &mut dyn Session, store: &str, lists: &[&[Migration]]) -> Result<(), StoreError> {
    session.step(Step::Begin)?;
    let result = apply(session, store, lists).and_then(|()| session.step(Step::Commit));
    if result.is_err() && session.in_transaction() {
        let _ = session.step(Step::Rollback);
    }
    result
}

/// As [`migrate`], inside a transaction of the caller.
pub(crate) fn apply(session: &mut dyn Session, store: &str, lists: &[&[Migration]]) -> Result<(), StoreError> {
    check_format(session, store)?;
    let applied = applied(session)?;
    let known: BTreeSet<&str> = lists.iter().copied().flatten().map(|migration| migration.name).collect();
    if let Some(newer) = applied.iter().find(|name| !known.contains(name.as_str())) {
        return Err(StoreError::Newer { store: store.to_owned(), found: format!("the migration {newer}") });
    }
    let mut seen = BTreeSet::new();
    for migration in lists.iter().copied().flatten() {
        if !seen.insert(migration.name) {
            return Err(failed(migration, "two migrations have this name"));
        }
        if !applied.contains(migration.name) {
            apply_one(session, migration)?;
        }
    }
    Ok(())
}

/// The migrations that a copy of a store names, in the order of this program; one that it does not know is of a newer version.
pub(crate) fn those_of(copied: &[String], store: &str, lists: &[&[Migration]]) -> Result<Vec<Migration>, StoreError> {
    let known: Vec<Migration> = lists.iter().copied().flatten().copied().collect();
    if let Some(newer) = copied.iter().find(|name| known.iter().all(|migration| migration.name != name.as_str())) {
        return Err(StoreError::Newer { store: store.to_owned(), found: format!("the migration {newer}") });
    }
    Ok(known.into_iter().filter(|migration| copied.iter().any(|name| name == migration.name)).collect())
}

fn apply_one(session: &mut dyn Session, migration: &Migration) -> Result<(), StoreError> {
    for statement in ddl::statements(migration.sql) {
        let text = ddl::translate(&statement, session.dialect());
        session.script(&text).map_err(|error| failed(migration, &error.to_string()))?;
    }
    let insert = Statement::plain("-- store.migrated\ninsert into store_migrations (name) values ($1)");
    session.execute(&insert, Params::One(&[Value::from(migration.name)]))?;
    Ok(())
}

fn failed(migration: &Migration, reason: &str) -> StoreError {
    StoreError::Migration { name: migration.name.to_owned(), reason: reason.to_owned() }
}

fn check_format(session: &mut dyn Session, store: &str) -> Result<(), StoreError> {
    for table in ddl::statements(TABLES) {
        session.script(&ddl::translate(&table, session.dialect()))?;
    }
    let select = Statement::plain("-- store.format\nselect version from store_format");
    let rows = session.query(&select, Params::One(&[]))?;
    let Some(row) = rows.first() else {
        let insert = Statement::plain("-- store.set_format\ninsert into store_format (version) values ($1)");
        session.execute(&insert, Params::One(&[Value::Int(FORMAT)]))?;
        return Ok(());
    };
    let version: i64 = row.get(0)?;
    if version > FORMAT {
        return Err(StoreError::Newer { store: store.to_owned(), found: format!("the format {version}") });
    }
    Ok(())
}

fn applied(session: &mut dyn Session) -> Result<BTreeSet<String>, StoreError> {
    let select = Statement::plain("-- store.applied\nselect name from store_migrations");
    let rows: Vec<Row> = session.query(&select, Params::One(&[]))?;
    rows.iter().map(|row| row.get(0)).collect()
}
