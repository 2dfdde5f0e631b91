//! A root key that changes its place: because the place is lost, or because another is better.

use std::sync::Arc;

use kernel::{Day, Random, Secret};

use crate::files::{Files, Loaded};
use crate::ledger::LOST;
use crate::place::{KeyPlace, RootPlace};
use crate::{Keyring, SealError};

/// Far more numbers than a service hands out between two copies of its tree, and few of the 2^40 there are.
const GAP: u64 = 1 << 28;

impl Keyring {
    /// As `open`, where the root key is lost and its escrow slot is not: by the custodian's identity. The root is rolled
    /// twice, so that the key that was in the open opens nothing any more and what was erased is final, as far as the lost
    /// root stays lost. Record numbers go on far beyond those that may have been handed out since the tree was copied.
    pub fn recover(
        place: KeyPlace,
        service: &str,
        today: Day,
        random: Arc<dyn Random>,
        identity: &Secret<String>,
    ) -> Result<Self, SealError> {
        place.make_directory_of_root()?;
        let files = Files::hold(place, service, random.clone())?;
        let mut loaded = files.load_from_escrow(identity)?;
        loaded.state.reserved += GAP;
        let keyring = Self::assemble(service, random, Some(files), loaded);
        {
            let mut held = keyring.write()?;
            let already_final = held.state.rolls.last().map_or(0, |roll| roll.erasures);
            keyring.roll_as(&mut held, LOST, already_final)?;
        }
        keyring.roll()?;
        keyring.midnight(today)?;
        Ok(keyring)
    }

    /// As `open`, and the root goes from where it is into the custody that `place` names. May be repeated after a crash.
    pub fn rehouse(
        from: RootPlace,
        place: &KeyPlace,
        service: &str,
        today: Day,
        random: Arc<dyn Random>,
    ) -> Result<Self, SealError> {
        place.make_directory_of_root()?;
        let to = place.root.clone();
        let mut files = Files::hold(KeyPlace { root: from, ..place.clone() }, service, random.clone())?;
        let loaded = match files.load() {
            Err(SealError::Custody { .. }) => {
                // It has been moved already; only the old place may not be empty yet.
                let old = files.change_custody(to)?;
                let loaded = files.load()?;
                old.erase(&[], random.as_ref())?;
                return Self::assemble(service, random, Some(files), loaded).caught_up(today);
            }
            loaded => loaded?,
        };
        let wrapping = loaded.root.wrapping.clone();
        let old = files.change_custody(to)?;
        let keyring = Self::assemble(service, random.clone(), Some(files), unwrapped(loaded));
        {
            let mut held = keyring.write()?;
            let erasures = held.state.ledger.number;
            keyring.roll_as(&mut held, old.how(), erasures)?;
        }
        old.erase(&wrapping, random.as_ref())?;
        keyring.caught_up(today)
    }
}

/// The old wrapping means nothing to the new custody.
fn unwrapped(mut loaded: Loaded) -> Loaded {
    loaded.root.wrapping = Vec::new();
    loaded
}
