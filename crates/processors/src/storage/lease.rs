//! Leases, the records they name, look-ups counted, reminders, addresses.

use kernel::{Day, Id, Instant, kinds};
use seal::Sealed;
use store::{Row, StoreError, Tx, Value};

use super::{read, unreadable, write};
use crate::key::PURPOSE;
use crate::{AddressUse, Declared, Lease, WebAddress};

const LEASE: &str = "a lease";
const MOST: i64 = 10_000;

pub(crate) fn insert(tx: &mut Tx<'_>, lease: &Lease, secret: &Sealed) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.insert_lease\n\
         insert into lease (id, contractor, contract, department, service, state, until, due, probe, body, secret, \
         secret_purpose, secret_expiry) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &[
            lease.id.into(),
            lease.contractor.into(),
            lease.contract.into(),
            lease.department.into(),
            lease.service.into(),
            lease.state.slug().into(),
            lease.until.into(),
            lease.due.into(),
            lease.probe.into(),
            write(lease, LEASE)?,
            secret.as_bytes().into(),
            PURPOSE.into(),
            lease.key_expiry.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn update(tx: &mut Tx<'_>, lease: &Lease) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.update_lease\n\
         update lease set state = $2, until = $3, due = $4, probe = $5, body = $6, secret_expiry = $7 where id = $1",
        &[
            lease.id.into(),
            lease.state.slug().into(),
            lease.until.into(),
            lease.due.into(),
            lease.probe.into(),
            write(lease, LEASE)?,
            lease.key_expiry.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<kinds::Lease>) -> Result<Option<Lease>, StoreError> {
    let row = tx.query_opt("-- processors.lease\nselect body from lease where id = $1", &[id.into()])?;
    row.map(|row| read(&row, 0, LEASE)).transpose()
}

/// The sealed secret of a lease, unless it was removed with its end.
pub(crate) fn secret(tx: &mut Tx<'_>, id: Id<kinds::Lease>) -> Result<Option<Sealed>, StoreError> {
    let row = tx.query_opt("-- processors.lease_secret\nselect secret from lease where id = $1", &[id.into()])?;
    let secret = row.map(|row| row.get::<Option<Vec<u8>>>(0)).transpose()?.flatten();
    Ok(secret.map(Sealed::from_bytes))
}

pub(crate) fn set_secret(tx: &mut Tx<'_>, id: Id<kinds::Lease>, secret: &Sealed) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.set_lease_secret\nupdate lease set secret = $2 where id = $1",
        &[id.into(), secret.as_bytes().into()],
    )?;
    Ok(())
}

/// Removes what a lease that has ended leaves: the secret, the members, the packages. Their key is dead already.
pub(crate) fn clear(tx: &mut Tx<'_>, id: Id<kinds::Lease>) -> Result<(), StoreError> {
    tx.execute("-- processors.clear_lease_secret\nupdate lease set secret = null where id = $1", &[id.into()])?;
    tx.execute("-- processors.clear_members\ndelete from lease_member where lease = $1", &[id.into()])?;
    tx.execute("-- processors.clear_packages\nupdate hand_over set package = null where lease = $1", &[id.into()])?;
    Ok(())
}

fn many(rows: &[Row]) -> Result<Vec<Lease>, StoreError> {
    rows.iter().map(|row| read(row, 0, LEASE)).collect()
}

/// Leases still called active whose last day is before `today`.
pub(crate) fn over(tx: &mut Tx<'_>, today: Day) -> Result<Vec<Lease>, StoreError> {
    many(&tx.query(
        "-- processors.leases_over\nselect body from lease where state = 'active' and until < $1 order by until, id limit 1000",
        &[today.into()],
    )?)
}

/// Active leases whose last day is at most `until`.
pub(crate) fn ending(tx: &mut Tx<'_>, until: Day) -> Result<Vec<Lease>, StoreError> {
    many(&tx.query(
        "-- processors.leases_ending\n\
         select body from lease where state = 'active' and until <= $1 order by until, id limit 10000",
        &[until.into()],
    )?)
}

pub(crate) fn due(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<Lease>, StoreError> {
    many(&tx.query(
        "-- processors.leases_due\nselect body from lease where due <= $1 order by due, id limit 1000",
        &[now.into()],
    )?)
}

pub(crate) fn to_probe(tx: &mut Tx<'_>, now: Instant, limit: i64) -> Result<Vec<Id<kinds::Lease>>, StoreError> {
    let rows = tx.query(
        "-- processors.leases_to_probe\nselect id from lease where probe <= $1 order by probe, id limit $2",
        &[now.into(), limit.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

pub(crate) fn of_contractor(tx: &mut Tx<'_>, id: Id<kinds::Contractor>) -> Result<Vec<Lease>, StoreError> {
    many(&tx.query(
        "-- processors.leases_of_contractor\n\
         select body from lease where contractor = $1 order by until, id limit $2",
        &[id.into(), MOST.into()],
    )?)
}

pub(crate) fn of_contract(tx: &mut Tx<'_>, id: Id<kinds::Contract>) -> Result<Vec<Lease>, StoreError> {
    many(&tx.query(
        "-- processors.leases_of_contract\nselect body from lease where contract = $1 order by until, id limit $2",
        &[id.into(), MOST.into()],
    )?)
}

pub(crate) fn of_service(tx: &mut Tx<'_>, id: Id<kinds::Service>) -> Result<Vec<Lease>, StoreError> {
    many(&tx.query(
        "-- processors.leases_of_service\nselect body from lease where service = $1 order by until, id limit $2",
        &[id.into(), MOST.into()],
    )?)
}

/// Every lease that is not closed, those that end first at the top.
pub(crate) fn open(tx: &mut Tx<'_>) -> Result<Vec<Lease>, StoreError> {
    many(&tx.query(
        "-- processors.open_leases\nselect body from lease where state <> 'closed' order by until, id limit $1",
        &[MOST.into()],
    )?)
}

/// Leases that ended and whose key's death is not on record.
pub(crate) fn with_living_key(tx: &mut Tx<'_>) -> Result<Vec<Lease>, StoreError> {
    let leases = many(&tx.query(
        "-- processors.leases_with_secret\n\
         select body from lease where state <> 'active' and secret is not null order by until, id limit 1000",
        &[],
    )?)?;
    Ok(leases.into_iter().filter(|lease| lease.key_died.is_none()).collect())
}

pub(crate) fn add_members(tx: &mut Tx<'_>, id: Id<kinds::Lease>, handles: &[[u8; 32]]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = handles.iter().map(|handle| vec![id.into(), (*handle).into()]).collect();
    tx.bulk_insert(
        "-- processors.add_members\ninsert into lease_member (lease, handle)",
        &rows,
        "on conflict do nothing",
    )?;
    Ok(())
}

/// A list goes on under another lease: the same handles, which the same secret recognises.
pub(crate) fn copy_members(tx: &mut Tx<'_>, from: Id<kinds::Lease>, to: Id<kinds::Lease>) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.copy_members\ninsert into lease_member (lease, handle) select $2, handle from lease_member where lease = $1",
        &[from.into(), to.into()],
    )?;
    Ok(())
}

pub(crate) fn is_member(tx: &mut Tx<'_>, id: Id<kinds::Lease>, handle: [u8; 32]) -> Result<bool, StoreError> {
    let row = tx.query_opt(
        "-- processors.is_member\nselect handle from lease_member where lease = $1 and handle = $2",
        &[id.into(), handle.into()],
    )?;
    Ok(row.is_some())
}

/// Counts one look-up, and says how many there are today with it.
pub(crate) fn count_lookup(tx: &mut Tx<'_>, id: Id<kinds::Lease>, today: Day) -> Result<i64, StoreError> {
    let row = tx.query_opt(
        "-- processors.count_lookup\n\
         insert into lease_lookup (lease, day, lookups) values ($1, $2, 1) \
         on conflict (lease, day) do update set lookups = lease_lookup.lookups + 1 returning lookups",
        &[id.into(), today.into()],
    )?;
    row.map_or(Ok(1), |row| row.get(0))
}

/// Look-ups of a lease so far.
pub(crate) fn lookups(tx: &mut Tx<'_>, id: Id<kinds::Lease>) -> Result<i64, StoreError> {
    let row = tx.query_opt(
        "-- processors.lookups\nselect cast(coalesce(sum(lookups), 0) as bigint) from lease_lookup where lease = $1",
        &[id.into()],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Notes a reminder; false when it was noted before.
pub(crate) fn note_reminder(tx: &mut Tx<'_>, lease: &Lease, days: i32, now: Instant) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "-- processors.note_reminder\n\
         insert into lease_reminder (lease, days, until, at) values ($1, $2, $3, $4) on conflict do nothing",
        &[lease.id.into(), days.into(), lease.until.into(), now.into()],
    )?;
    Ok(changed > 0)
}

pub(crate) fn was_reminded(tx: &mut Tx<'_>, lease: &Lease, days: i32) -> Result<bool, StoreError> {
    let row = tx.query_opt(
        "-- processors.was_reminded\n\
         select days from lease_reminder where lease = $1 and until = $2 and days = $3",
        &[lease.id.into(), lease.until.into(), days.into()],
    )?;
    Ok(row.is_some())
}

pub(crate) fn add_address(tx: &mut Tx<'_>, id: Id<kinds::Lease>, declared: &Declared) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "-- processors.add_address\n\
         insert into lease_address (lease, address, use_for, declared_by, at) values ($1, $2, $3, $4, $5) \
         on conflict do nothing",
        &[
            id.into(),
            declared.address.to_string().into(),
            declared.use_for.slug().into(),
            declared.by.as_str().into(),
            declared.at.into(),
        ],
    )?;
    Ok(changed > 0)
}

pub(crate) fn addresses(tx: &mut Tx<'_>, id: Id<kinds::Lease>) -> Result<Vec<Declared>, StoreError> {
    let rows = tx.query(
        "-- processors.addresses\n\
         select address, use_for, declared_by, at from lease_address where lease = $1 order by at, address limit 200",
        &[id.into()],
    )?;
    let declared = |row: &Row| {
        let address = WebAddress::parse(&row.get::<String>(0)?).map_err(|_| unreadable("an address"))?;
        let use_for = AddressUse::from_slug(&row.get::<String>(1)?).ok_or_else(|| unreadable("an address"))?;
        Ok(Declared { address, use_for, by: row.get(2)?, at: row.get(3)? })
    };
    rows.iter().map(declared).collect()
}

pub(crate) fn closed_without_record(tx: &mut Tx<'_>) -> Result<Vec<Lease>, StoreError> {
    let rows = tx.query(
        "-- processors.closed_without_record\n\
         select body from lease where state = 'closed' and id not in (select lease from closing_record) order by id limit 50",
        &[],
    )?;
    many(&rows)
}

pub(crate) fn keep_closing(tx: &mut Tx<'_>, id: Id<kinds::Lease>, now: Instant, json: &str) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.keep_closing\ninsert into closing_record (lease, at, body) values ($1, $2, $3) on conflict do nothing",
        &[id.into(), now.into(), json.into()],
    )?;
    Ok(())
}

pub(crate) fn closing(tx: &mut Tx<'_>, id: Id<kinds::Lease>) -> Result<Option<String>, StoreError> {
    let sql = "-- processors.closing\nselect body from closing_record where lease = $1";
    tx.query_opt(sql, &[id.into()])?.map(|row| row.get(0)).transpose()
}
