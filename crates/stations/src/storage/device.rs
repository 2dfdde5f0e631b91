use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx, Value};

use crate::{Device, DeviceState};

pub(crate) fn insert(tx: &mut Tx<'_>, device: &Device, code: [u8; 32], expires: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- stations.insert_device
insert into station_device (id, department, name, state, code, code_expires, changed) values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            device.id.into(),
            device.department.into(),
            device.name.as_str().into(),
            device.state.slug().into(),
            code.into(),
            expires.into(),
            device.changed.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn update(tx: &mut Tx<'_>, device: &Device) -> Result<(), StoreError> {
    tx.execute(
        "-- stations.update_device\nupdate station_device set station = $2, state = $3, changed = $4 where id = $1",
        &[device.id.into(), device.station.map_or(Value::Null, Value::from), device.state.slug().into(), device.changed.into()],
    )?;
    Ok(())
}

pub(crate) fn set_code(tx: &mut Tx<'_>, id: Id<kinds::Device>, code: [u8; 32], expires: Instant) -> Result<(), StoreError> {
    let sql = "-- stations.set_device_code\nupdate station_device set code = $2, code_expires = $3 where id = $1";
    tx.execute(sql, &[id.into(), code.into(), expires.into()])?;
    Ok(())
}

pub(crate) fn end_key(tx: &mut Tx<'_>, id: Id<kinds::Device>) -> Result<(), StoreError> {
    let sql = "-- stations.end_device_key\nupdate station_device set code = null, key_hash = null where id = $1";
    tx.execute(sql, &[id.into()])?;
    Ok(())
}

/// Gives the device that waits for this code its key; 0 when none does.
pub(crate) fn enrol(tx: &mut Tx<'_>, (code, key): ([u8; 32], [u8; 32]), now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- stations.enrol_device
update station_device set key_hash = $2, code = null, state = 'enrolled', changed = $3 where code = $1 and code_expires > $3 and state = 'new'",
        &[code.into(), key.into(), now.into()],
    )
}

pub(crate) fn by_key(tx: &mut Tx<'_>, key: [u8; 32]) -> Result<Option<Id<kinds::Device>>, StoreError> {
    let sql = "-- stations.device_by_key\nselect id from station_device where key_hash = $1 and state = 'enrolled'";
    tx.query_opt(sql, &[key.into()])?.map(|row| row.get(0)).transpose()
}

pub(crate) fn by_id(tx: &mut Tx<'_>, id: Id<kinds::Device>) -> Result<Option<Device>, StoreError> {
    let sql = "-- stations.device_by_id\nselect id, department, name, station, state, changed from station_device where id = $1";
    tx.query_opt(sql, &[id.into()])?.as_ref().map(read).transpose()
}

pub(crate) fn of_department(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<Device>, StoreError> {
    let rows = tx.query(
        "-- stations.devices_of
select id, department, name, station, state, changed from station_device where department = $1 order by name, id limit 1000",
        &[department.into()],
    )?;
    rows.iter().map(read).collect()
}

/// The devices that have a key, or a code for one.
pub(crate) fn with_keys(tx: &mut Tx<'_>) -> Result<Vec<Device>, StoreError> {
    let rows = tx.query(
        "-- stations.devices_with_keys
select id, department, name, station, state, changed from station_device where state in ('new', 'enrolled') order by id",
        &[],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Device, StoreError> {
    let slug: String = row.get(4)?;
    let state = DeviceState::ALL.into_iter().find(|state| state.slug() == slug);
    let state = state.ok_or_else(|| StoreError::Engine("a device's state cannot be read".into()))?;
    Ok(Device { id: row.get(0)?, department: row.get(1)?, name: row.get(2)?, station: row.get(3)?, state, changed: row.get(5)? })
}
