//! An exercise with whoever asks for it: in one place, so that no page can forget a right.

use std::sync::Arc;

use desk::{Desk, missing};
use drill::{DrillRecord, DrillStage, Part, Seat};
use flows::{DrillHand, DrillRoom};
use kernel::{Id, kinds};
use people::{Department, Grant, RunDrill};
use store::StoreError;
use webkit::Failure;

use crate::guest;
use crate::view::{View, teams};

/// An exercise as its visitor may see it. Whoever neither holds it nor has a seat in it does not learn that it is there.
pub(crate) struct Visit<'d> {
    pub(crate) desk: &'d Desk,
    pub(crate) record: DrillRecord,
    /// The visitor's seat.
    pub(crate) seat: Option<Seat>,
    /// Whether the visitor's department holds it and the visitor may run exercises.
    pub(crate) holds: bool,
    /// Every department, by code.
    pub(crate) departments: Vec<Department>,
}

impl<'d> Visit<'d> {
    /// The exercise of the address.
    pub(crate) fn of(desk: &'d Desk) -> Result<Self, Failure> {
        let id: Id<kinds::Drill> = desk.id("drill")?;
        let found = desk.platform().ledger().read("control.drill", |tx| {
            let Some(record) = drill::drill(tx, id)? else { return Ok::<_, StoreError>(None) };
            Ok(Some((record, people::departments(tx)?)))
        })?;
        let (record, departments) = found.ok_or_else(missing)?;
        let holds = desk.may::<RunDrill>() && record.is_held_by(desk.right::<RunDrill>()?.department());
        let seat = match guest::seat(desk) {
            Ok(seat) => Some(seat),
            Err(_) if holds => None,
            Err(failure) => return Err(failure),
        };
        Ok(Self { desk, record, seat, holds, departments })
    }

    /// The exercise of the address, for an officer whose department holds it.
    pub(crate) fn held(desk: &'d Desk) -> Result<(Self, Grant<RunDrill>), Failure> {
        let grant = desk.right::<RunDrill>()?;
        let visit = Self::of(desk)?;
        if visit.holds { Ok((visit, grant)) } else { Err(missing()) }
    }

    /// The exercise of the address once it has started, for whoever runs it: an officer of a department that holds it, or a facilitator.
    pub(crate) fn run(desk: &'d Desk) -> Result<Self, Failure> {
        let visit = Self::of(desk)?;
        if visit.runs() { Ok(visit) } else { Err(missing()) }
    }

    /// Whether the visitor runs it.
    pub(crate) fn runs(&self) -> bool {
        self.holds || self.part() == Some(Part::Facilitator)
    }

    /// What the visitor does in it.
    pub(crate) fn part(&self) -> Option<Part> {
        self.seat.map(|seat| seat.part())
    }

    /// The room in which it is played; nothing before it has started.
    pub(crate) fn room(&self) -> Result<Option<Arc<DrillRoom>>, Failure> {
        if self.record.stage == DrillStage::Planned {
            return Ok(None);
        }
        Ok(Some(self.desk.platform().drills().room(self.record.id)?))
    }

    /// The room of one that has started; before, there is no such page.
    pub(crate) fn started(&self) -> Result<Arc<DrillRoom>, Failure> {
        self.room()?.ok_or_else(missing)
    }

    /// What is rendered of it, read while nothing changes.
    pub(crate) fn read<T>(&self, room: &DrillRoom, show: impl FnOnce(&View<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        room.read(|exercise| show(&View { desk: self.desk, drill: &self.record, seat: self.seat, exercise }))?
    }

    /// With which right the visitor acts: that of a department that holds it, else the seat's.
    pub(crate) fn hand(&self) -> Result<DrillHand, Failure> {
        if self.holds {
            return Ok(DrillHand::from(self.desk.right::<RunDrill>()?));
        }
        self.seat.map(DrillHand::from).ok_or_else(missing)
    }

    /// An address below the exercise.
    pub(crate) fn url(&self, rest: &str) -> String {
        self.desk.url(&format!("/staff/drills/{}{rest}", self.record.id))
    }

    /// The name of a department.
    pub(crate) fn department(&self, id: Id<kinds::Department>) -> String {
        let found = self.departments.iter().find(|department| department.id == id);
        found.map_or_else(String::new, |department| self.desk.text(&department.name))
    }

    /// What the teams are called, in the order of their numbers.
    pub(crate) fn teams(&self) -> Vec<String> {
        teams(self.desk, &self.departments, &self.record)
    }
}
