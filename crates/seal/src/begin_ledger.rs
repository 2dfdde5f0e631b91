//! The way on when the erasure ledger is lost together with its copy.

use std::sync::Arc;

use kernel::{Day, Instant, Random};

use crate::files::Files;
use crate::{ErasureEntry, KeyPlace, Keyring, SealError, Target};

impl Keyring {
    /// As `open`, where neither the erasure ledger nor its copy is there as the tree remembers it: begins a new one, whose first
    /// line says that all lines before it are lost, and rolls the root, so that no older copy of the keys is worth anything.
    /// What the tree has forgotten stays forgotten. What cannot be had back is the list: an older backup of the data is not
    /// told any more which rows must not come back. What is left of the files stays beside them as `.lost-N`. May be repeated
    /// after a crash; refused when the ledger is there.
    pub fn begin_ledger(
        place: KeyPlace,
        service: &str,
        today: Day,
        random: Arc<dyn Random>,
        at: Instant,
    ) -> Result<Self, SealError> {
        let files = Files::hold(place, service, random.clone())?;
        let loaded = files.load_without_ledger(at)?;
        Self::assemble(service, random, Some(files), loaded).caught_up(today)
    }

    /// The first line of a ledger that was begun because the one before was lost; nothing for one that is whole.
    pub fn ledger_lost(&self) -> Result<Option<ErasureEntry>, SealError> {
        let first = self.erasures_since(0)?.into_iter().next();
        Ok(first.filter(|entry| matches!(entry.target, Target::LedgerLost { .. })))
    }
}
