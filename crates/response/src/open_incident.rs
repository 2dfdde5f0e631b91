use journal::{Event, Work};
use kernel::{Id, Text, kinds};
use store::StoreError;

use crate::{Incident, IncidentKind, storage};

/// An incident to open.
#[derive(Clone, Debug)]
pub struct OpenIncident {
    /// What went wrong.
    pub kind: IncidentKind,
    /// The department that has to act.
    pub department: Option<Id<kinds::Department>>,
    /// The service whose data it is about.
    pub service: Option<Id<kinds::Service>>,
    /// The contractor it is about.
    pub contractor: Option<Id<kinds::Contractor>>,
    /// Names the cause: the same key is the same incident, however often it is found.
    pub cause_key: String,
    /// What is known, for officers. Names no resident.
    pub summary: Text,
}

/// Opens an incident, once for each cause. A second time nothing is written, and the first one's id is returned.
pub fn open_incident(work: &mut Work<'_, '_>, command: &OpenIncident) -> Result<Id<kinds::Incident>, StoreError> {
    if let Some(known) = storage::incident_by_key(work.tx(), &command.cause_key)? {
        return Ok(known);
    }
    let incident = Incident {
        id: work.new_id(),
        kind: command.kind,
        department: command.department,
        service: command.service,
        contractor: command.contractor,
        summary: command.summary.clone(),
        opened: work.now(),
        closed: None,
        lead: None,
        commander: None,
        is_exercise: false,
        facts: Vec::new(),
    };
    storage::insert_incident(work.tx(), &incident, &command.cause_key)?;
    let mut event = Event::new("response.incident_opened")
        .detail("incident", incident.id.to_string())
        .detail("kind", incident.kind.slug());
    let about = [
        ("department", incident.department.map(|id| id.to_string())),
        ("service", incident.service.map(|id| id.to_string())),
        ("contractor", incident.contractor.map(|id| id.to_string())),
    ];
    for (name, id) in about {
        if let Some(id) = id {
            event = event.detail(name, id);
        }
    }
    work.journal(event)?;
    Ok(incident.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;

    #[test]
    fn the_same_cause_is_the_same_incident() {
        let city = City::new();
        let first = city.open(IncidentKind::DataAlive, "lease 1 round 1");
        assert_eq!(city.open(IncidentKind::DataAlive, "lease 1 round 1"), first);
        assert_ne!(city.open(IncidentKind::DataAlive, "lease 1 round 2"), first);
        assert_eq!(city.verbs(), ["response.incident_opened"; 2]);
    }
}
