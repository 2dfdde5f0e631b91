use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx, Value};

/// A one-time code on record: only its keyed hash is.
#[derive(Clone, Debug)]
pub(crate) struct CodeRow {
    pub code: [u8; 32],
    pub expires: Instant,
    pub tries: i64,
    pub sent_day: i64,
    pub sent_today: i64,
}

pub(crate) fn read(tx: &mut Tx<'_>, household: Id<kinds::Household>) -> Result<Option<CodeRow>, StoreError> {
    let row = tx.query_opt(
        "-- registration.read_code
select code, expires, tries, sent_day, sent_today from status_code where household = $1",
        &[household.into()],
    )?;
    row.map(|row| {
        Ok(CodeRow {
            code: row.get(0)?,
            expires: row.get(1)?,
            tries: row.get(2)?,
            sent_day: row.get(3)?,
            sent_today: row.get(4)?,
        })
    })
    .transpose()
}

pub(crate) fn write(tx: &mut Tx<'_>, household: Id<kinds::Household>, row: &CodeRow) -> Result<(), StoreError> {
    let values: [Value; 6] = [
        household.into(),
        row.code.into(),
        row.expires.into(),
        row.tries.into(),
        row.sent_day.into(),
        row.sent_today.into(),
    ];
    tx.execute(
        "-- registration.write_code
insert into status_code (household, code, expires, tries, sent_day, sent_today) values ($1, $2, $3, $4, $5, $6)
on conflict (household) do update set code = excluded.code, expires = excluded.expires, tries = excluded.tries,
    sent_day = excluded.sent_day, sent_today = excluded.sent_today",
        &values,
    )?;
    Ok(())
}

/// Removes the codes of earlier days that have run out: they open nothing, and the day's count of codes is over.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.forget_codes\ndelete from status_code where sent_day < $1 and expires <= $2",
        &[i64::from(now.day().number()).into(), now.into()],
    )
}

pub(crate) fn count_try(tx: &mut Tx<'_>, household: Id<kinds::Household>) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.count_try\nupdate status_code set tries = tries + 1 where household = $1",
        &[household.into()],
    )
}
