use kernel::Instant;
use store::{StoreError, Tx};

/// Remembers an id; 0 if it is remembered already.
pub(crate) fn insert(tx: &mut Tx<'_>, tag: [u8; 32], expires: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.remember\ninsert into provider_seen (tag, expires) values ($1, $2) on conflict (tag) do nothing",
        &[tag.into(), expires.into()],
    )
}

pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- provider.sweep_seen\ndelete from provider_seen where expires < $1", &[now.into()])
}
