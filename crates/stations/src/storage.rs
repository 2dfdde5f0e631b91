//! Every SQL text of this crate.

pub(crate) mod briefing;
pub(crate) mod count;
pub(crate) mod device;
pub(crate) mod queue;
pub(crate) mod shift;
pub(crate) mod turn;

use kernel::{Day, Id, Instant, kinds};
use store::{Row, StoreError, Tx, Value};

use crate::Station;

pub(crate) struct StationRow {
    pub id: Id<kinds::Station>,
    pub department: Id<kinds::Department>,
    pub station: Station,
    pub changed: Instant,
}

pub(crate) fn insert(tx: &mut Tx<'_>, row: &StationRow) -> Result<(), StoreError> {
    tx.execute(
        "-- stations.insert
insert into station (id, department, district, first_day, last_day, body, changed) values ($1, $2, $3, $4, $5, $6, $7)",
        &values(row)?,
    )?;
    Ok(())
}

pub(crate) fn update(tx: &mut Tx<'_>, row: &StationRow) -> Result<(), StoreError> {
    tx.execute(
        "-- stations.update
update station set department = $2, district = $3, first_day = $4, last_day = $5, body = $6, changed = $7 where id = $1",
        &values(row)?,
    )?;
    Ok(())
}

fn values(row: &StationRow) -> Result<[Value; 7], StoreError> {
    let body = serde_json::to_string(&row.station).map_err(|_| StoreError::Engine("a station has no JSON".into()))?;
    let district = row.station.district().map_or("", |district| district.code());
    Ok([
        row.id.into(),
        row.department.into(),
        district.into(),
        row.station.first_day.into(),
        row.station.last_day.map_or(Value::Null, Value::from),
        body.into(),
        row.changed.into(),
    ])
}

pub(crate) fn by_id(tx: &mut Tx<'_>, id: Id<kinds::Station>) -> Result<Option<StationRow>, StoreError> {
    let sql = "-- stations.by_id\nselect id, department, body, changed from station where id = $1";
    tx.query_opt(sql, &[id.into()])?.as_ref().map(read).transpose()
}

/// At most 1,000: the city has fewer.
pub(crate) fn between(tx: &mut Tx<'_>, first: Day, last: Day) -> Result<Vec<StationRow>, StoreError> {
    let rows = tx.query(
        "-- stations.between
select id, department, body, changed from station
where first_day <= $2 and (last_day is null or last_day >= $1) order by id limit 1000",
        &[first.into(), last.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn of_department(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<StationRow>, StoreError> {
    let rows = tx.query(
        "-- stations.of_department
select id, department, body, changed from station where department = $1 order by id limit 1000",
        &[department.into()],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<StationRow, StoreError> {
    let body: String = row.get(2)?;
    let station = serde_json::from_str(&body).map_err(|_| StoreError::Engine("a station cannot be read".into()))?;
    Ok(StationRow { id: row.get(0)?, department: row.get(1)?, station, changed: row.get(3)? })
}
