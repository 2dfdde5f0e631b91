//! What every story writes into: a small account book.

use std::sync::mpsc::{Receiver, Sender, channel};

use store::{Migration, RunError, Store, StoreError};

/// Its tables.
pub const MIGRATIONS: &[Migration] = &[
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
pub enum Fail {
    #[error("no")]
    No,
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub type Ran<T> = Result<T, RunError<Fail>>;

pub fn put(store: &Store, name: &'static str, amount: i64) -> Ran<u64> {
    store.write("book.put", move |tx| Ok(tx.execute(PUT, &[name.into(), amount.into()])?))
}

pub fn amount(store: &Store, name: &'static str) -> Option<i64> {
    let read: Ran<Option<i64>> = store.read("book.amount", |tx| {
        let row = tx.query_opt("-- book.amount\nselect amount from account where name = $1", &[name.into()])?;
        Ok(row.map(|row| row.get(0)).transpose()?)
    });
    read.unwrap()
}

pub fn count(store: &Store) -> i64 {
    let read: Ran<i64> = store.read("book.count", |tx| {
        let rows = tx.query("-- book.count\nselect count(*) from account", &[])?;
        Ok(rows.first().ok_or(Fail::No)?.get(0)?)
    });
    read.unwrap()
}

/// Queues without waiting; the answer comes through the channel.
pub fn queue<T: Send + 'static>(
    store: &Store,
    work: impl FnMut(&mut store::Tx<'_>) -> Result<T, Fail> + Send + 'static,
) -> Receiver<Ran<T>> {
    let (sender, receiver) = channel();
    store.submit("book.queued", work, move |result| sender.send(result).unwrap());
    receiver
}

/// Holds the writers inside a transaction until the returned sender is dropped, so that what follows queues up.
pub fn hold(store: &Store, writers: usize) -> Vec<Sender<()>> {
    let mut doors = Vec::new();
    for _ in 0..writers {
        let (door, closed) = channel::<()>();
        let (entered, inside) = channel();
        queue(store, move |_| {
            let _ = entered.send(());
            let _ = closed.recv();
            Ok(())
        });
        inside.recv().unwrap();
        doors.push(door);
    }
    doors
}

pub const PUT: &str = "-- book.put\ninsert into account (name, amount) values ($1, $2)";
pub const ADD: &str = "-- book.add\nupdate account set amount = amount + $2 where name = $1";
