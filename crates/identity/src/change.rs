use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::storage;

/// Entries go after two years, as those of openings and of what services were given.
const KEPT_DAYS: i64 = 730;
/// So many are shown.
const NEWEST: i64 = 50;

/// A change of an account's ways in that did not come from inside it, and that its owner is to find on the own list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A forgotten password gave way to a new one, by document and code.
    NewPassword,
}

impl Change {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewPassword => "new-password",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::NewPassword].into_iter().find(|one| one.name() == name)
    }
}

/// An entry of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What changed.
    pub what: Change,
    /// When.
    pub at: Instant,
    /// The entry of the journal.
    pub event: Id<kinds::Event>,
}

/// What changed in an account, the newest first.
pub fn changes(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<Changed>, StoreError> {
    storage::change::of(tx, account, NEWEST)
}

/// Notes a change in the journal and on its owner's list.
pub(crate) fn note(work: &mut Work<'_, '_>, account: Id<kinds::Account>, what: Change, event: Event) -> Result<(), StoreError> {
    let (event, at) = (work.journal(event.record(account.bytes()))?, work.now());
    storage::change::insert(work.tx(), account, &Changed { what, at, event })
}

/// Removes entries whose time is over.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    storage::change::sweep(tx, now.plus_secs(-KEPT_DAYS * 24 * 3_600))
}
