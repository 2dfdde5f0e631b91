use kernel::Instant;
use store::{StoreError, Tx};

/// A refresh token as it is stored.
pub(crate) struct StoredRefresh {
    pub(crate) grant: [u8; 16],
    pub(crate) generation: i64,
    pub(crate) replaced: bool,
    pub(crate) expires: Instant,
}

pub(crate) fn insert_access(tx: &mut Tx<'_>, tag: [u8; 32], grant: [u8; 16], expires: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.insert_access\ninsert into provider_access (tag, grant_id, expires) values ($1, $2, $3)",
        &[tag.into(), grant.into(), expires.into()],
    )?;
    Ok(())
}

/// The grant of an access token that has not ended, and when it will.
pub(crate) fn access(tx: &mut Tx<'_>, tag: [u8; 32], now: Instant) -> Result<Option<([u8; 16], Instant)>, StoreError> {
    let row = tx.query_opt(
        "-- provider.find_access\nselect grant_id, expires from provider_access where tag = $1 and expires > $2",
        &[tag.into(), now.into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

pub(crate) fn insert_refresh(tx: &mut Tx<'_>, tag: [u8; 32], token: &StoredRefresh) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.insert_refresh\n\
         insert into provider_refresh (tag, grant_id, generation, replaced, expires) values ($1, $2, $3, false, $4)",
        &[tag.into(), token.grant.into(), token.generation.into(), token.expires.into()],
    )?;
    Ok(())
}

pub(crate) fn refresh(tx: &mut Tx<'_>, tag: [u8; 32]) -> Result<Option<StoredRefresh>, StoreError> {
    let row = tx.query_opt(
        "-- provider.find_refresh\n\
         select grant_id, generation, replaced, expires from provider_refresh where tag = $1",
        &[tag.into()],
    )?;
    row.map(|row| Ok(StoredRefresh { grant: row.get(0)?, generation: row.get(1)?, replaced: row.get(2)?, expires: row.get(3)? }))
        .transpose()
}

/// The token of this generation was issued but its answer never arrived: another takes its place.
pub(crate) fn replace(tx: &mut Tx<'_>, grant: [u8; 16], generation: i64) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.replace_refresh\n\
         update provider_refresh set replaced = true where grant_id = $1 and generation = $2",
        &[grant.into(), generation.into()],
    )
}

pub(crate) fn delete_access(tx: &mut Tx<'_>, tag: [u8; 32]) -> Result<u64, StoreError> {
    tx.execute("-- provider.delete_access\ndelete from provider_access where tag = $1", &[tag.into()])
}

pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    let access = tx.execute("-- provider.sweep_access\ndelete from provider_access where expires <= $1", &[now.into()])?;
    let refresh = tx.execute(
        "-- provider.sweep_refresh\n\
         delete from provider_refresh where expires <= $1 or not exists \
         (select 1 from provider_grant where provider_grant.id = provider_refresh.grant_id)",
        &[now.into()],
    )?;
    Ok(access + refresh)
}
