//! The files of packs, under the digest that names each pack: one copy for all exercises that were planned with it.

use std::collections::BTreeMap;

use store::{StoreError, Tx, Value};

use crate::pack::Pack;

/// Keeps it; one that is kept already stays as it is.
pub(crate) fn keep(tx: &mut Tx<'_>, pack: &Pack) -> Result<(), StoreError> {
    let row = |(name, body): (&str, &str)| -> Vec<Value> { vec![pack.digest.into(), name.into(), body.as_bytes().to_vec().into()] };
    let rows: Vec<Vec<Value>> = pack.files().map(row).collect();
    tx.bulk_insert("-- pack.keep\ninsert into drill_pack (digest, name, content)", &rows, "on conflict do nothing")?;
    Ok(())
}

/// Its files by name; empty when it is not kept.
pub(crate) fn files(tx: &mut Tx<'_>, digest: [u8; 32]) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let rows = tx.query("-- pack.files\nselect name, content from drill_pack where digest = $1 order by name", &[digest.into()])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Takes it away unless an exercise is still planned with it or was played with it.
pub(crate) fn forget_unused(tx: &mut Tx<'_>, digest: [u8; 32]) -> Result<(), StoreError> {
    tx.execute(
        "-- pack.forget_unused\n\
         delete from drill_pack where digest = $1 and not exists (select 1 from drill where digest = $1)",
        &[digest.into()],
    )?;
    Ok(())
}
