use kernel::{Day, Id, kinds};
use store::{Row, StoreError, Tx};

use crate::{PlanShift, Shift};

pub(crate) fn insert(tx: &mut Tx<'_>, department: Id<kinds::Department>, shift: &Shift) -> Result<(), StoreError> {
    let (from, until) = shift.minutes;
    tx.execute(
        "-- stations.insert_shift
insert into station_shift (id, station, department, officer, day, from_minute, until_minute) values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            shift.id.into(),
            shift.station.into(),
            department.into(),
            shift.officer.into(),
            shift.day.into(),
            from.into(),
            until.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn clashes(tx: &mut Tx<'_>, plan: &PlanShift) -> Result<bool, StoreError> {
    let (from, until) = plan.minutes;
    let row = tx.query_opt(
        "-- stations.shift_clashes
select id from station_shift where officer = $1 and day = $2 and from_minute < $4 and until_minute > $3 order by id limit 1",
        &[plan.officer.into(), plan.day.into(), from.into(), until.into()],
    )?;
    Ok(row.is_some())
}

pub(crate) fn remove(tx: &mut Tx<'_>, department: Id<kinds::Department>, id: Id<kinds::Shift>) -> Result<u64, StoreError> {
    let sql = "-- stations.remove_shift\ndelete from station_shift where id = $1 and department = $2";
    tx.execute(sql, &[id.into(), department.into()])
}

pub(crate) fn forget(tx: &mut Tx<'_>, department: Id<kinds::Department>, before: Day) -> Result<u64, StoreError> {
    let sql = "-- stations.forget_shifts\ndelete from station_shift where department = $1 and day < $2";
    tx.execute(sql, &[department.into(), before.into()])
}

pub(crate) fn between(tx: &mut Tx<'_>, department: Id<kinds::Department>, first: Day, last: Day) -> Result<Vec<Shift>, StoreError> {
    let rows = tx.query(
        "-- stations.shifts_between
select id, station, officer, day, from_minute, until_minute from station_shift
where department = $1 and day >= $2 and day <= $3 order by day, from_minute, id limit 5000",
        &[department.into(), first.into(), last.into()],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Shift, StoreError> {
    let minutes = (row.get(4)?, row.get(5)?);
    Ok(Shift { id: row.get(0)?, station: row.get(1)?, officer: row.get(2)?, day: row.get(3)?, minutes })
}
