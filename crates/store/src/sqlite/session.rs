use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, Error, ErrorCode, OpenFlags, ToSql, ffi};

use crate::session::{Dialect, Session, Step};
use crate::statement::{Key, Params, Statement};
use crate::{Row, StoreError, Value};

/// One connection to a file.
pub(super) struct SqliteSession {
    connection: Connection,
    begin: &'static str,
    texts: HashMap<Key, Arc<str>>,
}

/// How long a statement waits for another process.
const PATIENCE: Duration = Duration::from_secs(5);
/// Prepared statements kept for each connection; more than all slices of a service have.
const STATEMENTS: usize = 512;

/// Set on the writer. FULL: an fsync before each answer (promise 5). `secure_delete`: what is deleted is overwritten in
/// the file. Temporary tables and sub-journals in memory: nothing personal in a temporary file (promise 1). A
/// checkpoint each 16 MiB of log: measured with `examples/append_rate`, 33,000 requests/s and a p99 of 73 ms, against
/// 28,000/s and 50 ms with the default 4 MiB. `auto_vacuum`, before anything else makes the file: free pages can be given back in
/// small steps while the store is used; a file made without it takes it over when it is rewritten.
const WRITER: &str = "
pragma auto_vacuum = incremental;
pragma journal_mode = wal;
pragma secure_delete = on;
pragma foreign_keys = on;
pragma temp_store = memory;
pragma cache_size = -65536;
pragma wal_autocheckpoint = 4000;
pragma journal_size_limit = 67108864;
";

const READER: &str = "
pragma query_only = on;
pragma temp_store = memory;
pragma cache_size = -8192;
";

impl SqliteSession {
    pub(super) fn writer(path: &Path, synchronous_off: bool) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(refused)?;
        let session = Self::ready(connection, "begin immediate", WRITER)?;
        let synchronous = if synchronous_off { "pragma synchronous = off" } else { "pragma synchronous = full" };
        session.connection.execute_batch(synchronous).map_err(refused)?;
        Ok(session)
    }

    pub(super) fn reader(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(refused)?;
        Self::ready(connection, "begin", READER)
    }

    pub(super) fn in_memory() -> Result<Self, StoreError> {
        let connection = Connection::open_in_memory().map_err(refused)?;
        Self::ready(connection, "begin immediate", WRITER)
    }

    fn ready(connection: Connection, begin: &'static str, pragmas: &str) -> Result<Self, StoreError> {
        connection.busy_timeout(PATIENCE).map_err(refused)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(pragmas).map_err(refused)?;
        Ok(Self { connection, begin, texts: HashMap::new() })
    }

    /// The connection itself.
    pub(super) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Lends this connection to a reader: nothing can be written meanwhile.
    pub(super) fn while_reading(&mut self, use_it: &mut dyn FnMut(&mut dyn Session)) -> Result<(), StoreError> {
        self.script("pragma query_only = on")?;
        let begin = std::mem::replace(&mut self.begin, "begin");
        use_it(self);
        self.begin = begin;
        self.script("pragma query_only = off")
    }

    /// Copies the log into the file, rewrites the file without its free pages, and empties the log again.
    pub(super) fn compact(&self) -> Result<(), StoreError> {
        self.truncate_log()?;
        self.connection.execute_batch("vacuum").map_err(refused)?;
        self.truncate_log()
    }

    /// Moves pages from the end of the file into free ones, so many at most, and cuts it off; returns how many are still free.
    pub(super) fn give_back(&self, most: u32) -> Result<u64, StoreError> {
        let mut step = self.connection.prepare(&format!("pragma incremental_vacuum({most})")).map_err(refused)?;
        let mut pages = step.raw_query();
        // It moves one page each time it is asked.
        while pages.next().map_err(refused)?.is_some() {}
        let free: i64 = self.connection.query_row("pragma freelist_count", (), |row| row.get(0)).map_err(refused)?;
        Ok(u64::try_from(free).unwrap_or(0))
    }

    /// Whether free pages can be given back.
    pub(super) fn can_give_back(&self) -> Result<bool, StoreError> {
        let mode: i64 = self.connection.query_row("pragma auto_vacuum", (), |row| row.get(0)).map_err(refused)?;
        Ok(mode != 0)
    }

    /// Copies the log into the file and empties it.
    pub(super) fn truncate_log(&self) -> Result<(), StoreError> {
        let busy: i64 = self.connection.query_row("pragma wal_checkpoint(truncate)", (), |row| row.get(0)).map_err(refused)?;
        if busy == 0 { Ok(()) } else { Err(StoreError::Locked) }
    }

    /// As [`Self::truncate_log`], without waiting for readers: writers wait for whoever waits here.
    pub(super) fn try_truncate_log(&self) -> Result<(), StoreError> {
        self.connection.busy_timeout(Duration::ZERO).map_err(refused)?;
        let truncated = self.truncate_log();
        self.connection.busy_timeout(PATIENCE).map_err(refused)?;
        truncated
    }

    fn prepared(&mut self, statement: &Statement, params: Params<'_>) -> Result<CachedStatement<'_>, StoreError> {
        let text = self.texts.entry(statement.key()).or_insert_with(|| numbered(&statement.render()).into());
        let mut prepared = self.connection.prepare_cached(text).map_err(refused)?;
        for (at, value) in params.iter().enumerate() {
            prepared.raw_bind_parameter(at + 1, value).map_err(refused)?;
        }
        Ok(prepared)
    }
}

impl Session for SqliteSession {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn step(&mut self, step: Step) -> Result<(), StoreError> {
        let text = match step {
            Step::Begin => self.begin,
            Step::Savepoint => "savepoint one",
            Step::Release => "release one",
            Step::RollbackToSavepoint => "rollback to one",
            Step::Commit => "commit",
            Step::Rollback => "rollback",
        };
        let mut prepared = self.connection.prepare_cached(text).map_err(refused)?;
        prepared.raw_execute().map(drop).map_err(refused)
    }

    fn execute(&mut self, statement: &Statement, params: Params<'_>) -> Result<u64, StoreError> {
        let changed = self.prepared(statement, params)?.raw_execute().map_err(refused)?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    fn query(&mut self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>, StoreError> {
        let mut prepared = self.prepared(statement, params)?;
        let columns = prepared.column_count();
        let mut answer = prepared.raw_query();
        let mut found = Vec::new();
        while let Some(row) = answer.next().map_err(refused)? {
            let values: Result<Vec<Value>, StoreError> = (0..columns).map(|at| value(at, row)).collect();
            found.push(Row::new(values?));
        }
        Ok(found)
    }

    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(refused)
    }

    fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        Err(StoreError::Unreachable("the file is on this machine".to_owned()))
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Bool(flag) => ValueRef::Integer(i64::from(*flag)),
            Self::Null => ValueRef::Null,
        }))
    }
}

pub(super) fn value(column: usize, row: &rusqlite::Row<'_>) -> Result<Value, StoreError> {
    let wrong = |found| StoreError::Column { column, wanted: "one of the five types", found };
    match row.get_ref(column).map_err(refused)? {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Text(text) => String::from_utf8(text.to_vec()).map(Value::Text).map_err(|_| wrong("TEXT that is not UTF-8")),
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        ValueRef::Real(_) => Err(wrong("a floating-point number")),
    }
}

/// SQLite takes `$1` for a *name* and numbers names as they come; `?1` is the first parameter wherever it stands.
fn numbered(sql: &str) -> String {
    let mut quoted = false;
    let mut out = String::with_capacity(sql.len());
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        quoted ^= c == '\'';
        let parameter = c == '$' && !quoted && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if parameter { '?' } else { c });
    }
    out
}

/// The engine's error in our words. SQLite's messages name tables and columns, never values.
pub(super) fn refused(error: Error) -> StoreError {
    let Error::SqliteFailure(code, message) = error else {
        return StoreError::Engine(error.to_string());
    };
    let text = message.unwrap_or_else(|| code.to_string());
    match code.code {
        ErrorCode::ConstraintViolation => match code.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => StoreError::Unique(text),
            _ => StoreError::Constraint(text),
        },
        ErrorCode::DiskFull => StoreError::Full,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Locked,
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => StoreError::Unreachable(text),
        _ => StoreError::Engine(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_bound_by_number_and_text_is_left_alone() {
        assert_eq!(numbered("select $2, $1, '$1', '''$2'''"), "select ?2, ?1, '$1', '''$2'''");
    }
}
