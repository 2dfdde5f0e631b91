use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::Level;
use crate::errand::{Errand, ErrandRow};

pub(crate) fn insert(tx: &mut Tx<'_>, row: &ErrandRow, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.insert_errand\ninsert into identity_errand (id, act, document, tag, asked) values ($1, $2, $3, $4, $5)",
        &[row.id.into(), row.act.name().into(), row.document.into(), row.tag.into(), now.into()],
    )?;
    Ok(())
}

/// The oldest errands of a kind.
pub(crate) fn oldest(tx: &mut Tx<'_>, act: Errand, limit: i64) -> Result<Vec<ErrandRow>, StoreError> {
    let rows = tx.query(
        "-- identity.oldest_errands\n\
         select id, act, document, tag from identity_errand where act = $1 order by asked, id limit $2",
        &[act.name().into(), limit.into()],
    )?;
    let read = |row: &Row| {
        let act = Errand::from_name(&row.get::<String>(1)?).ok_or_else(|| unreadable("an errand"))?;
        Ok(ErrandRow { id: row.get(0)?, act, document: row.get(2)?, tag: row.get(3)? })
    };
    rows.iter().map(read).collect()
}

pub(crate) fn delete(tx: &mut Tx<'_>, id: Id<kinds::Enrolment>) -> Result<u64, StoreError> {
    tx.execute("-- identity.delete_errand\ndelete from identity_errand where id = $1", &[id.into()])
}

/// The account of a number that gave this document when it asked for its letter.
pub(crate) fn account_of(tx: &mut Tx<'_>, row: &ErrandRow) -> Result<Option<Id<kinds::Account>>, StoreError> {
    let row = tx.query_opt(
        "-- identity.account_of_errand\n\
         select m.account from identity_mobile m join identity_activation a on a.account = m.account \
         where m.tag = $1 and a.document = $2",
        &[row.tag.into(), row.document.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// The district of an account that waits for its activation; nothing when it does not, or no longer.
pub(crate) fn waiting_in(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Option<String>, StoreError> {
    let row = tx.query_opt(
        "-- identity.waiting_account\n\
         select v.district from identity_activation v join identity_account a on a.id = v.account \
         where v.account = $1 and v.activated is null and a.level = $2",
        &[account.into(), Level::Registered.name().into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}
