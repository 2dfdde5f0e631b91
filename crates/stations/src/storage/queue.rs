use kernel::{Day, Id, kinds};
use store::{StoreError, Tx};

use crate::Numbers;

pub(crate) fn of(tx: &mut Tx<'_>, station: Id<kinds::Station>, day: Day) -> Result<Numbers, StoreError> {
    let sql = "-- stations.numbers\nselect given, called from station_queue where station = $1 and day = $2";
    let row = tx.query_opt(sql, &[station.into(), day.into()])?;
    row.map_or_else(|| Ok(Numbers::default()), |row| Ok(Numbers { given: row.get(0)?, called: row.get(1)? }))
}

/// Yesterday's numbers say nothing to anybody.
pub(crate) fn put(tx: &mut Tx<'_>, station: Id<kinds::Station>, day: Day, numbers: Numbers) -> Result<(), StoreError> {
    tx.execute(
        "-- stations.forget_numbers\ndelete from station_queue where station = $1 and day < $2",
        &[station.into(), day.into()],
    )?;
    tx.execute(
        "-- stations.put_numbers
insert into station_queue (station, day, given, called) values ($1, $2, $3, $4)
on conflict (station, day) do update set given = $3, called = $4",
        &[station.into(), day.into(), numbers.given.into(), numbers.called.into()],
    )?;
    Ok(())
}
