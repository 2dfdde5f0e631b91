use std::path::{Path, PathBuf};
use std::sync::Arc;

use journal::{JournalError, Ledger, LedgerParts, Removed, Work};
use kernel::{Clock, Day, Environment, Fault, Id, Kind, Random, kinds};
use registration::{Places, Sender};
use seal::{KeyPlace, Keyring, SealError, Signer};
use store::{Location, Migration, Options, Store, StoreError};
use thiserror::Error;

use crate::lost_ledger::{Owner, report_lost_ledger};
use crate::replay_end::replay_ends;
use crate::{EndError, EraseError, Platform, Roots};

/// What a platform is made of.
pub struct PlatformParts {
    /// Demo, test or live.
    pub environment: Environment,
    /// Where stores are: a directory, or a PostgreSQL database.
    pub location: Location,
    /// How stores behave.
    pub options: Options,
    /// Where key trees are kept.
    pub keys: PathBuf,
    /// Where root keys are kept: outside every backup of the data and of the key trees.
    pub roots: Roots,
    /// Where the journals' tiles are kept.
    pub tiles: PathBuf,
    /// The log key.
    pub signer: Arc<dyn Signer>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// The gazetteer.
    pub places: Arc<dyn Places>,
    /// The first part of every log's name, such as `lionrock.example`.
    pub origin: String,
    /// What messages say about where to go.
    pub sender: Sender,
}

/// Why a platform does not start, or a service does not open.
#[derive(Debug, Error)]
pub enum PlatformError {
    /// A store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A stored definition that does not compile any more.
    #[error("the stored definition of {0} does not compile: it was saved by another version of this program")]
    Definition(String),
    /// A gate whose history cannot be read.
    #[error(
        "the record of the launch gate of {slug} (version {version}) cannot be read, so its public pages are closed: restore the \
         platform's store from a backup, or save the definition again and take it through a new gate"
    )]
    Gate {
        /// The service's name in URLs, or its id when the directory does not know it.
        slug: String,
        /// The version.
        version: Id<kinds::SchemeVersion>,
    },
    /// The end of a service that a restored platform does not know of.
    #[error(transparent)]
    End(#[from] EndError),
    /// A restore in place stopped on the way.
    #[error("a restore was begun and did not end: run `lionrock restore --in-place --move-aside` again before anything is served")]
    Restoring,
    /// The write queue was full.
    #[error("the write queue is full")]
    Busy,
}

impl Fault for PlatformError {
    fn kind(&self) -> Kind {
        match self {
            Self::Store(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Journal(error) => error.kind(),
            Self::End(error) => error.kind(),
            Self::Gate { .. } | Self::Definition(_) | Self::Restoring => Kind::Broken,
            Self::Busy => Kind::Busy,
        }
    }
}

store::from_run_error!(PlatformError);

impl From<provider::KeysError> for PlatformError {
    fn from(error: provider::KeysError) -> Self {
        match error {
            provider::KeysError::Seal(error) => Self::Seal(error),
            provider::KeysError::Store(error) => Self::Store(error),
            provider::KeysError::Busy => Self::Busy,
        }
    }
}

impl From<EraseError> for PlatformError {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::Seal(error) => Self::Seal(error),
            EraseError::Journal(error) => Self::Journal(error),
            EraseError::Store(error) => Self::Store(error),
            EraseError::Busy => Self::Busy,
            other => Self::Store(StoreError::Engine(other.to_string())),
        }
    }
}

/// Name of the platform's own store, key tree and journal.
pub(crate) const PLATFORM: &str = "platform";

pub(crate) const PLATFORM_TABLES: &[&[Migration]] = &[
    journal::MIGRATIONS,
    vault::PLATFORM_MIGRATIONS,
    people::MIGRATIONS,
    assurance::MIGRATIONS,
    registration::PLATFORM_MIGRATIONS,
    response::MIGRATIONS,
    processors::MIGRATIONS,
    notify::MAIL_MIGRATIONS,
    callout::MIGRATIONS,
    advisories::MIGRATIONS,
    drill::MIGRATIONS,
    stations::MIGRATIONS,
    training::MIGRATIONS,
    identity::PLATFORM_MIGRATIONS,
];

pub(crate) const SERVICE_TABLES: &[&[Migration]] = &[
    journal::MIGRATIONS,
    vault::MIGRATIONS,
    notify::MIGRATIONS,
    people::APPROVAL_MIGRATIONS,
    registration::MIGRATIONS,
];

pub(crate) const IDENTITY_TABLES: &[&[Migration]] =
    &[journal::MIGRATIONS, vault::MIGRATIONS, notify::MIGRATIONS, identity::MIGRATIONS, provider::MIGRATIONS, signing::MIGRATIONS];

/// Name of the identity provider's store, key tree and journal.
pub(crate) const IDENTITY: &str = "identity";

/// Beside the journals while a restore in place goes on: half of a restore must not be served.
pub const RESTORING: &str = "restoring";

/// The tables of a store by its name: the platform's, the identity provider's, or those of a scheme.
pub fn migrations_of(store: &str) -> &'static [&'static [Migration]] {
    match store {
        PLATFORM => PLATFORM_TABLES,
        IDENTITY => IDENTITY_TABLES,
        _ => SERVICE_TABLES,
    }
}

impl Platform {
    /// Opens the platform's own ledger and every service that has a store.
    pub fn open(parts: PlatformParts) -> Result<Arc<Self>, PlatformError> {
        if parts.tiles.join(RESTORING).exists() {
            return Err(PlatformError::Restoring);
        }
        let ledger = open_ledger(&parts, PLATFORM, PLATFORM_TABLES, settle_platform)?;
        people::prepare_keys(ledger.keys())?;
        processors::prepare_keys(ledger.keys())?;
        vault::prepare_request_keys(ledger.keys())?;
        callout::prepare_keys(ledger.keys())?;
        response::prepare_keys(ledger.keys())?;
        advisories::prepare_keys(ledger.keys())?;
        drill::prepare_keys(ledger.keys())?;
        report_lost_ledger(&ledger, &Owner { name: PLATFORM, scope: None }, &ledger)?;
        let platform = Arc::new(Self::new(parts, ledger));
        replay_ends(&platform)?;
        platform.refresh()?;
        Ok(platform)
    }
}

fn settle_platform(work: &mut Work<'_, '_>, removed: &Removed) -> Result<(), StoreError> {
    people::end_restored(work, removed)?;
    processors::end_restored(work, removed)?;
    stations::end_restored(work, removed)
}

pub(crate) fn open_service_ledger(parts: &PlatformParts, slug: &str) -> Result<Arc<Ledger>, PlatformError> {
    open_ledger(parts, &store_name(slug), SERVICE_TABLES, |_, _| Ok(()))
}

pub(crate) fn open_identity_ledger(parts: &PlatformParts) -> Result<Arc<Ledger>, PlatformError> {
    open_ledger(parts, IDENTITY, IDENTITY_TABLES, |work, removed| {
        identity::end_restored(work, removed)?;
        provider::end_restored(work, removed)?;
        signing::end_restored(work, removed)
    })
}

/// A store's name is the slug with underscores, after a letter that keeps it apart from the platform's.
pub(crate) fn store_name(slug: &str) -> String {
    format!("s_{}", slug.replace('-', "_"))
}

pub(crate) fn key_place(parts: &PlatformParts, name: &str) -> KeyPlace {
    parts.roots.key_place(&parts.keys, &parts.tiles, name)
}

/// What is done to a store that a restore put back, before anything else.
type Settle = fn(&mut Work<'_, '_>, &Removed) -> Result<(), StoreError>;

fn open_ledger(parts: &PlatformParts, name: &str, tables: &[&[Migration]], settle: Settle) -> Result<Arc<Ledger>, PlatformError> {
    let today = parts.clock.now().day();
    let exists = Store::exists(&parts.location, name)?;
    let keys = open_keys(parts, name, today, exists)?;
    settle_restored_keys(&key_place(parts, name).tree, &keys)?;
    let store = Store::open(&parts.location, name, tables, parts.options.clone())?;
    let parts = LedgerParts {
        store,
        keys: Arc::new(keys),
        signer: parts.signer.clone(),
        clock: parts.clock.clone(),
        random: parts.random.clone(),
        tiles: parts.tiles.join(name),
        origin: format!("{}/{}", parts.origin, name),
    };
    Ok(Ledger::open_settling(parts, settle)?)
}

/// Stands after the name of a key tree that a restore put in its place.
pub const RESTORED_TREE: &str = "restored";
/// More record numbers than a service hands out between a backup of its keys and its loss; there are 256 times as many.
const SKIPPED: u64 = 1 << 32;

/// A tree from a backup does not know which record numbers were handed out after it was taken: none of them may be handed out
/// again, or two records would share their keys.
fn settle_restored_keys(tree: &Path, keys: &Keyring) -> Result<(), PlatformError> {
    let mut marker = tree.as_os_str().to_owned();
    marker.push(format!(".{RESTORED_TREE}"));
    let marker = PathBuf::from(marker);
    if !marker.exists() {
        return Ok(());
    }
    keys.skip_records(SKIPPED)?;
    std::fs::remove_file(&marker).map_err(|source| SealError::Io { path: marker, source }.into())
}

/// A store without its keys is a fault to be mended, never a reason to make new keys: that would make every value in it
/// unreadable for good.
fn open_keys(parts: &PlatformParts, name: &str, today: Day, store_exists: bool) -> Result<Keyring, SealError> {
    let place = key_place(parts, name);
    let keys = if store_exists || Path::new(&place.tree).exists() {
        Keyring::open(place, name, today, parts.random.clone())?
    } else {
        Keyring::create(place, name, today, parts.random.clone())?
    };
    keys.claim(parts.environment)?;
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use kernel::Environment;

    use crate::rehearsal::City;
    use crate::{Platform, PlatformParts};

    #[test]
    fn promise_08_what_a_demonstration_holds_does_not_open_as_live() {
        let mut city = City::new();
        city.platform = None;
        let live = PlatformParts { environment: Environment::Live, ..city.parts(5) };
        let refused = Platform::open(live).map(drop).unwrap_err().to_string();
        assert_eq!(refused, "the keys of platform belong to a demo installation and do not open in a live one");
        city.restart();
        assert!(city.platform().service(crate::rehearsal::SLUG).is_some(), "and its own opens as before");
    }
}
