use kernel::Instant;
use store::{Row, StoreError, Tx};

use crate::issue::{Given, GrantBody};

pub(crate) fn insert(tx: &mut Tx<'_>, given: &Given) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.insert_grant\n\
         insert into provider_grant (id, client, account, session, body, generation, expires) values ($1, $2, $3, $4, $5, 0, $6)",
        &[given.id.into(), given.client.as_str().into(), given.account.into(), given.session.into(), given.body.to_json().into(), given.expires.into()],
    )?;
    Ok(())
}

/// A grant that has not ended, by its id.
pub(crate) fn find(tx: &mut Tx<'_>, id: [u8; 16], now: Instant) -> Result<Option<Given>, StoreError> {
    let row = tx.query_opt(
        "-- provider.find_grant\n\
         select id, client, account, session, body, generation, expires from provider_grant \
         where id = $1 and ended is null and expires > $2",
        &[id.into(), now.into()],
    )?;
    row.map(|row| read(&row)).transpose()
}

/// Writes what the grant's tokens are bound to.
pub(crate) fn bind(tx: &mut Tx<'_>, given: &Given) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.bind_grant\nupdate provider_grant set body = $2 where id = $1",
        &[given.id.into(), given.body.to_json().into()],
    )?;
    Ok(())
}

pub(crate) fn next_generation(tx: &mut Tx<'_>, id: [u8; 16], generation: i64) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.next_generation\nupdate provider_grant set generation = $2 where id = $1",
        &[id.into(), generation.into()],
    )?;
    Ok(())
}

/// Ends a grant: none of its tokens opens anything from this commit on.
pub(crate) fn end(tx: &mut Tx<'_>, id: [u8; 16], now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.end_grant\nupdate provider_grant set ended = $2 where id = $1 and ended is null",
        &[id.into(), now.into()],
    )
}

pub(crate) fn end_of_session(tx: &mut Tx<'_>, session: [u8; 16], now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.end_grants_of_session\nupdate provider_grant set ended = $2 where session = $1 and ended is null",
        &[session.into(), now.into()],
    )
}

/// The services that were given something in a session and still have it.
pub(crate) fn clients_of_session(tx: &mut Tx<'_>, session: [u8; 16], now: Instant) -> Result<Vec<String>, StoreError> {
    let rows = tx.query(
        "-- provider.clients_of_session\n\
         select distinct client from provider_grant where session = $1 and ended is null and expires > $2 order by client",
        &[session.into(), now.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The same of all sessions of an account.
pub(crate) fn sessions_of_account(tx: &mut Tx<'_>, account: [u8; 16], now: Instant) -> Result<Vec<(String, [u8; 16])>, StoreError> {
    let rows = tx.query(
        "-- provider.sessions_of_account\n\
         select distinct client, session from provider_grant where account = $1 and ended is null and expires > $2 order by client",
        &[account.into(), now.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

pub(crate) fn end_of_client(tx: &mut Tx<'_>, account: [u8; 16], client: &str, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.end_grants_of_client\n\
         update provider_grant set ended = $3 where account = $1 and client = $2 and ended is null",
        &[account.into(), client.into(), now.into()],
    )
}

pub(crate) fn end_of_account(tx: &mut Tx<'_>, account: [u8; 16], now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.end_grants_of_account\nupdate provider_grant set ended = $2 where account = $1 and ended is null",
        &[account.into(), now.into()],
    )
}

pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.sweep_grants\ndelete from provider_grant where expires <= $1 or ended is not null",
        &[now.into()],
    )
}

fn read(row: &Row) -> Result<Given, StoreError> {
    let damaged = StoreError::Column { column: 4, wanted: "a grant", found: "something else" };
    Ok(Given {
        id: row.get(0)?,
        client: row.get(1)?,
        account: row.get(2)?,
        session: row.get(3)?,
        body: GrantBody::from_json(&row.get::<String>(4)?).ok_or(damaged)?,
        generation: row.get(5)?,
        expires: row.get(6)?,
    })
}
