//! The only crate that knows a database engine: one SQL text, two engines, a store for each service.
//!
//! A [`Store`] is one service's records: a file on SQLite, a schema on PostgreSQL. A transaction is a *named* closure
//! over a [`Tx`], which may run more than once and has no effect before it commits. Writes queue for a
//! group-committing writer: everything that queued during the last commit shares the next one, each request isolated
//! from its neighbours' failure, and every answer, a refusal too, waits for that commit. Reads see one snapshot.
//!
//! SQL is written once, in what both engines understand: `$1`, `$2` for parameters, five types of value
//! (INT64, TEXT, BYTES, BOOL, null), and `-- slice.function` as the first line of every text.

mod backup;
mod container;
mod ddl;
mod engine;
mod error;
mod group;
mod location;
mod migration;
mod options;
mod pool;
mod postgresql;
mod queue;
mod request;
mod row;
mod session;
mod sqlite;
mod statement;
mod store;
mod tx;
mod value;

pub use backup::Inspection;
pub use container::Copied;
pub use error::{RunError, StoreError};
pub use location::Location;
pub use migration::Migration;
pub use options::{Options, Trace};
pub use row::Row;
pub use store::Store;
pub use tx::Tx;
pub use value::{FromValue, Value};
