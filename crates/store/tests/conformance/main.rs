//! One story, told on each engine: what holds on SQLite holds on PostgreSQL.

mod durability;
mod groups;
mod rows;
mod schema;

use std::sync::mpsc::{Receiver, channel};

use store::{Migration, RunError, Store, StoreError};

/// A small account book.
const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "book.0001_account",
        sql: "create table account (name TEXT primary key, amount INT64 not null) without rowid;",
    },
    Migration {
        name: "book.0002_line",
        sql: "-- One line of the book;\ncreate table line (\n  id BYTES(16) primary key, -- its id;\n  note TEXT,\n  seal BYTES,\n  open BOOL,\n  at INT64\n);\ncreate index line_by_at on line (at);",
    },
];

/// The closures' own error.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Fail {
    #[error("no")]
    No,
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Ran<T> = Result<T, RunError<Fail>>;

fn put(store: &Store, name: &'static str, amount: i64) -> Ran<u64> {
    store.write("book.put", move |tx| Ok(tx.execute(PUT, &[name.into(), amount.into()])?))
}

fn amount(store: &Store, name: &'static str) -> Option<i64> {
    let read: Ran<Option<i64>> = store.read("book.amount", |tx| {
        let row = tx.query_opt("-- book.amount\nselect amount from account where name = $1", &[name.into()])?;
        Ok(row.map(|row| row.get(0)).transpose()?)
    });
    read.unwrap()
}

fn count(store: &Store) -> i64 {
    let read: Ran<i64> = store.read("book.count", |tx| {
        let rows = tx.query("-- book.count\nselect count(*) from account", &[])?;
        Ok(rows.first().ok_or(Fail::No)?.get(0)?)
    });
    read.unwrap()
}

/// Queues without waiting; the answer comes through the channel.
fn queue<T: Send + 'static>(
    store: &Store,
    work: impl FnMut(&mut store::Tx<'_>) -> Result<T, Fail> + Send + 'static,
) -> Receiver<Ran<T>> {
    let (sender, receiver) = channel();
    store.submit("book.queued", work, move |result| sender.send(result).unwrap());
    receiver
}

const PUT: &str = "-- book.put\ninsert into account (name, amount) values ($1, $2)";
const ADD: &str = "-- book.add\nupdate account set amount = amount + $2 where name = $1";
