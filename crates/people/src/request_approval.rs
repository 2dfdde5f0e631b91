use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds, to_hex};
use seal::sha256;
use store::StoreError;

use crate::{Approval, ApprovalState, Grant, TwoPerson, storage};

const WHAT_MAX_CHARS: usize = 2_000;

/// Something that needs a second person. It lives in the store of the service in which the act will happen.
#[derive(Clone, Debug)]
pub struct RequestApproval {
    /// The service.
    pub service: Id<kinds::Service>,
    /// Exactly what is to be done, as the second person will read it; nothing personal. It is compared again, byte for
    /// byte, when the approval is used.
    pub what: String,
}

/// Why nothing was asked.
#[derive(Debug, thiserror::Error)]
pub enum RequestApprovalError {
    /// The grant is for another service.
    #[error("you may not ask for this here")]
    Denied,
    /// Nothing is described, or too much.
    #[error("say what is to be done in 1 to 2,000 characters")]
    What,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RequestApprovalError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied => Kind::Denied,
            Self::What => Kind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Asks for a second person's approval.
pub fn request_approval<K: TwoPerson>(
    work: &mut Work<'_, '_>,
    grant: &Grant<K::Request>,
    command: RequestApproval,
) -> Result<Approval, RequestApprovalError> {
    if !grant.covers(command.service) {
        return Err(RequestApprovalError::Denied);
    }
    if command.what.trim().is_empty() || command.what.chars().count() > WHAT_MAX_CHARS {
        return Err(RequestApprovalError::What);
    }
    let now = work.now();
    let approval = Approval {
        id: work.new_id(),
        kind: K::KIND.to_owned(),
        service: command.service,
        digest: sha256(&[command.what.as_bytes()]),
        what: command.what,
        requested_by: grant.officer(),
        requested_at: now,
        expires: Approval::expiry(now),
        state: ApprovalState::Requested,
        decided_by: None,
    };
    storage::approval::insert(work.tx(), &approval)?;
    work.journal(
        Event::new("people.approval_requested")
            .detail("approval", approval.id.to_string())
            .detail("kind", K::KIND)
            .detail("digest", to_hex(&approval.digest))
            .detail("by", grant.officer().to_string())
            .detail("expires", approval.expires.to_string()),
    )?;
    Ok(approval)
}
