use kernel::{Id, Text, kinds};

use crate::Role;

/// An officer with a living session. Made by looking a session up; the roles are those of this very moment.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub(crate) officer: Id<kinds::Officer>,
    pub(crate) department: Id<kinds::Department>,
    pub(crate) roles: Vec<Role>,
    pub(crate) post: Text,
    pub(crate) session: Option<Id<kinds::Session>>,
}

impl SignedIn {
    /// The operator at the machine's own console acts for an officer: seeding a demonstration, and tests of verbs.
    /// `tidy` lets nothing else name this function.
    pub const fn at_console(
        officer: Id<kinds::Officer>,
        department: Id<kinds::Department>,
        roles: Vec<Role>,
        post: Text,
    ) -> Self {
        Self { officer, department, roles, post, session: None }
    }

    /// The officer.
    pub const fn officer(&self) -> Id<kinds::Officer> {
        self.officer
    }

    /// The officer's department.
    pub const fn department(&self) -> Id<kinds::Department> {
        self.department
    }

    /// The officer's roles.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The title of the post; the name of whoever fills it stays sealed.
    pub const fn post(&self) -> &Text {
        &self.post
    }

    /// The session, unless the operator acts at the console.
    pub const fn session(&self) -> Option<Id<kinds::Session>> {
        self.session
    }
}
