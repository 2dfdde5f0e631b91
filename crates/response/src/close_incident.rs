use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::{Grant, HandleIncident};
use store::StoreError;

use crate::storage;

/// Why an incident was not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseIncidentError {
    /// There is no such open incident in your department.
    #[error("there is no such open incident in your department")]
    Missing,
    /// Somebody commands it, and closes it.
    #[error("the commander of the incident closes it")]
    Commander,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for CloseIncidentError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Commander => Kind::Denied,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Closes an incident that the officer's department leads; where somebody commands, the commander.
pub fn close_incident(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    incident: Id<kinds::Incident>,
) -> Result<(), CloseIncidentError> {
    let found = storage::incident(work.tx(), incident)?;
    let ours = found.filter(|it| it.closed.is_none() && it.is_led_by(grant.department()));
    let ours = ours.ok_or(CloseIncidentError::Missing)?;
    if ours.commander.is_some() && !ours.is_commanded_by(grant) {
        return Err(CloseIncidentError::Commander);
    }
    let now = work.now();
    storage::close_incident(work.tx(), incident, now)?;
    work.journal(
        Event::new("response.incident_closed")
            .detail("incident", incident.to_string())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IncidentKind;
    use crate::rehearsal::City;
    use people::{Role, authorise};

    #[test]
    fn the_department_closes_its_own_and_nobody_elses() {
        let city = City::new();
        let id = city.open(IncidentKind::CanarySeen, "a canary");
        let close = |department: u8, role: Role| {
            let grant = authorise::<HandleIncident>(&City::officer(department, &[role]), None).unwrap();
            city.act(grant.actor(), move |work| close_incident(work, &grant, id))
        };
        assert!(close(2, Role::HeadOfDepartment).is_err(), "another department's");
        close(1, Role::HeadOfDepartment).unwrap();
        assert!(close(1, Role::PrivacyOfficer).is_err(), "closed already");
        assert_eq!(city.verbs(), ["response.incident_opened", "response.incident_closed"]);
    }
}
