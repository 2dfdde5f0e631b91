use kernel::{Fault, Id, Instant, Kind, kinds};
use people::{Grant, HandleIncident};
use seal::SealError;
use store::StoreError;

use crate::{CaseState, Clock, Deadline, Entry, EntryError, Fact, Incident, Moment, Room, Share};

/// Everything on record of an incident that one department may see. Texts are sealed still.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// The incident.
    pub incident: Incident,
    /// Every time that was ever given, as they were noted.
    pub moments: Vec<Moment>,
    /// Every deadline that there ever was, also those that a changed time replaced.
    pub deadlines: Vec<KeptDeadline>,
    /// The entries of the rooms that the department may see, oldest first.
    pub entries: Vec<Entry>,
    /// With whom rooms are and were shared; nothing for who does not lead.
    pub shares: Vec<Share>,
    /// The steps of playbooks that were taken: playbook, step, when.
    pub steps: Vec<(String, String, Instant)>,
    /// The call-outs that were begun for it.
    pub call_outs: Vec<Id<kinds::CallOut>>,
    /// The rooms that the department may see.
    pub rooms: Vec<Room>,
    /// Whether the department leads.
    pub leads: bool,
}

impl CaseFile {
    /// Where the incident stands.
    pub fn state(&self) -> CaseState {
        CaseState::of(&self.moments, self.incident.closed.is_some())
    }
}

/// A deadline as it was reckoned once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDeadline {
    /// Its number in the case file.
    pub number: i64,
    /// The clock's name.
    pub clock: String,
    /// When it started.
    pub start: Instant,
    /// The last moment in time.
    pub due: Instant,
    /// When it was met.
    pub met: Option<Instant>,
    /// It is not owed any more.
    pub is_excused: bool,
    /// When it was reckoned.
    pub noted: Instant,
    /// Since when another one stands in its place.
    pub superseded: Option<Instant>,
}

impl KeptDeadline {
    /// The clock, if this version of the program has it.
    pub fn rule(&self) -> Option<&'static Clock> {
        crate::clock(&self.clock)
    }

    /// Whether it counts, and nobody has met it.
    pub const fn is_open(&self) -> bool {
        self.superseded.is_none() && self.met.is_none() && !self.is_excused
    }

    pub(crate) fn is(&self, other: &Deadline<'_>) -> bool {
        self.clock == other.clock.slug && self.start == other.start && self.due == other.due
    }
}

/// Why something was not done with a case file.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is no such incident, room or entry for this department.
    #[error("there is no such incident, room or entry for your department")]
    Missing,
    /// Only the commander does this.
    #[error("only the commander of the incident may do this")]
    Commander,
    /// Somebody else commands; only the head of the department takes over.
    #[error("somebody commands this incident; only the head of the department takes over")]
    Taken,
    /// A time in the future.
    #[error("a time lies in the past")]
    Future,
    /// Too many of something.
    #[error("a case file has at most 5000 entries and 500 times")]
    TooMuch,
    /// A name is missing or too long.
    #[error("a case has a name of 1 to 100 characters")]
    Words,
    /// An entry that cannot be kept.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for CaseError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Commander => Kind::Denied,
            Self::Taken => Kind::Taken,
            Self::Future | Self::TooMuch | Self::Words => Kind::Invalid,
            Self::Entry(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

impl Incident {
    /// Whether this department leads: it is the one that has to act, or, where the whole platform is concerned, the commander's.
    pub fn is_led_by(&self, department: Id<kinds::Department>) -> bool {
        self.department.or(self.lead).is_none_or(|lead| lead == department)
    }

    /// Whether the officer commands.
    pub fn is_commanded_by(&self, grant: &Grant<HandleIncident>) -> bool {
        self.commander == Some(grant.officer())
    }

    /// Whether a deadline hangs on this fact.
    pub fn has(&self, fact: Fact) -> bool {
        self.facts.contains(&fact)
    }
}
