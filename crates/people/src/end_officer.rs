use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use store::StoreError;

use crate::{Grant, ManageOfficers, removal, storage};

/// An officer who leaves the post.
#[derive(Clone, Copy, Debug)]
pub struct EndOfficer {
    /// The officer.
    pub officer: Id<kinds::Officer>,
}

/// Why an officer was not ended.
#[derive(Debug, thiserror::Error)]
pub enum EndOfficerError {
    /// There is no such officer in your department, or not any more.
    #[error("there is no such officer in your department")]
    Missing,
    /// Nobody ends himself.
    #[error("you cannot end your own post; another administrator can")]
    Own,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for EndOfficerError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Own => Kind::Denied,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Ends an officer: no session, no passkey, no invitation survives. What the officer did stays on record.
pub fn end_officer(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageOfficers>,
    command: EndOfficer,
) -> Result<(), EndOfficerError> {
    if command.officer == grant.officer() {
        return Err(EndOfficerError::Own);
    }
    let found = storage::officer::find(work.tx(), command.officer)?;
    let here = found.is_some_and(|officer| officer.department == grant.department());
    let now = work.now();
    if !here || storage::officer::end(work.tx(), command.officer, now)? == 0 {
        return Err(EndOfficerError::Missing);
    }
    work.removed(removal::OFFICER, &command.officer.bytes(), "")?;
    storage::session::end_all(work.tx(), command.officer, now)?;
    storage::passkey::delete_all(work.tx(), command.officer)?;
    storage::invitation::revoke_all(work.tx(), command.officer, now)?;
    work.journal(Event::new("people.officer_ended").detail("officer", command.officer.to_string()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{AddPasskeyError, Role};
    use store::RunError;

    #[test]
    fn an_ended_officers_invitation_is_worthless() {
        let city = City::new();
        let department = city.department();
        let invited = city.invite(department, &[Role::CaseOfficer]);
        let grant = city.administrator(department);
        let end = move |work: &mut Work<'_, '_>| end_officer(work, &grant, EndOfficer { officer: invited.officer });
        city.act(grant.actor(), end).unwrap();
        let refused = city.add_passkey(&invited.token);
        assert!(matches!(refused, Err(RunError::Refused(AddPasskeyError::Invitation))));
        let again = city.act(grant.actor(), end);
        assert!(matches!(again, Err(RunError::Refused(EndOfficerError::Missing))));
    }

    #[test]
    fn nobody_ends_himself_or_another_departments_officer() {
        let city = City::new();
        let home = city.department();
        let grant = city.administrator(home);
        let own = EndOfficer { officer: grant.officer() };
        let refused = city.act(grant.actor(), move |work| end_officer(work, &grant, own));
        assert!(matches!(refused, Err(RunError::Refused(EndOfficerError::Own))));
        let foreign = city.invite(city.second_department(), &[Role::CaseOfficer]).officer;
        let refused = city.act(grant.actor(), move |work| end_officer(work, &grant, EndOfficer { officer: foreign }));
        assert!(matches!(refused, Err(RunError::Refused(EndOfficerError::Missing))));
    }
}
