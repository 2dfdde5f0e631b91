use kernel::Instant;
use store::{StoreError, Tx};

use crate::Logo;

pub(crate) fn insert(tx: &mut Tx<'_>, client: &str, digest: [u8; 32], logo: &Logo, at: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- provider.insert_logo\n\
         insert into provider_picture (client, digest, media_type, picture, kept) values ($1, $2, $3, $4, $5) \
         on conflict (client, digest) do nothing",
        &[client.into(), digest.into(), logo.media_type.as_str().into(), logo.picture.as_slice().into(), at.into()],
    )
}

pub(crate) fn find(tx: &mut Tx<'_>, client: &str, digest: [u8; 32]) -> Result<Option<Logo>, StoreError> {
    let row = tx.query_opt(
        "-- provider.find_logo\nselect media_type, picture from provider_picture where client = $1 and digest = $2",
        &[client.into(), digest.into()],
    )?;
    row.map(|row| Ok(Logo { media_type: row.get(0)?, picture: row.get(1)? })).transpose()
}

/// Removes the pictures of a service but this one.
pub(crate) fn keep_only(tx: &mut Tx<'_>, client: &str, kept: Option<[u8; 32]>) -> Result<(), StoreError> {
    let rows = tx.query("-- provider.logos\nselect digest from provider_picture where client = $1", &[client.into()])?;
    for row in rows {
        let digest: [u8; 32] = row.get(0)?;
        if kept != Some(digest) {
            tx.execute(
                "-- provider.remove_logo\ndelete from provider_picture where client = $1 and digest = $2",
                &[client.into(), digest.into()],
            )?;
        }
    }
    Ok(())
}
