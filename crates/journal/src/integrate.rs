use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::{Id, kinds};
use seal::Signer;
use serde_json::{Value, json};
use store::{Store, StoreError};

use crate::merkle::{consistency, inclusion, root};
use crate::removals::Removals;
use crate::tiles::{Tiles, write_whole};
use crate::{Actor, Checkpoint, Event, Hash, JournalError, Ledger, Removed, Restored, Work, storage};

/// What one pass of the integrator did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integrated {
    /// Leaves that got their place in this pass.
    pub leaves: u64,
    /// Size of the tree now.
    pub size: u64,
}

/// The proof that an event stands in the published tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// Its place.
    pub index: u64,
    /// The audit path, nearest sibling first.
    pub path: Vec<Hash>,
    /// The signed checkpoint the path leads to.
    pub checkpoint: String,
}

impl Inclusion {
    /// The form in which receipts and certificates carry it.
    pub fn to_json(&self) -> Value {
        let path: Vec<String> = self.path.iter().map(|hash| STANDARD.encode(hash)).collect();
        json!({"index": self.index, "path": path, "checkpoint": self.checkpoint})
    }
}

/// The proof that one checkpoint's tree is the beginning of another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consistency {
    /// The older size.
    pub old: u64,
    /// The newer size.
    pub new: u64,
    /// The nodes of RFC 6962 section 2.1.2.
    pub path: Vec<Hash>,
}

impl Consistency {
    /// The file that `lionrock-verify checkpoint --proof` reads.
    pub fn to_json(&self) -> Value {
        let path: Vec<String> = self.path.iter().map(|hash| STANDARD.encode(hash)).collect();
        json!({"format": "lionrock-consistency/1", "from": self.old, "to": self.new, "path": path})
    }
}

/// Gives leaves their index, builds tiles, signs checkpoints. One at a time.
pub(crate) struct Integrator {
    dir: PathBuf,
    state: Mutex<State>,
}

struct State {
    tiles: Tiles,
    /// Everything up to here has its place; the scan for new events begins a little before it.
    cursor: Id<kinds::Event>,
    note: Option<String>,
    /// The size that the note speaks of: what the tiles go back to when writing them failed half-way.
    published: u64,
    stale: bool,
    removals: Removals,
}

/// On an engine with several writers places are given only up to [`Ledger::settled`]; looking back a little costs nothing and finds
/// what another process may have written.
const OVERLAP_MS: u128 = 30_000;
const BATCH: i64 = 4096;
const BATCH_ROWS: usize = 4096;

impl Integrator {
    pub(crate) fn open(
        store: &Store,
        signer: &dyn Signer,
        (dir, beside_keys): (PathBuf, Option<PathBuf>),
        origin: &str,
    ) -> Result<Self, JournalError> {
        let path = dir.join("checkpoint");
        let note = match fs::read_to_string(&path) {
            Ok(note) => Some(note),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(JournalError::Tiles(dir, error)),
        };
        let published = match &note {
            None => 0,
            Some(note) => {
                let checkpoint = Checkpoint::verified(note, signer);
                let ours = checkpoint.ok().filter(|checkpoint| checkpoint.origin == origin);
                ours.ok_or(JournalError::ForeignCheckpoint(path))?.size
            }
        };
        let stored = store.read("journal.size", storage::next_position)?;
        let failed = |error| JournalError::Tiles(dir.clone(), error);
        if stored < published && Restored::noted(&dir).map_err(failed)?.is_none() {
            return Err(JournalError::Behind { published, stored });
        }
        let last = store.read("journal.last_placed", storage::last_placed)?;
        let tiles = Tiles::open(dir.clone(), published).map_err(|e| JournalError::Tiles(dir.clone(), e))?;
        let cursor = last.unwrap_or(Id::from_bytes([0; 16]));
        let removals = Removals::open([Some(dir.join("removals")), beside_keys].into_iter().flatten().collect(), origin)?;
        let state = State { tiles, cursor, note, published, stale: false, removals };
        Ok(Self { dir, state: Mutex::new(state) })
    }
}

impl Ledger {
    /// One pass: places new leaves, extends the tiles, signs a checkpoint. Safe to stop at any point: what the database
    /// has placed and the tiles lack is added by the next pass.
    pub fn integrate(&self) -> Result<Integrated, JournalError> {
        let mut state = self.integrator.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.stale {
            let tiles = Tiles::open(self.integrator.dir.clone(), state.published);
            state.tiles = tiles.map_err(|error| self.tiles_error(error))?;
            state.stale = false;
        }
        let before = state.published;
        loop {
            let placed = self.place_batch(&mut state)?;
            self.extend_tiles(&mut state)?;
            if placed < BATCH_ROWS {
                break;
            }
        }
        self.keep_removals(&mut state.removals)?;
        let size = state.tiles.size();
        if size != before || (state.note.is_none() && size > 0) {
            state.stale = true;
            state.note = Some(self.publish(&state.tiles)?);
            state.stale = false;
            state.published = size;
        }
        Ok(Integrated { leaves: size - before, size })
    }

    /// The inclusion proof of an event that was just noted, once it has its place in the tree. Beside several writers it waits
    /// for those that began before; nothing if it has no place even then.
    pub fn place(&self, event: Id<kinds::Event>) -> Result<Option<Inclusion>, JournalError> {
        self.integrate()?;
        if let Some(inclusion) = self.inclusion(event)? {
            return Ok(Some(inclusion));
        }
        self.wait_for_earlier(event);
        self.integrate()?;
        self.inclusion(event)
    }

    /// Finishes what a restore began: see [`Restored`].
    pub(crate) fn settle_restore(&self, mut settle: impl FnMut(&mut Work<'_, '_>, &Removed) -> Result<(), StoreError> + Send + 'static) -> Result<(), JournalError> {
        let mut state = self.integrator.state.lock().unwrap_or_else(PoisonError::into_inner);
        let dir = &self.integrator.dir;
        let Some(restored) = Restored::noted(dir).map_err(|error| self.tiles_error(error))? else { return Ok(()) };
        let stored = self.store().read("journal.size", storage::next_position)?;
        if stored < state.published {
            self.resume(&restored, &state.tiles, stored)?;
            let last = self.store().read("journal.last_placed", storage::last_placed)?;
            state.cursor = last.unwrap_or(state.cursor);
        }
        let (removed, stood) = state.removals.since(restored.taken, self.keys())?;
        self.write("journal.settle_restore", Actor::Operator, move |work| {
            if !stood || !removed.is_empty() {
                let event = Event::new("journal.removals_replayed").detail("removed", removed.len());
                work.journal(event.detail("ledger", if stood { "kept" } else { "lost" }))?;
            }
            settle(work, &removed)
        })?;
        Restored::forget(dir).map_err(|error| self.tiles_error(error))
    }

    fn place_batch(&self, state: &mut State) -> Result<usize, JournalError> {
        let cursor = state.cursor;
        let in_order = self.store().commits_in_order();
        let after = if in_order { cursor } else { overlap(cursor) };
        let last = if in_order { None } else { self.settled() }.unwrap_or(Id::from_bytes([0xff; 16]));
        let waiting = self.store().read("journal.waiting", |tx| storage::unplaced(tx, after, last, 1))?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let placed = self.store().write("journal.integrate", move |tx| {
            let events = storage::unplaced(tx, after, last, BATCH)?;
            let first = storage::next_position(tx)?;
            storage::place(tx, first, &events)?;
            Ok::<_, StoreError>(events)
        })?;
        if let Some((last, _)) = placed.last() {
            state.cursor = state.cursor.max(*last);
        }
        Ok(placed.len())
    }

    fn extend_tiles(&self, state: &mut State) -> Result<(), JournalError> {
        loop {
            let from = state.tiles.size();
            let leaves = self.store().read("journal.leaves", |tx| storage::leaves_from(tx, from, BATCH))?;
            if leaves.is_empty() {
                let next = self.store().read("journal.size", storage::next_position)?;
                return if next > from { Err(JournalError::Forked { position: from }) } else { Ok(()) };
            }
            state.stale = true;
            state.tiles.append(&leaves).map_err(|error| self.tiles_error(error))?;
            state.stale = false;
        }
    }

    fn publish(&self, tiles: &Tiles) -> Result<String, JournalError> {
        tiles.flush().map_err(|error| self.tiles_error(error))?;
        let root = root(tiles, tiles.size()).map_err(|error| self.tiles_error(error))?;
        let checkpoint = Checkpoint { origin: self.origin().to_owned(), size: tiles.size(), root };
        let note = checkpoint.signed(&**self.signer());
        let path = self.integrator.dir.join("checkpoint");
        write_whole(&path, note.as_bytes()).map_err(|error| self.tiles_error(error))?;
        Ok(note)
    }

    /// The newest signed checkpoint.
    pub fn checkpoint(&self) -> Option<String> {
        self.integrator.state.lock().unwrap_or_else(PoisonError::into_inner).note.clone()
    }

    /// The proof that an event stands in the published tree; nothing while it waits for its place.
    pub fn inclusion(&self, event: Id<kinds::Event>) -> Result<Option<Inclusion>, JournalError> {
        let position = self.store().read("journal.position", |tx| storage::position_of(tx, event))?;
        let state = self.integrator.state.lock().unwrap_or_else(PoisonError::into_inner);
        let size = state.published;
        let (Some((index, _)), Some(note)) = (position, &state.note) else { return Ok(None) };
        if index >= size {
            return Ok(None);
        }
        let path = inclusion(&state.tiles, index, size).map_err(|error| self.tiles_error(error))?;
        Ok(Some(Inclusion { index, path, checkpoint: note.clone() }))
    }

    /// The proof that the tree of `old` leaves is the beginning of the published one.
    pub fn consistency(&self, old: u64) -> Result<Option<Consistency>, JournalError> {
        let state = self.integrator.state.lock().unwrap_or_else(PoisonError::into_inner);
        let new = state.published;
        if old == 0 || old > new {
            return Ok(None);
        }
        let path = consistency(&state.tiles, old, new).map_err(|error| self.tiles_error(error))?;
        Ok(Some(Consistency { old, new, path }))
    }

    /// Size and root of the published tree.
    pub fn size_and_root(&self) -> Result<(u64, Hash), JournalError> {
        let state = self.integrator.state.lock().unwrap_or_else(PoisonError::into_inner);
        let size = state.published;
        Ok((size, root(&state.tiles, size).map_err(|error| self.tiles_error(error))?))
    }

    pub(crate) fn tiles_error(&self, error: std::io::Error) -> JournalError {
        JournalError::Tiles(self.integrator.dir.clone(), error)
    }
}

/// The id of a moment a little before `id`: UUIDv7 begins with its milliseconds.
fn overlap(id: Id<kinds::Event>) -> Id<kinds::Event> {
    let number = u128::from_be_bytes(id.bytes());
    Id::from_bytes(number.saturating_sub(OVERLAP_MS << 80).to_be_bytes())
}
