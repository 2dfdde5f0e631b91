//! Copies of a store in a schema: read by COPY from one snapshot, restored in one transaction.

use std::io::{Read, Write};

use kernel::Secret;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::{FromSql, ToSql, Type};

use super::engine::{target, with_session};
use super::session::{PostgresSession, refused};
use crate::container::{Copied, Reader, Table, Writer, damaged};
use crate::migration::{self, Migration};
use crate::session::{Session, Step};
use crate::{Inspection, StoreError, Value};

const NAMES: &str = "-- store.names
select nspname::text from pg_namespace where nspname like 'lionrock\\_%' order by nspname";
const TABLES: &str = "-- store.copied_tables
select tablename::text from pg_tables where schemaname = $1 and tablename not like 'store\\_%' order by tablename";
const COLUMNS: &str = "-- store.copied_columns
select attname::text from pg_attribute
where attrelid = (quote_ident($1) || '.' || quote_ident($2))::regclass and attnum > 0 and not attisdropped order by attnum";
const MIGRATIONS: &str = "-- store.copied_migrations\nselect name from store_migrations order by name";
const PREFIX: &str = "lionrock_";
/// What every binary COPY begins with.
const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";

/// The stores in a database.
pub(crate) fn names(url: &Secret<String>) -> Result<Vec<String>, StoreError> {
    with_session(&target(url, "none", false), |session| {
        let names = list(session, NAMES, &[])?;
        Ok(names.iter().filter_map(|name| name.strip_prefix(PREFIX)).map(str::to_owned).collect())
    })
}

/// Writes down one snapshot. Writers go on meanwhile.
pub(crate) fn back_up(url: &Secret<String>, name: &str, to: &mut (dyn Write + Send)) -> Result<Copied, StoreError> {
    in_snapshot(url, name, |session| {
        let mut writer = Writer::begin(to, name, list(session, MIGRATIONS, &[])?)?;
        for (table, types) in tables(session)? {
            writer.table(&table)?;
            copy_out(session, &table, &types, &mut writer)?;
            writer.end_table(&table)?;
        }
        writer.finish()
    })
}

/// Makes the store from a copy, all of it or nothing.
pub(crate) fn restore(url: &Secret<String>, name: &str, lists: &[&[Migration]], mut reader: Reader<'_>) -> Result<Copied, StoreError> {
    let target = target(url, name, false);
    with_session(&target, |session| {
        let applied = migration::those_of(reader.migrations(), name, lists)?;
        session.step(Step::Begin)?;
        if !list(session, "-- store.exists\nselect nspname::text from pg_namespace where nspname = $1", &[&target.schema])?.is_empty() {
            return Err(StoreError::Present(name.to_owned()));
        }
        session.script(&format!("create schema \"{}\"", target.schema))?;
        migration::apply(session, name, &[&applied])?;
        fill(session, &mut reader)?;
        session.step(Step::Commit)?;
        for table in session.tables()? {
            session.script(&format!("analyze {table}"))?;
        }
        Ok(reader.finish())
    })
}

/// Counts every row by reading it.
pub(crate) fn inspect(url: &Secret<String>, name: &str) -> Result<Inspection, StoreError> {
    in_snapshot(url, name, |session| {
        let mut found = Inspection::default();
        for (table, _) in tables(session)? {
            let sql = format!("-- store.inspect\n-- small: no; a look at a whole store reads every row on purpose\nselect count(*) from \"{}\"", table.name);
            let rows: i64 = session.client()?.query_one(&sql, &[]).and_then(|row| row.try_get(0)).map_err(refused)?;
            found.tables.insert(table.name, u64::try_from(rows).unwrap_or(0));
        }
        Ok(found)
    })
}

/// Gives a store's schema another name, under which nothing looks for it.
pub(crate) fn move_aside(url: &Secret<String>, name: &str, label: &str) -> Result<String, StoreError> {
    let target = target(url, name, false);
    let aside = format!("before_{label}_{name}");
    with_session(&target, |session| {
        session.script(&format!("alter schema \"{}\" rename to \"{aside}\"", target.schema))?;
        Ok(aside)
    })
}

fn in_snapshot<T: Send>(
    url: &Secret<String>,
    name: &str,
    use_it: impl FnOnce(&mut PostgresSession) -> Result<T, StoreError> + Send,
) -> Result<T, StoreError> {
    let target = target(url, name, false);
    with_session(&target, |_| {
        let mut session = PostgresSession::reader(std::sync::Arc::clone(&target));
        session.step(Step::Begin)?;
        if list(&mut session, "-- store.exists\nselect nspname::text from pg_namespace where nspname = $1", &[&target.schema])?.is_empty() {
            return Err(StoreError::Unreachable(format!("there is no store \"{name}\"")));
        }
        use_it(&mut session)
    })
}

fn fill(session: &mut PostgresSession, reader: &mut Reader<'_>) -> Result<(), StoreError> {
    let mut expected = tables(session)?;
    while let Some(table) = reader.next_table()? {
        let at = expected.iter().position(|(known, _)| known.name == table.name).ok_or_else(mismatch)?;
        let (known, types) = expected.swap_remove(at);
        let types = in_order(&known, &types, &table)?;
        session.script(&format!("-- store.clear\ndelete from \"{}\"", table.name))?;
        copy_in(session, &table, &types, reader)?;
    }
    if expected.is_empty() { Ok(()) } else { Err(damaged("a table is missing in it")) }
}

/// The types of the copy's columns, which may stand in another order than the table's.
fn in_order(known: &Table, types: &[Type], table: &Table) -> Result<Vec<Type>, StoreError> {
    if known.columns.len() != table.columns.len() {
        return Err(mismatch());
    }
    let of = |column: &String| known.columns.iter().zip(types).find(|(name, _)| *name == column).map(|(_, ty)| ty.clone());
    table.columns.iter().map(|column| of(column).ok_or_else(mismatch)).collect()
}

fn mismatch() -> StoreError {
    damaged("its tables are not those of its migrations")
}

fn tables(session: &mut PostgresSession) -> Result<Vec<(Table, Vec<Type>)>, StoreError> {
    let schema = session.schema().to_owned();
    let names = list(session, TABLES, &[&schema])?;
    names
        .into_iter()
        .map(|name| {
            let columns = list(session, COLUMNS, &[&schema, &name])?;
            let table = Table { name, columns };
            let sql = format!("-- store.copied_types\nselect {} from \"{}\"", quoted(&table.columns), table.name);
            let prepared = session.client()?.prepare(&sql).map_err(refused)?;
            Ok((table, prepared.columns().iter().map(|column| column.type_().clone()).collect()))
        })
        .collect()
}

fn copy_out(session: &mut PostgresSession, table: &Table, types: &[Type], writer: &mut Writer<'_>) -> Result<(), StoreError> {
    let sql = format!("copy \"{}\" ({}) to stdout (format binary)", table.name, quoted(&table.columns));
    let mut from = session.client()?.copy_out(&sql).map_err(refused)?;
    let signature: [u8; 11] = take(&mut from)?;
    let [_flags, extension]: [u32; 2] = [u32::from_be_bytes(take(&mut from)?), u32::from_be_bytes(take(&mut from)?)];
    if signature != *SIGNATURE || extension != 0 {
        return Err(StoreError::Engine("the server copies in an unknown form".to_owned()));
    }
    let mut row = Vec::with_capacity(types.len());
    loop {
        let columns = i16::from_be_bytes(take(&mut from)?);
        if columns < 0 {
            return Ok(());
        }
        row.clear();
        for ty in types {
            row.push(field(&mut from, ty)?);
        }
        writer.row(&row)?;
    }
}

/// One field of a binary COPY: its length, or -1 for null, and its bytes.
fn field(from: &mut impl Read, ty: &Type) -> Result<Value, StoreError> {
    let Ok(length) = u64::try_from(i32::from_be_bytes(take(from)?)) else { return Ok(Value::Null) };
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes).map_err(|error| lost(&error))?;
    if bytes.len() as u64 != length {
        return Err(lost(&std::io::ErrorKind::UnexpectedEof.into()));
    }
    Value::from_sql(ty, &bytes).map_err(|error| StoreError::Engine(error.to_string()))
}

fn take<const N: usize>(from: &mut impl Read) -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes).map_err(|error| lost(&error))?;
    Ok(bytes)
}

fn lost(error: &std::io::Error) -> StoreError {
    StoreError::Unreachable(error.to_string())
}

fn copy_in(session: &mut PostgresSession, table: &Table, types: &[Type], reader: &mut Reader<'_>) -> Result<(), StoreError> {
    let sql = format!("copy \"{}\" ({}) from stdin (format binary)", table.name, quoted(&table.columns));
    let into = session.client()?.copy_in(&sql).map_err(refused)?;
    let mut writer = BinaryCopyInWriter::new(into, types);
    while let Some(mut row) = reader.next_row()? {
        for (value, ty) in row.iter_mut().zip(types) {
            truth(value, ty);
        }
        let row: Vec<&(dyn ToSql + Sync)> = row.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        writer.write(&row).map_err(refused)?;
    }
    writer.finish().map(drop).map_err(refused)
}

/// SQLite keeps a BOOL as 0 or 1.
fn truth(value: &mut Value, ty: &Type) {
    if *ty == Type::BOOL
        && let Value::Int(number @ (0 | 1)) = value
    {
        *value = Value::Bool(*number == 1);
    }
}

fn list(session: &mut PostgresSession, sql: &str, params: &[&str]) -> Result<Vec<String>, StoreError> {
    let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as &(dyn ToSql + Sync)).collect();
    let rows = session.client()?.query(sql, &params).map_err(refused)?;
    rows.iter().map(|row| row.try_get(0).map_err(refused)).collect()
}

fn quoted(columns: &[String]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
}
