//! A look at a whole journal by nobody who writes it: no key is needed, so it works on a restored copy.

use std::fs;
use std::path::Path;

use seal::sha256;
use store::Store;

use crate::merkle::{Growing, leaf_hash};
use crate::{Hash, JournalError, storage};

/// What a whole journal was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Entries in the checkpoint.
    pub published: u64,
    /// Entries that the database has placed.
    pub stored: u64,
    /// Published entries that the database does not have: a backup older than its evidence.
    pub missing: u64,
    /// Entries that an earlier restore had lost.
    pub lost: u64,
    /// What does not agree, one line each; nothing when all is well.
    pub findings: Vec<String>,
}

const READ: i64 = 4096;
const MOST_FINDINGS: usize = 20;

/// Recomputes every leaf from its event and the tree from the leaves, and compares it with the newest checkpoint in the
/// directory of the tiles. The checkpoint's signature is not looked at: `lionrock-verify checkpoint` does that.
pub fn audit(store: &Store, tiles: &Path) -> Result<Audit, JournalError> {
    let (published, root) = checkpoint(tiles)?;
    let mut audit = Audit { published, stored: 0, missing: 0, lost: 0, findings: Vec::new() };
    let mut tree = Growing::default();
    let mut rooted = None;
    loop {
        let from = audit.stored;
        let leaves = store.read("journal.audit", |tx| storage::lost::leaves_from(tx, from, READ))?;
        if leaves.is_empty() {
            break;
        }
        for leaf in leaves {
            audit.look(&leaf);
            tree.push(leaf_hash(&leaf.hash));
            audit.stored += 1;
            if audit.stored == published {
                rooted = Some(tree.root());
            }
        }
    }
    audit.missing = published.saturating_sub(audit.stored);
    match rooted {
        Some(found) if found != root => audit.find("the checkpoint's root is not that of the entries".to_owned()),
        _ => {}
    }
    Ok(audit)
}

impl Audit {
    fn look(&mut self, leaf: &storage::lost::Leaf) {
        if leaf.position != self.stored {
            self.find(format!("entry {} is not there, the next one is {}", self.stored, leaf.position));
        }
        match &leaf.event {
            Some((salt, body)) if sha256(&[salt, body.as_bytes()]) != leaf.hash => {
                self.find(format!("entry {} is not the hash of its event", leaf.position));
            }
            Some(_) => {}
            None => self.lost += 1,
        }
    }

    fn find(&mut self, line: String) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(line);
        }
    }
}

/// Size and root of the checkpoint; an empty tree where none was published.
fn checkpoint(tiles: &Path) -> Result<(u64, Hash), JournalError> {
    let path = tiles.join("checkpoint");
    let note = match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((0, sha256(&[]))),
        note => note.map_err(|error| JournalError::Tiles(tiles.to_owned(), error))?,
    };
    crate::checkpoint::size_and_root(&note).ok_or(JournalError::ForeignCheckpoint(path))
}
