use std::sync::Arc;

use drill::{DrillError, Pack, link_case, start_drill};
use journal::Work;
use kernel::{Id, kinds};
use people::{Grant, RunDrill};
use response::{IncidentKind, OpenExercise, open_exercise};

/// Starts an exercise and opens an exercise case for each team, which its department's officers find among their incidents.
pub(crate) fn start_with_cases(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunDrill>,
    id: Id<kinds::Drill>,
    pack: &Arc<Pack>,
) -> Result<(), DrillError> {
    let (record, _) = start_drill(work, grant, id, pack)?;
    for (number, team) in (0..).zip(&record.teams) {
        let command = OpenExercise {
            kind: exercise_kind(&record.pack),
            department: team.department,
            name: record.title.clone(),
            cause_key: format!("drill {id} team {number}"),
        };
        let case = open_exercise(work, &command)?;
        link_case(work, (id, number), case)?;
    }
    Ok(())
}

/// What a pack is about, in the words of incidents.
pub fn exercise_kind(pack: &str) -> IncidentKind {
    match pack {
        "contractor-leak" => IncidentKind::Leak,
        name => IncidentKind::from_slug(name).unwrap_or(IncidentKind::Other),
    }
}
