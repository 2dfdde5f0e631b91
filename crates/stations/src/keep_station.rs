use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::{Grant, ManageStations};
use store::StoreError;

use crate::storage::StationRow;
use crate::{Station, StationFlaw, storage};

/// Why a station was not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepStationError {
    /// It is none.
    #[error(transparent)]
    Flaw(#[from] StationFlaw),
    /// There is no such station in your department.
    #[error("there is no such station in your department")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for KeepStationError {
    fn kind(&self) -> Kind {
        match self {
            Self::Flaw(_) => Kind::Invalid,
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Puts a station of the officer's department on the list.
pub fn open_station(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageStations>,
    station: &Station,
) -> Result<Id<kinds::Station>, KeepStationError> {
    station.check()?;
    let row = StationRow { id: work.new_id(), department: grant.department(), station: station.clone(), changed: work.now() };
    storage::insert(work.tx(), &row)?;
    work.journal(Event::new("stations.opened").detail("station", row.id.to_string()))?;
    Ok(row.id)
}

/// Changes a station of the officer's department.
pub fn change_station(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageStations>,
    id: Id<kinds::Station>,
    station: &Station,
) -> Result<(), KeepStationError> {
    station.check()?;
    let row = own(work, grant, id)?;
    let row = StationRow { station: station.clone(), changed: work.now(), ..row };
    storage::update(work.tx(), &row)?;
    work.journal(Event::new("stations.changed").detail("station", id.to_string()))?;
    Ok(())
}

fn own(work: &mut Work<'_, '_>, grant: &Grant<ManageStations>, id: Id<kinds::Station>) -> Result<StationRow, KeepStationError> {
    let row = storage::by_id(work.tx(), id)?;
    row.filter(|row| row.department == grant.department()).ok_or(KeepStationError::Missing)
}

#[cfg(test)]
mod tests {
    use kernel::Day;
    use people::{Role, authorise};

    use super::*;
    use crate::rehearsal::{City, sample};
    use crate::{stations_between, stations_of};

    #[test]
    fn a_department_keeps_its_own_stations_and_nobody_elses() {
        let city = City::new();
        let grant = |department: u8| authorise::<ManageStations>(&City::officer(department, Role::CaseOfficer), None).unwrap();
        let (ours, theirs) = (grant(1), grant(2));
        let id = city.act(ours.actor(), move |work| open_station(work, &ours, &sample())).unwrap();
        let moved = Station { step_free: false, ..sample() };
        let change = moved.clone();
        assert!(city.act(theirs.actor(), move |work| change_station(work, &theirs, id, &change)).is_err());
        let change = moved.clone();
        city.act(ours.actor(), move |work| change_station(work, &ours, id, &change)).unwrap();
        let flawed = Station { help: Vec::new(), ..sample() };
        assert!(city.act(ours.actor(), move |work| change_station(work, &ours, id, &flawed)).is_err());
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(city.read(|tx| stations_between(tx, day("2022-01-03"), day("2022-01-09")))[0].station, moved);
        let last = day("2022-01-02");
        let ended = Station { last_day: Some(last), ..moved };
        city.act(ours.actor(), move |work| change_station(work, &ours, id, &ended)).unwrap();
        assert!(city.read(|tx| stations_between(tx, day("2022-01-03"), day("2022-01-09"))).is_empty());
        assert_eq!(city.read(|tx| stations_between(tx, day("2021-12-27"), day("2022-01-02"))).len(), 1);
        assert_eq!(city.read(|tx| stations_of(tx, Id::from_bytes([1; 16]))).len(), 1, "it stays on record");
        assert_eq!(city.verbs(), ["stations.opened", "stations.changed", "stations.changed"]);
    }

    #[test]
    fn whoever_has_no_such_right_opens_none() {
        assert!(authorise::<ManageStations>(&City::officer(1, Role::Auditor), None).is_err());
    }
}
