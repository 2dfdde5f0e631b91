//! The files of a keyring and the order in which they change.
//!
//! ```text
//! erase:    ledger ← entries, its copy, the new tree beside the old one │ tree ← state without them
//! roll:     new root made │ tree ← state under the new root │ old root brought to its end
//! destroy:  ledger ← entry │ tree ← stone │ roots brought to their end
//! ```
//! Each bar is a sync; what stands between two bars is written at the same time. A crash at any point leaves a tree and a root that open it, and a ledger that says what the tree
//! may not have forgotten yet: opening finishes or undoes what was begun.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kernel::{Instant, Random, Secret};

use crate::custody::Custody;
use crate::erasures::{ErasureEntry, ErasureLedger};
use crate::escrow::EscrowSlot;
use crate::ledger::Destroyed;
use crate::place::{KeyPlace, RootPlace};
use crate::state::{Root, State};
use crate::tree_file::{Head, Stone};
use crate::{SealError, aead, file};

/// The files of one keyring, held against other processes.
pub struct Files {
    service: String,
    pub(crate) tree: PathBuf,
    roots: Custody,
    escrow: Option<EscrowSlot>,
    erasures: PathBuf,
    random: Arc<dyn Random>,
    _lock: File,
}

/// What the files say, after what a crash interrupted was finished or undone.
pub struct Loaded {
    pub root: Root,
    pub state: State,
    pub ledger: ErasureLedger,
}

impl Files {
    pub fn hold(place: KeyPlace, service: &str, random: Arc<dyn Random>) -> Result<Self, SealError> {
        if let RootPlace::File(root) = &place.root
            && file::directory_of(&place.tree) == file::directory_of(root)
        {
            return Err(SealError::Invalid("the root key must stand in another directory than the key tree"));
        }
        let escrow = place.escrow.map(|place| EscrowSlot::new(place, service)).transpose()?;
        let lock = file::hold(&place.tree)?;
        let roots = Custody::open(place.root, service)?;
        let (service, erasures) = (service.to_owned(), place.erasures);
        Ok(Self { service, tree: place.tree, roots, escrow, erasures, random, _lock: lock })
    }

    /// Writes the first root and the first tree. A crash on the way leaves nothing that stops another try.
    pub fn create(&self, state: &State) -> Result<(Root, ErasureLedger), SealError> {
        let begun = self.roots.is_begun()?;
        let taken = [&self.tree, &self.erasures].into_iter().find(|path| path.exists() && !begun).cloned();
        if let Some(path) = taken.or(self.roots.taken()?) {
            return Err(SealError::Exists(path));
        }
        let (ledger, _) = self.open_ledger(state)?;
        let root = self.make_root(0, None)?;
        self.write_tree(&root, state)?;
        self.settle(&root)?;
        Ok((root, ledger))
    }

    /// Reads everything, finishes or undoes what a crash interrupted.
    pub fn load(&self) -> Result<Loaded, SealError> {
        let loaded = self.load_under(|head| self.roots.find(head, &self.tree), |state| self.open_ledger(state))?;
        self.settle(&loaded.root)?;
        Ok(loaded)
    }

    /// Reads everything but the erasure ledger, which is lost, and begins a new one.
    pub fn load_without_ledger(&self, at: Instant) -> Result<Loaded, SealError> {
        let begin = |state: &State| match self.open_ledger(state) {
            Ok(_) => Err(SealError::Invalid("the erasure ledger is there, or its copy: the next start puts both right")),
            Err(SealError::LedgerCut { .. } | SealError::Damaged { .. }) => {
                ErasureLedger::begin_anew(self.ledger_paths(), &self.service, state.ledger, at)
            }
            Err(error) => Err(error),
        };
        let loaded = self.load_under(|head| self.roots.find(head, &self.tree), begin)?;
        self.settle(&loaded.root)?;
        Ok(loaded)
    }

    /// Reads everything under the root that is in escrow, when its own place has lost it.
    pub fn load_from_escrow(&self, identity: &Secret<String>) -> Result<Loaded, SealError> {
        let escrow = self.escrow.as_ref().ok_or(SealError::Invalid("no escrow slot is configured"))?;
        let find = |head: &Head| match self.roots.find(head, &self.tree) {
            Ok(_) => Err(SealError::Invalid("the root key stands where it should: there is nothing to recover")),
            Err(_) => escrow.open(head.number, identity),
        };
        self.load_under(find, |state| self.open_ledger(state))
    }

    fn load_under(
        &self,
        find: impl FnOnce(&Head) -> Result<Root, SealError>,
        open_ledger: impl FnOnce(&State) -> Result<(ErasureLedger, Vec<ErasureEntry>), SealError>,
    ) -> Result<Loaded, SealError> {
        let bytes = file::read(&self.tree)?.ok_or_else(|| SealError::NoTree(self.tree.clone()))?;
        if Stone::is_meant(&bytes) {
            let stone = Stone::parse(&bytes).ok_or_else(|| self.damaged("its stone is broken"))?;
            self.erase_roots(&stone.wrapping)?;
            return Err(SealError::Gone);
        }
        let (head, body) = Head::split(&bytes).ok_or_else(|| self.damaged("it is no key tree"))?;
        let root = find(&head)?;
        let mut state = open_state(&self.tree, &self.service, &head, &root, body)?;
        let (ledger, missed) = open_ledger(&state)?;
        if ledger.has_ended() {
            self.destroy(&root)?;
            return Err(SealError::Gone);
        }
        for entry in missed {
            state.carry_out(&entry);
        }
        Ok(Loaded { root, state, ledger })
    }

    pub fn write_tree(&self, root: &Root, state: &State) -> Result<(), SealError> {
        self.write_tree_beside(root, state)?;
        self.put_tree()
    }

    /// The first half of writing the tree: it stands beside its place, on the disk. What stands there counts for nothing.
    pub fn write_tree_beside(&self, root: &Root, state: &State) -> Result<(), SealError> {
        let plain = state.encode();
        let head = Head::new(root.number, &root.wrapping);
        let mut bytes = head.bytes();
        bytes.reserve(plain.len() + aead::OVERHEAD);
        let aad = head.additional_data(&self.service);
        aead::seal_into(&mut bytes, root.key.bytes(), &aad, &plain, self.random.as_ref())?;
        file::write_beside(&self.tree, &bytes)
    }

    /// The second half: from now on it counts.
    pub fn put_tree(&self) -> Result<(), SealError> {
        file::put_in_place(&self.tree)
    }

    /// Makes the root of the next roll, durable beside the present one, which must be alone before another is made.
    pub fn prepare(&self, current: &Root) -> Result<Root, SealError> {
        self.settle(current)?;
        self.make_root(current.number + 1, Some(current))
    }

    /// Brings every other root to its end, in escrow too. May be repeated.
    pub fn settle(&self, current: &Root) -> Result<(), SealError> {
        if let Some(escrow) = &self.escrow {
            escrow.settle(current, self.random.as_ref())?;
        }
        self.roots.settle(current, self.random.as_ref())
    }

    /// Gives the roots into another custody, from the next one on. Returns the old custody.
    pub fn change_custody(&mut self, to: RootPlace) -> Result<Custody, SealError> {
        let custody = Custody::open(to, &self.service)?;
        Ok(std::mem::replace(&mut self.roots, custody))
    }

    /// Puts a stone in the tree's place and brings the roots to their end.
    pub fn destroy(&self, root: &Root) -> Result<(), SealError> {
        let stone = Stone { number: root.number, root_id: root.id(), wrapping: root.wrapping.clone() };
        file::write_whole(&self.tree, &stone.bytes())?;
        self.erase_roots(&root.wrapping)
    }

    /// How an old root ends here, in the words of a certificate.
    pub const fn how_roots_end(&self) -> &'static str {
        self.roots.how()
    }

    /// What remains of a keyring that was destroyed.
    pub fn stone(tree: &Path) -> Result<Option<Destroyed>, SealError> {
        let Some(bytes) = file::read(tree)?.filter(|bytes| Stone::is_meant(bytes)) else { return Ok(None) };
        let stone = Stone::parse(&bytes);
        let damaged = || SealError::Damaged { path: tree.to_owned(), what: "its stone is broken" };
        Ok(Some(stone.ok_or_else(damaged)?.destroyed()))
    }

    /// The ledger, whose copy stands beside the tree.
    fn open_ledger(&self, state: &State) -> Result<(ErasureLedger, Vec<ErasureEntry>), SealError> {
        ErasureLedger::open(self.ledger_paths(), &self.service, state.ledger)
    }

    fn ledger_paths(&self) -> [PathBuf; 2] {
        [self.erasures.clone(), file::with_suffix(&self.tree, "erasures")]
    }

    fn make_root(&self, number: u64, current: Option<&Root>) -> Result<Root, SealError> {
        let root = self.roots.prepare(number, current, self.random.as_ref())?;
        if let Some(escrow) = &self.escrow {
            escrow.prepare(&root)?;
        }
        Ok(root)
    }

    fn erase_roots(&self, wrapping: &[u8]) -> Result<(), SealError> {
        if let Some(escrow) = &self.escrow {
            escrow.erase(self.random.as_ref())?;
        }
        self.roots.erase(wrapping, self.random.as_ref())
    }

    fn damaged(&self, what: &'static str) -> SealError {
        SealError::Damaged { path: self.tree.clone(), what }
    }
}

/// The state in a tree file, under its root.
pub fn open_state(tree: &Path, service: &str, head: &Head, root: &Root, body: &[u8]) -> Result<State, SealError> {
    let damaged = |what| SealError::Damaged { path: tree.to_owned(), what };
    let plain = aead::open(root.key.bytes(), &head.additional_data(service), body)
        .map_err(|_| damaged("its seal is broken, or it is of another service"))?;
    let state = if head.is_first_form() { State::decode_first(&plain, service) } else { State::decode(&plain) };
    state.ok_or_else(|| damaged("its content makes no sense"))
}
