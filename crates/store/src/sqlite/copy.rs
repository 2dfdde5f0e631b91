//! Copies of a store in a file: written from one read transaction, restored beside its place and renamed into it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::engine::{create, path};
use super::session::{SqliteSession, refused, value};
use crate::container::{Copied, Reader, Table, Writer, damaged};
use crate::migration::{self, Migration};
use crate::{Inspection, StoreError, Value};

const TABLES: &str = "-- store.copied_tables
select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name not like 'store_%' order by name";
const COLUMNS: &str = "-- store.copied_columns\nselect name from pragma_table_info(?1) order by cid";
const MIGRATIONS: &str = "-- store.copied_migrations\nselect name from store_migrations order by name";

/// The stores in a directory.
pub(crate) fn names(directory: &Path) -> Result<Vec<String>, StoreError> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| failed(directory, &error))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(|error| failed(directory, &error))?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(".db")).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// Writes down one snapshot. Writers go on meanwhile: what they commit after the first row is read is not in it.
pub(crate) fn back_up(directory: &Path, name: &str, to: &mut (dyn io::Write + Send)) -> Result<Copied, StoreError> {
    let connection = snapshot(directory, name)?;
    let mut writer = Writer::begin(to, name, list(&connection, MIGRATIONS, &[])?)?;
    for table in tables(&connection)? {
        writer.table(&table)?;
        let mut statement = connection.prepare(&select(&table)).map_err(refused)?;
        let mut rows = statement.query(()).map_err(refused)?;
        while let Some(row) = rows.next().map_err(refused)? {
            let values: Vec<Value> = (0..table.columns.len()).map(|at| value(at, row)).collect::<Result<_, _>>()?;
            writer.row(&values)?;
        }
        writer.end_table(&table)?;
    }
    writer.finish()
}

/// Makes the store from a copy. A crash on the way leaves a file that is no store; the next try begins anew.
pub(crate) fn restore(directory: &Path, name: &str, lists: &[&[Migration]], reader: Reader<'_>) -> Result<Copied, StoreError> {
    let place = path(directory, name);
    let beside = directory.join(format!("{name}.restoring"));
    clear(&beside).map_err(|error| failed(&beside, &error))?;
    create(directory, &beside).map_err(|error| failed(&beside, &error))?;
    let filled = fill(&beside, name, lists, reader);
    let finished = filled.and_then(|copied| {
        // The log was copied into the file when its last connection closed.
        File::open(&beside).and_then(|file| file.sync_all()).map_err(|error| failed(&beside, &error))?;
        if place.exists() {
            return Err(StoreError::Present(name.to_owned()));
        }
        fs::rename(&beside, &place).map_err(|error| failed(&place, &error))?;
        File::open(directory).and_then(|opened| opened.sync_all()).map_err(|error| failed(directory, &error))?;
        Ok(copied)
    });
    if finished.is_err() {
        // What is left is no store; why it failed matters more.
        let _ = clear(&beside);
    }
    finished
}

/// Asks the engine whether the file is sound, and counts every row by reading it.
pub(crate) fn inspect(directory: &Path, name: &str) -> Result<Inspection, StoreError> {
    let connection = snapshot(directory, name)?;
    let said: String = connection.query_row("pragma integrity_check", (), |row| row.get(0)).map_err(refused)?;
    if said != "ok" {
        return Err(StoreError::Engine(format!("the file of \"{name}\" is damaged: {}", said.lines().next().unwrap_or_default())));
    }
    let mut tables = Vec::new();
    for table in tables_of(&connection)? {
        let sql = format!("-- store.inspect\n-- small: no; a look at a whole store reads every row on purpose\nselect count(*) from \"{table}\"");
        let rows: i64 = connection.query_row(&sql, (), |row| row.get(0)).map_err(refused)?;
        tables.push((table, u64::try_from(rows).unwrap_or(0)));
    }
    Ok(Inspection { tables: tables.into_iter().collect() })
}

/// Puts every file of the directory that belongs to a store into another directory beside it.
pub(crate) fn move_aside(directory: &Path, label: &str) -> Result<String, StoreError> {
    let name = directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let aside = directory.with_file_name(format!("{name}.{label}"));
    if aside.exists() {
        return Err(StoreError::Present(aside.display().to_string()));
    }
    fs::rename(directory, &aside).map_err(|error| failed(&aside, &error))?;
    Ok(aside.display().to_string())
}

fn snapshot(directory: &Path, name: &str) -> Result<Connection, StoreError> {
    let path = path(directory, name);
    if !path.exists() {
        return Err(StoreError::Unreachable(format!("there is no store {}", path.display())));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags).map_err(refused)?;
    let pragmas = "pragma query_only = on; pragma temp_store = memory; pragma wal_autocheckpoint = 0; begin";
    connection.busy_timeout(std::time::Duration::from_secs(5)).and_then(|()| connection.execute_batch(pragmas)).map_err(refused)?;
    Ok(connection)
}

fn fill(path: &Path, name: &str, lists: &[&[Migration]], mut reader: Reader<'_>) -> Result<Copied, StoreError> {
    // Nothing is acknowledged from this file before it is synced as a whole.
    let mut session = SqliteSession::writer(path, true)?;
    let applied = migration::those_of(reader.migrations(), name, lists)?;
    migration::migrate(&mut session, name, &[&applied])?;
    let connection = session.connection();
    connection.execute_batch("begin immediate").map_err(refused)?;
    let mut expected = tables(connection)?;
    while let Some(table) = reader.next_table()? {
        let at = expected.iter().position(|known| known.name == table.name && same(&known.columns, &table.columns));
        expected.swap_remove(at.ok_or_else(|| damaged("its tables are not those of its migrations"))?);
        connection.execute(&format!("-- store.clear\ndelete from \"{}\"", table.name), ()).map_err(refused)?;
        let mut insert = connection.prepare(&insert(&table)).map_err(refused)?;
        while let Some(row) = reader.next_row()? {
            insert.execute(params_from_iter(row)).map_err(refused)?;
        }
    }
    if !expected.is_empty() {
        return Err(damaged("a table is missing in it"));
    }
    connection.execute_batch("commit").map_err(refused)?;
    session.truncate_log()?;
    Ok(reader.finish())
}

fn tables(connection: &Connection) -> Result<Vec<Table>, StoreError> {
    let names = tables_of(connection)?;
    names
        .into_iter()
        .map(|name| {
            let columns = list(connection, COLUMNS, &[&name])?;
            Ok(Table { name, columns })
        })
        .collect()
}

fn tables_of(connection: &Connection) -> Result<Vec<String>, StoreError> {
    list(connection, TABLES, &[])
}

fn list(connection: &Connection, sql: &str, params: &[&str]) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare(sql).map_err(refused)?;
    let found = statement.query_map(params_from_iter(params), |row| row.get(0)).map_err(refused)?;
    found.collect::<Result<_, _>>().map_err(refused)
}

fn select(table: &Table) -> String {
    format!("-- store.copied_rows\nselect {} from \"{}\"", quoted(&table.columns), table.name)
}

fn insert(table: &Table) -> String {
    let places: Vec<String> = (1..=table.columns.len()).map(|at| format!("?{at}")).collect();
    format!("-- store.restored_row\ninsert into \"{}\" ({}) values ({})", table.name, quoted(&table.columns), places.join(", "))
}

fn quoted(columns: &[String]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
}

fn same(left: &[String], right: &[String]) -> bool {
    left.len() == right.len() && left.iter().all(|column| right.contains(column))
}

fn clear(beside: &Path) -> io::Result<()> {
    for suffix in ["-wal", "-shm", ""] {
        let mut name = beside.as_os_str().to_owned();
        name.push(suffix);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Unreachable(format!("{}: {error}", path.display()))
}
