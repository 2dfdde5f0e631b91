use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds, to_hex};
use people::{EditScheme, EnrolService, EnrolServiceError, Grant, enrol_service};
use store::{StoreError, Tx};

use crate::charter::CharterError;
use crate::{ACCOUNT, Charter, storage};

/// The identity provider: there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its service.
    pub service: Id<kinds::Service>,
}

/// Why a charter was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveCharterError {
    /// The charter.
    #[error(transparent)]
    Charter(#[from] CharterError),
    /// Another department's officer.
    #[error("the identity provider belongs to another department")]
    Elsewhere,
    /// The directory refused.
    #[error(transparent)]
    Enrol(#[from] EnrolServiceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for SaveCharterError {
    fn kind(&self) -> Kind {
        match self {
            Self::Charter(error) => error.kind(),
            Self::Elsewhere => Kind::Missing,
            Self::Enrol(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Saves a charter in the platform's store. The first one makes the identity provider a service of the officer's department;
/// each goes through a launch gate of its own before it is in force. Returns the service and the digest that the gate signs.
pub fn save_charter(
    work: &mut Work<'_, '_>,
    grant: &Grant<EditScheme>,
    text: &str,
) -> Result<(Id<kinds::Service>, [u8; 32]), SaveCharterError> {
    let digest = Charter::parse(text)?.digest();
    let now = work.now();
    let service = match storage::directory::provider(work.tx())? {
        Some(provider) if grant.covers(provider.service) => provider.service,
        Some(_) => return Err(SaveCharterError::Elsewhere),
        None => {
            let service = work.new_id();
            enrol_service(work, grant, EnrolService { service })?;
            storage::directory::insert_provider(work.tx(), service, now)?;
            service
        }
    };
    storage::directory::insert_charter(work.tx(), digest, text, now)?;
    let event = Event::new("identity.charter_saved").detail("service", service.to_string());
    work.journal(event.detail("digest", to_hex(&digest)))?;
    Ok((service, digest))
}

/// The identity provider, once it has a charter.
pub fn provider(tx: &mut Tx<'_>) -> Result<Option<Provider>, StoreError> {
    storage::directory::provider(tx)
}

/// The charter with this digest, as it was written.
pub fn charter(tx: &mut Tx<'_>, digest: [u8; 32]) -> Result<Option<String>, StoreError> {
    storage::directory::charter(tx, digest)
}

/// The charters that were saved, by digest and time, the latest first; 200 at most.
pub fn charters(tx: &mut Tx<'_>) -> Result<Vec<([u8; 32], Instant)>, StoreError> {
    storage::directory::charters(tx)
}

/// Takes over a charter that passed its gate, in the provider's own store.
pub fn put_in_force(work: &mut Work<'_, '_>, charter: &Charter) -> Result<(), StoreError> {
    storage::directory::set_in_force(work.tx(), charter.digest())?;
    let event = Event::new("identity.in_force").detail("charter", to_hex(&charter.digest()));
    work.journal(event.detail("purposes", vec![ACCOUNT, notify::PURPOSE])).map(|_| ())
}

/// The digest of the charter that the provider's own store follows; nothing before its first.
pub fn charter_in_force(tx: &mut Tx<'_>) -> Result<Option<[u8; 32]>, StoreError> {
    storage::directory::in_force(tx)
}
