use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds, to_hex};
use people::{EditScheme, EnrolService, EnrolServiceError, Grant, enrol_service};
use store::{StoreError, Tx};
use thiserror::Error;

use crate::scheme::{Definition, DefinitionError, Flaw, Scheme};
use crate::storage;

/// A scheme in the platform's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemeService {
    /// The service.
    pub service: Id<kinds::Service>,
    /// Its name in URLs.
    pub slug: String,
    /// When it was created.
    pub created: Instant,
    /// The facts of its end, written before anything is destroyed, as JSON.
    pub ending: Option<String>,
    /// When its store was removed.
    pub ended: Option<Instant>,
    /// The certificate of its erasure, as JSON.
    pub certificate: Option<String>,
}

/// A saved version of a scheme's definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemeVersion {
    /// Its id.
    pub id: Id<kinds::SchemeVersion>,
    /// The service.
    pub service: Id<kinds::Service>,
    /// Digest of the compiled definition: what the gate's signatures bind.
    pub digest: [u8; 32],
    /// The definition as TOML.
    pub definition: String,
    /// Who saved it.
    pub author: String,
    /// When.
    pub saved: Instant,
}

/// Why a definition was not saved.
#[derive(Debug, Error)]
pub enum SaveError {
    /// It is not a definition.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// It does not compile into a scheme.
    #[error("the definition has {} flaws", .0.len())]
    Flawed(Vec<Flaw>),
    /// The slug belongs to another service, or does not match this one's.
    #[error("another scheme has this name in its address (slug)")]
    Slug,
    /// The grant is for another service.
    #[error("there is no such scheme in your department")]
    Elsewhere,
    /// The directory refused.
    #[error(transparent)]
    Enrol(#[from] EnrolServiceError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for SaveError {
    fn kind(&self) -> Kind {
        match self {
            Self::Definition(_) | Self::Flawed(_) => Kind::Invalid,
            Self::Slug => Kind::Taken,
            Self::Elsewhere => Kind::Missing,
            Self::Enrol(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Compiles a definition as written.
pub fn compile(toml: &str) -> Result<Scheme, SaveError> {
    Scheme::compile(Definition::from_toml(toml)?).map_err(SaveError::Flawed)
}

/// Creates a scheme of the officer's department from its first definition.
pub fn create_scheme(
    work: &mut Work<'_, '_>,
    grant: &Grant<EditScheme>,
    toml: &str,
) -> Result<SchemeVersion, SaveError> {
    let scheme = compile(toml)?;
    if storage::directory::by_slug(work.tx(), scheme.slug())?.is_some() {
        return Err(SaveError::Slug);
    }
    let service = work.new_id();
    enrol_service(work, grant, EnrolService { service })?;
    let now = work.now();
    storage::directory::insert_service(work.tx(), service, scheme.slug(), now)?;
    save(work, service, &scheme, toml)
}

/// Saves a new version of a scheme's definition. The version in force goes on until this one has passed the gate.
pub fn save_version(
    work: &mut Work<'_, '_>,
    grant: &Grant<EditScheme>,
    service: Id<kinds::Service>,
    toml: &str,
) -> Result<SchemeVersion, SaveError> {
    if !grant.covers(service) {
        return Err(SaveError::Elsewhere);
    }
    let scheme = compile(toml)?;
    let listed = storage::directory::by_service(work.tx(), service)?.ok_or(SaveError::Elsewhere)?;
    if listed.slug != scheme.slug() {
        return Err(SaveError::Slug);
    }
    save(work, service, &scheme, toml)
}

fn save(
    work: &mut Work<'_, '_>,
    service: Id<kinds::Service>,
    scheme: &Scheme,
    toml: &str,
) -> Result<SchemeVersion, SaveError> {
    let version = SchemeVersion {
        id: work.new_id(),
        service,
        digest: scheme.digest(),
        definition: toml.to_owned(),
        author: work.actor().to_json().to_string(),
        saved: work.now(),
    };
    storage::directory::insert_version(work.tx(), scheme.slug(), &version)?;
    let event = Event::new("registration.version_saved")
        .detail("service", service.to_string())
        .detail("slug", scheme.slug())
        .detail("digest", to_hex(&version.digest));
    work.journal(event)?;
    Ok(version)
}

/// Writes down the facts of a scheme's end before anything of it is destroyed, so that a crash in between is finished
/// and not forgotten. The first facts stand.
pub fn note_ending(work: &mut Work<'_, '_>, service: Id<kinds::Service>, facts: &str) -> Result<(), StoreError> {
    storage::directory::begin_end(work.tx(), service, facts)?;
    work.journal(Event::new("registration.erasure_begun").detail("service", service.to_string())).map(|_| ())
}

/// Notes that a scheme's store is gone, with its certificate.
pub fn note_ended(
    work: &mut Work<'_, '_>,
    service: Id<kinds::Service>,
    certificate: &str,
) -> Result<(), StoreError> {
    let now = work.now();
    storage::directory::end(work.tx(), service, now, certificate)?;
    let event = Event::new("registration.service_ended")
        .detail("service", service.to_string())
        .detail("digest", to_hex(&seal::sha256(&[certificate.as_bytes()])));
    work.journal(event).map(|_| ())
}

/// Every scheme of the platform, ended ones included.
pub fn schemes(tx: &mut Tx<'_>) -> Result<Vec<SchemeService>, StoreError> {
    storage::directory::all(tx)
}

/// The scheme with this slug.
pub fn scheme_by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<SchemeService>, StoreError> {
    storage::directory::by_slug(tx, slug)
}

/// The versions of a scheme's definition, newest first.
pub fn versions(tx: &mut Tx<'_>, service: Id<kinds::Service>) -> Result<Vec<SchemeVersion>, StoreError> {
    storage::directory::versions(tx, service)
}

/// The version of a scheme's definition with this digest.
pub fn version_by_digest(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
    digest: &[u8; 32],
) -> Result<Option<SchemeVersion>, StoreError> {
    storage::directory::version_by_digest(tx, service, digest)
}
