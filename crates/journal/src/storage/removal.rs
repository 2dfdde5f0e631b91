//! Removals that are committed and not yet in the ledger outside the database.

use kernel::Instant;
use store::{Row, StoreError, Tx};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) kind: String,
    pub(crate) thing: Vec<u8>,
    pub(crate) at: Instant,
    pub(crate) note: String,
}

pub(crate) fn insert(tx: &mut Tx<'_>, waiting: &Waiting) -> Result<(), StoreError> {
    let Waiting { kind, thing, at, note } = waiting;
    tx.execute(
        "-- journal.insert_removal
insert into journal_removal (kind, thing, at, note) values ($1, $2, $3, $4)
on conflict (kind, thing) do update set at = excluded.at, note = excluded.note",
        &[kind.as_str().into(), thing.as_slice().into(), (*at).into(), note.as_str().into()],
    )?;
    Ok(())
}

pub(crate) fn oldest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Waiting>, StoreError> {
    let rows = tx.query("-- journal.removals\nselect kind, thing, at, note from journal_removal order by at limit $1", &[limit.into()])?;
    let read = |row: &Row| Ok(Waiting { kind: row.get(0)?, thing: row.get(1)?, at: row.get(2)?, note: row.get(3)? });
    rows.iter().map(read).collect()
}

/// It stands in the ledger; what was said again meanwhile goes on waiting.
pub(crate) fn delete(tx: &mut Tx<'_>, waiting: &Waiting) -> Result<u64, StoreError> {
    let Waiting { kind, thing, at, note } = waiting;
    tx.execute(
        "-- journal.delete_removal\ndelete from journal_removal where kind = $1 and thing = $2 and at = $3 and note = $4",
        &[kind.as_str().into(), thing.as_slice().into(), (*at).into(), note.as_str().into()],
    )
}
