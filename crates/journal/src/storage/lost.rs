//! Leaves of the published tree whose events were lost with a database: what a restore could not bring back.

use store::{StoreError, Tx, Value};

use crate::Hash;

/// Every leaf from a position on, of events that are here and of events that were lost, with the events' salts and bodies.
pub(crate) struct Leaf {
    pub(crate) position: u64,
    pub(crate) hash: Hash,
    /// Salt and body of the event; nothing when it was lost.
    pub(crate) event: Option<(Vec<u8>, String)>,
}

pub(crate) fn insert(tx: &mut Tx<'_>, lost: &[(u64, Hash)]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = lost
        .iter()
        .map(|(position, leaf)| vec![Value::Int(i64::try_from(*position).unwrap_or(i64::MAX)), (*leaf).into()])
        .collect();
    tx.bulk_insert("-- journal.note_lost\ninsert into journal_lost (position, leaf)", &rows, "")?;
    Ok(())
}

/// Lost leaves from a position on, in order.
pub(crate) fn lost_from(tx: &mut Tx<'_>, from: u64, limit: i64) -> Result<Vec<(u64, Hash)>, StoreError> {
    let rows = tx.query(
        "-- journal.lost_from\nselect position, leaf from journal_lost where position >= $1 order by position limit $2",
        &[i64::try_from(from).unwrap_or(i64::MAX).into(), limit.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The leaves from a position on, in order, lost ones among them; what the database says about each.
pub(crate) fn leaves_from(tx: &mut Tx<'_>, from: u64, limit: i64) -> Result<Vec<Leaf>, StoreError> {
    let rows = tx.query(
        "-- journal.audited_from
select l.position, e.leaf, e.salt, e.body from journal_leaf l join journal_event e on e.id = l.event
where l.position >= $1 order by l.position limit $2",
        &[i64::try_from(from).unwrap_or(i64::MAX).into(), limit.into()],
    )?;
    let kept = rows.iter().map(|row| {
        Ok(Leaf { position: row.get(0)?, hash: row.get(1)?, event: Some((row.get(2)?, row.get(3)?)) })
    });
    let mut leaves: Vec<Leaf> = kept.collect::<Result<_, StoreError>>()?;
    let lost = lost_from(tx, from, limit)?;
    if !lost.is_empty() {
        leaves.extend(lost.into_iter().map(|(position, hash)| Leaf { position, hash, event: None }));
        leaves.sort_by_key(|leaf| leaf.position);
        leaves.truncate(usize::try_from(limit).unwrap_or(0));
    }
    Ok(leaves)
}
