use journal::{Event, Work};
use kernel::{Id, Text, kinds, one_line};
use people::{Grant, HandleIncident};

use crate::{CaseError, Incident, IncidentKind, storage};

/// The longest name of an incident, in characters.
pub const NAME_MOST_CHARS: usize = 100;

/// An incident that an officer opens.
#[derive(Clone, Debug)]
pub struct OpenCase {
    /// What kind it is of.
    pub kind: IncidentKind,
    /// What it is called in lists. It names nobody.
    pub name: String,
    /// Whether it is an exercise: the same in everything, marked as one, and unable to reach anybody outside.
    pub is_exercise: bool,
}

/// Opens an incident of the officer's own department. The officer commands it until somebody else does.
pub fn open_case(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    command: &OpenCase,
) -> Result<Id<kinds::Incident>, CaseError> {
    let name = one_line(&command.name, NAME_MOST_CHARS).ok_or(CaseError::Words)?;
    let incident = Incident {
        id: work.new_id(),
        kind: command.kind,
        department: Some(grant.department()),
        service: None,
        contractor: None,
        summary: Text::new(name, name, name),
        opened: work.now(),
        closed: None,
        lead: Some(grant.department()),
        commander: Some(grant.officer()),
        is_exercise: command.is_exercise,
        facts: Vec::new(),
    };
    storage::insert_incident(work.tx(), &incident, &format!("opened {}", incident.id))?;
    work.journal(
        Event::new("response.incident_opened")
            .detail("incident", incident.id.to_string())
            .detail("kind", incident.kind.slug())
            .detail("exercise", incident.is_exercise)
            .detail("department", grant.department().to_string())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(incident.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use store::RunError;

    #[test]
    fn an_officer_opens_a_case_and_commands_it() {
        let city = City::new();
        let grant = City::handler(1);
        let id = city.open_case(&grant, false);
        let incident = city.read(|tx| crate::incident(tx, id)).unwrap();
        assert!(incident.is_commanded_by(&grant) && incident.is_led_by(grant.department()) && !incident.is_exercise);
        assert_eq!(city.verbs(), ["response.incident_opened"]);
        for name in ["", " ", "a\nb", &"x".repeat(101)] {
            let command = OpenCase { kind: IncidentKind::Ransomware, name: name.to_owned(), is_exercise: false };
            let refused = city.act(grant.actor(), move |work| open_case(work, &grant, &command));
            assert!(matches!(refused, Err(RunError::Refused(CaseError::Words))), "{name}");
        }
    }
}
