use kernel::{Id, Instant, Text, kinds};
use store::{StoreError, Tx};

use crate::storage;
use crate::{Approval, Role, SealedPasskeyName};

/// A bureau or department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Its id.
    pub id: Id<kinds::Department>,
    /// Its short code, such as `ITB`.
    pub code: String,
    /// Its name.
    pub name: Text,
}

/// A post in a department and what it may do. Who fills it stays sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    /// Its id.
    pub id: Id<kinds::Officer>,
    /// Its department.
    pub department: Id<kinds::Department>,
    /// The title of the post.
    pub post: Text,
    /// Its roles.
    pub roles: Vec<Role>,
    /// When it ended, if it did.
    pub ended: Option<Instant>,
}

/// A passkey as its officer sees it in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyListed {
    /// Its id.
    pub id: Id<kinds::Passkey>,
    /// What its officer calls it, if anything.
    pub name: Option<SealedPasskeyName>,
    /// When it was added.
    pub created: Instant,
    /// When it last signed in.
    pub last_used: Option<Instant>,
    /// Whether it was suspended because it seems to exist twice.
    pub suspended: bool,
}

/// All departments, by code.
pub fn departments(tx: &mut Tx<'_>) -> Result<Vec<Department>, StoreError> {
    storage::department::list(tx)
}

/// One department.
pub fn department(tx: &mut Tx<'_>, id: Id<kinds::Department>) -> Result<Option<Department>, StoreError> {
    storage::department::find(tx, id)
}

/// One officer, ended or not.
pub fn officer(tx: &mut Tx<'_>, id: Id<kinds::Officer>) -> Result<Option<Officer>, StoreError> {
    storage::officer::find(tx, id)
}

/// The officers of a department, oldest first.
pub fn officers(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<Officer>, StoreError> {
    storage::officer::list(tx, department)
}

/// The passkeys of an officer, oldest first.
pub fn passkeys(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<PasskeyListed>, StoreError> {
    storage::passkey::list(tx, officer)
}

/// The requests for two persons in a service, newest first.
pub fn approvals(tx: &mut Tx<'_>, service: Id<kinds::Service>, limit: usize) -> Result<Vec<Approval>, StoreError> {
    storage::approval::list(tx, service, limit)
}
