use store::{StoreError, Tx};

use crate::matching::Patience;

pub(crate) fn read(tx: &mut Tx<'_>) -> Result<Option<Patience>, StoreError> {
    let sql = "-- registration.read_patience\nselect failures, not_before from register_wait where one = 1";
    let row = tx.query_opt(sql, &[])?;
    row.map(|row| Ok(Patience { failures: row.get(0)?, not_before: row.get(1)? })).transpose()
}

pub(crate) fn write(tx: &mut Tx<'_>, patience: Patience) -> Result<(), StoreError> {
    tx.execute(
        "-- registration.write_patience
insert into register_wait (one, failures, not_before) values (1, $1, $2)
on conflict (one) do update set failures = excluded.failures, not_before = excluded.not_before",
        &[patience.failures.into(), patience.not_before.into()],
    )?;
    Ok(())
}

pub(crate) fn forget(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    tx.execute("-- registration.forget_patience\ndelete from register_wait where one = 1", &[])
}
