//! Every SQL text about erasures.

use kernel::{Day, Id, Instant, kinds};
use seal::{RecordNumber, Target};
use store::{Row, StoreError, Tx, Value};

use crate::erasure::{Cause, ErasureRow, ErasureState};
use crate::erasure::target;

fn number(value: u64) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

fn unsigned(row: &Row, at: usize) -> Result<u64, StoreError> {
    Ok(u64::try_from(row.get::<i64>(at)?).unwrap_or(0))
}

pub(crate) fn insert(tx: &mut Tx<'_>, row: &ErasureRow, targets: &[(Target, [u8; 32])]) -> Result<(), StoreError> {
    tx.execute(
        "-- vault.insert_erasure
insert into vault_erasure (id, at, record, cause, scope, households, persons, state, first, last)
values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)",
        &[
            row.id.into(),
            row.at.into(),
            row.record.map_or(Value::Null, Value::from),
            row.cause.as_str().into(),
            row.scope.as_str().into(),
            number(row.households),
            number(row.persons),
            row.state.as_str().into(),
        ],
    )?;
    let rows: Vec<Vec<Value>> = targets.iter().zip(0_i64..).map(|(target, at)| target_values(row.id, at, target)).collect();
    tx.bulk_insert(
        "-- vault.insert_erasure_targets
insert into vault_erasure_target (erasure, position, kind, purpose, expiry, record, person, field_group, commitment)",
        &rows,
        "",
    )?;
    Ok(())
}

fn target_values(id: Id<kinds::Erasure>, at: i64, (target, commitment): &(Target, [u8; 32])) -> Vec<Value> {
    let parts = target::parts(target);
    vec![
        id.into(),
        at.into(),
        parts.kind.into(),
        parts.purpose.as_str().into(),
        parts.expiry.into(),
        number(parts.record),
        i64::from(parts.person).into(),
        i64::from(parts.group).into(),
        (*commitment).into(),
    ]
}

pub(crate) fn targets(tx: &mut Tx<'_>, id: Id<kinds::Erasure>) -> Result<Vec<(Target, [u8; 32])>, StoreError> {
    let rows = tx.query(
        "-- vault.erasure_targets
select kind, purpose, expiry, record, person, field_group, commitment from vault_erasure_target
where erasure = $1 order by position",
        &[id.into()],
    )?;
    rows.iter()
        .map(|row| {
            let (kind, purpose): (String, String) = (row.get(0)?, row.get(1)?);
            let small = |at: usize| Ok::<_, StoreError>(u8::try_from(row.get::<i64>(at)?).unwrap_or(u8::MAX));
            let target = target::target(&kind, &purpose, row.get(2)?, unsigned(row, 3)?, small(4)?, small(5)?);
            let target = target.map_err(|_| StoreError::Engine("the target of an erasure in the store cannot be read".into()))?;
            Ok((target, row.get(6)?))
        })
        .collect()
}

pub(crate) fn in_state(tx: &mut Tx<'_>, state: ErasureState, limit: i64) -> Result<Vec<ErasureRow>, StoreError> {
    let rows = tx.query(
        "-- vault.erasures_in_state
select id, at, record, cause, scope, households, persons, state, first, last from vault_erasure
where state = $1 order by at, id limit $2",
        &[state.as_str().into(), limit.into()],
    )?;
    rows.iter().map(erasure).collect()
}

fn erasure(row: &Row) -> Result<ErasureRow, StoreError> {
    let (cause, state): (String, String) = (row.get(3)?, row.get(7)?);
    Ok(ErasureRow {
        id: row.get(0)?,
        at: row.get(1)?,
        record: row.get(2)?,
        cause: Cause::from_str(&cause),
        scope: row.get(4)?,
        households: unsigned(row, 5)?,
        persons: unsigned(row, 6)?,
        state: ErasureState::from_str(&state),
        entries: (unsigned(row, 8)?, unsigned(row, 9)?),
    })
}

pub(crate) fn set_erased(
    tx: &mut Tx<'_>,
    id: Id<kinds::Erasure>,
    entries: (u64, u64),
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "-- vault.set_erased
update vault_erasure set state = 'erased', first = $2, last = $3 where id = $1 and state = 'ordered'",
        &[id.into(), number(entries.0), number(entries.1)],
    )?;
    Ok(changed == 1)
}

pub(crate) fn reopen(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    tx.execute("-- vault.reopen_erasures\nupdate vault_erasure set state = 'ordered', first = 0, last = 0 where state = 'erased'", &[])
}

pub(crate) fn set_certified(tx: &mut Tx<'_>, id: Id<kinds::Erasure>) -> Result<bool, StoreError> {
    tx.execute("-- vault.drop_erasure_targets\ndelete from vault_erasure_target where erasure = $1", &[id.into()])?;
    let changed = tx.execute(
        "-- vault.set_certified
update vault_erasure set state = 'certified', record = null where id = $1 and state = 'erased'",
        &[id.into()],
    )?;
    Ok(changed == 1)
}

pub(crate) fn keep_certificate(
    tx: &mut Tx<'_>,
    erasure: Id<kinds::Erasure>,
    service: Id<kinds::Service>,
    at: Instant,
    certificate: &str,
) -> Result<bool, StoreError> {
    let kept = tx.execute(
        "-- vault.keep_certificate
insert into erasure_certificate (erasure, service, at, certificate) values ($1, $2, $3, $4) on conflict do nothing",
        &[erasure.into(), service.into(), at.into(), certificate.into()],
    )?;
    Ok(kept == 1)
}

pub(crate) fn certificate(tx: &mut Tx<'_>, erasure: Id<kinds::Erasure>) -> Result<Option<String>, StoreError> {
    let sql = "-- vault.certificate\nselect certificate from erasure_certificate where erasure = $1";
    tx.query_opt(sql, &[erasure.into()])?.map(|row| row.get(0)).transpose()
}

pub(crate) fn applied(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let row = tx.query_opt("-- vault.applied\nselect number from vault_applied where one = 1", &[])?;
    row.map_or(Ok(0), |row| unsigned(&row, 0))
}

pub(crate) fn set_applied(tx: &mut Tx<'_>, applied: u64) -> Result<(), StoreError> {
    tx.execute(
        "-- vault.set_applied
insert into vault_applied (one, number) values (1, $1)
on conflict (one) do update set number = excluded.number where vault_applied.number < excluded.number",
        &[number(applied)],
    )?;
    Ok(())
}

/// Also backwards: after the loss of a ledger, whose numbers may have gone further.
pub(crate) fn put_applied(tx: &mut Tx<'_>, applied: u64) -> Result<(), StoreError> {
    tx.execute(
        "-- vault.put_applied
insert into vault_applied (one, number) values (1, $1) on conflict (one) do update set number = excluded.number",
        &[number(applied)],
    )?;
    Ok(())
}

pub(crate) fn forget_reason(tx: &mut Tx<'_>, record: RecordNumber) -> Result<u64, StoreError> {
    tx.execute(
        "-- vault.forget_reason
update vault_opening set reason = null where reason_record = $1 and reason is not null",
        &[number(record.0)],
    )
}

pub(crate) fn forget_reasons_of_day(tx: &mut Tx<'_>, day: Day) -> Result<u64, StoreError> {
    tx.execute(
        "-- vault.forget_reasons_of_day
update vault_opening set reason = null where reason_expiry = $1 and reason is not null",
        &[day.into()],
    )
}

pub(crate) fn forget_all_reasons(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    tx.execute("-- vault.forget_all_reasons\nupdate vault_opening set reason = null where reason is not null", &[])
}

pub(crate) fn forget_openings(tx: &mut Tx<'_>, record: [u8; 16]) -> Result<u64, StoreError> {
    tx.execute(
        "-- vault.forget_openings\nupdate vault_opening set record = null, reason = null where record = $1",
        &[record.into()],
    )
}

pub(crate) fn reasons_of(
    tx: &mut Tx<'_>,
    record: [u8; 16],
) -> Result<Vec<(RecordNumber, Day, Vec<u8>)>, StoreError> {
    let rows = tx.query(
        "-- vault.reasons_of
select reason_record, reason_expiry, reason from vault_opening
where record = $1 and reason is not null and reason_record is not null",
        &[record.into()],
    )?;
    rows.iter().map(|row| Ok((RecordNumber(unsigned(row, 0)?), row.get(1)?, row.get(2)?))).collect()
}
