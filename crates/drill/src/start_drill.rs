use std::sync::Arc;

use journal::{Event, Work};
use kernel::{Id, kinds, to_hex};
use people::{Grant, RunDrill};
use store::StoreError;

use crate::entry::{Entry, Event as Happening, Team};
use crate::exercise::Exercise;
use crate::pack::Pack;
use crate::plan_drill::planned;
use crate::record::{DrillError, DrillRecord, DrillStage};
use crate::seat::{Part, Place, Seat};
use crate::storage::{drill as table, entry, pack as packs, seat};

/// Starts the clock with the teams as they are seated. Players get their numbers within the team now, in the order of their seats.
pub fn start_drill(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunDrill>,
    id: Id<kinds::Drill>,
    pack: &Arc<Pack>,
) -> Result<(DrillRecord, Exercise), DrillError> {
    let mut record = planned(work, grant, id)?;
    if record.pack_digest != pack.digest {
        return Err(DrillError::Pack);
    }
    let teams = number_players(work, &record)?;
    let now = work.now();
    let exercise = Exercise::start(Arc::clone(pack), teams, now)?;
    table::start(work.tx(), id, now)?;
    // A plan of an earlier version came without its pack.
    packs::keep(work.tx(), pack)?;
    work.journal(
        Event::new("drill.started")
            .detail("drill", id.to_string())
            .detail("pack_digest", to_hex(&pack.digest))
            .detail("teams", exercise.state().teams.len())
            .detail("by", grant.officer().to_string()),
    )?;
    note_entries(work, id, exercise.entries())?;
    (record.stage, record.started) = (DrillStage::Running, Some(now));
    Ok((record, exercise))
}

/// Keeps entries that were just made, and notes the digest of their chain in the journal: from then on nobody can change one without
/// changing what the journal's tree says. An end among them ends the exercise. A number that is there already is refused as
/// [`StoreError::Unique`]: another process was faster.
pub fn note_entries(work: &mut Work<'_, '_>, id: Id<kinds::Drill>, entries: &[Entry]) -> Result<(), StoreError> {
    let Some((first, last)) = entries.first().zip(entries.last()) else { return Ok(()) };
    entry::insert(work.tx(), id, entries)?;
    if let Some(end) = entries.iter().find(|entry| entry.event == Happening::Ended) {
        table::end(work.tx(), id, end.at)?;
    }
    work.journal(
        Event::new("drill.noted")
            .detail("drill", id.to_string())
            .detail("from", first.number)
            .detail("to", last.number)
            .detail("chain", last.chain.clone()),
    )?;
    Ok(())
}

/// Says which exercise case is the team's.
pub fn link_case(
    work: &mut Work<'_, '_>,
    (id, team): (Id<kinds::Drill>, crate::TeamNumber),
    incident: Id<kinds::Incident>,
) -> Result<(), StoreError> {
    table::link_case(work.tx(), (id, team), incident)
}

fn number_players(work: &mut Work<'_, '_>, record: &DrillRecord) -> Result<Vec<Team>, DrillError> {
    let seats = seat::list(work.tx(), record.id)?;
    let mut teams = Vec::new();
    for (number, planned) in (0..).zip(&record.teams) {
        let mut players: Vec<&Seat> = seats.iter().filter(|seat| seat.team() == Some(number)).collect();
        players.sort_by_key(|seat| seat.number);
        if players.is_empty() {
            return Err(DrillError::Empty(planned.name.clone()));
        }
        for (number, player) in (0..).zip(&players).filter(|(number, player)| player.number != *number) {
            seat::renumber(work.tx(), player, number)?;
        }
        let remote = players.iter().filter(|seat| matches!(seat.part, Part::Player { place: Place::Remote, .. })).count();
        let count = |players: usize| u16::try_from(players).unwrap_or(u16::MAX);
        teams.push(Team { name: planned.name.clone(), in_room: count(players.len() - remote), remote: count(remote) });
    }
    Ok(teams)
}
