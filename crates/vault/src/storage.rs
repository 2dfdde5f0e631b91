//! Every SQL text of the vault.

use kernel::{Day, Id, Instant, kinds};
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx, Value};

use crate::purpose::REASONS;

pub(crate) mod erasure;
pub(crate) mod expiry;
pub(crate) mod watch;
pub(crate) mod request;
pub(crate) mod request_proof;

pub(crate) struct NewOpening {
    pub id: Id<kinds::Opening>,
    pub at: Instant,
    pub actor: String,
    pub purpose: String,
    pub records: i64,
    pub event: Id<kinds::Event>,
    pub record: Option<[u8; 16]>,
    pub reason: Option<Sealed>,
    pub expiry: Day,
    /// The record number under which the reason is sealed.
    pub reason_record: Option<RecordNumber>,
}

/// One line of a list of openings.
#[derive(Clone, Debug)]
pub struct OpeningRow {
    /// Its id.
    pub id: Id<kinds::Opening>,
    /// When.
    pub at: Instant,
    /// For what.
    pub purpose: String,
    /// How many records.
    pub records: i64,
    /// The journal entry that proves it.
    pub event: Id<kinds::Event>,
    pub(crate) actor: String,
    pub(crate) reason: Option<Vec<u8>>,
}

pub(crate) fn replace_purposes(
    tx: &mut Tx<'_>,
    purposes: &[String],
    statement: &[u8; 32],
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute("-- vault.forget_purposes\ndelete from vault_purpose", &[])?;
    let row = |purpose: &String| vec![purpose.as_str().into(), now.into(), (*statement).into()];
    let rows: Vec<Vec<Value>> = purposes.iter().map(row).collect();
    tx.bulk_insert(
        "-- vault.insert_purposes\ninsert into vault_purpose (purpose, declared, statement)",
        &rows,
        "on conflict do nothing",
    )?;
    Ok(())
}

pub(crate) fn purposes(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let rows = tx.query("-- vault.purposes\nselect purpose from vault_purpose order by purpose", &[])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// A store belongs to one service for ever: the first one stays.
pub(crate) fn set_owner(tx: &mut Tx<'_>, service: Id<kinds::Service>) -> Result<(), StoreError> {
    tx.execute(
        "-- vault.set_owner\ninsert into vault_owner (one, service) values (1, $1) on conflict (one) do nothing",
        &[service.into()],
    )?;
    Ok(())
}

pub(crate) fn owner(tx: &mut Tx<'_>) -> Result<Option<Id<kinds::Service>>, StoreError> {
    let row = tx.query_opt("-- vault.owner\nselect service from vault_owner where one = 1", &[])?;
    row.map(|row| row.get(0)).transpose()
}

/// The service of this store, and whether its statement names the purpose.
pub(crate) fn owner_and_purpose(tx: &mut Tx<'_>, purpose: &str) -> Result<(Option<Id<kinds::Service>>, bool), StoreError> {
    let row = tx.query_opt(
        "-- vault.owner_and_purpose
select service, (select purpose from vault_purpose where purpose = $1) from vault_owner where one = 1",
        &[purpose.into()],
    )?;
    let Some(row) = row else { return Ok((None, false)) };
    Ok((Some(row.get(0)?), row.get::<Option<String>>(1)?.is_some()))
}

pub(crate) fn has_purpose(tx: &mut Tx<'_>, purpose: &str) -> Result<bool, StoreError> {
    let sql = "-- vault.has_purpose\nselect purpose from vault_purpose where purpose = $1";
    Ok(tx.query_opt(sql, &[purpose.into()])?.is_some())
}

pub(crate) fn insert_opening(tx: &mut Tx<'_>, row: &NewOpening) -> Result<(), StoreError> {
    let reason = row.reason.as_ref().map_or(Value::Null, |sealed| sealed.as_bytes().into());
    tx.execute(
        "-- vault.insert_opening
insert into vault_opening
    (id, at, actor, purpose, records, event, record, reason, reason_purpose, reason_expiry, reason_record, batch)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &[
            row.id.into(),
            row.at.into(),
            row.actor.as_str().into(),
            row.purpose.as_str().into(),
            row.records.into(),
            row.event.into(),
            row.record.map_or(Value::Null, Value::from),
            reason,
            REASONS.into(),
            row.expiry.into(),
            row.reason_record.map_or(Value::Null, |record| i64::try_from(record.0).unwrap_or(i64::MAX).into()),
            // A single opening names its record, for as long as that is there.
            i64::from(row.record.is_none()).into(),
        ],
    )?;
    Ok(())
}

/// The events of openings that name a record.
pub(crate) fn events_of(tx: &mut Tx<'_>, record: [u8; 16]) -> Result<Vec<Id<kinds::Event>>, StoreError> {
    let rows = tx.query("-- vault.events_of\nselect event from vault_opening where record = $1", &[record.into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The events of openings that name a record whose last day has passed.
pub(crate) fn expired_links(tx: &mut Tx<'_>, today: Day) -> Result<Vec<Id<kinds::Event>>, StoreError> {
    let rows = tx.query(
        "-- vault.expired_links\nselect event from vault_opening where reason_expiry < $1 and record is not null",
        &[today.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The link to the record and the free-text reason die with the record; actor, purpose and time stay.
pub(crate) fn forget_expired(tx: &mut Tx<'_>, today: Day) -> Result<u64, StoreError> {
    tx.execute(
        "-- vault.forget_expired
update vault_opening set record = null, reason = null
where reason_expiry < $1 and (record is not null or reason is not null)",
        &[today.into()],
    )
}

pub(crate) fn openings_of(tx: &mut Tx<'_>, record: [u8; 16]) -> Result<Vec<OpeningRow>, StoreError> {
    let rows = tx.query(
        "-- vault.openings_of
select id, at, purpose, records, event, actor, reason from vault_opening where record = $1 order by at limit 500",
        &[record.into()],
    )?;
    rows.iter().map(opening).collect()
}

/// Openings of whole batches for a purpose since a moment, oldest first.
pub(crate) fn batches_since(
    tx: &mut Tx<'_>,
    purpose: &str,
    since: Id<kinds::Opening>,
    limit: i64,
) -> Result<Vec<OpeningRow>, StoreError> {
    let rows = tx.query(
        "-- vault.batches_since
select id, at, purpose, records, event, actor, reason from vault_opening
where id >= $2 and purpose = $1 and batch = 1 order by id limit $3",
        &[purpose.into(), since.into(), limit.into()],
    )?;
    rows.iter().map(opening).collect()
}

fn opening(row: &Row) -> Result<OpeningRow, StoreError> {
    Ok(OpeningRow {
        id: row.get(0)?,
        at: row.get(1)?,
        purpose: row.get(2)?,
        records: row.get(3)?,
        event: row.get(4)?,
        actor: row.get(5)?,
        reason: row.get(6)?,
    })
}
