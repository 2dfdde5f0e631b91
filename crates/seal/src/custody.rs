use std::path::{Path, PathBuf};

use kernel::Random;

use crate::SealError;
use crate::ledger::{DESTROYED, OVERWRITTEN};
use crate::place::RootPlace;
use crate::root_files::RootFiles;
use crate::state::Root;
use crate::token_roots::TokenRoots;
use crate::tree_file::Head;

/// Who keeps the root key.
pub enum Custody {
    Files(RootFiles),
    Token(TokenRoots),
}

impl Custody {
    pub fn open(place: RootPlace, service: &str) -> Result<Self, SealError> {
        Ok(match place {
            RootPlace::File(root) => Self::Files(RootFiles::new(root)),
            RootPlace::Token(token) => Self::Token(TokenRoots::open(token, service)?),
        })
    }

    /// How an old root ends here, in the words of a certificate.
    pub const fn how(&self) -> &'static str {
        match self {
            Self::Files(_) => OVERWRITTEN,
            Self::Token(_) => DESTROYED,
        }
    }

    /// What stands here already and is not the beginning of a creation.
    pub fn taken(&self) -> Result<Option<PathBuf>, SealError> {
        match self {
            Self::Files(roots) => roots.taken(),
            Self::Token(_) => Ok(None),
        }
    }

    /// Whether a creation was begun here, which may have left files of its own.
    pub fn is_begun(&self) -> Result<bool, SealError> {
        match self {
            Self::Files(roots) => roots.is_begun(),
            Self::Token(_) => Ok(false),
        }
    }

    /// Makes a root durable beside the present one.
    pub fn prepare(&self, number: u64, current: Option<&Root>, random: &dyn Random) -> Result<Root, SealError> {
        match self {
            Self::Files(roots) => roots.prepare(number, random),
            Self::Token(roots) => roots.prepare(number, current, random),
        }
    }

    /// Brings every other root to its end. May be repeated.
    pub fn settle(&self, current: &Root, random: &dyn Random) -> Result<(), SealError> {
        match self {
            Self::Files(roots) => roots.settle(current, random),
            Self::Token(roots) => roots.settle(current),
        }
    }

    /// The root under which a tree was written.
    pub fn find(&self, head: &Head, tree: &Path) -> Result<Root, SealError> {
        match self {
            Self::Files(roots) => roots.find(head, tree),
            Self::Token(roots) => roots.find(head, tree),
        }
    }

    /// Brings all roots to their end.
    pub fn erase(&self, wrapping: &[u8], random: &dyn Random) -> Result<(), SealError> {
        match self {
            Self::Files(roots) => roots.erase(random),
            Self::Token(roots) => roots.erase(wrapping),
        }
    }
}
