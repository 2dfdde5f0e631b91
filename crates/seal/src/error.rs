use std::io;
use std::path::{Path, PathBuf};

use kernel::{Environment, Fault, Kind};
use thiserror::Error;

/// Why something could not be sealed, opened, kept or forgotten. Never says anything about a plaintext.
#[derive(Debug, Error)]
pub enum SealError {
    /// The key of this value has died: its day has passed, its record was erased, or the whole keyring is gone.
    #[error("the key has been destroyed")]
    Gone,
    /// The value was altered, or stands in another row, column, person or purpose than the one it was sealed for.
    #[error("the sealed value does not belong here or was altered")]
    Broken,
    /// What was asked for cannot be sealed as it stands.
    #[error("{0}")]
    Invalid(&'static str),
    /// The keyring has no tree for this purpose.
    #[error("the keyring knows no purpose {0:?}")]
    UnknownPurpose(String),
    /// All 2^40 record numbers are used up.
    #[error("no record numbers are left in this keyring")]
    Exhausted,
    /// The root key file is not there.
    #[error("the root key file {} is missing: put it back from its custodian, or treat this service as erased", .0.display())]
    NoRoot(PathBuf),
    /// The tree file is not there.
    #[error("the key tree {} is missing: put it back, or treat this service as erased", .0.display())]
    NoTree(PathBuf),
    /// The file of a signing key is not there.
    #[error("the signing key file {} is missing: put it back from its custodian", .0.display())]
    NoSigningKey(PathBuf),
    /// The tree and the root do not belong together: one of them is an old copy, and an old copy opens nothing.
    #[error("the key tree {} (roll {tree}) and the root key (roll {root}) do not belong together: an old copy opens nothing", path.display())]
    Stale {
        /// The tree file.
        path: PathBuf,
        /// Roll number written in the tree file.
        tree: u64,
        /// Roll number written in the root file.
        root: u64,
    },
    /// The erasure ledger does not reach as far as the tree remembers, or is not the one the tree was kept with.
    #[error("the erasure ledger {} (entry {ledger}) is not the one the key tree remembers (entry {tree}); put the whole ledger back; if it is lost for good, `lionrock keys begin-ledger` says what that means", path.display())]
    LedgerCut {
        /// The ledger.
        path: PathBuf,
        /// Its last entry.
        ledger: u64,
        /// The last entry the tree knows of.
        tree: u64,
    },
    /// The root key stands elsewhere than the configuration says.
    #[error("the root key of the key tree {} stands {stands}, but the configuration names {named}", path.display())]
    Custody {
        /// The tree file.
        path: PathBuf,
        /// Where the root stands.
        stands: &'static str,
        /// Where it was looked for.
        named: &'static str,
    },
    /// The keys were made for an installation of another label.
    #[error("the keys of {service} belong to a {theirs} installation and do not open in a {ours} one")]
    OtherLabel {
        /// The service.
        service: String,
        /// The label that is bound to the keys.
        theirs: Environment,
        /// The label of the installation that opens them.
        ours: Environment,
    },
    /// The key that wrapped the root is not in the token.
    #[error("the token holds no key for the key tree {}: put the right token in, or treat this service as erased", .0.display())]
    NoTokenKey(PathBuf),
    /// A PKCS#11 token did not do what it should.
    #[error("the token {token}: {what}")]
    Token {
        /// Its label or serial number, or its module.
        token: String,
        /// What it said.
        what: String,
    },
    /// A keyring stands there already.
    #[error("{} exists already: a keyring is created once", .0.display())]
    Exists(PathBuf),
    /// Another process holds the keyring.
    #[error("the key tree {} is held by another process: stop it first", .0.display())]
    InUse(PathBuf),
    /// A key file is not what it should be.
    #[error("the key file {} is damaged ({what}): put a good copy back", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The operating system refused.
    #[error("cannot use the key file {}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system does not let another page of memory be locked against swapping.
    #[error("no more memory can be locked: raise the limit (`ulimit -l`, LimitMEMLOCK=) or wait")]
    Unlocked,
    /// A primitive refused its input; a fault of ours.
    #[error("the cryptographic library refused: {0}")]
    Library(&'static str),
}

impl SealError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

impl Fault for SealError {
    fn kind(&self) -> Kind {
        match self {
            Self::Gone | Self::Stale { .. } => Kind::Gone,
            Self::Invalid(_) => Kind::Invalid,
            Self::UnknownPurpose(_) | Self::NoRoot(_) | Self::NoTree(_) | Self::NoSigningKey(_) | Self::NoTokenKey(_) => Kind::Missing,
            Self::OtherLabel { .. } => Kind::Denied,
            Self::Exists(_) => Kind::Taken,
            Self::InUse(_) | Self::Unlocked => Kind::Busy,
            Self::Token { .. }
            | Self::LedgerCut { .. }
            | Self::Custody { .. }
            | Self::Damaged { .. }
            | Self::Io { .. }
            | Self::Broken
            | Self::Exhausted
            | Self::Library(_) => Kind::Broken,
        }
    }
}
