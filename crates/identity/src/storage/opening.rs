use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::{EvidenceOpening, OpenedFor};

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    id: Id<kinds::Opening>,
    account: Id<kinds::Account>,
    one: &EvidenceOpening,
) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.insert_opening\n\
         insert into identity_opening (id, account, at, actor, aim, event) values ($1, $2, $3, $4, $5, $6)",
        &[id.into(), account.into(), one.at.into(), one.actor.to_string().into(), one.aim.name().into(), one.event.into()],
    )?;
    Ok(())
}

/// The openings of an account's evidence, the newest first.
pub(crate) fn of(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<EvidenceOpening>, StoreError> {
    let rows = tx.query(
        "-- identity.openings_of\n\
         select at, actor, aim, event from identity_opening where account = $1 order by at desc, id desc limit 500",
        &[account.into()],
    )?;
    rows.iter().map(read).collect()
}

/// An account that was given back takes over the list of what was opened to get it.
pub(crate) fn give_to(tx: &mut Tx<'_>, from: Id<kinds::Account>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute("-- identity.give_openings\nupdate identity_opening set account = $2 where account = $1", &[from.into(), account.into()])
}

pub(crate) fn remove_of(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute("-- identity.remove_openings\ndelete from identity_opening where account = $1", &[account.into()])
}

pub(crate) fn sweep(tx: &mut Tx<'_>, before: Instant) -> Result<u64, StoreError> {
    tx.execute("-- identity.sweep_openings\ndelete from identity_opening where at <= $1", &[before.into()])
}

fn read(row: &Row) -> Result<EvidenceOpening, StoreError> {
    let damaged = || unreadable("an opening");
    let (actor, aim) = (row.get::<String>(1)?, row.get::<String>(2)?);
    Ok(EvidenceOpening {
        at: row.get(0)?,
        actor: serde_json::from_str(&actor).map_err(|_| damaged())?,
        aim: OpenedFor::from_name(&aim).ok_or_else(damaged)?,
        event: row.get(3)?,
    })
}
