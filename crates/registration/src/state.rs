use journal::{Event, Work};
use kernel::{Day, Fault, Id, Instant, Kind, kinds, to_hex};
use people::{Action, EarlyClose, Grant, OperateScheme, RequestClose, UseApproval, UseApprovalError, use_approval};
use store::{StoreError, Tx};
use thiserror::Error;

use crate::scheme::Scheme;
use crate::storage;

/// Where a scheme stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not yet let through the gate.
    Draft,
    /// Through the gate, before its opening time.
    Scheduled,
    /// Taking registrations.
    Open,
    /// Taking none for a while; repairs go on.
    Paused,
    /// Over; retention runs.
    Closed,
}

impl Status {
    /// The word in the store, the API and the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Closed => "closed",
        }
    }
}

/// A scheme's state as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemeState {
    /// What was last decided.
    pub decided: Status,
    /// Opening time.
    pub opens: Instant,
    /// Closing time, extended or not.
    pub closes: Instant,
    /// The last day to which it may be extended.
    pub latest: Day,
    /// Digest of the definition in force.
    pub version: [u8; 32],
    /// Admissions a minute.
    pub rate: u32,
}

impl SchemeState {
    /// Where the scheme stands at a moment: the clock opens and closes it.
    pub fn status_at(&self, now: Instant) -> Status {
        match self.decided {
            Status::Closed => Status::Closed,
            Status::Open | Status::Paused if now >= self.closes => Status::Closed,
            Status::Open if now < self.opens => Status::Scheduled,
            other => other,
        }
    }
}

/// Why a scheme cannot be operated so.
#[derive(Debug, Error)]
pub enum OperateError {
    /// It has not been set up.
    #[error("the scheme is not through its launch gate")]
    NotSetUp,
    /// The grant is for another service.
    #[error("there is no such scheme in your department")]
    Elsewhere,
    /// It is over.
    #[error("the scheme is closed")]
    Closed,
    /// An extension must be later than now and not later than the last day that residents were told.
    #[error("a scheme can be extended to {0} at the latest: that day stands in its collection statement")]
    TooLate(Day),
    /// An extension that would shorten the window: closing early needs two persons.
    #[error("the scheme already closes on {0}; to close it earlier, ask for an early close")]
    NotLater(Instant),
    /// A rate of 1 to 1,000,000 a minute.
    #[error("the admission rate is 1 to 1,000,000 a minute")]
    Rate,
    /// Two persons have not agreed to exactly this.
    #[error(transparent)]
    Approval(#[from] UseApprovalError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for OperateError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotSetUp | Self::Elsewhere => Kind::Missing,
            Self::Closed => Kind::Gone,
            Self::TooLate(_) | Self::NotLater(_) | Self::Rate => Kind::Invalid,
            Self::Approval(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// An operator's act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operate {
    /// Take no registrations for a while.
    Pause,
    /// Take them again.
    Resume,
    /// Close later.
    Extend(Instant),
    /// Admissions a minute.
    Rate(u32),
}

/// The scheme's state, or nothing before it is set up.
pub fn current_state(tx: &mut Tx<'_>) -> Result<Option<SchemeState>, StoreError> {
    storage::state::read(tx)
}

/// Puts a definition in force that has passed the gate: declares its purposes and opens its window. A new version keeps
/// the pause and the extension of the old one.
///
/// The store belongs to `service` from its first version on; a grant for another one is worth nothing in it.
pub fn put_in_force(
    work: &mut Work<'_, '_>,
    service: Id<kinds::Service>,
    scheme: &Scheme,
) -> Result<(), StoreError> {
    // What was collected under an earlier statement may still be used as that statement said, and for nothing else: each
    // value is sealed under its own purpose.
    let mut purposes = vault::declared(work.tx())?;
    purposes.extend(scheme.purposes().iter().map(|purpose| purpose.id.clone()));
    purposes.sort_unstable();
    purposes.dedup();
    vault::declare(work, &vault::Declared { service, statement: scheme.digest(), purposes })?;
    let window = scheme.window();
    let before = storage::state::read(work.tx())?;
    let state = SchemeState {
        decided: before.map_or(Status::Open, |state| state.decided),
        opens: window.opens,
        closes: before.map_or(window.closes, |state| state.closes.max(window.closes)),
        latest: window.latest,
        version: scheme.digest(),
        rate: before.map_or(scheme.rate_per_minute(), |state| state.rate),
    };
    storage::state::write(work.tx(), &state)?;
    work.journal(Event::new("registration.in_force").detail("version", to_hex(&scheme.digest()))).map(|_| ())
}

/// The waiting room's counters as last saved.
pub fn room_snapshot(tx: &mut Tx<'_>) -> Result<Option<String>, StoreError> {
    storage::state::read_room(tx)
}

/// Saves the waiting room's counters.
pub fn save_room_snapshot(work: &mut Work<'_, '_>, text: &str) -> Result<(), StoreError> {
    storage::state::write_room(work.tx(), text)
}

/// Pauses, resumes, extends, sets the rate.
pub fn operate(
    work: &mut Work<'_, '_>,
    grant: &Grant<OperateScheme>,
    act: Operate,
) -> Result<SchemeState, OperateError> {
    own(work, grant)?;
    let mut state = storage::state::read(work.tx())?.ok_or(OperateError::NotSetUp)?;
    if state.status_at(work.now()) == Status::Closed {
        return Err(OperateError::Closed);
    }
    let event = match act {
        Operate::Pause => {
            state.decided = Status::Paused;
            Event::new("registration.paused")
        }
        Operate::Resume => {
            state.decided = Status::Open;
            Event::new("registration.resumed")
        }
        Operate::Extend(closes) => {
            let end_of_latest = Instant::at(state.latest.plus(1), 0);
            if closes <= state.closes {
                return Err(OperateError::NotLater(state.closes));
            }
            if closes > end_of_latest {
                return Err(OperateError::TooLate(state.latest));
            }
            state.closes = closes;
            Event::new("registration.extended").detail("closes", closes.to_string())
        }
        Operate::Rate(rate) => {
            if !(1..=1_000_000).contains(&rate) {
                return Err(OperateError::Rate);
            }
            state.rate = rate;
            Event::new("registration.rate_set").detail("rate", rate)
        }
    };
    storage::state::write(work.tx(), &state)?;
    work.journal(event)?;
    Ok(state)
}

/// What an approval of an early close says, in exactly these words.
pub fn close_words(scheme: &Scheme) -> String {
    format!("close {} early, version {}", scheme.slug(), to_hex(&scheme.digest()))
}

/// Closes the scheme now, on the strength of a two-person approval that is used up in the same unit of work.
pub fn close_early(
    work: &mut Work<'_, '_>,
    grant: &Grant<RequestClose>,
    approval: &UseApproval,
) -> Result<(), OperateError> {
    own(work, grant)?;
    let mut state = storage::state::read(work.tx())?.ok_or(OperateError::NotSetUp)?;
    if state.status_at(work.now()) == Status::Closed {
        return Err(OperateError::Closed);
    }
    let used = use_approval::<EarlyClose>(work, grant, approval)?;
    state.decided = Status::Closed;
    state.closes = work.now();
    storage::state::write(work.tx(), &state)?;
    work.journal(Event::new("registration.closed").detail("approval", used.approval().to_string()))?;
    Ok(())
}

fn own<A: Action>(work: &mut Work<'_, '_>, grant: &Grant<A>) -> Result<(), OperateError> {
    if vault::covers(work.tx(), grant)? { Ok(()) } else { Err(OperateError::Elsewhere) }
}
