use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::{Change, Changed};

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    changed: &Changed,
) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.insert_change\ninsert into identity_change (event, account, what, at) values ($1, $2, $3, $4)",
        &[changed.event.into(), account.into(), changed.what.name().into(), changed.at.into()],
    )?;
    Ok(())
}

pub(crate) fn of(tx: &mut Tx<'_>, account: Id<kinds::Account>, limit: i64) -> Result<Vec<Changed>, StoreError> {
    let rows = tx.query(
        "-- identity.changes_of\nselect event, what, at from identity_change where account = $1 order by at desc, event desc limit $2",
        &[account.into(), limit.into()],
    )?;
    let read = |row: &Row| {
        let what = Change::from_name(&row.get::<String>(1)?).ok_or_else(|| unreadable("a change"))?;
        Ok(Changed { what, at: row.get(2)?, event: row.get(0)? })
    };
    rows.iter().map(read).collect()
}

/// What changed in an account goes with it.
pub(crate) fn remove_of(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute("-- identity.remove_changes\ndelete from identity_change where account = $1", &[account.into()])
}

/// Entries whose time is over.
pub(crate) fn sweep(tx: &mut Tx<'_>, before: Instant) -> Result<u64, StoreError> {
    tx.execute("-- identity.sweep_changes\ndelete from identity_change where at < $1", &[before.into()])
}
