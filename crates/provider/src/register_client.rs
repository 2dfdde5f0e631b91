use journal::{Event, Work};
use kernel::{Fault, Kind, to_hex};
use people::{EditScheme, Grant};
use store::{StoreError, Tx};

use crate::client::{Registered, Registration};
use crate::storage;

/// Why a service was not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterClientError {
    /// What is said of it is not complete, or weaker than its profile allows; each fault is a sentence.
    #[error("the registration is not complete: {}", .0.join("; "))]
    Faults(Vec<&'static str>),
    /// The id is taken, by a service that ended too: what was known under one name is never another's.
    #[error("there is a service with this id already, or there was one")]
    Taken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RegisterClientError {
    fn kind(&self) -> Kind {
        match self {
            Self::Faults(_) => Kind::Invalid,
            Self::Taken => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Puts a service on record. It reaches no resident before another officer has approved exactly this. Returns the digest that
/// is to be approved.
pub fn register_client(work: &mut Work<'_, '_>, grant: &Grant<EditScheme>, registration: &Registration) -> Result<[u8; 32], RegisterClientError> {
    let faults = registration.faults();
    if !faults.is_empty() {
        return Err(RegisterClientError::Faults(faults));
    }
    let (id, body) = (registration.client.id.as_str(), registration.to_json());
    let digest = seal::sha256(&[b"lionrock client v1\n", id.as_bytes(), b"\n", body.as_bytes()]);
    let now = work.now();
    if storage::client::insert(work.tx(), id, &body, digest, now, grant.officer())? == 0 {
        return Err(RegisterClientError::Taken);
    }
    work.journal(Event::new("provider.client_registered").detail("client", id).detail("digest", to_hex(&digest)))?;
    Ok(digest)
}

/// A service by its id, whatever became of it.
pub fn find_client(tx: &mut Tx<'_>, id: &str) -> Result<Option<Registered>, StoreError> {
    storage::client::find(tx, id)
}

/// All services, by id; 1,000 at most.
pub fn clients(tx: &mut Tx<'_>) -> Result<Vec<Registered>, StoreError> {
    storage::client::all(tx)
}
