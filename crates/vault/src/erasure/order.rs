use journal::{Event, Work};
use kernel::{Id, Instant, kinds, to_hex};
use seal::{Target, sha256};
use store::{StoreError, Tx};

use crate::storage;

/// Why something is erased before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The resident withdrew.
    Withdrawal,
    /// An officer ordered it.
    Officer,
    /// The value was corrected; what was wrong goes.
    Correction,
    /// A formal request or the Privacy Commissioner.
    Request,
    /// A court or another law.
    Law,
    /// Its time was over before it came to anything.
    Lapse,
}

impl Cause {
    /// The word in the store and in the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawal => "withdrawal",
            Self::Officer => "officer",
            Self::Correction => "correction",
            Self::Request => "request",
            Self::Law => "law",
            Self::Lapse => "lapse",
        }
    }

    /// Causes for which an officer orders an erasure.
    pub const ORDERED: [Self; 4] = [Self::Withdrawal, Self::Request, Self::Law, Self::Officer];

    /// The cause with this word.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Withdrawal, Self::Officer, Self::Correction, Self::Request, Self::Law, Self::Lapse];
        all.into_iter().find(|cause| cause.as_str() == text)
    }

    pub(crate) fn from_str(text: &str) -> Self {
        Self::parse(text).unwrap_or(Self::Officer)
    }
}

/// An order to erase. It is durable before anything is destroyed.
#[derive(Clone, Debug)]
pub struct EraseOrder {
    /// The record concerned, as the journal links it; none for a day or a purpose.
    pub record: Option<[u8; 16]>,
    /// What is erased, in words for the certificate. Nothing personal.
    pub scope: String,
    /// Households concerned.
    pub households: u64,
    /// Persons concerned.
    pub persons: u64,
    /// What the keys are to forget, each with its salted commitment.
    pub targets: Vec<(Target, [u8; 32])>,
    /// Why.
    pub cause: Cause,
}

/// How far an erasure has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureState {
    /// Ordered; the keys may still live.
    Ordered,
    /// The keys are punctured and the rows are gone; old copies of the key files open them until the next roll.
    Erased,
    /// The roots were rolled and the certificate is issued.
    Certified,
}

impl ErasureState {
    /// The word in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Erased => "erased",
            Self::Certified => "certified",
        }
    }

    pub(crate) fn from_str(text: &str) -> Self {
        match text {
            "erased" => Self::Erased,
            "certified" => Self::Certified,
            _ => Self::Ordered,
        }
    }
}

/// An erasure on record.
#[derive(Clone, Debug)]
pub struct ErasureRow {
    /// Its id.
    pub id: Id<kinds::Erasure>,
    /// When it was ordered.
    pub at: Instant,
    /// The record concerned; forgotten with the certificate.
    pub record: Option<[u8; 16]>,
    /// Why.
    pub cause: Cause,
    /// What, in words.
    pub scope: String,
    /// Households concerned.
    pub households: u64,
    /// Persons concerned.
    pub persons: u64,
    /// How far it has come.
    pub state: ErasureState,
    /// First and last entry of the erasure ledger; 0 before they are written.
    pub entries: (u64, u64),
}

/// Puts an erasure on record. The caller then has the keys forget, and notes it with [`note_erased`].
pub fn order_erasure(work: &mut Work<'_, '_>, order: &EraseOrder) -> Result<Id<kinds::Erasure>, StoreError> {
    let id: Id<kinds::Erasure> = work.new_id();
    let row = ErasureRow {
        id,
        at: work.now(),
        record: order.record,
        cause: order.cause,
        scope: order.scope.clone(),
        households: order.households,
        persons: order.persons,
        state: ErasureState::Ordered,
        entries: (0, 0),
    };
    storage::erasure::insert(work.tx(), &row, &order.targets)?;
    let commitments: Vec<&[u8]> = order.targets.iter().map(|(_, commitment)| commitment.as_slice()).collect();
    let mut event = Event::new("vault.erasure_ordered")
        .detail("erasure", id.to_string())
        .detail("cause", order.cause.as_str())
        .detail("targets", order.targets.len())
        .detail("households", order.households)
        .detail("persons", order.persons)
        .detail("commitments", to_hex(&sha256(&commitments)));
    if let Some(record) = order.record {
        event = event.record(record);
    }
    work.journal(event)?;
    Ok(id)
}

/// Erasures that have no certificate yet, oldest first: at most `limit`.
pub fn open_erasures(tx: &mut Tx<'_>, state: ErasureState, limit: usize) -> Result<Vec<ErasureRow>, StoreError> {
    storage::erasure::in_state(tx, state, i64::try_from(limit).unwrap_or(1000))
}

/// What an erasure has the keys forget.
pub fn targets_of(tx: &mut Tx<'_>, id: Id<kinds::Erasure>) -> Result<Vec<(Target, [u8; 32])>, StoreError> {
    storage::erasure::targets(tx, id)
}

/// Notes that the keys have forgotten, with the entries of the ledger that say so. False when it was noted before.
pub fn note_erased(
    work: &mut Work<'_, '_>,
    id: Id<kinds::Erasure>,
    entries: (u64, u64),
) -> Result<bool, StoreError> {
    if !storage::erasure::set_erased(work.tx(), id, entries)? {
        return Ok(false);
    }
    let event = Event::new("vault.erased_early")
        .detail("erasure", id.to_string())
        .detail("ledger-first", entries.0)
        .detail("ledger-last", entries.1);
    work.journal(event)?;
    Ok(true)
}

/// After the loss of the erasure ledger: what has no certificate yet is ordered again, since only the lost `lines` said that the
/// keys had forgotten it, and rows are followed from line `number` of the new ledger on. Returns how many orders that are.
pub fn reopen_erasures(work: &mut Work<'_, '_>, number: u64, lines: u64) -> Result<u64, StoreError> {
    let reopened = storage::erasure::reopen(work.tx())?;
    storage::erasure::put_applied(work.tx(), number)?;
    let event = Event::new("vault.erasure_ledger_lost").detail("lines", lines).detail("begun-at", number);
    work.journal(event.detail("ordered-again", reopened))?;
    Ok(reopened)
}

/// Notes that the certificate is issued. The link to the record goes with it.
pub fn note_certified(work: &mut Work<'_, '_>, id: Id<kinds::Erasure>) -> Result<bool, StoreError> {
    storage::erasure::set_certified(work.tx(), id)
}

/// Keeps a certificate in the platform's store, where it outlives the service. The same erasure has one certificate.
pub fn keep_certificate(
    work: &mut Work<'_, '_>,
    erasure: Id<kinds::Erasure>,
    service: Id<kinds::Service>,
    certificate: &str,
) -> Result<bool, StoreError> {
    let now = work.now();
    storage::erasure::keep_certificate(work.tx(), erasure, service, now, certificate)
}

/// The certificate of an erasure, from the platform's store.
pub fn certificate_of(tx: &mut Tx<'_>, erasure: Id<kinds::Erasure>) -> Result<Option<String>, StoreError> {
    storage::erasure::certificate(tx, erasure)
}
