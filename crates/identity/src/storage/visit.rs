use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

/// Gives an account its only code.
pub(crate) fn put(tx: &mut Tx<'_>, code: [u8; 32], account: Id<kinds::Account>, until: Instant) -> Result<(), StoreError> {
    remove_of(tx, account)?;
    tx.execute(
        "-- identity.put_visit\ninsert into identity_visit (code, account, expires) values ($1, $2, $3) on conflict do nothing",
        &[code.into(), account.into(), until.into()],
    )?;
    Ok(())
}

/// Uses a code up; nothing when it is none, or too old.
pub(crate) fn take(tx: &mut Tx<'_>, code: [u8; 32], now: Instant) -> Result<Option<Id<kinds::Account>>, StoreError> {
    let row = tx.query_opt(
        "-- identity.visit_of_code\nselect account from identity_visit where code = $1 and expires > $2",
        &[code.into(), now.into()],
    )?;
    let account = row.map(|row| row.get(0)).transpose()?;
    tx.execute("-- identity.use_visit\ndelete from identity_visit where code = $1", &[code.into()])?;
    Ok(account)
}

pub(crate) fn remove_of(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute("-- identity.remove_visit\ndelete from identity_visit where account = $1", &[account.into()])
}

pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- identity.sweep_visits\ndelete from identity_visit where expires <= $1", &[now.into()])
}
