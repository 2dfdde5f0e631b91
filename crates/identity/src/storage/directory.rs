use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::Provider;

pub(crate) fn provider(tx: &mut Tx<'_>) -> Result<Option<Provider>, StoreError> {
    let row = tx.query_opt("-- identity.find_provider\nselect service from identity_provider where one = 1", &[])?;
    row.map(|row| Ok(Provider { service: row.get(0)? })).transpose()
}

pub(crate) fn insert_provider(tx: &mut Tx<'_>, service: Id<kinds::Service>, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.insert_provider\ninsert into identity_provider (one, service, created) values (1, $1, $2)",
        &[service.into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn insert_charter(tx: &mut Tx<'_>, digest: [u8; 32], body: &str, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.insert_charter\n\
         insert into identity_charter (digest, body, saved) values ($1, $2, $3) on conflict (digest) do nothing",
        &[digest.into(), body.into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn charter(tx: &mut Tx<'_>, digest: [u8; 32]) -> Result<Option<String>, StoreError> {
    let row = tx.query_opt(
        "-- identity.find_charter\nselect body from identity_charter where digest = $1",
        &[digest.into()],
    )?;
    row.map(|row: Row| row.get(0)).transpose()
}

/// Digests and times of all charters, the latest first; 200 at most.
pub(crate) fn charters(tx: &mut Tx<'_>) -> Result<Vec<([u8; 32], Instant)>, StoreError> {
    let rows = tx.query(
        "-- identity.charters\nselect digest, saved from identity_charter order by saved desc, digest limit 200",
        &[],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The digest of the charter that the provider's own store follows.
pub(crate) fn in_force(tx: &mut Tx<'_>) -> Result<Option<[u8; 32]>, StoreError> {
    let row = tx.query_opt("-- identity.read_state\nselect charter from identity_state where one = 1", &[])?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn set_in_force(tx: &mut Tx<'_>, digest: [u8; 32]) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.write_state\n\
         insert into identity_state (one, charter) values (1, $1) on conflict (one) do update set charter = excluded.charter",
        &[digest.into()],
    )?;
    Ok(())
}
