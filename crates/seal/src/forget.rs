//! How keys end: by day, by erasure, by roll, by destruction.

use std::sync::PoisonError;

use kernel::{Day, Instant, to_hex};

use crate::erasures::ErasureEntry;
use crate::files::Files;
use crate::keyring::Held;
use crate::ledger::{Destroyed, OVERWRITTEN, Roll};
use crate::state::{Root, State};
use crate::{Keyring, SealError, Target};

/// From this many nodes on (1 MB) the tree is not written at each erasure: the ledger says what is to be forgotten, an opening
/// does it, and the tree file is one more of the old copies that the next roll makes worthless.
const LARGE: usize = 20_000;

impl Keyring {
    /// Drops the nodes of days before `today` and rolls the root, so that old copies of the files die too; what was erased
    /// since the last roll becomes final with it. Returns how many nodes were dropped. Cheap when the day is not new, so it
    /// may be called before every unit of work.
    pub fn midnight(&self, today: Day) -> Result<usize, SealError> {
        let up_to_date = |held: &Held| today <= held.state.today && !held.overdue;
        if up_to_date(&*self.read()?) {
            return Ok(0);
        }
        let mut held = self.write()?;
        self.forget_trails();
        let dropped = held.state.drop_past(today)?;
        held.overdue |= dropped > 0 || held.state.needs_roll();
        if held.overdue {
            self.roll_held(&mut held)?;
        }
        Ok(dropped)
    }

    /// Forgets what a batch names, each with a salted commitment to the sealed values concerned: the ledger first, on the
    /// disk, then the nodes. When it returns, nothing of it opens here any more, whatever crashes; old copies of the key
    /// files open it until the next roll. When it fails nothing was forgotten, or the next start forgets it.
    pub fn erase(&self, at: Instant, batch: &[(Target, [u8; 32])]) -> Result<Vec<ErasureEntry>, SealError> {
        let mut held = self.write()?;
        for (target, _) in batch {
            held.state.knows(target)?;
        }
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let entries = held.ledger.following(at, batch);
        self.forget_trails();
        if held.state.nodes() < LARGE { self.erase_with_tree(&mut held, &entries)? } else { erase_by_ledger(&mut held, &entries)? }
        Ok(entries)
    }

    /// Disks take several files in one go: the ledger, its copy and the new tree, which counts for nothing until it is put in its
    /// place.
    fn erase_with_tree(&self, held: &mut Held, entries: &[ErasureEntry]) -> Result<(), SealError> {
        let mut state = held.state.clone();
        for entry in entries {
            state.carry_out(entry);
        }
        let (root, files) = (&held.root, self.files.as_ref());
        let beside = || files.map_or(Ok(()), |files| files.write_tree_beside(root, &state));
        let written = held.ledger.append_while(entries, beside)?;
        held.state = state;
        written?;
        files.map_or(Ok(()), Files::put_tree)
    }

    /// The entries of the erasure ledger after this number, for a database that was restored and must forget them too.
    pub fn erasures_since(&self, number: u64) -> Result<Vec<ErasureEntry>, SealError> {
        self.read()?.ledger.since(number)
    }

    /// Whether something was erased since the last roll.
    pub fn needs_roll(&self) -> bool {
        self.read().is_ok_and(|held| held.overdue || held.state.needs_roll())
    }

    /// Writes the tree anew under a new root, then brings the old root to its end.
    pub fn roll(&self) -> Result<Roll, SealError> {
        self.roll_held(&mut *self.write()?)
    }

    /// Every change of the root so far, for certificates.
    pub fn rolls(&self) -> Result<Vec<Roll>, SealError> {
        Ok(self.read()?.state.rolls.clone())
    }

    /// Forgets everything: nodes, index key, root; the ledger says so first, with a commitment to what was sealed. May be
    /// repeated; the keyring refuses everything afterwards.
    pub fn destroy(&self, at: Instant, commitment: [u8; 32]) -> Result<Destroyed, SealError> {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(destroyed) = &held.destroyed {
            return Ok(destroyed.clone());
        }
        if !held.ledger.has_ended() {
            held.ledger.append(at, &[(Target::Service, commitment)])?;
        }
        self.forget_trails();
        if let Some(files) = &self.files {
            files.destroy(&held.root)?;
        }
        let destroyed = Destroyed { root_id: to_hex(&held.root.id()), kind: self.how_roots_end(), rolls: held.root.number };
        let root = Root::new(0, self.random.as_ref());
        let state = State::new(&self.service, held.state.today, self.random.as_ref());
        held.replace(root, state);
        held.destroyed = Some(destroyed.clone());
        Ok(destroyed)
    }

    pub(crate) fn roll_held(&self, held: &mut Held) -> Result<Roll, SealError> {
        let erasures = held.state.ledger.number;
        self.roll_as(held, self.how_roots_end(), erasures)
    }

    /// Rolls, and says how the old root ends and which erasures that makes final.
    pub(crate) fn roll_as(&self, held: &mut Held, how: &'static str, erasures: u64) -> Result<Roll, SealError> {
        if held.unsure {
            self.persist(held)?;
            held.unsure = false;
        }
        let root = match &self.files {
            Some(files) => files.prepare(&held.root)?,
            None => Root::new(held.root.number + 1, self.random.as_ref()),
        };
        let roll = Roll {
            number: root.number,
            day: held.state.today,
            root_id_before: to_hex(&held.root.id()),
            root_id_after: to_hex(&root.id()),
            how,
            erasures,
        };
        held.state.rolls.push(roll.clone());
        if let Some(files) = &self.files {
            let written = files.write_tree(&root, &held.state);
            written.inspect_err(|_| {
                held.state.rolls.pop();
                held.unsure = true;
            })?;
        }
        held.root = root;
        // From here on the roll stands in the tree; an old root that cannot be brought to its end is tried again.
        held.overdue = true;
        if let Some(files) = &self.files {
            files.settle(&held.root)?;
        }
        held.overdue = false;
        Ok(roll)
    }

    fn how_roots_end(&self) -> &'static str {
        self.files.as_ref().map_or(OVERWRITTEN, Files::how_roots_end)
    }
}

fn erase_by_ledger(held: &mut Held, entries: &[ErasureEntry]) -> Result<(), SealError> {
    held.ledger.append_while(entries, || Ok(()))??;
    for entry in entries {
        held.state.carry_out(entry);
    }
    Ok(())
}
