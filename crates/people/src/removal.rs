//! Officers' ways in and rights that were taken away: what they are called in the ledger of removals, and how a restored store is told.

use journal::{Removed, Work};
use store::StoreError;

use crate::{Role, storage};

/// A passkey, by its id.
pub(crate) const PASSKEY: &str = "passkey";
/// A passkey that may exist twice, by its id.
pub(crate) const SUSPENDED: &str = "suspended-passkey";
/// Every passkey of an officer who was invited again.
pub(crate) const PASSKEYS: &str = "passkeys";
/// An officer who left the post.
pub(crate) const OFFICER: &str = "officer";
/// The roles of an officer, as the note says.
pub(crate) const ROLES: &str = "roles";

/// Roles in a note.
pub(crate) fn roles_noted(roles: &[Role]) -> String {
    roles.iter().map(|role| role.slug()).collect::<Vec<_>>().join("+")
}

/// What was taken away again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) officers: u64,
    pub(crate) passkeys: u64,
    pub(crate) roles: u64,
}

/// Takes away again what was taken away since the backup: officers who left, their passkeys, roles that they have no more.
pub(crate) fn close_again(work: &mut Work<'_, '_>, removed: &Removed) -> Result<Closed, StoreError> {
    let mut closed = Closed::default();
    if removed.is_empty() {
        return Ok(closed);
    }
    for found in storage::passkey::all(work.tx())? {
        let dropped = removed.find(PASSKEYS, &found.officer.bytes()).is_some_and(|removal| found.created < removal.at);
        if dropped || removed.find(PASSKEY, &found.id.bytes()).is_some() {
            closed.passkeys += storage::passkey::delete(work.tx(), found.officer, found.id)?;
        } else if let Some(removal) = removed.find(SUSPENDED, &found.id.bytes()) {
            closed.passkeys += storage::passkey::suspend(work.tx(), found.id, removal.at)?;
        }
    }
    for officer in storage::officer::in_post(work.tx())? {
        let id = officer.bytes();
        if let Some(roles) = removed.find(ROLES, &id).and_then(|removal| roles_of(&removal.note)) {
            closed.roles += storage::officer::set_roles(work.tx(), officer, &roles)?;
        }
        if let Some(removal) = removed.find(OFFICER, &id) {
            closed.officers += storage::officer::end(work.tx(), officer, removal.at)?;
            closed.passkeys += storage::passkey::delete_all(work.tx(), officer)?;
        }
    }
    Ok(closed)
}

/// The roles of a note. One that this version does not know was given by a later one: then nothing is changed, and nothing is guessed.
fn roles_of(note: &str) -> Option<Vec<Role>> {
    note.split('+').filter(|slug| !slug.is_empty()).map(|slug| slug.parse().ok()).collect()
}
