use std::collections::HashMap;
use std::error::Error as _;
use std::io;
use std::sync::Arc;

use kernel::Secret;
use postgres::error::SqlState;
use postgres::types::{ToSql, Type};
use postgres::{Client, Error};

use super::value::{code, declared};
use crate::session::{Dialect, Session, Step};
use crate::statement::{Key, Params, Statement};
use crate::{Row, StoreError, Value};

/// Which schema of which server.
pub(super) struct Target {
    pub(super) url: Secret<String>,
    pub(super) schema: String,
    pub(super) synchronous_off: bool,
}

/// One connection, made when it is first needed. Stays on the thread that first used it.
pub(super) struct PostgresSession {
    target: Arc<Target>,
    begin: &'static str,
    client: Option<Client>,
    statements: HashMap<(Key, u128), postgres::Statement>,
    in_transaction: bool,
    written: u64,
    next_analysis: u64,
}

/// Statements with more parameters than this are prepared without declared types (their codes would not fit the key).
const DECLARED: usize = 42;
/// After so many rows, and then each time there are eight times as many, the server learns what the tables hold.
const FIRST_ANALYSIS: u64 = 512;

const TABLES: &str = "-- store.tables
select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables where schemaname = $1";

impl PostgresSession {
    pub(super) fn writer(target: Arc<Target>) -> Self {
        Self::new(target, "begin isolation level serializable")
    }

    pub(super) fn reader(target: Arc<Target>) -> Self {
        Self::new(target, "begin isolation level repeatable read read only")
    }

    fn new(target: Arc<Target>, begin: &'static str) -> Self {
        let statements = HashMap::new();
        Self { target, begin, client: None, statements, in_transaction: false, written: 0, next_analysis: FIRST_ANALYSIS }
    }

    /// The connection, made now if need be.
    pub(super) fn client(&mut self) -> Result<&mut Client, StoreError> {
        let client = match self.client.take() {
            Some(client) => client,
            None => connect(&self.target)?,
        };
        Ok(self.client.insert(client))
    }

    /// Drops the connection; on the thread that made it.
    pub(super) fn disconnect(&mut self) {
        self.statements.clear();
        self.in_transaction = false;
        self.client = None;
    }

    /// The schema.
    pub(super) fn schema(&self) -> &str {
        &self.target.schema
    }

    /// The schema's tables, as the server may put them into a statement.
    pub(super) fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        let schema = self.target.schema.clone();
        let rows = self.client()?.query(TABLES, &[&schema]).map_err(refused)?;
        rows.iter().map(|row| row.try_get(0).map_err(refused)).collect()
    }

    fn prepared(&mut self, statement: &Statement, params: Params<'_>) -> Result<postgres::Statement, StoreError> {
        let types = types(statement, params);
        let key = (statement.key(), types.0);
        if let Some(prepared) = self.statements.get(&key) {
            return Ok(prepared.clone());
        }
        let prepared = self.client()?.prepare_typed(&statement.render(), &types.1).map_err(refused)?;
        self.statements.insert(key, prepared.clone());
        Ok(prepared)
    }

    fn analyse(&mut self) -> Result<(), StoreError> {
        let tables = self.tables()?.join(", ");
        self.client()?.batch_execute(&format!("analyze {tables}")).map_err(refused)
    }
}

impl Session for PostgresSession {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn step(&mut self, step: Step) -> Result<(), StoreError> {
        let text = match step {
            Step::Begin => self.begin,
            Step::Savepoint => "savepoint one",
            Step::Release => "release savepoint one",
            Step::RollbackToSavepoint => "rollback to savepoint one",
            Step::Commit => "commit",
            Step::Rollback => "rollback",
        };
        let result = self.client()?.batch_execute(text).map_err(refused);
        match step {
            Step::Begin => self.in_transaction = result.is_ok(),
            Step::Commit | Step::Rollback => self.in_transaction = false,
            Step::Savepoint | Step::Release | Step::RollbackToSavepoint => {}
        }
        result
    }

    fn execute(&mut self, statement: &Statement, params: Params<'_>) -> Result<u64, StoreError> {
        let prepared = self.prepared(statement, params)?;
        let count = self.client()?.execute(&prepared, &listed(params)).map_err(refused)?;
        self.written = self.written.saturating_add(count);
        Ok(count)
    }

    fn query(&mut self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepared(statement, params)?;
        let rows = self.client()?.query(&prepared, &listed(params)).map_err(refused)?;
        rows.iter().map(row).collect()
    }

    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.client()?.batch_execute(sql).map_err(refused)
    }

    fn in_transaction(&self) -> bool {
        self.in_transaction && self.client.as_ref().is_some_and(|client| !client.is_closed())
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        self.disconnect();
        self.client().map(drop)
    }

    /// A table that was never analysed gets plans linear in its size, and the server itself looks only each minute.
    fn between_groups(&mut self) {
        if self.written >= self.next_analysis {
            self.next_analysis = self.written.saturating_mul(8);
            // Advice to the planner; without it the store is slower and still right.
            let _ = self.analyse();
        }
    }
}

fn connect(target: &Target) -> Result<Client, StoreError> {
    let mut client = super::connect::connect(target.url.expose())?;
    let synchronous = if target.synchronous_off { "off" } else { "on" };
    let settings = format!("set search_path to \"{}\"; set synchronous_commit to {synchronous}", target.schema);
    client.batch_execute(&settings).map_err(refused)?;
    Ok(client)
}

/// The declared types and their key. In a bulk insert the columns give the types.
fn types(statement: &Statement, params: Params<'_>) -> (u128, Vec<Type>) {
    if statement.is_bulk() || params.iter().count() > DECLARED {
        return (0, Vec::new());
    }
    let key = params.iter().fold(0, |key, value| (key << 3) | code(value));
    (key, params.iter().map(declared).collect())
}

fn listed(params: Params<'_>) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn row(row: &postgres::Row) -> Result<Row, StoreError> {
    let values: Result<Vec<Value>, Error> = (0..row.len()).map(|at| row.try_get(at)).collect();
    values.map(Row::new).map_err(refused)
}

/// The server's error in our words. Its detail may quote a row, so only the message and the code are kept.
#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
pub(super) fn refused(error: Error) -> StoreError {
    let Some(said) = error.as_db_error() else {
        let lost = error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<io::Error>);
        let text = error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        return if lost { StoreError::Unreachable(text) } else { StoreError::Engine(text) };
    };
    let code = said.code();
    let text = format!("{} ({})", said.message(), code.code());
    let class = code.code().get(..2).unwrap_or("");
    match code {
        _ if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED => StoreError::Conflict,
        _ if *code == SqlState::UNIQUE_VIOLATION => StoreError::Unique(said.constraint().unwrap_or("a key").to_owned()),
        _ if *code == SqlState::DISK_FULL => StoreError::Full,
        _ if class == "23" => StoreError::Constraint(text),
        _ if class == "08" || class == "57" => StoreError::Unreachable(text),
        _ => StoreError::Engine(text),
    }
}
