use journal::{Event, Work};
use kernel::{Fault, Kind, to_hex};
use people::{EditScheme, Grant};
use store::{StoreError, Tx};

use crate::client::{Proposed, Registered, Registration, RegistrationFault};
use crate::storage;

/// Why a service was not registered or changed.
#[derive(Debug, thiserror::Error)]
pub enum RegisterClientError {
    /// What is said of it is not complete, or weaker than its profile allows.
    #[error("the registration is not complete: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Faults(Vec<RegistrationFault>),
    /// The id is taken, by a service that ended too: what was known under one name is never another's.
    #[error("there is a service with this id already, or there was one")]
    Taken,
    /// There is no such service of the officer's department, or it has ended.
    #[error("there is no such service in your department")]
    Missing,
    /// It is that already.
    #[error("nothing would change")]
    Same,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RegisterClientError {
    fn kind(&self) -> Kind {
        match self {
            Self::Faults(_) => Kind::Invalid,
            Self::Taken | Self::Same => Kind::Taken,
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Puts a service on record as the department of whoever registers it. It reaches no resident before another officer has
/// approved exactly this. Returns the digest that is to be approved.
pub fn register_client(work: &mut Work<'_, '_>, grant: &Grant<EditScheme>, registration: &Registration) -> Result<[u8; 32], RegisterClientError> {
    let (id, body, digest) = written(grant, registration)?;
    let now = work.now();
    if storage::client::insert(work.tx(), id, &body, digest, now, grant.officer())? == 0 {
        return Err(RegisterClientError::Taken);
    }
    work.journal(Event::new("provider.client_registered").detail("client", id).detail("digest", to_hex(&digest)))?;
    Ok(digest)
}

/// Proposes that a service become another: other addresses, keys, attributes, or live after its sandbox. What was approved goes
/// on until another officer approves the change; a later proposal takes the place of an earlier one. Returns the digest that is
/// to be approved.
pub fn propose_change(work: &mut Work<'_, '_>, grant: &Grant<EditScheme>, registration: &Registration) -> Result<[u8; 32], RegisterClientError> {
    let (id, body, digest) = written(grant, registration)?;
    let known = storage::client::find(work.tx(), id)?;
    let known = known.filter(|known| known.owner == grant.department() && known.ended.is_none());
    let known = known.ok_or(RegisterClientError::Missing)?;
    if known.digest == digest {
        return Err(RegisterClientError::Same);
    }
    let now = work.now();
    storage::change::keep(work.tx(), id, &body, digest, now, grant.officer())?;
    work.journal(Event::new("provider.change_proposed").detail("client", id).detail("digest", to_hex(&digest)))?;
    Ok(digest)
}

fn written<'r>(grant: &Grant<EditScheme>, registration: &'r Registration) -> Result<(&'r str, String, [u8; 32]), RegisterClientError> {
    let faults = registration.faults();
    if !faults.is_empty() {
        return Err(RegisterClientError::Faults(faults));
    }
    let (id, body) = (registration.client.id.as_str(), registration.to_json(grant.department()));
    let digest = seal::sha256(&[b"lionrock client v2\n", id.as_bytes(), b"\n", body.as_bytes()]);
    Ok((id, body, digest))
}

/// A service by its id, whatever became of it.
pub fn find_client(tx: &mut Tx<'_>, id: &str) -> Result<Option<Registered>, StoreError> {
    storage::client::find(tx, id)
}

/// All services, by id; 1,000 at most.
pub fn clients(tx: &mut Tx<'_>) -> Result<Vec<Registered>, StoreError> {
    storage::client::all(tx)
}

/// The change of a service that waits for its second officer.
pub fn proposed_change(tx: &mut Tx<'_>, id: &str) -> Result<Option<Proposed>, StoreError> {
    storage::change::find(tx, id)
}
