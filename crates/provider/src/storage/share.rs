use kernel::Instant;
use store::{Row, StoreError, Tx};

use crate::consent::Share;

/// Keeps what is given; an earlier gift of the same attribute gives way.
pub(crate) fn keep(tx: &mut Tx<'_>, account: [u8; 16], share: &Share) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.keep_share\n\
         insert into provider_share (account, client, attribute, given, expires, lasting) values ($1, $2, $3, $4, $5, $6) \
         on conflict (account, client, attribute) do update \
         set given = excluded.given, expires = excluded.expires, lasting = excluded.lasting",
        &[
            account.into(),
            share.client.as_str().into(),
            share.attribute.as_str().into(),
            share.given.into(),
            share.expires.into(),
            share.lasting.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn of_client(tx: &mut Tx<'_>, account: [u8; 16], client: &str, now: Instant) -> Result<Vec<Share>, StoreError> {
    let rows = tx.query(
        "-- provider.shares_of_client\n\
         select client, attribute, given, expires, lasting from provider_share \
         where account = $1 and client = $2 and expires > $3 order by attribute limit 32",
        &[account.into(), client.into(), now.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn of_account(tx: &mut Tx<'_>, account: [u8; 16], now: Instant) -> Result<Vec<Share>, StoreError> {
    let rows = tx.query(
        "-- provider.shares\n\
         select client, attribute, given, expires, lasting from provider_share \
         where account = $1 and expires > $2 order by client, attribute limit 1000",
        &[account.into(), now.into()],
    )?;
    rows.iter().map(read).collect()
}

/// What lasts until it is taken back goes on from its use.
pub(crate) fn prolong(tx: &mut Tx<'_>, account: [u8; 16], client: &str, expires: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.prolong_shares\n\
         update provider_share set expires = $3 where account = $1 and client = $2 and lasting and expires < $3",
        &[account.into(), client.into(), expires.into()],
    )?;
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx<'_>, account: [u8; 16], client: &str, attribute: &str) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.delete_share\ndelete from provider_share where account = $1 and client = $2 and attribute = $3",
        &[account.into(), client.into(), attribute.into()],
    )
}

pub(crate) fn delete_all(tx: &mut Tx<'_>, account: [u8; 16], client: &str) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.delete_shares\ndelete from provider_share where account = $1 and client = $2",
        &[account.into(), client.into()],
    )
}

pub(crate) fn delete_account(tx: &mut Tx<'_>, account: [u8; 16]) -> Result<u64, StoreError> {
    tx.execute("-- provider.delete_account_shares\ndelete from provider_share where account = $1", &[account.into()])
}

pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- provider.sweep_shares\ndelete from provider_share where expires <= $1", &[now.into()])
}

fn read(row: &Row) -> Result<Share, StoreError> {
    Ok(Share { client: row.get(0)?, attribute: row.get(1)?, given: row.get(2)?, expires: row.get(3)?, lasting: row.get(4)? })
}
