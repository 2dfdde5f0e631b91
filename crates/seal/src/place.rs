use std::path::PathBuf;

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
}

/// Where a root key stands.
#[derive(Clone, Debug)]
pub enum RootPlace {
    /// In a file, `<roots>/<service>.root`.
    File(PathBuf),
}

impl KeyPlace {
    /// A keyring whose root stands in a file.
    pub const fn in_files(tree: PathBuf, root: PathBuf, erasures: PathBuf) -> Self {
        Self { tree, root: RootPlace::File(root), erasures }
    }

    pub(crate) fn make_directory_of_root(&self) -> Result<(), SealError> {
        match &self.root {
            RootPlace::File(root) => file::make_directory_of(root),
        }
    }
}
