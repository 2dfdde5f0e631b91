//! After a restore the database is older than the published tree. The tree goes on from where it was published, and what the
//! database lost is listed in it; nobody who holds a proof or a checkpoint ever sees another tree.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use kernel::{Id, Instant, kinds, to_hex};
use serde_json::{Value, json};
use store::{RunError, StoreError};

use crate::merkle::tree_root;
use crate::tiles::{Tiles, write_whole};
use crate::{Actor, Event, Hash, JournalError, Ledger, Work, storage};

/// What `restore` leaves beside the tiles: that the database was put back from a backup, on purpose, and from which.
/// Without it a database that is behind the published tree is refused: somebody copied an old file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// SHA-256 of the archive, in hexadecimal.
    pub archive: String,
    /// When the backup was taken.
    pub taken: Instant,
}

/// What resuming did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// Entries that the database had placed.
    pub stored: u64,
    /// Entries that had been published.
    pub published: u64,
    /// Published entries whose events are gone.
    pub lost: u64,
}

const NAME: &str = "restored";
const READ: i64 = 4096;

impl Restored {
    /// Leaves the note in the directory of a journal's tiles.
    pub fn note(&self, tiles: &Path) -> io::Result<()> {
        let text = json!({"archive": self.archive, "taken": self.taken.millis()}).to_string();
        write_whole(&tiles.join(NAME), text.as_bytes())
    }

    /// The note in the directory, if a restore left one.
    pub fn noted(tiles: &Path) -> io::Result<Option<Self>> {
        let text = match fs::read_to_string(tiles.join(NAME)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let note: Value = serde_json::from_str(&text).map_err(io::Error::other)?;
        let archive = note.get("archive").and_then(Value::as_str).unwrap_or_default().to_owned();
        let taken = note.get("taken").and_then(Value::as_i64).unwrap_or_default();
        Ok(Some(Self { archive, taken: Instant::from_millis(taken) }))
    }

    pub(crate) fn forget(tiles: &Path) -> io::Result<()> {
        match fs::remove_file(tiles.join(NAME)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// What has to be written so that the database goes on behind the published tree.
#[derive(Clone, Default)]
struct Gap {
    /// Events that are here and stood in the published tree without the database knowing.
    found: Vec<(u64, Id<kinds::Event>)>,
    /// Leaves whose events are not here.
    lost: Vec<(u64, Hash)>,
}

impl Ledger {
    /// Lets a database that a restore put back go on behind the published tree, in one transaction: events that had been placed
    /// after the backup get their places again, the others are listed as lost, and the journal says so.
    pub(crate) fn resume(&self, restored: &Restored, tiles: &Tiles, stored: u64) -> Result<Resumed, JournalError> {
        let published = tiles.size();
        let gap = self.gap(tiles, stored)?;
        let resumed = Resumed { stored, published, lost: gap.lost.len() as u64 };
        let lost: Vec<Hash> = gap.lost.iter().map(|(_, leaf)| *leaf).collect();
        let event = Event::new("journal.resumed")
            .detail("stored", stored)
            .detail("published", published)
            .detail("lost", resumed.lost)
            .detail("lost_root", to_hex(&tree_root(&lost)))
            .detail("archive", restored.archive.clone())
            .detail("taken", restored.taken.to_string());
        self.write("journal.resume", Actor::Operator, move |work| write_gap(work, &gap, published, event.clone())).map_err(
            |error: RunError<StoreError>| JournalError::from(error),
        )?;
        Ok(resumed)
    }

    /// Compares what the database holds with what was published, from the first entry on.
    fn gap(&self, tiles: &Tiles, stored: u64) -> Result<Gap, JournalError> {
        self.check_beginning(tiles, stored)?;
        let any = Id::from_bytes([0; 16]);
        let all = Id::from_bytes([0xff; 16]);
        let unplaced = self.store().read("journal.unplaced", |tx| storage::unplaced(tx, any, all, i64::MAX))?;
        let mut unplaced: HashMap<Hash, Id<kinds::Event>> = unplaced.into_iter().map(|(id, leaf)| (leaf, id)).collect();
        let mut gap = Gap::default();
        for position in stored..tiles.size() {
            let leaf = tiles.entry(position).map_err(|error| self.tiles_error(error))?;
            match unplaced.remove(&leaf) {
                Some(event) => gap.found.push((position, event)),
                None => gap.lost.push((position, leaf)),
            }
        }
        Ok(gap)
    }

    fn check_beginning(&self, tiles: &Tiles, stored: u64) -> Result<(), JournalError> {
        let mut at = 0;
        while at < stored {
            let leaves = self.store().read("journal.leaves", |tx| storage::lost::leaves_from(tx, at, READ))?;
            for leaf in &leaves {
                let published = tiles.entry(at).map_err(|error| self.tiles_error(error))?;
                if leaf.position != at || leaf.hash != published {
                    return Err(JournalError::Forked { position: at });
                }
                at += 1;
            }
            if leaves.is_empty() {
                return Err(JournalError::Forked { position: at });
            }
        }
        Ok(())
    }
}

fn write_gap(work: &mut Work<'_, '_>, gap: &Gap, published: u64, event: Event) -> Result<(), StoreError> {
    work.journal(event)?;
    for (position, event) in &gap.found {
        storage::place(work.tx(), *position, &[(*event, [0; 32])])?;
    }
    storage::lost::insert(work.tx(), &gap.lost)?;
    let (any, all) = (Id::from_bytes([0; 16]), Id::from_bytes([0xff; 16]));
    let waiting = storage::unplaced(work.tx(), any, all, i64::MAX)?;
    storage::place(work.tx(), published, &waiting)
}
