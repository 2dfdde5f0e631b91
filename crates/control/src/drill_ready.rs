use std::collections::BTreeSet;

use drill::{Part, Seat, Sitter};
use webkit::Failure;

use crate::view;
use crate::visit::Visit;

/// Something that is not ready.
pub(crate) struct Ready {
    /// What, and what to do.
    pub(crate) words: String,
    /// Whether the exercise cannot start without it.
    pub(crate) stops: bool,
}

/// Everything that is missing before an exercise starts; first what keeps it from starting.
pub(crate) fn readiness(visit: &Visit<'_>, seats: &[Seat]) -> Result<Vec<Ready>, Failure> {
    let desk = visit.desk;
    let mut found = Vec::new();
    let names = visit.teams();
    let empty = |number: &u16| !seats.iter().any(|seat| seat.team() == Some(*number));
    let count = u16::try_from(names.len()).unwrap_or(u16::MAX);
    let empty: Vec<&str> = (0..count).filter(empty).map(|number| view::team(&names, number)).collect();
    let comma = desk.say("list-comma");
    if !empty.is_empty() {
        found.push(Ready { words: desk.tell("drill-ready-empty", [("teams", empty.join(&comma))]), stops: true });
    }
    let drills = desk.platform().drills();
    match drills.pack_of(&visit.record) {
        Ok(pack) => {
            let by_hand = pack.scenario.questions.iter().any(|question| pack.key(&question.name).is_some_and(drill::Key::is_open));
            let evaluators = seats.iter().filter(|seat| seat.part() == Part::Evaluator).count();
            if by_hand && evaluators < EVALUATORS_OWED {
                found.push(Ready { words: desk.say("drill-ready-evaluators"), stops: false });
            }
            if drills.pack(&visit.record.pack).is_ok_and(|now| now.digest != pack.digest) {
                found.push(Ready { words: desk.say("drill-ready-newer"), stops: false });
            }
        }
        Err(_) => found.push(Ready { words: desk.say("drill-ready-pack"), stops: true }),
    }
    let playing: BTreeSet<_> = visit.record.teams.iter().map(|team| team.department).collect();
    let now = desk.now();
    let unready = desk.platform().ledger().read("control.unready", |tx| callout::unready(tx, now))?;
    let unreached: Vec<String> =
        unready.iter().filter(|one| playing.contains(&one.department)).map(|one| visit.department(one.department)).collect();
    if !unreached.is_empty() {
        found.push(Ready { words: desk.tell("drill-ready-contacts", [("departments", unreached.join(&comma))]), stops: false });
    }
    let officers: Vec<_> = seats.iter().filter_map(|seat| if let Sitter::Officer(officer) = seat.sitter() { Some(officer) } else { None }).collect();
    let lacking = desk.platform().ledger().read("control.lacking", |tx| training::lacking(tx, &officers, now.day()))?;
    let untrained: BTreeSet<_> = lacking.iter().map(|one| one.officer).collect();
    if !untrained.is_empty() {
        found.push(Ready { words: desk.tell("drill-ready-training", [("count", untrained.len().to_string())]), stops: false });
    }
    Ok(found)
}

/// An answer marked by hand has two marks.
const EVALUATORS_OWED: usize = 2;
