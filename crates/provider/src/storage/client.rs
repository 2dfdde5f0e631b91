use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::client::{Registered, Registration};

/// Stores a registration under an id that nobody has; 0 if somebody has.
pub(crate) fn insert(tx: &mut Tx<'_>, id: &str, body: &str, digest: [u8; 32], at: Instant, by: Id<kinds::Officer>) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.insert_client\n\
         insert into provider_client (id, body, digest, registered, registered_by) values ($1, $2, $3, $4, $5) \
         on conflict (id) do nothing",
        &[id.into(), body.into(), digest.into(), at.into(), by.into()],
    )
}

/// Approves exactly what was read; 0 if it is another, was approved, or has ended.
pub(crate) fn approve(tx: &mut Tx<'_>, id: &str, digest: [u8; 32], at: Instant, by: Id<kinds::Officer>) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.approve_client\n\
         update provider_client set approved = $3, approved_by = $4 \
         where id = $1 and digest = $2 and approved is null and ended is null and registered_by <> $4",
        &[id.into(), digest.into(), at.into(), by.into()],
    )
}

/// Puts an approved change in the place of what was in force.
pub(crate) fn replace(
    tx: &mut Tx<'_>,
    id: &str,
    body: &str,
    digest: [u8; 32],
    at: Instant,
    (by, approved_by): (Id<kinds::Officer>, Id<kinds::Officer>),
) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.replace_client\n\
         update provider_client set body = $2, digest = $3, registered_by = $4, approved = $5, approved_by = $6 \
         where id = $1 and ended is null",
        &[id.into(), body.into(), digest.into(), by.into(), at.into(), approved_by.into()],
    )
}

pub(crate) fn end(tx: &mut Tx<'_>, id: &str, at: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.end_client\nupdate provider_client set ended = $2 where id = $1 and ended is null",
        &[id.into(), at.into()],
    )
}

pub(crate) fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<Registered>, StoreError> {
    let row = tx.query_opt(
        "-- provider.find_client\n\
         select id, body, digest, registered, registered_by, approved, ended from provider_client where id = $1",
        &[id.into()],
    )?;
    row.map(|row| read(&row)).transpose()
}

/// Whether this very registration is approved and has not ended.
pub(crate) fn is_in_force(tx: &mut Tx<'_>, id: &str, digest: [u8; 32]) -> Result<bool, StoreError> {
    let row = tx.query_opt(
        "-- provider.client_in_force\n\
         select digest from provider_client where id = $1 and approved is not null and ended is null",
        &[id.into()],
    )?;
    Ok(row.map(|row| row.get::<[u8; 32]>(0)).transpose()? == Some(digest))
}

pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<Registered>, StoreError> {
    let rows = tx.query(
        "-- provider.clients\n\
         select id, body, digest, registered, registered_by, approved, ended from provider_client order by id limit 1000",
        &[],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Registered, StoreError> {
    let damaged = StoreError::Column { column: 1, wanted: "a registration", found: "something else" };
    let (owner, registration) = Registration::from_json(&row.get::<String>(0)?, &row.get::<String>(1)?).ok_or(damaged)?;
    Ok(Registered {
        registration,
        owner,
        digest: row.get(2)?,
        registered: row.get(3)?,
        registered_by: row.get(4)?,
        approved: row.get(5)?,
        ended: row.get(6)?,
    })
}
