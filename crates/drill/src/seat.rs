use kernel::{Id, Instant, kinds};

use crate::entry::TeamNumber;

/// What somebody does in an exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Plays in a team.
    Player {
        /// Which team.
        team: TeamNumber,
        /// From where.
        place: Place,
    },
    /// Runs it.
    Facilitator,
    /// Marks answers.
    Evaluator,
    /// Looks on.
    Observer,
}

/// From where somebody plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the room.
    Room,
    /// Elsewhere.
    Remote,
}

/// Who sits there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sitter {
    /// An officer.
    Officer(Id<kinds::Officer>),
    /// An outside expert.
    Guest(Id<kinds::Guest>),
}

/// Somebody's seat in an exercise, as the store has it: whoever holds one may do what its part does. Only this crate makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub(crate) drill: Id<kinds::Drill>,
    pub(crate) sitter: Sitter,
    pub(crate) part: Part,
    pub(crate) number: u16,
    pub(crate) until: Option<Instant>,
}

impl Seat {
    /// The exercise.
    pub const fn drill(&self) -> Id<kinds::Drill> {
        self.drill
    }

    /// Who sits there.
    pub const fn sitter(&self) -> Sitter {
        self.sitter
    }

    /// What for.
    pub const fn part(&self) -> Part {
        self.part
    }

    /// Of a player the number within the team, from 0; of anybody else a number that nobody else of this part has.
    pub const fn number(&self) -> u16 {
        self.number
    }

    /// When it ends; nothing when it lasts as long as the exercise is kept.
    pub const fn until(&self) -> Option<Instant> {
        self.until
    }

    /// The team of a player.
    pub const fn team(&self) -> Option<TeamNumber> {
        match self.part {
            Part::Player { team, .. } => Some(team),
            _ => None,
        }
    }
}

impl Part {
    /// Whether it is the same part, from wherever it is played.
    pub(crate) fn is_like(self, other: Self) -> bool {
        match (self, other) {
            (Self::Player { team, .. }, Self::Player { team: other, .. }) => team == other,
            (one, other) => one == other,
        }
    }

    /// The name in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Player { .. } => "player",
            Self::Facilitator => "facilitator",
            Self::Evaluator => "evaluator",
            Self::Observer => "observer",
        }
    }
}

impl Place {
    /// The name in the store.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Remote => "remote",
        }
    }

    /// The place with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Room, Self::Remote].into_iter().find(|place| place.slug() == slug)
    }
}

impl Sitter {
    /// The bytes of the id.
    pub(crate) const fn bytes(self) -> [u8; 16] {
        match self {
            Self::Officer(id) => id.bytes(),
            Self::Guest(id) => id.bytes(),
        }
    }

    pub(crate) const fn is_guest(self) -> bool {
        matches!(self, Self::Guest(_))
    }
}
