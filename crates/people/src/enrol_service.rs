use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use store::{StoreError, Tx};

use crate::{Action, Grant, storage};

/// A service and the department that owns it: what [`crate::authorise`] needs to know. Made by looking it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    service: Id<kinds::Service>,
    department: Id<kinds::Department>,
}

impl Scope {
    /// The operator at the machine's own console, and tests of verbs; `tidy` lets nothing else name this function.
    pub const fn at_console(service: Id<kinds::Service>, department: Id<kinds::Department>) -> Self {
        Self { service, department }
    }

    /// The service.
    pub const fn service(&self) -> Id<kinds::Service> {
        self.service
    }

    /// The department that owns it.
    pub const fn department(&self) -> Id<kinds::Department> {
        self.department
    }
}

/// A new service for the directory.
#[derive(Clone, Copy, Debug)]
pub struct EnrolService {
    /// The service.
    pub service: Id<kinds::Service>,
}

/// Why a service was not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolServiceError {
    /// It stands in the directory already.
    #[error("this service stands in the directory already")]
    Taken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for EnrolServiceError {
    fn kind(&self) -> Kind {
        match self {
            Self::Taken => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Enters a service into the platform's directory as the department of whoever creates it.
pub fn enrol_service<A: Action>(
    work: &mut Work<'_, '_>,
    grant: &Grant<A>,
    command: EnrolService,
) -> Result<Scope, EnrolServiceError> {
    let (now, department) = (work.now(), grant.department());
    if storage::service_owner::insert(work.tx(), command.service, department, now)? == 0 {
        return Err(EnrolServiceError::Taken);
    }
    work.journal(
        Event::new("people.service_enrolled")
            .detail("service", command.service.to_string())
            .detail("department", department.to_string()),
    )?;
    Ok(Scope { service: command.service, department })
}

/// The scope of a service, if it stands in the directory.
pub fn owner_of(tx: &mut Tx<'_>, service: Id<kinds::Service>) -> Result<Option<Scope>, StoreError> {
    let department = storage::service_owner::find(tx, service)?;
    Ok(department.map(|department| Scope { service, department }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{EditScheme, Role, SignedIn, authorise};
    use kernel::Text;
    use store::RunError;

    #[test]
    fn a_service_belongs_to_the_department_of_whoever_created_it() {
        let city = City::new();
        let (department, service) = (city.department(), Id::from_bytes([4; 16]));
        let post = Text::new("Owner", "負責人", "负责人");
        let who = SignedIn::at_console(Id::from_bytes([5; 16]), department, vec![Role::SchemeOwner], post);
        let grant = authorise::<EditScheme>(&who, None).unwrap();
        let enrol = move |work: &mut Work<'_, '_>| enrol_service(work, &grant, EnrolService { service });
        city.act(grant.actor(), enrol).unwrap();
        let scope = city.read(|tx| owner_of(tx, service)).unwrap();
        assert!(authorise::<EditScheme>(&who, Some(scope)).unwrap().covers(service));
        let again = city.act(grant.actor(), enrol);
        assert!(matches!(again, Err(RunError::Refused(EnrolServiceError::Taken))));
        assert_eq!(city.read(|tx| owner_of(tx, Id::from_bytes([6; 16]))), None);
    }
}
