//! Packages handed over, and the canaries planted in them.

use kernel::{Id, Instant, kinds};
use seal::Sealed;
use store::{Row, StoreError, Tx, Value};

use crate::{HandedOver, SealedCanary, canary, key};

pub(crate) fn insert_hand_over(
    tx: &mut Tx<'_>,
    hand_over: &HandedOver,
    package: &Sealed,
    expiry: kernel::Day,
) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.insert_hand_over\n\
         insert into hand_over (id, lease, at, digest, persons, package, package_purpose, package_expiry) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            hand_over.id.into(),
            hand_over.lease.into(),
            hand_over.at.into(),
            hand_over.digest.into(),
            i64::try_from(hand_over.records).unwrap_or(i64::MAX).into(),
            package.as_bytes().into(),
            key::PURPOSE.into(),
            expiry.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn hand_overs(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<HandedOver>, StoreError> {
    let rows = tx.query(
        "-- processors.hand_overs\n\
         select id, lease, at, digest, persons from hand_over where lease = $1 order by at, id limit 1000",
        &[lease.into()],
    )?;
    let read = |row: &Row| {
        Ok(HandedOver {
            id: row.get(0)?,
            lease: row.get(1)?,
            at: row.get(2)?,
            digest: row.get(3)?,
            records: row.get(4)?,
        })
    };
    rows.iter().map(read).collect()
}

pub(crate) fn is_handed_over(tx: &mut Tx<'_>, id: Id<kinds::Export>) -> Result<bool, StoreError> {
    let sql = "-- processors.is_handed_over\nselect 1 from hand_over where id = $1";
    Ok(tx.query_opt(sql, &[id.into()])?.is_some())
}

/// Nobody asks any more whether it is fetched: it was, or its export is taken back.
pub(crate) fn set_fetched(tx: &mut Tx<'_>, id: Id<kinds::Export>, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.set_fetched\nupdate hand_over set fetched = $2 where id = $1 and fetched is null",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// Whether a package of a lease was fetched; nothing when there is none such.
pub(crate) fn fetched(tx: &mut Tx<'_>, (lease, id): (Id<kinds::Lease>, Id<kinds::Export>)) -> Result<Option<bool>, StoreError> {
    let sql = "-- processors.is_fetched\nselect fetched is not null from hand_over where id = $1 and lease = $2";
    tx.query_opt(sql, &[id.into(), lease.into()])?.map(|row| row.get(0)).transpose()
}

/// Packages of leases of a service that have ended, which nobody has fetched.
pub(crate) fn never_fetched(tx: &mut Tx<'_>, service: Id<kinds::Service>) -> Result<Vec<Id<kinds::Export>>, StoreError> {
    let rows = tx.query(
        "-- processors.never_fetched\n\
         select h.id from hand_over h join lease l on l.id = h.lease \
         where h.fetched is null and l.service = $1 and l.state <> 'active' order by h.at limit 100",
        &[service.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

pub(crate) fn forget_package(tx: &mut Tx<'_>, id: Id<kinds::Export>) -> Result<u64, StoreError> {
    tx.execute(
        "-- processors.forget_package\nupdate hand_over set package = null where id = $1 and package is not null",
        &[id.into()],
    )
}

/// The sealed package, unless the lease has ended.
pub(crate) fn package(tx: &mut Tx<'_>, id: Id<kinds::Export>) -> Result<Option<(Id<kinds::Lease>, Sealed)>, StoreError> {
    let row = tx.query_opt(
        "-- processors.package\nselect lease, package from hand_over where id = $1 and package is not null",
        &[id.into()],
    )?;
    row.map(|row| Ok((row.get(0)?, Sealed::from_bytes(row.get(1)?)))).transpose()
}

pub(crate) fn plant(
    tx: &mut Tx<'_>,
    lease: Id<kinds::Lease>,
    canaries: &[SealedCanary],
    now: Instant,
) -> Result<(), StoreError> {
    let row = |canary: &SealedCanary| -> Vec<Value> {
        vec![
            canary.id.into(),
            lease.into(),
            canary.number_tag.into(),
            canary.mobile_tag.into(),
            canary.reference_tag.into(),
            now.into(),
            canary.sealed.as_bytes().into(),
            canary::PURPOSE_NAME.into(),
            canary.expiry.into(),
        ]
    };
    let rows: Vec<Vec<Value>> = canaries.iter().map(row).collect();
    tx.bulk_insert(
        "-- processors.plant\n\
         insert into canary (id, lease, number_tag, mobile_tag, reference_tag, planted, sealed, sealed_purpose, sealed_expiry)",
        &rows,
        "",
    )?;
    Ok(())
}

/// The canaries of a lease that can still be opened; the first two hundred are enough to find a copy.
pub(crate) fn canaries(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<Sealed>, StoreError> {
    let rows = tx.query(
        "-- processors.canaries\n\
         select sealed from canary where lease = $1 and sealed is not null order by id limit 200",
        &[lease.into()],
    )?;
    rows.iter().map(|row| Ok(Sealed::from_bytes(row.get(0)?))).collect()
}

type Found = Option<(Id<kinds::Canary>, Id<kinds::Lease>)>;

fn one(row: Option<Row>) -> Result<Found, StoreError> {
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

pub(crate) fn by_number(tx: &mut Tx<'_>, tag: [u8; 32]) -> Result<Found, StoreError> {
    one(tx.query_opt("-- processors.canary_by_number\nselect id, lease from canary where number_tag = $1", &[tag.into()])?)
}

pub(crate) fn by_mobile(tx: &mut Tx<'_>, tag: [u8; 32]) -> Result<Found, StoreError> {
    one(tx.query_opt(
        "-- processors.canary_by_mobile\nselect id, lease from canary where mobile_tag = $1 order by id limit 1",
        &[tag.into()],
    )?)
}

pub(crate) fn by_reference(tx: &mut Tx<'_>, tag: [u8; 32]) -> Result<Found, StoreError> {
    one(tx.query_opt(
        "-- processors.canary_by_reference\nselect id, lease from canary where reference_tag = $1 order by id limit 1",
        &[tag.into()],
    )?)
}

pub(crate) fn note_seen(tx: &mut Tx<'_>, id: Id<kinds::Canary>, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.canary_seen\nupdate canary set seen = $2 where id = $1 and seen is null",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn forget_expired(tx: &mut Tx<'_>, today: kernel::Day) -> Result<u64, StoreError> {
    tx.execute(
        "-- processors.forget_canaries\nupdate canary set sealed = null where sealed_expiry < $1 and sealed is not null",
        &[today.into()],
    )
}
