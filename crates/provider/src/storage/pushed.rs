use kernel::Instant;
use store::{StoreError, Tx};

pub(crate) fn insert(tx: &mut Tx<'_>, tag: [u8; 32], client: &str, body: &str, expires: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.insert_pushed\ninsert into provider_pushed (tag, client, body, expires) values ($1, $2, $3, $4)",
        &[tag.into(), client.into(), body.into(), expires.into()],
    )?;
    Ok(())
}

/// The body of a request of this client that has not ended, and when it was first shown.
pub(crate) fn find(tx: &mut Tx<'_>, tag: [u8; 32], client: &str, now: Instant) -> Result<Option<(String, Option<Instant>)>, StoreError> {
    let row = tx.query_opt(
        "-- provider.find_pushed\nselect body, shown from provider_pushed where tag = $1 and client = $2 and expires > $3",
        &[tag.into(), client.into(), now.into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Notes that it was shown for the first time, which moves its end; 0 if it was shown before, or has ended.
pub(crate) fn show(tx: &mut Tx<'_>, tag: [u8; 32], client: &str, now: Instant, expires: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.show_pushed\n\
         update provider_pushed set shown = $3, expires = $4 where tag = $1 and client = $2 and expires > $3 and shown is null",
        &[tag.into(), client.into(), now.into(), expires.into()],
    )
}

/// Takes it: it is answered once.
pub(crate) fn take(tx: &mut Tx<'_>, tag: [u8; 32], client: &str, now: Instant) -> Result<Option<(String, Option<Instant>)>, StoreError> {
    let row = tx.query_opt(
        "-- provider.take_pushed\n\
         delete from provider_pushed where tag = $1 and client = $2 and expires > $3 returning body, shown",
        &[tag.into(), client.into(), now.into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- provider.sweep_pushed\ndelete from provider_pushed where expires <= $1", &[now.into()])
}
