use kernel::Day;

use crate::custody::Custody;
use crate::escrow::EscrowSlot;
use crate::files::open_state;
use crate::ledger::Roll;
use crate::tree_file::{Head, Stone};
use crate::{ErasureEntry, KeyPlace, Keyring, Purpose, SealError, Target, file, read_erasures};

/// How often a reading is tried that fell into the middle of a change.
const TRIES: usize = 3;

/// What can be said of a keyring without holding it.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The latest day it was told.
    pub today: Day,
    /// Its purposes.
    pub purposes: Vec<Purpose>,
    /// How many nodes its trees hold.
    pub nodes: usize,
    /// Every change of its root.
    pub rolls: Vec<Roll>,
    /// How an old root ends there: `overwritten` in a file, `destroyed` in a token.
    pub custody: &'static str,
    /// Entries of its erasure ledger.
    pub erasures: u64,
    /// The first line of its ledger, where that was begun because the one before was lost.
    pub ledger_lost: Option<ErasureEntry>,
    /// Whether something was erased since the last roll.
    pub needs_roll: bool,
    /// Whether its escrow slot holds the present root; none where no escrow is configured.
    pub escrow: Option<bool>,
}

impl Keyring {
    /// Looks at the keys of a service without holding or changing them, also beside a process that does. A keyring that
    /// was destroyed is `Gone`; `Keyring::destroyed` tells more.
    pub fn inspect(place: &KeyPlace, service: &str) -> Result<Inspection, SealError> {
        let custody = Custody::open(place.root.clone(), service)?;
        let mut seen = look(place, service, &custody);
        // A roll changes several files one after the other.
        for _ in 1..TRIES {
            if matches!(seen, Err(SealError::Stale { .. } | SealError::Damaged { .. } | SealError::LedgerCut { .. })) {
                seen = look(place, service, &custody);
            }
        }
        seen
    }
}

fn look(place: &KeyPlace, service: &str, custody: &Custody) -> Result<Inspection, SealError> {
    let bytes = file::read(&place.tree)?.ok_or_else(|| SealError::NoTree(place.tree.clone()))?;
    if Stone::is_meant(&bytes) {
        return Err(SealError::Gone);
    }
    let damaged = || SealError::Damaged { path: place.tree.clone(), what: "it is no key tree" };
    let (head, body) = Head::split(&bytes).ok_or_else(damaged)?;
    let root = custody.find(&head, &place.tree)?;
    let state = open_state(&place.tree, service, &head, &root, body)?;
    let ledger = read_erasures(&place.erasures, service)?;
    let erasures = ledger.last().map_or(0, |entry| entry.number);
    if erasures < state.ledger.number {
        return Err(SealError::LedgerCut { path: place.erasures.clone(), ledger: erasures, tree: state.ledger.number });
    }
    let slot = place.escrow.clone().map(|escrow| EscrowSlot::new(escrow, service)).transpose()?;
    Ok(Inspection {
        today: state.today,
        purposes: state.trees.iter().map(|(purpose, _)| *purpose).collect(),
        nodes: state.nodes(),
        custody: custody.how(),
        erasures,
        ledger_lost: ledger.into_iter().next().filter(|entry| matches!(entry.target, Target::LedgerLost { .. })),
        needs_roll: erasures > state.rolls.last().map_or(0, |roll| roll.erasures),
        rolls: state.rolls.clone(),
        escrow: slot.map(|slot| slot.is_present(&root)).transpose()?,
    })
}
