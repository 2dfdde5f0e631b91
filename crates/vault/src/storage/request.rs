//! Every SQL text about formal requests.

use kernel::{Day, Id, Instant, Language, kinds};
use seal::RecordNumber;
use store::{Row, StoreError, Tx, Value};

use crate::request::{Ground, LogEntry, REQUESTS, RequestChannel, RequestKind, RequestRow, RequestState};

/// The number after the last. Requests are few, and a unit of work that loses the race is run again.
pub(crate) fn next_number(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    let sql = "-- vault.last_request\nselect number from subject_request order by number desc limit 1";
    Ok(tx.query_opt(sql, &[])?.map_or(Ok(0), |row| row.get::<i64>(0))? + 1)
}

pub(crate) fn insert(tx: &mut Tx<'_>, row: &RequestRow) -> Result<(), StoreError> {
    tx.execute(
        "-- vault.insert_request
insert into subject_request (id, number, service, kind, channel, language, lodged, due, state, ground, decided_by, record,
    details, details_purpose, details_expiry)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', $10, $11, $12, $13)",
        &[
            row.id.into(),
            row.number.into(),
            row.service.into(),
            row.kind.as_str().into(),
            row.channel.as_str().into(),
            row.language.slug().into(),
            row.lodged.into(),
            row.due.into(),
            row.state.as_str().into(),
            i64::try_from(row.record.0).unwrap_or(i64::MAX).into(),
            row.details.as_deref().map_or(Value::Null, Value::from),
            REQUESTS.into(),
            row.expiry.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<kinds::SubjectRequest>) -> Result<Option<RequestRow>, StoreError> {
    let row = tx.query_opt(
        "-- vault.find_request
select id, number, service, kind, channel, language, lodged, due, state, ground, decided, record, details, details_expiry
from subject_request where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(request).transpose()
}

pub(crate) fn of_service(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
    limit: i64,
) -> Result<Vec<RequestRow>, StoreError> {
    let rows = tx.query(
        "-- vault.requests_of_service
select id, number, service, kind, channel, language, lodged, due, state, ground, decided, record, details, details_expiry
from subject_request where service = $1
order by case when state = 'lodged' then 0 else 1 end, due, number limit $2",
        &[service.into(), limit.into()],
    )?;
    rows.iter().map(request).collect()
}

pub(crate) fn due(tx: &mut Tx<'_>, until: Day, limit: i64) -> Result<Vec<RequestRow>, StoreError> {
    let rows = tx.query(
        "-- vault.requests_due
select id, number, service, kind, channel, language, lodged, due, state, ground, decided, record, details, details_expiry
from subject_request where state = 'lodged' and due <= $1 order by due, number limit $2",
        &[until.into(), limit.into()],
    )?;
    rows.iter().map(request).collect()
}

fn request(row: &Row) -> Result<RequestRow, StoreError> {
    let (kind, channel, language): (String, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
    let (state, ground): (String, String) = (row.get(8)?, row.get(9)?);
    Ok(RequestRow {
        id: row.get(0)?,
        number: row.get(1)?,
        service: row.get(2)?,
        kind: RequestKind::parse(&kind).unwrap_or(RequestKind::Access),
        channel: RequestChannel::parse(&channel).unwrap_or(RequestChannel::Online),
        language: Language::from_slug(&language).unwrap_or(Language::ZhHant),
        lodged: row.get(6)?,
        due: row.get(7)?,
        state: RequestState::parse(&state).unwrap_or(RequestState::Lodged),
        ground: Ground::parse(&ground),
        decided: row.get(10)?,
        record: RecordNumber(u64::try_from(row.get::<i64>(11)?).unwrap_or(0)),
        details: row.get(12)?,
        expiry: row.get(13)?,
    })
}

pub(crate) fn set_decided(tx: &mut Tx<'_>, row: &RequestRow, actor: &str) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "-- vault.decide_request
update subject_request set state = $2, ground = $3, decided = $4, decided_by = $5 where id = $1 and state = 'lodged'",
        &[
            row.id.into(),
            row.state.as_str().into(),
            row.ground.map_or("", Ground::as_str).into(),
            row.decided.map_or(Value::Null, Value::from),
            actor.into(),
        ],
    )?;
    Ok(changed == 1)
}

pub(crate) fn insert_log(
    tx: &mut Tx<'_>,
    id: Id<kinds::Event>,
    request: &RequestRow,
    at: Instant,
    step: &str,
    actor: &str,
    keep: Day,
) -> Result<(), StoreError> {
    tx.execute(
        "-- vault.insert_request_log
insert into request_log (id, request, service, at, step, ground, actor, keep) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            id.into(),
            request.id.into(),
            request.service.into(),
            at.into(),
            step.into(),
            request.ground.map_or("", Ground::as_str).into(),
            actor.into(),
            keep.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn log_of(tx: &mut Tx<'_>, service: Id<kinds::Service>, limit: i64) -> Result<Vec<LogEntry>, StoreError> {
    let rows = tx.query(
        "-- vault.request_log
select request, at, step, ground, actor from request_log where service = $1 order by at desc, id desc limit $2",
        &[service.into(), limit.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(LogEntry {
                request: row.get(0)?,
                at: row.get(1)?,
                step: row.get(2)?,
                ground: row.get(3)?,
                actor: row.get(4)?,
            })
        })
        .collect()
}

pub(crate) fn forget_details(tx: &mut Tx<'_>, today: Day) -> Result<u64, StoreError> {
    tx.execute(
        "-- vault.forget_request_details
update subject_request set details = null where details_expiry < $1 and details is not null",
        &[today.into()],
    )
}

pub(crate) fn forget_log(tx: &mut Tx<'_>, today: Day) -> Result<u64, StoreError> {
    tx.execute("-- vault.forget_request_log\ndelete from request_log where keep < $1", &[today.into()])
}
