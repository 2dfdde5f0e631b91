use kernel::{Id, Instant, kinds};
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx};

use crate::ACCOUNT;
use crate::account::SealedValue;

/// The password of an account, sealed.
#[derive(Clone)]
pub(crate) struct PasswordRow {
    pub(crate) account: Id<kinds::Account>,
    pub(crate) hash: SealedValue,
}

/// Gives an account a password; the one before goes.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    hash: &SealedValue,
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.put_password\n\
         insert into identity_password (account, record, hash, hash_purpose, hash_expiry, since) \
         values ($1, $2, $3, $4, $5, $6) on conflict (account) do update set record = excluded.record, \
         hash = excluded.hash, hash_expiry = excluded.hash_expiry, since = excluded.since",
        &[
            account.into(),
            hash.number().into(),
            hash.sealed.as_bytes().into(),
            ACCOUNT.into(),
            hash.expiry.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// The password of the account that has this number, if both exist: one question, whatever the answer.
pub(crate) fn of_mobile(tx: &mut Tx<'_>, tag: [u8; 32]) -> Result<Option<PasswordRow>, StoreError> {
    let row = tx.query_opt(
        "-- identity.password_of_mobile\n\
         select p.account, p.record, p.hash, p.hash_expiry from identity_mobile m \
         join identity_password p on p.account = m.account where m.tag = $1",
        &[tag.into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn find(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Option<PasswordRow>, StoreError> {
    let row = tx.query_opt(
        "-- identity.find_password\nselect account, record, hash, hash_expiry from identity_password where account = $1",
        &[account.into()],
    )?;
    row.as_ref().map(read).transpose()
}

/// When an account's password was chosen; nothing when it has none.
pub(crate) fn since(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Option<Instant>, StoreError> {
    let row =
        tx.query_opt("-- identity.password_since\nselect since from identity_password where account = $1", &[account.into()])?;
    row.map(|row| row.get(0)).transpose()
}

/// Who has a password and since when, after one of them.
pub(crate) fn page(tx: &mut Tx<'_>, after: Id<kinds::Account>, limit: i64) -> Result<Vec<(Id<kinds::Account>, Instant)>, StoreError> {
    let rows = tx.query(
        "-- identity.page_of_passwords\nselect account, since from identity_password where account > $1 order by account limit $2",
        &[after.into(), limit.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Takes over the hash sealed anew, if the password is still the same.
pub(crate) fn renew(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    before: &SealedValue,
    hash: &SealedValue,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.renew_password\n\
         update identity_password set record = $3, hash = $4, hash_expiry = $5 where account = $1 and record = $2",
        &[account.into(), before.number().into(), hash.number().into(), hash.sealed.as_bytes().into(), hash.expiry.into()],
    )
}

/// Gives the password that waits under one id to an account; the one before goes.
pub(crate) fn hand_over(
    tx: &mut Tx<'_>,
    from: Id<kinds::Account>,
    account: Id<kinds::Account>,
    now: Instant,
) -> Result<(), StoreError> {
    delete(tx, account)?;
    tx.execute(
        "-- identity.hand_over_password\nupdate identity_password set account = $2, since = $3 where account = $1",
        &[from.into(), account.into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute("-- identity.delete_password\ndelete from identity_password where account = $1", &[account.into()])
}

fn read(row: &Row) -> Result<PasswordRow, StoreError> {
    let sealed = Sealed::from_bytes(row.get(2)?);
    let hash = SealedValue { record: RecordNumber(row.get(1)?), sealed, expiry: row.get(3)? };
    Ok(PasswordRow { account: row.get(0)?, hash })
}
