use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use store::StoreError;

use crate::{Grant, ManageOfficers, Role, RoleClash, check_roles, removal, storage};

/// New roles for an officer; they replace the old ones at once, in living sessions too.
#[derive(Clone, Debug)]
pub struct ChangeRoles {
    /// The officer.
    pub officer: Id<kinds::Officer>,
    /// All roles from now on.
    pub roles: Vec<Role>,
}

/// Why roles were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeRolesError {
    /// There is no such officer in your department.
    #[error("there is no such officer in your department")]
    Missing,
    /// Nobody changes his own roles.
    #[error("you cannot change your own roles; another administrator can")]
    Own,
    /// The roles do not go together.
    #[error(transparent)]
    Roles(#[from] RoleClash),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ChangeRolesError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Own => Kind::Denied,
            Self::Roles(clash) => clash.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Changes an officer's roles.
pub fn change_roles(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageOfficers>,
    command: &ChangeRoles,
) -> Result<(), ChangeRolesError> {
    if command.officer == grant.officer() {
        return Err(ChangeRolesError::Own);
    }
    check_roles(&command.roles)?;
    let found = storage::officer::find(work.tx(), command.officer)?;
    let officer = found.filter(|officer| officer.department == grant.department()).ok_or(ChangeRolesError::Missing)?;
    if storage::officer::set_roles(work.tx(), command.officer, &command.roles)? == 0 {
        return Err(ChangeRolesError::Missing);
    }
    let now = work.now();
    storage::rights::given(work.tx(), command.officer, now)?;
    work.removed(removal::ROLES, &command.officer.bytes(), &removal::roles_noted(&command.roles))?;
    let slugs = |roles: &[Role]| roles.iter().map(|role| role.slug()).collect::<Vec<_>>();
    work.journal(
        Event::new("people.roles_changed")
            .detail("officer", command.officer.to_string())
            .detail("from", slugs(&officer.roles))
            .detail("to", slugs(&command.roles)),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use store::RunError;

    #[test]
    fn new_roles_hold_at_once_in_a_living_session() {
        let city = City::new();
        let department = city.department();
        let officer = city.sign_in_new(department, &[Role::CaseOfficer]);
        let grant = city.administrator(department);
        let command = ChangeRoles { officer: officer.who.officer(), roles: vec![Role::DeliveryOfficer] };
        city.act(grant.actor(), move |work| change_roles(work, &grant, &command)).unwrap();
        assert_eq!(city.find_session(&officer.token).unwrap().who.roles(), [Role::DeliveryOfficer]);
    }

    #[test]
    fn nobody_raises_himself_and_no_clash_is_made() {
        let city = City::new();
        let department = city.department();
        let officer = city.invite(department, &[Role::CaseOfficer]).officer;
        let grant = city.administrator(department);
        let change = |officer, roles: Vec<Role>| {
            city.act(grant.actor(), move |work| {
                change_roles(work, &grant, &ChangeRoles { officer, roles: roles.clone() })
            })
        };
        let own = change(grant.officer(), vec![Role::SchemeOwner]);
        assert!(matches!(own, Err(RunError::Refused(ChangeRolesError::Own))));
        let clash = change(officer, vec![Role::SupervisingOfficer, Role::DeliveryOfficer]);
        assert!(matches!(clash, Err(RunError::Refused(ChangeRolesError::Roles(_)))));
        let foreign = city.invite(city.second_department(), &[Role::CaseOfficer]).officer;
        let elsewhere = change(foreign, vec![Role::DeliveryOfficer]);
        assert!(matches!(elsewhere, Err(RunError::Refused(ChangeRolesError::Missing))));
    }
}
