use std::path::PathBuf;

use kernel::Secret;

use crate::{SealError, file};

/// Where the parts of a keyring stand. Tree and root must be in different directories, so that no one backup holds both.
#[derive(Clone, Debug)]
pub struct KeyPlace {
    /// The tree file, `<keys>/<service>.tree`.
    pub tree: PathBuf,
    /// The root key.
    pub root: RootPlace,
    /// The erasure ledger, `<tiles>/<service>/erasures`: outside the database and outside the key directories.
    pub erasures: PathBuf,
    /// Where the root is kept for a custodian as well, if anywhere.
    pub escrow: Option<EscrowPlace>,
}

/// Where a root key stands.
#[derive(Clone, Debug)]
pub enum RootPlace {
    /// In a file, `<roots>/<service>.root`.
    File(PathBuf),
    /// In a PKCS#11 token, which wraps it with a key of its own; the wrapped root stands in the head of the tree file.
    Token(TokenPlace),
}

/// A PKCS#11 token.
#[derive(Clone, Debug)]
pub struct TokenPlace {
    /// The module, a shared library.
    pub module: PathBuf,
    /// The token's label or serial number.
    pub token: String,
    /// The PIN of its user.
    pub pin: Secret<String>,
}

/// A slot in which the present root stands encrypted to a custodian.
#[derive(Clone, Debug)]
pub struct EscrowPlace {
    /// The slot's file, `<escrow>/<service>.escrow`. Its directory must exist: best a disk of its own.
    pub slot: PathBuf,
    /// The custodian's `age` recipient (`age1…`); the identity is kept elsewhere.
    pub recipient: String,
}

impl KeyPlace {
    /// A keyring whose root stands in a file.
    pub const fn in_files(tree: PathBuf, root: PathBuf, erasures: PathBuf) -> Self {
        Self { tree, root: RootPlace::File(root), erasures, escrow: None }
    }

    pub(crate) fn make_directory_of_root(&self) -> Result<(), SealError> {
        match &self.root {
            RootPlace::File(root) => file::make_directory_of(root),
            RootPlace::Token(_) => Ok(()),
        }
    }
}
