use kernel::{Day, Id, Instant, kinds};
use store::{StoreError, Tx};

/// A need-only export to the courier: ciphertext only the courier can open.
#[derive(Clone, Debug)]
pub struct ExportRow {
    /// Its id.
    pub id: Id<kinds::Export>,
    /// District code.
    pub district: String,
    /// How many households.
    pub households: i64,
    /// When.
    pub at: Instant,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    row: &ExportRow,
    file: &[u8],
    purpose: &str,
    expiry: Day,
) -> Result<(), StoreError> {
    tx.execute(
        "-- registration.insert_export
insert into delivery_export (id, district, households, at, digest, file, file_purpose, file_expiry)
values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            row.id.into(),
            row.district.as_str().into(),
            row.households.into(),
            row.at.into(),
            row.digest.into(),
            file.into(),
            purpose.into(),
            expiry.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn list(tx: &mut Tx<'_>) -> Result<Vec<ExportRow>, StoreError> {
    let rows = tx.query(
        "-- registration.list_exports
select id, district, households, at, digest from delivery_export order by at desc limit 500",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            Ok(ExportRow {
                id: row.get(0)?,
                district: row.get(1)?,
                households: row.get(2)?,
                at: row.get(3)?,
                digest: row.get(4)?,
            })
        })
        .collect()
}

pub(crate) fn file(tx: &mut Tx<'_>, id: Id<kinds::Export>) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx.query_opt("-- registration.export_file\nselect file from delivery_export where id = $1", &[id.into()])?;
    Ok(row.map(|row| row.get::<Option<Vec<u8>>>(0)).transpose()?.flatten())
}

/// Removes the files whose last day has passed. Our keys do not open them, so this is the only way in which they end.
pub(crate) fn forget_expired(tx: &mut Tx<'_>, today: Day) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.forget_exports
update delivery_export set file = null where file_expiry < $1 and file is not null",
        &[today.into()],
    )
}
