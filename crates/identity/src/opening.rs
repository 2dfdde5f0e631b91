use journal::Work;
use kernel::{Id, Instant, kinds};
use serde_json::Value;
use store::{StoreError, Tx};

use crate::storage;

/// Entries of the list of openings go after two years, as those of what services were given.
const KEPT_DAYS: i64 = 730;

/// What evidence is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenedFor {
    /// An officer looks, to decide.
    Verdict,
    /// The population register is asked.
    Register,
    /// An external verifier compares.
    Verifier,
    /// What was verified is kept.
    Attributes,
    /// A letter with a PIN is printed.
    Letter,
}

impl OpenedFor {
    const ALL: [Self; 5] = [Self::Verdict, Self::Register, Self::Verifier, Self::Attributes, Self::Letter];

    /// Its name in tables and the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Register => "register",
            Self::Verifier => "verifier",
            Self::Attributes => "attributes",
            Self::Letter => "letter",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// One opening of what a resident had sent, for the resident's own list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceOpening {
    /// When.
    pub at: Instant,
    /// Who, as the journal names actors.
    pub actor: Value,
    /// For what.
    pub aim: OpenedFor,
    /// The entry of the journal.
    pub event: Id<kinds::Event>,
}

/// Every opening of an account's evidence, the newest first.
pub fn evidence_openings(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<EvidenceOpening>, StoreError> {
    storage::opening::of(tx, account)
}

/// Puts an opening that stands in the journal on the resident's list.
pub(crate) fn list_opening(
    work: &mut Work<'_, '_>,
    account: Id<kinds::Account>,
    aim: OpenedFor,
    event: Id<kinds::Event>,
) -> Result<(), StoreError> {
    let (id, opening) = (work.new_id(), EvidenceOpening { at: work.now(), actor: work.actor().to_json(), aim, event });
    storage::opening::insert(work.tx(), id, account, &opening)
}

/// Removes entries whose time is over.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    storage::opening::sweep(tx, now.plus_secs(-KEPT_DAYS * 24 * 3600))
}
