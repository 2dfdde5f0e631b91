use journal::{Event, Work};
use kernel::{Day, Fault, Id, Kind, kinds};
use people::{Grant, ManageStations};
use store::{StoreError, Tx};

use crate::hours::is_span;
use crate::{Week, storage};

/// An officer at a station for part of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Its id.
    pub id: Id<kinds::Shift>,
    /// Where.
    pub station: Id<kinds::Station>,
    /// Who.
    pub officer: Id<kinds::Officer>,
    /// On which day.
    pub day: Day,
    /// From which minute of the day to which.
    pub minutes: (i64, i64),
}

/// A shift to be.
#[derive(Clone, Copy, Debug)]
pub struct PlanShift {
    /// Where.
    pub station: Id<kinds::Station>,
    /// Who.
    pub officer: Id<kinds::Officer>,
    /// On which day.
    pub day: Day,
    /// From which minute of the day to which.
    pub minutes: (i64, i64),
}

/// Why a shift was not planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanShiftError {
    /// It ends before it begins.
    #[error("a shift begins before it ends, within one day")]
    Hours,
    /// The station is not there on that day.
    #[error("the station is not there on that day")]
    NotThere,
    /// The officer has another shift at that time.
    #[error("the officer has another shift at that time")]
    Clash,
    /// There is no such station or officer in your department.
    #[error("there is no such station or officer in your department")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for PlanShiftError {
    fn kind(&self) -> Kind {
        match self {
            Self::Hours | Self::NotThere => Kind::Invalid,
            Self::Clash => Kind::Taken,
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Plans a shift. What lies more than [`KEPT_DAYS`] back is forgotten on this occasion.
pub fn plan_shift(work: &mut Work<'_, '_>, grant: &Grant<ManageStations>, plan: PlanShift) -> Result<Id<kinds::Shift>, PlanShiftError> {
    if !is_span(plan.minutes) {
        return Err(PlanShiftError::Hours);
    }
    let department = grant.department();
    let row = storage::by_id(work.tx(), plan.station)?.filter(|row| row.department == department).ok_or(PlanShiftError::Missing)?;
    let officer = people::officer(work.tx(), plan.officer)?;
    officer.filter(|officer| officer.department == department).ok_or(PlanShiftError::Missing)?;
    if !row.station.is_there(plan.day) {
        return Err(PlanShiftError::NotThere);
    }
    if storage::shift::clashes(work.tx(), &plan)? {
        return Err(PlanShiftError::Clash);
    }
    let (id, today) = (work.new_id(), work.now().day());
    storage::shift::forget(work.tx(), department, today.plus(-KEPT_DAYS))?;
    storage::shift::insert(work.tx(), department, &Shift { id, station: plan.station, officer: plan.officer, day: plan.day, minutes: plan.minutes })?;
    work.journal(Event::new("stations.shift_planned").detail("station", plan.station.to_string()))?;
    Ok(id)
}

/// Takes a shift of the department off the plan.
pub fn cancel_shift(work: &mut Work<'_, '_>, grant: &Grant<ManageStations>, id: Id<kinds::Shift>) -> Result<(), PlanShiftError> {
    if storage::shift::remove(work.tx(), grant.department(), id)? == 0 {
        return Err(PlanShiftError::Missing);
    }
    work.journal(Event::new("stations.shift_cancelled").detail("shift", id.to_string()))?;
    Ok(())
}

/// The shifts of a department in a week, by day and hour.
pub fn shifts_of(tx: &mut Tx<'_>, department: Id<kinds::Department>, week: Week) -> Result<Vec<Shift>, StoreError> {
    storage::shift::between(tx, department, week.monday(), week.sunday())
}

/// Old plans say who worked when and serve nobody.
const KEPT_DAYS: i32 = 90;

#[cfg(test)]
mod tests {
    use journal::Actor;
    use kernel::Text;
    use people::{CreateDepartment, InviteOfficer, Inviter, Role, create_department, invite_officer};
    use store::RunError;

    use super::*;
    use crate::open_station;
    use crate::rehearsal::{City, sample};

    /// A department with an officer and a station.
    fn staffed(city: &City) -> (Grant<ManageStations>, Id<kinds::Officer>, Id<kinds::Station>) {
        let name = Text::new("Digital Policy Office", "數字政策辦公室", "数字政策办公室");
        let command = CreateDepartment { code: "DPO".into(), name };
        let department = city.act(Actor::Operator, move |work| create_department(work, command.clone())).unwrap();
        people::prepare_keys(city.ledger.keys()).unwrap();
        let contact = people::Contact::parse("CHAN Siu Ming", "officer@dpo.example").unwrap();
        let contact = people::seal_contact(city.ledger.keys(), city.ledger.now().day(), &contact).unwrap();
        let post = Text::new("Assistant", "助理", "助理");
        let invite = InviteOfficer { department, post: post.clone(), roles: vec![Role::CaseOfficer], contact };
        let invited = city.act(Actor::Operator, move |work| invite_officer(work, &Inviter::Operator, invite.clone())).unwrap();
        let who = people::SignedIn::at_console(invited.officer, department, vec![Role::CaseOfficer], post);
        let grant: Grant<ManageStations> = people::authorise(&who, None).unwrap();
        let (opener, actor) = (people::authorise::<ManageStations>(&who, None).unwrap(), grant.actor());
        let station = city.act(actor, move |work| open_station(work, &opener, &sample())).unwrap();
        (grant, invited.officer, station)
    }

    #[test]
    fn an_officer_is_at_one_place_at_a_time() {
        let city = City::new();
        let (grant, officer, station) = staffed(&city);
        let day: Day = "2021-12-30".parse().unwrap();
        let grant = std::sync::Arc::new(grant);
        let plan = |officer, day, minutes| {
            let grant = grant.clone();
            city.act(Actor::Operator, move |work| plan_shift(work, &grant, PlanShift { station, officer, day, minutes }))
        };
        let refused = |planned: Result<_, RunError<PlanShiftError>>| match planned {
            Err(RunError::Refused(error)) => error.to_string(),
            _ => String::new(),
        };
        let morning = plan(officer, day, (540, 780)).unwrap();
        assert!(refused(plan(officer, day, (720, 900))).contains("another shift"));
        assert!(refused(plan(officer, day, (780, 780))).contains("begins before"));
        assert!(refused(plan(officer, day.plus(-2), (540, 780))).contains("not there"));
        assert!(refused(plan(Id::from_bytes([3; 16]), day, (540, 780))).contains("no such"));
        plan(officer, day, (780, 1080)).unwrap();
        let week = Week::of(day);
        assert_eq!(city.read(|tx| shifts_of(tx, grant.department(), week)).len(), 2);
        assert!(city.act(Actor::Operator, move |work| cancel_shift(work, &City::grant(2), morning)).is_err(), "another department's");
        let own = grant.clone();
        city.act(Actor::Operator, move |work| cancel_shift(work, &own, morning)).unwrap();
        plan(officer, day, (600, 720)).unwrap();
        city.clock.advance_secs(100 * 24 * 3600);
        assert!(refused(plan(officer, day.plus(100), (540, 600))).contains("not there"), "the station has gone");
    }
}
