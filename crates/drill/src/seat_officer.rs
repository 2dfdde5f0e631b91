use journal::{Event, Work};
use kernel::{Id, kinds};
use people::{Grant, RunDrill};

use crate::plan_drill::held;
use crate::record::{DrillError, DrillRecord, DrillStage};
use crate::seat::{Part, Seat, Sitter};
use crate::storage::seat as table;

const PLAYERS_MOST: usize = 5_000;
const OTHERS_MOST: usize = 500;

/// Gives an officer a seat, or another one. Once the exercise has started nobody changes from one part to another, and a player takes the
/// chair of one who left: the teams are as large as they were.
pub fn seat_officer(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunDrill>,
    id: Id<kinds::Drill>,
    officer: Id<kinds::Officer>,
    part: Part,
) -> Result<Seat, DrillError> {
    let record = held(work, grant, id)?;
    let known = people::officer(work.tx(), officer)?.filter(|known| known.ended.is_none()).ok_or(DrillError::Officer)?;
    if let Part::Player { team, .. } = part {
        let team = record.teams.get(usize::from(team)).ok_or(DrillError::Team)?;
        if team.department != known.department {
            return Err(DrillError::Elsewhere);
        }
    }
    let seat = sit(work, &record, (Sitter::Officer(officer), part), None)?;
    note(work, grant, "drill.seated", &seat)?;
    Ok(seat)
}

/// Takes an officer's seat away.
pub fn unseat(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunDrill>,
    id: Id<kinds::Drill>,
    officer: Id<kinds::Officer>,
) -> Result<(), DrillError> {
    let record = held(work, grant, id)?;
    let seat = leave(work, &record, Sitter::Officer(officer))?;
    note(work, grant, "drill.unseated", &seat)
}

/// Writes a seat.
pub(crate) fn sit(
    work: &mut Work<'_, '_>,
    record: &DrillRecord,
    (sitter, part): (Sitter, Part),
    until: Option<kernel::Instant>,
) -> Result<Seat, DrillError> {
    let all = table::all(work.tx(), record.id)?;
    let before = all.iter().find(|(seat, _)| seat.sitter == sitter).copied();
    let number = match (record.stage, before) {
        (DrillStage::Planned, _) => free(&all, (sitter, part))?,
        (_, Some((seat, ended))) if same(seat.part, part) => if ended && seat.team().is_some() { chair(&all, part)? } else { seat.number },
        (_, Some(_)) => return Err(DrillError::Part),
        (DrillStage::Running, None) if matches!(part, Part::Player { .. }) => chair(&all, part)?,
        (DrillStage::Ended, None) if matches!(part, Part::Player { .. }) => return Err(DrillError::Over),
        (_, None) => free(&all, (sitter, part))?,
    };
    let seat = Seat { drill: record.id, sitter, part, number, until };
    let now = work.now();
    table::put(work.tx(), &seat, now)?;
    Ok(seat)
}

/// Ends a seat, or forgets it when nothing has happened on it yet.
pub(crate) fn leave(work: &mut Work<'_, '_>, record: &DrillRecord, sitter: Sitter) -> Result<Seat, DrillError> {
    let all = table::all(work.tx(), record.id)?;
    let seat = all.into_iter().find(|(seat, ended)| seat.sitter == sitter && !ended).ok_or(DrillError::Seat)?.0;
    let now = work.now();
    if record.stage == DrillStage::Planned {
        table::delete(work.tx(), record.id, sitter)?;
    } else {
        table::end(work.tx(), &seat, now)?;
    }
    Ok(seat)
}

pub(crate) fn note(work: &mut Work<'_, '_>, grant: &Grant<RunDrill>, verb: &'static str, seat: &Seat) -> Result<(), DrillError> {
    let sitter = match seat.sitter {
        Sitter::Officer(officer) => officer.to_string(),
        Sitter::Guest(guest) => guest.to_string(),
    };
    let mut event = Event::new(verb)
        .detail("drill", seat.drill.to_string())
        .detail("sitter", sitter)
        .detail("part", seat.part.slug())
        .detail("number", seat.number)
        .detail("by", grant.officer().to_string());
    if let Some(team) = seat.team() {
        event = event.detail("team", team);
    }
    work.journal(event)?;
    Ok(())
}

/// The same part, from wherever it is played.
fn same(one: Part, other: Part) -> bool {
    match (one, other) {
        (Part::Player { team, .. }, Part::Player { team: other, .. }) => team == other,
        (one, other) => one == other,
    }
}

/// The lowest number that nobody of this part has or ever had.
fn free(all: &[(Seat, bool)], (sitter, part): (Sitter, Part)) -> Result<u16, DrillError> {
    let others = || all.iter().filter(|(seat, _)| seat.sitter != sitter);
    let players = others().filter(|(seat, _)| seat.team().is_some()).count();
    let (count, most) = if matches!(part, Part::Player { .. }) { (players, PLAYERS_MOST) } else { (others().count() - players, OTHERS_MOST) };
    let taken: Vec<u16> = others().filter(|(seat, _)| same(seat.part, part)).map(|(seat, _)| seat.number).collect();
    let number = (0..u16::MAX).find(|number| !taken.contains(number));
    number.filter(|_| count < most).ok_or(DrillError::Crowd)
}

/// A number of somebody who left the team.
fn chair(all: &[(Seat, bool)], part: Part) -> Result<u16, DrillError> {
    let of_team = || all.iter().filter(|(seat, _)| same(seat.part, part));
    let taken: Vec<u16> = of_team().filter(|(_, ended)| !ended).map(|(seat, _)| seat.number).collect();
    of_team().filter(|(_, ended)| *ended).map(|(seat, _)| seat.number).find(|number| !taken.contains(number)).ok_or(DrillError::NoChair)
}
