use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::{Duty, Grant, ManageTraining};
use store::{StoreError, Tx};

use crate::storage;

/// Why duties were not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepDutiesError {
    /// There is no such officer in your department.
    #[error("there is no such officer in your department")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for KeepDutiesError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Says which duties an officer of the department holds in its incident team. The call-out's team has sealed details and no officers, so
/// nobody but the department knows who of its officers they are.
pub fn keep_duties(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageTraining>,
    (officer, duties): (Id<kinds::Officer>, &[Duty]),
) -> Result<(), KeepDutiesError> {
    let found = people::officer(work.tx(), officer)?;
    found.filter(|found| found.department == grant.department() && found.ended.is_none()).ok_or(KeepDutiesError::Missing)?;
    storage::duty::replace(work.tx(), officer, duties)?;
    work.journal(Event::new("training.duties_kept").detail("officer", officer.to_string()).detail("duties", Duty::names(duties)))?;
    Ok(())
}

/// The duties of an officer.
pub fn duties_of(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<Duty>, StoreError> {
    storage::duty::of_officer(tx, officer)
}
