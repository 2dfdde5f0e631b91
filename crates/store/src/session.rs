use crate::statement::{Params, Statement};
use crate::{Row, StoreError};

/// A step of a transaction's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Begin,
    Savepoint,
    Release,
    RollbackToSavepoint,
    Commit,
    Rollback,
}

/// Which of the two engines it is; only the schema's text differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// One connection, whatever the engine.
pub(crate) trait Session: Send {
    fn dialect(&self) -> Dialect;
    fn step(&mut self, step: Step) -> Result<(), StoreError>;
    fn execute(&mut self, statement: &Statement, params: Params<'_>) -> Result<u64, StoreError>;
    fn query(&mut self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>, StoreError>;
    /// Statements of a schema, without parameters.
    fn script(&mut self, sql: &str) -> Result<(), StoreError>;
    /// False when the engine itself ended the transaction (a full disk does that).
    fn in_transaction(&self) -> bool;
    /// Called after a connection was lost; an error when there is nothing to reconnect to.
    fn reopen(&mut self) -> Result<(), StoreError>;
    /// Called between two groups.
    fn between_groups(&mut self) {}
}
