use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::turn::TurnRow;

/// A device has one turn at a time.
pub(crate) fn replace(tx: &mut Tx<'_>, device: Id<kinds::Device>, ticket: [u8; 32], now: Instant) -> Result<(), StoreError> {
    tx.execute("-- stations.remove_turn\ndelete from station_turn where device = $1", &[device.into()])?;
    tx.execute(
        "-- stations.insert_turn\ninsert into station_turn (device, ticket, made) values ($1, $2, $3)",
        &[device.into(), ticket.into(), now.into()],
    )?;
    Ok(())
}

/// 0 when the ticket is none, or was made before `since`.
pub(crate) fn open(tx: &mut Tx<'_>, (ticket, cookie): ([u8; 32], [u8; 32]), since: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- stations.open_turn
update station_turn set cookie = $2, ticket = null where ticket = $1 and made > $3 and ended is null",
        &[ticket.into(), cookie.into(), since.into()],
    )
}

/// 0 when the turn has begun, has ended, or has no browser.
pub(crate) fn begin(tx: &mut Tx<'_>, device: Id<kinds::Device>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- stations.begin_turn
update station_turn set begun = $2, seen = $2 where device = $1 and cookie is not null and begun is null and ended is null",
        &[device.into(), now.into()],
    )
}

pub(crate) fn see(tx: &mut Tx<'_>, cookie: [u8; 32], now: Instant) -> Result<(), StoreError> {
    let sql = "-- stations.see_turn\nupdate station_turn set seen = $2 where cookie = $1 and begun is not null";
    tx.execute(sql, &[cookie.into(), now.into()])?;
    Ok(())
}

pub(crate) fn end(tx: &mut Tx<'_>, cookie: [u8; 32], now: Instant) -> Result<(), StoreError> {
    let sql = "-- stations.end_turn\nupdate station_turn set ended = $2 where cookie = $1 and ended is null";
    tx.execute(sql, &[cookie.into(), now.into()])?;
    Ok(())
}

pub(crate) fn end_of_device(tx: &mut Tx<'_>, device: Id<kinds::Device>, now: Instant) -> Result<(), StoreError> {
    let sql = "-- stations.end_turn_of_device\nupdate station_turn set ended = $2 where device = $1 and ended is null";
    tx.execute(sql, &[device.into(), now.into()])?;
    Ok(())
}

pub(crate) fn by_cookie(tx: &mut Tx<'_>, cookie: [u8; 32]) -> Result<Option<TurnRow>, StoreError> {
    let sql = "-- stations.turn_by_cookie\nselect device, begun, seen, ended from station_turn where cookie = $1";
    tx.query_opt(sql, &[cookie.into()])?.as_ref().map(read).transpose()
}

pub(crate) fn of_device(tx: &mut Tx<'_>, device: Id<kinds::Device>) -> Result<Option<TurnRow>, StoreError> {
    let sql = "-- stations.turn_of_device\nselect device, begun, seen, ended from station_turn where device = $1";
    tx.query_opt(sql, &[device.into()])?.as_ref().map(read).transpose()
}

/// Of turns whose browser is open.
pub(crate) fn of_department(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<TurnRow>, StoreError> {
    let rows = tx.query(
        "-- stations.turns_of
select t.device, t.begun, t.seen, t.ended from station_turn t join station_device d on d.id = t.device
where d.department = $1 and t.cookie is not null order by t.device limit 1000",
        &[department.into()],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<TurnRow, StoreError> {
    Ok(TurnRow { device: row.get(0)?, begun: row.get(1)?, seen: row.get(2)?, ended: row.get(3)? })
}
