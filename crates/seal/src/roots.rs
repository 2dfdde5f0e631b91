//! The files of a keyring and the order in which they change.
//!
//! ```text
//! roll:     root.new ← new root │ tree ← state under the new root │ root ← noise │ root.new renamed to root
//! destroy:  tree ← tombstone │ root, root.new ← noise, removed
//! ```
//! Each bar is a sync. A crash at any point leaves a tree and a root that open it: opening tries `root`, then
//! `root.new`, and finishes or undoes what was begun.

use std::fs::File;
use std::path::{Path, PathBuf};

use kernel::{Random, to_hex};
use zeroize::Zeroizing;

use crate::keyring::KeyPlace;
use crate::ledger::Destroyed;
use crate::node::Node;
use crate::state::{Root, State};
use crate::{SealError, aead, file};

const TREE_MAGIC: &[u8; 16] = b"lionrock-tree/1\n";
const ROOT_MAGIC: &[u8; 16] = b"lionrock-root/1\n";
const GONE_MAGIC: &[u8; 16] = b"lionrock-gone/1\n";

/// The files of one keyring, held against other processes.
pub struct Files {
    service: String,
    tree: PathBuf,
    root: PathBuf,
    root_new: PathBuf,
    _lock: File,
}

impl Files {
    pub fn hold(place: KeyPlace, service: &str) -> Result<Self, SealError> {
        if file::directory_of(&place.tree) == file::directory_of(&place.root) {
            return Err(SealError::Invalid("the root key must stand in another directory than the key tree"));
        }
        let root_new = file::with_suffix(&place.root, "new");
        let lock = file::hold(&place.tree)?;
        Ok(Self { service: service.to_owned(), tree: place.tree, root: place.root, root_new, _lock: lock })
    }

    /// Writes the first root and the first tree. A crash on the way leaves nothing that stops another try.
    pub fn create(&self, root: &Root, state: &State, random: &dyn Random) -> Result<(), SealError> {
        let begun = !self.root.exists() && self.new_root()?.is_some_and(|new| new.number == root.number);
        if let Some(path) = [&self.tree, &self.root].into_iter().find(|path| path.exists() && !begun) {
            return Err(SealError::Exists(path.clone()));
        }
        self.write_new_root(root)?;
        self.write_tree(root, state, random)?;
        self.promote(root, random)
    }

    /// Reads tree and root, after finishing or undoing what a crash interrupted.
    pub fn load(&self, random: &dyn Random) -> Result<(Root, State), SealError> {
        let tree = file::read(&self.tree)?.ok_or_else(|| SealError::NoTree(self.tree.clone()))?;
        if tree.starts_with(GONE_MAGIC) {
            self.erase_roots(random)?;
            return Err(SealError::Gone);
        }
        let (root, new) = (file::read(&self.root)?, file::read(&self.root_new)?);
        if root.is_none() && new.is_none() {
            return Err(SealError::NoRoot(self.root.clone()));
        }
        let roots: Vec<Root> = [root, new].iter().flatten().filter_map(|bytes| decode_root(bytes)).collect();
        let number = tree_number(&tree).ok_or_else(|| self.damaged("it is no key tree"))?;
        let Some(root) = roots.iter().find(|root| root.number == number) else {
            return Err(self.no_root_for(number, &roots));
        };
        let plain = aead::open(root.key.bytes(), &self.tree_aad(number), tree_body(&tree))
            .map_err(|_| self.damaged("its seal is broken, or it is of another service"))?;
        let state = State::decode(&plain).ok_or_else(|| self.damaged("its content makes no sense"))?;
        file::erase(&file::with_suffix(&self.root_new, "tmp"), random)?;
        self.promote(root, random)?;
        Ok((root.clone(), state))
    }

    /// What remains of a keyring that was destroyed.
    pub fn tombstone(tree: &Path) -> Result<Option<Destroyed>, SealError> {
        let Some(bytes) = file::read(tree)? else { return Ok(None) };
        let Some(rest) = bytes.strip_prefix(GONE_MAGIC) else { return Ok(None) };
        let parts = rest.split_first_chunk::<8>();
        Ok(parts.map(|(rolls, id)| Destroyed::overwritten(to_hex(id), u64::from_be_bytes(*rolls))))
    }

    pub fn write_tree(&self, root: &Root, state: &State, random: &dyn Random) -> Result<(), SealError> {
        let plain = state.encode();
        let mut bytes = Vec::with_capacity(plain.len() + 24 + aead::OVERHEAD);
        bytes.extend_from_slice(TREE_MAGIC);
        bytes.extend_from_slice(&root.number.to_be_bytes());
        aead::seal_into(&mut bytes, root.key.bytes(), &self.tree_aad(root.number), &plain, random)?;
        file::write_whole(&self.tree, &bytes)
    }

    pub fn write_new_root(&self, root: &Root) -> Result<(), SealError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(56));
        bytes.extend_from_slice(ROOT_MAGIC);
        bytes.extend_from_slice(&root.number.to_be_bytes());
        bytes.extend_from_slice(root.key.bytes());
        file::write_whole(&self.root_new, &bytes)
    }

    /// Makes `current` the only root on disk. May be repeated.
    pub fn promote(&self, current: &Root, random: &dyn Random) -> Result<(), SealError> {
        if self.new_root()?.is_none_or(|new| new.number != current.number) {
            return file::erase(&self.root_new, random);
        }
        if self.root.exists() {
            file::overwrite(&self.root, random)?;
        }
        file::rename(&self.root_new, &self.root)
    }

    /// Puts a stone with the root's name in the tree's place.
    pub fn write_tombstone(&self, root: &Root) -> Result<(), SealError> {
        let id = kernel::from_hex(&root.id()).map_err(|_| SealError::Library("root id"))?;
        let bytes = [GONE_MAGIC.as_slice(), &root.number.to_be_bytes(), &id].concat();
        file::write_whole(&self.tree, &bytes)
    }

    pub fn erase_roots(&self, random: &dyn Random) -> Result<(), SealError> {
        file::erase(&self.root, random)?;
        file::erase(&file::with_suffix(&self.root_new, "tmp"), random)?;
        file::erase(&self.root_new, random)
    }

    fn new_root(&self) -> Result<Option<Root>, SealError> {
        Ok(file::read(&self.root_new)?.as_ref().and_then(|bytes| decode_root(bytes)))
    }

    fn tree_aad(&self, number: u64) -> Vec<u8> {
        [TREE_MAGIC.as_slice(), &number.to_be_bytes(), self.service.as_bytes()].concat()
    }

    fn damaged(&self, what: &'static str) -> SealError {
        SealError::Damaged { path: self.tree.clone(), what }
    }

    fn no_root_for(&self, tree: u64, roots: &[Root]) -> SealError {
        match roots.iter().map(|root| root.number).max() {
            Some(root) => SealError::Stale { path: self.tree.clone(), tree, root },
            None => SealError::Damaged { path: self.root.clone(), what: "it is no root key" },
        }
    }
}

fn tree_number(bytes: &[u8]) -> Option<u64> {
    bytes.strip_prefix(TREE_MAGIC)?.first_chunk().map(|number| u64::from_be_bytes(*number))
}

fn tree_body(bytes: &[u8]) -> &[u8] {
    bytes.get(TREE_MAGIC.len() + 8..).unwrap_or_default()
}

fn decode_root(bytes: &[u8]) -> Option<Root> {
    let (number, key) = bytes.strip_prefix(ROOT_MAGIC)?.split_first_chunk::<8>()?;
    let key: [u8; 32] = key.try_into().ok()?;
    Some(Root { number: u64::from_be_bytes(*number), key: Node::from_bytes(key) })
}
