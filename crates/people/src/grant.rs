use std::fmt;
use std::marker::PhantomData;

use journal::Actor;
use kernel::{Fault, Id, Kind, kinds};

use crate::{Action, Role, Scope, SignedIn};

/// Proof that an officer may do `A`, in one service or in none in particular. Only [`authorise`] makes one.
pub struct Grant<A: Action> {
    officer: Id<kinds::Officer>,
    department: Id<kinds::Department>,
    role: Role,
    service: Option<Id<kinds::Service>>,
    action: PhantomData<fn() -> A>,
}

/// Why an officer gets no grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// None of the officer's roles may do it.
    #[error("none of your roles may do this ({action})")]
    Role {
        /// The action's name.
        action: &'static str,
    },
    /// The service is another department's; for this officer it does not exist.
    #[error("there is no such service in your department")]
    Elsewhere,
}

impl Fault for Denied {
    fn kind(&self) -> Kind {
        match self {
            Self::Role { .. } => Kind::Denied,
            Self::Elsewhere => Kind::Missing,
        }
    }
}

/// Mints the proof that the officer may do `A`: by a role, and only in a service that the officer's department owns.
pub fn authorise<A: Action>(who: &SignedIn, scope: Option<Scope>) -> Result<Grant<A>, Denied> {
    let role = who.roles().iter().copied().find(|role| role.may::<A>()).ok_or(Denied::Role { action: A::NAME })?;
    if scope.is_some_and(|scope| scope.department() != who.department()) {
        return Err(Denied::Elsewhere);
    }
    Ok(Grant {
        officer: who.officer(),
        department: who.department(),
        role,
        service: scope.map(|scope| scope.service()),
        action: PhantomData,
    })
}

impl<A: Action> Grant<A> {
    /// The officer.
    pub const fn officer(&self) -> Id<kinds::Officer> {
        self.officer
    }

    /// The officer's department.
    pub const fn department(&self) -> Id<kinds::Department> {
        self.department
    }

    /// The role that allows it.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The service for which it was minted.
    pub const fn service(&self) -> Option<Id<kinds::Service>> {
        self.service
    }

    /// Whether it was minted for this very service.
    pub fn covers(&self, service: Id<kinds::Service>) -> bool {
        self.service == Some(service)
    }

    /// The officer as the journal names an actor.
    pub fn actor(&self) -> Actor {
        Actor::Officer { id: self.officer, department: self.department, role: self.role.slug().to_owned() }
    }
}

impl<A: Action> Clone for Grant<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Action> Copy for Grant<A> {}

impl<A: Action> fmt::Debug for Grant<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Grant({}, {}, {})", A::NAME, self.role, self.officer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ManageOfficers, OpenRecord, OperateScheme};
    use kernel::Text;

    fn officer(department: u8, role: Role) -> SignedIn {
        let post = Text::new("Officer", "主任", "主任");
        SignedIn::at_console(Id::from_bytes([9; 16]), Id::from_bytes([department; 16]), vec![role], post)
    }

    fn scope(department: u8) -> Scope {
        Scope::at_console(Id::from_bytes([7; 16]), Id::from_bytes([department; 16]))
    }

    #[test]
    fn a_grant_names_the_role_and_the_service() {
        let grant = authorise::<OpenRecord>(&officer(1, Role::CaseOfficer), Some(scope(1))).unwrap();
        assert_eq!(grant.role(), Role::CaseOfficer);
        assert!(grant.covers(Id::from_bytes([7; 16])));
        assert!(!grant.covers(Id::from_bytes([8; 16])));
        let Actor::Officer { role, .. } = grant.actor() else { panic!("not an officer") };
        assert_eq!(role, "case-officer");
    }

    #[test]
    fn the_wrong_role_gets_nothing() {
        let denied = authorise::<OpenRecord>(&officer(1, Role::SchemeOwner), Some(scope(1))).unwrap_err();
        assert_eq!(denied.kind(), Kind::Denied);
        assert!(authorise::<ManageOfficers>(&officer(1, Role::Auditor), None).is_err());
    }

    #[test]
    fn another_departments_service_does_not_exist() {
        let denied = authorise::<OperateScheme>(&officer(1, Role::SchemeOwner), Some(scope(2))).unwrap_err();
        assert_eq!((denied, denied.kind()), (Denied::Elsewhere, Kind::Missing));
    }

    #[test]
    fn a_grant_without_a_service_covers_none() {
        let grant = authorise::<OperateScheme>(&officer(1, Role::SchemeOwner), None).unwrap();
        assert!(!grant.covers(Id::from_bytes([7; 16])));
    }
}
