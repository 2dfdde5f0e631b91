use journal::{Event, Work};
use kernel::{Id, kinds};
use people::{Grant, RunDrill};

use crate::plan_drill::held;
use crate::record::{DrillError, DrillRecord, DrillStage};
use crate::seat::{Part, Seat, Sitter};
use crate::storage::seat as table;

const PLAYERS_MOST: u64 = 5_000;
const OTHERS_MOST: u64 = 500;

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
    let before = table::any(work.tx(), record.id, sitter)?;
    let others: Vec<(Seat, bool)> =
        table::like(work.tx(), record.id, part)?.into_iter().filter(|(seat, _)| seat.sitter != sitter).collect();
    let is_player = matches!(part, Part::Player { .. });
    let number = match (record.stage, before) {
        (DrillStage::Planned, _) => free(&others)?,
        (_, Some((seat, ended))) if seat.part.is_like(part) => if ended && is_player { chair(&others, Some(seat))? } else { seat.number },
        (_, Some(_)) => return Err(DrillError::Part),
        (DrillStage::Running, None) if is_player => chair(&others, None)?,
        (DrillStage::Ended, None) if is_player => return Err(DrillError::Over),
        (_, None) => free(&others)?,
    };
    let (players, rest) = table::count(work.tx(), record.id)?;
    if before.is_none() && if is_player { players >= PLAYERS_MOST } else { rest >= OTHERS_MOST } {
        return Err(DrillError::Crowd);
    }
    let seat = Seat { drill: record.id, sitter, part, number, until };
    let now = work.now();
    table::put(work.tx(), &seat, now)?;
    Ok(seat)
}

/// Ends a seat, or forgets it when nothing has happened on it yet.
pub(crate) fn leave(work: &mut Work<'_, '_>, record: &DrillRecord, sitter: Sitter) -> Result<Seat, DrillError> {
    let seat = table::any(work.tx(), record.id, sitter)?.filter(|(_, ended)| !ended).ok_or(DrillError::Seat)?.0;
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

/// The lowest number that nobody else of this part has or ever had.
fn free(others: &[(Seat, bool)]) -> Result<u16, DrillError> {
    (0..u16::MAX).find(|number| !others.iter().any(|(seat, _)| seat.number == *number)).ok_or(DrillError::Crowd)
}

/// A number of somebody who left the team: one's own when nobody has taken it.
fn chair(others: &[(Seat, bool)], own: Option<Seat>) -> Result<u16, DrillError> {
    let left = own.into_iter().chain(others.iter().filter(|(_, ended)| *ended).map(|(seat, _)| *seat)).map(|seat| seat.number);
    let is_taken = |number: u16| others.iter().any(|(seat, ended)| !ended && seat.number == number);
    left.into_iter().find(|number| !is_taken(*number)).ok_or(DrillError::NoChair)
}
