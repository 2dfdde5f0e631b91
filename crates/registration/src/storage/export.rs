use kernel::{Day, Id, Instant, kinds};
use store::{Row, StoreError, Tx};

/// A need-only export for delivery, handed over under a lease.
#[derive(Clone, Debug)]
pub struct ExportRow {
    /// Its id, which is that of the package under the lease.
    pub id: Id<kinds::Export>,
    /// District code.
    pub district: String,
    /// How many households.
    pub households: i64,
    /// When.
    pub at: Instant,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// The lease; nothing for an export from before exports were leased.
    pub lease: Option<Id<kinds::Lease>>,
    /// Records in the package, the planted ones included.
    pub records: i64,
    /// The approval by a second person.
    pub approval: Option<Id<kinds::Approval>>,
    /// When the package was handed over.
    pub handed: Option<Instant>,
    /// When it was taken back, because its lease ended before anybody fetched it.
    pub recalled: Option<Instant>,
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
insert into delivery_export (id, district, households, at, digest, file, file_purpose, file_expiry, lease, records, approval)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            row.id.into(),
            row.district.as_str().into(),
            row.households.into(),
            row.at.into(),
            row.digest.into(),
            file.into(),
            purpose.into(),
            expiry.into(),
            row.lease.into(),
            row.records.into(),
            row.approval.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn list(tx: &mut Tx<'_>) -> Result<Vec<ExportRow>, StoreError> {
    let rows = tx.query(
        "-- registration.list_exports
select id, district, households, at, digest, lease, coalesce(records, households), approval, handed, recalled
from delivery_export order by at desc limit 500",
        &[],
    )?;
    rows.iter().map(row).collect()
}

pub(crate) fn to_hand_over(tx: &mut Tx<'_>) -> Result<Vec<ExportRow>, StoreError> {
    let rows = tx.query(
        "-- registration.exports_to_hand_over
select id, district, households, at, digest, lease, coalesce(records, households), approval, handed, recalled
from delivery_export where lease is not null and handed is null and file is not null order by at limit 100",
        &[],
    )?;
    rows.iter().map(row).collect()
}

fn row(row: &Row) -> Result<ExportRow, StoreError> {
    Ok(ExportRow {
        id: row.get(0)?,
        district: row.get(1)?,
        households: row.get(2)?,
        at: row.get(3)?,
        digest: row.get(4)?,
        lease: row.get(5)?,
        records: row.get(6)?,
        approval: row.get(7)?,
        handed: row.get(8)?,
        recalled: row.get(9)?,
    })
}

pub(crate) fn exists(tx: &mut Tx<'_>, id: Id<kinds::Export>) -> Result<bool, StoreError> {
    let row = tx.query_opt("-- registration.export_exists\nselect 1 from delivery_export where id = $1", &[id.into()])?;
    Ok(row.is_some())
}

/// The encrypted list goes with it: nobody will fetch it.
pub(crate) fn set_recalled(tx: &mut Tx<'_>, id: Id<kinds::Export>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.export_recalled
update delivery_export set recalled = $2, file = null where id = $1 and recalled is null",
        &[id.into(), now.into()],
    )
}

pub(crate) fn set_handed(tx: &mut Tx<'_>, id: Id<kinds::Export>, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- registration.export_handed
update delivery_export set handed = $2, file = null where id = $1 and handed is null",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// 0: somebody in it is erased; 1: its package is withdrawn.
pub(crate) fn to_withdraw(tx: &mut Tx<'_>) -> Result<Vec<Id<kinds::Export>>, StoreError> {
    let sql = "-- registration.exports_to_withdraw\nselect id from delivery_export where withdrawn = 0 order by at limit 100";
    tx.query(sql, &[])?.iter().map(|row| row.get(0)).collect()
}

pub(crate) fn set_withdrawn(tx: &mut Tx<'_>, id: Id<kinds::Export>) -> Result<(), StoreError> {
    tx.execute("-- registration.export_withdrawn\nupdate delivery_export set withdrawn = 1 where id = $1", &[id.into()])?;
    Ok(())
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
