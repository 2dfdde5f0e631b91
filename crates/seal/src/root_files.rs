use std::path::{Path, PathBuf};

use kernel::Random;
use zeroize::Zeroizing;

use crate::node::Node;
use crate::state::Root;
use crate::tree_file::Head;
use crate::{SealError, file};

const ROOT_MAGIC: &[u8; 16] = b"lionrock-root/1\n";

/// A root key that stands in a file: `root`, and `root.new` while it changes.
pub struct RootFiles {
    root: PathBuf,
    new: PathBuf,
}

impl RootFiles {
    pub fn new(root: PathBuf) -> Self {
        let new = file::with_suffix(&root, "new");
        Self { root, new }
    }

    /// What stands here already and is not the beginning of a creation.
    pub fn taken(&self) -> Result<Option<PathBuf>, SealError> {
        Ok((self.root.exists() && !self.is_begun()?).then(|| self.root.clone()))
    }

    /// Whether a creation was begun here and may be begun again.
    pub fn is_begun(&self) -> Result<bool, SealError> {
        Ok(!self.root.exists() && self.waiting()?.is_some_and(|new| new.number == 0))
    }

    /// Makes the next root durable beside the present one.
    pub fn prepare(&self, number: u64, random: &dyn Random) -> Result<Root, SealError> {
        let root = Root::new(number, random);
        self.write_new(&root)?;
        Ok(root)
    }

    /// Makes `current` the only root on disk. May be repeated.
    pub fn settle(&self, current: &Root, random: &dyn Random) -> Result<(), SealError> {
        file::erase(&file::with_suffix(&self.new, "tmp"), random)?;
        if self.waiting()?.is_none_or(|new| new.number != current.number) {
            return file::erase(&self.new, random);
        }
        if self.root.exists() {
            file::overwrite(&self.root, random)?;
        }
        file::rename(&self.new, &self.root)
    }

    /// The root under which a tree was written.
    pub fn find(&self, head: &Head, tree: &Path) -> Result<Root, SealError> {
        if !head.wrapping.is_empty() {
            return Err(SealError::Custody { path: tree.to_owned(), stands: "in a token", named: "a file" });
        }
        let (root, new) = (file::read(&self.root)?, file::read(&self.new)?);
        if root.is_none() && new.is_none() {
            return Err(SealError::NoRoot(self.root.clone()));
        }
        let roots: Vec<Root> = [root, new].iter().flatten().filter_map(|bytes| decode(bytes)).collect();
        if let Some(root) = roots.iter().find(|root| root.number == head.number) {
            return Ok(root.clone());
        }
        Err(match roots.iter().map(|root| root.number).max() {
            Some(root) => SealError::Stale { path: tree.to_owned(), tree: head.number, root },
            None => SealError::Damaged { path: self.root.clone(), what: "it is no root key" },
        })
    }

    /// Overwrites and removes everything.
    pub fn erase(&self, random: &dyn Random) -> Result<(), SealError> {
        file::erase(&self.root, random)?;
        file::erase(&file::with_suffix(&self.new, "tmp"), random)?;
        file::erase(&self.new, random)
    }

    fn write_new(&self, root: &Root) -> Result<(), SealError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(56));
        bytes.extend_from_slice(ROOT_MAGIC);
        bytes.extend_from_slice(&root.number.to_be_bytes());
        bytes.extend_from_slice(root.key.bytes());
        file::write_whole(&self.new, &bytes)
    }

    fn waiting(&self) -> Result<Option<Root>, SealError> {
        Ok(file::read(&self.new)?.as_ref().and_then(|bytes| decode(bytes)))
    }
}

fn decode(bytes: &[u8]) -> Option<Root> {
    let (number, key) = bytes.strip_prefix(ROOT_MAGIC)?.split_first_chunk::<8>()?;
    let key: [u8; 32] = key.try_into().ok()?;
    Some(Root { number: u64::from_be_bytes(*number), key: Node::from_bytes(key), wrapping: Vec::new() })
}
