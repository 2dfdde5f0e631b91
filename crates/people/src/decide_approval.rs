use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds, to_hex};
use store::StoreError;

use crate::{Approval, ApprovalRefused, Grant, TwoPerson, storage};

/// Why a request was not decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideApprovalError {
    /// There is no such request in the service of the grant.
    #[error("there is no such request")]
    Missing,
    /// The request does not allow it.
    #[error(transparent)]
    Refused(#[from] ApprovalRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for DecideApprovalError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Refused(refused) => refused.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Approves what another officer asked for.
pub fn approve<K: TwoPerson>(
    work: &mut Work<'_, '_>,
    grant: &Grant<K::Approve>,
    id: Id<kinds::Approval>,
) -> Result<Approval, DecideApprovalError> {
    decide::<K>(work, grant, id, true)
}

/// Refuses what another officer asked for.
pub fn refuse<K: TwoPerson>(
    work: &mut Work<'_, '_>,
    grant: &Grant<K::Approve>,
    id: Id<kinds::Approval>,
) -> Result<Approval, DecideApprovalError> {
    decide::<K>(work, grant, id, false)
}

fn decide<K: TwoPerson>(
    work: &mut Work<'_, '_>,
    grant: &Grant<K::Approve>,
    id: Id<kinds::Approval>,
    yes: bool,
) -> Result<Approval, DecideApprovalError> {
    let service = grant.service().ok_or(DecideApprovalError::Missing)?;
    let now = work.now();
    let found = storage::approval::find(work.tx(), id, K::KIND, service)?.ok_or(DecideApprovalError::Missing)?;
    let decided = found.decide(grant.officer(), yes, now)?;
    if storage::approval::decide(work.tx(), &decided, now)? == 0 {
        return Err(ApprovalRefused::Decided.into());
    }
    work.journal(
        Event::new(if yes { "people.approval_given" } else { "people.approval_refused" })
            .detail("approval", id.to_string())
            .detail("kind", K::KIND)
            .detail("digest", to_hex(&decided.digest))
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(decided)
}
