use kernel::{Day, Id, kinds};
use store::{StoreError, Tx};

pub(crate) fn add(tx: &mut Tx<'_>, (station, day): (Id<kinds::Station>, Day), help: &str) -> Result<(), StoreError> {
    tx.execute(
        "-- stations.count_help
insert into station_count (station, day, help, many) values ($1, $2, $3, 1)
on conflict (station, day, help) do update set many = station_count.many + 1",
        &[station.into(), day.into(), help.into()],
    )?;
    Ok(())
}

pub(crate) fn between(tx: &mut Tx<'_>, first: Day, last: Day) -> Result<Vec<(Id<kinds::Station>, String, i64)>, StoreError> {
    let rows = tx.query(
        "-- stations.counts_between
select station, help, many from station_count where day >= $1 and day <= $2 order by station, help",
        &[first.into(), last.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}
