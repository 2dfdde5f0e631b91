use kernel::{Day, Id, Instant, Text, kinds};
use store::{StoreError, Tx};

use crate::{Station, storage};

/// A station in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: Id<kinds::Station>,
    /// Whose it is.
    pub department: Id<kinds::Department>,
    /// The department's name.
    pub operator: Text,
    /// The station.
    pub station: Station,
    /// When it was last changed.
    pub changed: Instant,
}

/// The stations that are there on at least one of these days, by district, then by name.
pub fn stations_between(tx: &mut Tx<'_>, first: Day, last: Day) -> Result<Vec<Listed>, StoreError> {
    sorted(tx, |tx| storage::between(tx, first, last))
}

/// Every station of a department, by district, then by name; ended ones too.
pub fn stations_of(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<Listed>, StoreError> {
    sorted(tx, |tx| storage::of_department(tx, department))
}

/// One station.
pub fn station(tx: &mut Tx<'_>, id: Id<kinds::Station>) -> Result<Option<Listed>, StoreError> {
    let row = storage::by_id(tx, id)?;
    row.map(|row| named(tx, row)).transpose()
}

fn sorted(
    tx: &mut Tx<'_>,
    look: impl FnOnce(&mut Tx<'_>) -> Result<Vec<storage::StationRow>, StoreError>,
) -> Result<Vec<Listed>, StoreError> {
    let rows = look(tx)?;
    let mut listed = rows.into_iter().map(|row| named(tx, row)).collect::<Result<Vec<_>, _>>()?;
    listed.sort_by_cached_key(|it| (it.station.district(), it.station.place.name(kernel::Language::En), it.id));
    Ok(listed)
}

fn named(tx: &mut Tx<'_>, row: storage::StationRow) -> Result<Listed, StoreError> {
    let department = people::department(tx, row.department)?;
    let operator = department.map_or_else(|| Text::new("", "", ""), |department| department.name);
    Ok(Listed { id: row.id, department: row.department, operator, station: row.station, changed: row.changed })
}
