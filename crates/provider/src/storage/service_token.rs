use kernel::Instant;
use store::{StoreError, Tx};

/// A token of a service for itself, as it is stored.
pub(crate) struct StoredServiceToken {
    pub(crate) client: String,
    pub(crate) scope: String,
    pub(crate) bound: String,
    pub(crate) expires: Instant,
}

pub(crate) fn insert(tx: &mut Tx<'_>, tag: [u8; 32], token: &StoredServiceToken) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.insert_service_token\n\
         insert into provider_service_token (tag, client, scope, bound, expires) values ($1, $2, $3, $4, $5)",
        &[tag.into(), token.client.as_str().into(), token.scope.as_str().into(), token.bound.as_str().into(), token.expires.into()],
    )?;
    Ok(())
}

/// A token that has not ended.
pub(crate) fn find(tx: &mut Tx<'_>, tag: [u8; 32], now: Instant) -> Result<Option<StoredServiceToken>, StoreError> {
    let row = tx.query_opt(
        "-- provider.find_service_token\n\
         select client, scope, bound, expires from provider_service_token where tag = $1 and expires > $2",
        &[tag.into(), now.into()],
    )?;
    row.map(|row| Ok(StoredServiceToken { client: row.get(0)?, scope: row.get(1)?, bound: row.get(2)?, expires: row.get(3)? }))
        .transpose()
}

/// Ends a token of this client, if it is one.
pub(crate) fn delete(tx: &mut Tx<'_>, tag: [u8; 32], client: &str) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.delete_service_token\ndelete from provider_service_token where tag = $1 and client = $2",
        &[tag.into(), client.into()],
    )
}

pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- provider.sweep_service_tokens\ndelete from provider_service_token where expires <= $1", &[now.into()])
}
