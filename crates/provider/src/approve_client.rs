use journal::{Event, Work};
use kernel::{Environment, Fault, Id, Kind, kinds, to_hex};
use people::{Grant, SignGate};
use store::StoreError;

use crate::client::{Registered, Registration, Standing};
use crate::storage;

/// Why a service was not approved or ended.
#[derive(Debug, thiserror::Error)]
pub enum ApproveClientError {
    /// There is none, or none with this content: what was read was not what is on record.
    #[error("there is no such service, or it is not what you read; look again")]
    Missing,
    /// It was approved before, or has ended.
    #[error("it was approved already, or has ended")]
    Settled,
    /// Whoever registers does not approve.
    #[error("another officer must approve what you registered")]
    OwnWork,
    /// A sandbox meets synthetic people, and here are none.
    #[error("a sandbox service belongs to a demonstration or a test installation: here are real residents")]
    RealPeople,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ApproveClientError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Settled => Kind::Taken,
            Self::OwnWork | Self::RealPeople => Kind::Denied,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Approves exactly what was read: a new service, or a change of one. From this commit on residents can sign in to it.
/// `environment` is the label of the keys.
pub fn approve_client(
    work: &mut Work<'_, '_>,
    grant: &Grant<SignGate>,
    environment: Environment,
    id: &str,
    digest: [u8; 32],
) -> Result<(), ApproveClientError> {
    let found = storage::client::find(work.tx(), id)?.filter(|found| found.owner == grant.department());
    let found = found.ok_or(ApproveClientError::Missing)?;
    if found.ended.is_some() {
        return Err(ApproveClientError::Settled);
    }
    let verb = if found.digest == digest {
        may_approve(grant, environment, found.registered_by, &found.registration)?;
        approve_new(work, grant, id, digest)?
    } else {
        approve_change(work, grant, environment, &found, digest)?
    };
    work.journal(Event::new(verb).detail("client", id).detail("digest", to_hex(&digest)))?;
    Ok(())
}

fn may_approve(grant: &Grant<SignGate>, environment: Environment, by: Id<kinds::Officer>, what: &Registration) -> Result<(), ApproveClientError> {
    if by == grant.officer() {
        return Err(ApproveClientError::OwnWork);
    }
    if what.standing == Standing::Sandbox && !environment.synthetic_only() {
        return Err(ApproveClientError::RealPeople);
    }
    Ok(())
}

fn approve_new(work: &mut Work<'_, '_>, grant: &Grant<SignGate>, id: &str, digest: [u8; 32]) -> Result<&'static str, ApproveClientError> {
    let now = work.now();
    if storage::client::approve(work.tx(), id, digest, now, grant.officer())? == 0 {
        return Err(ApproveClientError::Settled);
    }
    Ok("provider.client_approved")
}

fn approve_change(
    work: &mut Work<'_, '_>,
    grant: &Grant<SignGate>,
    environment: Environment,
    found: &Registered,
    digest: [u8; 32],
) -> Result<&'static str, ApproveClientError> {
    let (id, now) = (found.client().id.as_str(), work.now());
    let change = storage::change::find(work.tx(), id)?.filter(|change| change.digest == digest);
    let change = change.ok_or(ApproveClientError::Missing)?;
    may_approve(grant, environment, change.proposed_by, &change.registration)?;
    let body = change.registration.to_json(found.owner);
    storage::client::replace(work.tx(), id, &body, digest, now, (change.proposed_by, grant.officer()))?;
    storage::change::remove(work.tx(), id)?;
    storage::logo::keep_only(work.tx(), id, change.registration.logo)?;
    Ok("provider.change_approved")
}

/// A service that was ended, by its id, in the ledger of removals.
pub(crate) const ENDED: &str = "service";

/// Ends a service: it proves itself to nobody any more, so its tokens open nothing.
pub fn end_client(work: &mut Work<'_, '_>, grant: &Grant<SignGate>, id: &str) -> Result<(), ApproveClientError> {
    let now = work.now();
    if storage::client::end(work.tx(), id, now)? == 0 {
        return Err(ApproveClientError::Missing);
    }
    storage::change::remove(work.tx(), id)?;
    work.removed(ENDED, id.as_bytes(), "")?;
    let event = Event::new("provider.client_ended").detail("client", id);
    work.journal(event.detail("department", grant.department().to_string()))?;
    Ok(())
}
