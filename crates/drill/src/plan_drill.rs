use std::collections::BTreeSet;
use std::sync::Arc;

use journal::{Event, Work};
use kernel::{Id, Instant, Text, kinds, one_line};
use people::{Grant, RunDrill};

use crate::pack::Pack;
use crate::record::{DrillError, DrillRecord, DrillStage, PlannedTeam};
use crate::storage::{drill as table, pack, seat};

const TITLE_MOST_CHARS: usize = 200;
const TEAM_MOST_CHARS: usize = 60;
const TEAMS_MOST: usize = 400;
const CO_HOSTS_MOST: usize = 19;

/// An exercise to plan.
#[derive(Clone, Debug)]
pub struct PlanDrill {
    /// What is played.
    pub pack: Arc<Pack>,
    /// What it is called, in three languages.
    pub title: Text,
    /// When it is to begin. It begins when a facilitator starts it.
    pub begins: Instant,
    /// Departments that hold it with the officer's own: 19 at most.
    pub co_hosts: Vec<Id<kinds::Department>>,
    /// Who plays: 1 to 400 teams.
    pub teams: Vec<PlannedTeam>,
    /// The exercise whose open lessons it takes over: one that the department held.
    pub follows: Option<Id<kinds::Drill>>,
}

/// Plans an exercise, which the officer's department holds. Its pack is kept with it, to the byte: what becomes of the pack elsewhere
/// changes nothing here.
pub fn plan_drill(work: &mut Work<'_, '_>, grant: &Grant<RunDrill>, command: &PlanDrill) -> Result<Id<kinds::Drill>, DrillError> {
    let record = checked(work, grant, (work.new_id(), grant.department()), command)?;
    table::insert(work.tx(), &record)?;
    pack::keep(work.tx(), &command.pack)?;
    note(work, grant, "drill.planned", &record)?;
    Ok(record.id)
}

/// Plans it anew, as long as it has not started. Who sat in a team that is no more there has no seat any more.
pub fn replan_drill(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunDrill>,
    id: Id<kinds::Drill>,
    command: &PlanDrill,
) -> Result<(), DrillError> {
    let before = planned(work, grant, id)?;
    let record = checked(work, grant, (id, before.host), command)?;
    table::delete(work.tx(), id)?;
    table::insert(work.tx(), &record)?;
    pack::keep(work.tx(), &command.pack)?;
    pack::forget_unused(work.tx(), before.pack_digest)?;
    for seated in seat::list(work.tx(), id)? {
        let department = |record: &DrillRecord| seated.team().and_then(|team| record.teams.get(usize::from(team)).map(|team| team.department));
        if seated.team().is_some() && department(&before) != department(&record) {
            seat::delete(work.tx(), id, seated.sitter)?;
        }
    }
    note(work, grant, "drill.replanned", &record)
}

/// Takes a plan away, with its seats and its guests. One that has started stays.
pub fn cancel_drill(work: &mut Work<'_, '_>, grant: &Grant<RunDrill>, id: Id<kinds::Drill>) -> Result<(), DrillError> {
    let record = planned(work, grant, id)?;
    table::delete(work.tx(), id)?;
    seat::delete_all(work.tx(), id)?;
    pack::forget_unused(work.tx(), record.pack_digest)?;
    note(work, grant, "drill.cancelled", &record)
}

/// An exercise that the officer's department holds.
pub(crate) fn held(work: &mut Work<'_, '_>, grant: &Grant<RunDrill>, id: Id<kinds::Drill>) -> Result<DrillRecord, DrillError> {
    let record = table::find(work.tx(), id)?.filter(|record| record.is_held_by(grant.department()));
    record.ok_or(DrillError::Missing)
}

/// One that has not started.
pub(crate) fn planned(work: &mut Work<'_, '_>, grant: &Grant<RunDrill>, id: Id<kinds::Drill>) -> Result<DrillRecord, DrillError> {
    let record = held(work, grant, id)?;
    if record.stage == DrillStage::Planned { Ok(record) } else { Err(DrillError::Started) }
}

fn checked(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunDrill>,
    (id, host): (Id<kinds::Drill>, Id<kinds::Department>),
    command: &PlanDrill,
) -> Result<DrillRecord, DrillError> {
    let Text { en, zh_hant, zh_hans } = &command.title;
    let titled = |title: &String| !title.trim().is_empty() && title.chars().count() <= TITLE_MOST_CHARS;
    if ![en, zh_hant, zh_hans].into_iter().all(titled) {
        return Err(DrillError::Title);
    }
    let mut co_hosts: Vec<_> = command.co_hosts.iter().copied().filter(|department| *department != host).collect();
    co_hosts.sort_unstable();
    co_hosts.dedup();
    if co_hosts.len() > CO_HOSTS_MOST || !all_known(work, &co_hosts)? {
        return Err(DrillError::Hosts);
    }
    let teams = teams(work, &command.teams)?;
    if let Some(earlier) = command.follows {
        held(work, grant, earlier).map_err(|_| DrillError::Follows)?;
    }
    Ok(DrillRecord {
        id,
        pack: command.pack.scenario.name.to_string(),
        pack_digest: command.pack.digest,
        title: command.title.clone(),
        host,
        co_hosts,
        begins: command.begins,
        stage: DrillStage::Planned,
        started: None,
        ended: None,
        follows: command.follows,
        cases: vec![None; teams.len()],
        teams,
    })
}

fn teams(work: &mut Work<'_, '_>, teams: &[PlannedTeam]) -> Result<Vec<PlannedTeam>, DrillError> {
    let trimmed: Vec<PlannedTeam> =
        teams.iter().map(|team| PlannedTeam { name: team.name.trim().to_owned(), department: team.department }).collect();
    let names: BTreeSet<String> = trimmed.iter().map(|team| team.name.to_lowercase()).collect();
    let departments: Vec<_> = trimmed.iter().map(|team| team.department).collect::<BTreeSet<_>>().into_iter().collect();
    let fitting = trimmed.iter().all(|team| one_line(&team.name, TEAM_MOST_CHARS).is_some());
    let whole = (1..=TEAMS_MOST).contains(&trimmed.len()) && names.len() == trimmed.len() && fitting;
    if whole && all_known(work, &departments)? { Ok(trimmed) } else { Err(DrillError::Teams) }
}

fn all_known(work: &mut Work<'_, '_>, departments: &[Id<kinds::Department>]) -> Result<bool, DrillError> {
    for department in departments {
        if people::department(work.tx(), *department)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn note(work: &mut Work<'_, '_>, grant: &Grant<RunDrill>, verb: &'static str, record: &DrillRecord) -> Result<(), DrillError> {
    work.journal(
        Event::new(verb)
            .detail("drill", record.id.to_string())
            .detail("pack", record.pack.clone())
            .detail("pack_digest", kernel::to_hex(&record.pack_digest))
            .detail("teams", record.teams.len())
            .detail("host", record.host.to_string())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(())
}
