use store::{StoreError, Tx};

use crate::state::{SchemeState, Status};

pub(crate) fn read(tx: &mut Tx<'_>) -> Result<Option<SchemeState>, StoreError> {
    let row = tx.query_opt(
        "-- registration.read_state
select status, opens, closes, latest, version, rate from registration_state where one = 1",
        &[],
    )?;
    let Some(row) = row else { return Ok(None) };
    let status: String = row.get(0)?;
    let decided = match status.as_str() {
        "open" => Status::Open,
        "paused" => Status::Paused,
        "closed" => Status::Closed,
        _ => Status::Draft,
    };
    let rate: i64 = row.get(5)?;
    Ok(Some(SchemeState {
        decided,
        opens: row.get(1)?,
        closes: row.get(2)?,
        latest: row.get(3)?,
        version: row.get(4)?,
        rate: u32::try_from(rate).unwrap_or(1),
    }))
}

pub(crate) fn write(tx: &mut Tx<'_>, state: &SchemeState) -> Result<(), StoreError> {
    tx.execute(
        "-- registration.write_state
insert into registration_state (one, status, opens, closes, latest, version, rate) values (1, $1, $2, $3, $4, $5, $6)
on conflict (one) do update set status = excluded.status, opens = excluded.opens, closes = excluded.closes,
    latest = excluded.latest, version = excluded.version, rate = excluded.rate",
        &[
            state.decided.as_str().into(),
            state.opens.into(),
            state.closes.into(),
            state.latest.into(),
            state.version.into(),
            i64::from(state.rate).into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn read_room(tx: &mut Tx<'_>) -> Result<Option<String>, StoreError> {
    let row = tx.query_opt("-- registration.read_room\nselect body from room_snapshot where one = 1", &[])?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn write_room(tx: &mut Tx<'_>, body: &str) -> Result<(), StoreError> {
    tx.execute(
        "-- registration.write_room
insert into room_snapshot (one, body) values (1, $1) on conflict (one) do update set body = excluded.body",
        &[body.into()],
    )?;
    Ok(())
}
