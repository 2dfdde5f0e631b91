use kernel::Instant;
use store::{StoreError, Tx};

pub(crate) fn insert(tx: &mut Tx<'_>, tag: [u8; 32], client: &str, body: &str, expires: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.insert_pushed\ninsert into provider_pushed (tag, client, body, expires) values ($1, $2, $3, $4)",
        &[tag.into(), client.into(), body.into(), expires.into()],
    )?;
    Ok(())
}

/// The body of a request of this client that has not ended.
pub(crate) fn find(tx: &mut Tx<'_>, tag: [u8; 32], client: &str, now: Instant) -> Result<Option<String>, StoreError> {
    let row = tx.query_opt(
        "-- provider.find_pushed\nselect body from provider_pushed where tag = $1 and client = $2 and expires > $3",
        &[tag.into(), client.into(), now.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

/// Takes it: it is answered once.
pub(crate) fn take(tx: &mut Tx<'_>, tag: [u8; 32], client: &str, now: Instant) -> Result<Option<String>, StoreError> {
    let row = tx.query_opt(
        "-- provider.take_pushed\n\
         delete from provider_pushed where tag = $1 and client = $2 and expires > $3 returning body",
        &[tag.into(), client.into(), now.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- provider.sweep_pushed\ndelete from provider_pushed where expires <= $1", &[now.into()])
}
