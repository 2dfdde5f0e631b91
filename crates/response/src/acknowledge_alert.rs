use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::SignedIn;
use store::StoreError;

use crate::{Outcome, storage};

/// An officer has seen an alert.
#[derive(Clone, Copy, Debug)]
pub struct AcknowledgeAlert {
    /// The alert.
    pub alert: Id<kinds::Alert>,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// Why an alert was not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum AcknowledgeAlertError {
    /// There is no such alert for this officer.
    #[error("there is no such alert for you")]
    Missing,
    /// Somebody did already.
    #[error("somebody has acknowledged this alert already")]
    Taken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for AcknowledgeAlertError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Taken => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Acknowledges an alert that is addressed to one of the officer's roles in the officer's department.
pub fn acknowledge_alert(
    work: &mut Work<'_, '_>,
    who: &SignedIn,
    command: AcknowledgeAlert,
) -> Result<(), AcknowledgeAlertError> {
    let alert = storage::alert(work.tx(), command.alert)?.filter(|alert| alert.is_for(who.department()));
    let roles = storage::alert_roles(work.tx(), command.alert)?;
    let alert = alert.filter(|_| roles.iter().any(|role| who.roles().contains(role)));
    if alert.ok_or(AcknowledgeAlertError::Missing)?.acknowledged.is_some() {
        return Err(AcknowledgeAlertError::Taken);
    }
    let now = work.now();
    storage::acknowledge(work.tx(), command.alert, now, who.officer(), command.outcome)?;
    work.journal(
        Event::new("response.alert_acknowledged")
            .detail("alert", command.alert.to_string())
            .detail("outcome", command.outcome.slug())
            .detail("by", who.officer().to_string()),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use journal::Actor;
    use people::Role;
    use store::RunError;

    #[test]
    fn only_whom_it_is_for_acknowledges_and_only_once() {
        let city = City::new();
        let alert = city.raise("lease 1", &[Role::PrivacyOfficer]);
        let acknowledge = |department: u8, role: Role| {
            let who = City::officer(department, &[role]);
            let command = AcknowledgeAlert { alert, outcome: Outcome::FollowedUp };
            city.act(Actor::Operator, move |work| acknowledge_alert(work, &who, command))
        };
        for (department, role) in [(2, Role::PrivacyOfficer), (1, Role::CaseOfficer)] {
            let refused = acknowledge(department, role);
            assert!(matches!(refused, Err(RunError::Refused(AcknowledgeAlertError::Missing))), "{department} {role}");
        }
        acknowledge(1, Role::PrivacyOfficer).unwrap();
        let again = acknowledge(1, Role::PrivacyOfficer);
        assert!(matches!(again, Err(RunError::Refused(AcknowledgeAlertError::Taken))));
        assert_eq!(city.verbs(), ["response.alert_raised", "response.alert_acknowledged"]);
    }
}
