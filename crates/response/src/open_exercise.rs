use journal::{Event, Work};
use kernel::{Id, Text, kinds};
use store::{StoreError, Tx};

use crate::storage::case as table;
use crate::{Incident, IncidentKind, Milestone, storage};

/// The case of a department in an exercise.
#[derive(Clone, Debug)]
pub struct OpenExercise {
    /// What kind it is of.
    pub kind: IncidentKind,
    /// The department that plays.
    pub department: Id<kinds::Department>,
    /// What it is called in lists.
    pub name: Text,
    /// Names the cause: the same key is the same incident.
    pub cause_key: String,
}

/// Opens the case with which a department plays: an incident as any other, marked as an exercise, which nobody commands yet.
pub fn open_exercise(work: &mut Work<'_, '_>, command: &OpenExercise) -> Result<Id<kinds::Incident>, StoreError> {
    if let Some(known) = storage::incident_by_key(work.tx(), &command.cause_key)? {
        return Ok(known);
    }
    let incident = Incident {
        id: work.new_id(),
        kind: command.kind,
        department: Some(command.department),
        service: None,
        contractor: None,
        summary: command.name.clone(),
        opened: work.now(),
        closed: None,
        lead: None,
        commander: None,
        is_exercise: true,
        facts: Vec::new(),
    };
    storage::insert_incident(work.tx(), &incident, &command.cause_key)?;
    work.journal(
        Event::new("response.incident_opened")
            .detail("incident", incident.id.to_string())
            .detail("kind", incident.kind.slug())
            .detail("exercise", true)
            .detail("department", command.department.to_string()),
    )?;
    Ok(incident.id)
}

/// Whether a milestone stands in a case.
pub fn has_reached(tx: &mut Tx<'_>, id: Id<kinds::Incident>, milestone: Milestone) -> Result<bool, StoreError> {
    Ok(table::moments(tx, id)?.iter().any(|moment| moment.milestone == milestone))
}

/// The call-outs that were begun for a case.
pub fn call_outs_of(tx: &mut Tx<'_>, id: Id<kinds::Incident>) -> Result<Vec<Id<kinds::CallOut>>, StoreError> {
    table::call_outs(tx, id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::take_command;
    use journal::Actor;

    #[test]
    fn a_department_plays_with_a_case_of_its_own_and_its_officers_take_command() {
        let city = City::new();
        let grant = City::handler(1);
        let name = Text::new("March drill", "三月演習", "三月演习");
        let command =
            OpenExercise { kind: IncidentKind::Defacement, department: grant.department(), name, cause_key: "drill 1 team 0".into() };
        let open = || {
            let command = command.clone();
            city.act(Actor::Job("drill"), move |work| open_exercise(work, &command)).unwrap()
        };
        let id = open();
        assert_eq!(open(), id, "once");
        assert!(city.read(|tx| crate::incident(tx, id)).unwrap().is_exercise);
        assert!(!city.read(|tx| has_reached(tx, id, Milestone::Preliminary)));
        city.act(grant.actor(), move |work| take_command(work, &grant, id)).unwrap();
        city.note(&grant, (id, Milestone::Preliminary), city.now().plus_secs(-60)).unwrap();
        assert!(city.read(|tx| has_reached(tx, id, Milestone::Preliminary)));
        assert!(city.read(|tx| call_outs_of(tx, id)).is_empty());
    }
}
