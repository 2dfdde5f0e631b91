use kernel::Instant;
use store::{StoreError, Tx};

/// A code as it is stored.
pub(crate) struct StoredCode {
    pub(crate) grant: [u8; 16],
    pub(crate) body: String,
    pub(crate) expires: Instant,
}

pub(crate) fn insert(tx: &mut Tx<'_>, tag: [u8; 32], code: &StoredCode) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.insert_code\ninsert into provider_code (tag, grant_id, body, expires) values ($1, $2, $3, $4)",
        &[tag.into(), code.grant.into(), code.body.as_str().into(), code.expires.into()],
    )?;
    Ok(())
}

/// Marks a code used. `None` if there is none or it was used before.
pub(crate) fn take(tx: &mut Tx<'_>, tag: [u8; 32], now: Instant) -> Result<Option<StoredCode>, StoreError> {
    let row = tx.query_opt(
        "-- provider.use_code\n\
         update provider_code set used = $2 where tag = $1 and used is null returning grant_id, body, expires",
        &[tag.into(), now.into()],
    )?;
    row.map(|row| Ok(StoredCode { grant: row.get(0)?, body: row.get(1)?, expires: row.get(2)? })).transpose()
}

/// The grant of a code, used or not: to end it when the code comes twice.
pub(crate) fn grant(tx: &mut Tx<'_>, tag: [u8; 32]) -> Result<Option<[u8; 16]>, StoreError> {
    let row = tx.query_opt("-- provider.grant_of_code\nselect grant_id from provider_code where tag = $1", &[tag.into()])?;
    row.map(|row| row.get(0)).transpose()
}

/// A used code is remembered for as long as its grant may live, so that a second use is noticed.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.sweep_codes\n\
         delete from provider_code where expires <= $1 and (used is null or not exists \
         (select 1 from provider_grant where provider_grant.id = provider_code.grant_id))",
        &[now.into()],
    )
}
