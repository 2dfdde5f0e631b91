use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::client::{Proposed, Registration};

/// Keeps a proposal in place of an earlier one.
pub(crate) fn keep(tx: &mut Tx<'_>, id: &str, body: &str, digest: [u8; 32], at: Instant, by: Id<kinds::Officer>) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.keep_change\n\
         insert into provider_change (client, body, digest, proposed, proposed_by) values ($1, $2, $3, $4, $5) \
         on conflict (client) do update set body = excluded.body, digest = excluded.digest, \
         proposed = excluded.proposed, proposed_by = excluded.proposed_by",
        &[id.into(), body.into(), digest.into(), at.into(), by.into()],
    )
}

pub(crate) fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<Proposed>, StoreError> {
    let row = tx.query_opt(
        "-- provider.find_change\nselect body, digest, proposed, proposed_by from provider_change where client = $1",
        &[id.into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let damaged = StoreError::Column { column: 0, wanted: "a registration", found: "something else" };
    let (_, registration) = Registration::from_json(id, &row.get::<String>(0)?).ok_or(damaged)?;
    Ok(Some(Proposed { registration, digest: row.get(1)?, proposed: row.get(2)?, proposed_by: row.get(3)? }))
}

pub(crate) fn remove(tx: &mut Tx<'_>, id: &str) -> Result<u64, StoreError> {
    tx.execute("-- provider.remove_change\ndelete from provider_change where client = $1", &[id.into()])
}
