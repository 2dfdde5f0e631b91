use callout::{CallOutError, StartCallOut, start_call_out};
use journal::Work;
use kernel::{Fault, Id, Kind, kinds};
use people::{Grant, HandleIncident, StartCallOut as MayCallOut};
use response::{CaseError, link_call_out};
use store::StoreError;

/// Why no call-out was begun for an incident.
#[derive(Debug, thiserror::Error)]
pub enum CaseCallError {
    /// The case file.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The call-out.
    #[error(transparent)]
    CallOut(#[from] CallOutError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for CaseCallError {
    fn kind(&self) -> Kind {
        match self {
            Self::Case(error) => error.kind(),
            Self::CallOut(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Calls people out for an incident. Whatever the command says, the call-out is an exercise when the incident is one, and then reaches
/// nobody outside the exercise's list.
pub fn call_from_case(
    work: &mut Work<'_, '_>,
    (handle, call): (&Grant<HandleIncident>, &Grant<MayCallOut>),
    (id, command): (Id<kinds::Incident>, &StartCallOut),
) -> Result<Id<kinds::CallOut>, CaseCallError> {
    let incident = response::incident(work.tx(), id)?.ok_or(CaseError::Missing)?;
    let command = StartCallOut { exercise: incident.is_exercise, ..command.clone() };
    let started = start_call_out(work, call, &command)?;
    link_call_out(work, handle, (id, started))?;
    Ok(started)
}
