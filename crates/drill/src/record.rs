use kernel::{Fault, Id, Instant, Kind, Text, kinds};
use store::StoreError;

/// How far an exercise has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrillStage {
    /// It is prepared.
    Planned,
    /// It is played.
    Running,
    /// It is over.
    Ended,
}

impl DrillStage {
    /// Every stage.
    pub const ALL: [Self; 3] = [Self::Planned, Self::Running, Self::Ended];

    /// The name in the store.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Ended => "ended",
        }
    }

    /// The stage with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.slug() == slug)
    }
}

/// A team as it is planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedTeam {
    /// The department whose officers play in it.
    pub department: Id<kinds::Department>,
    /// What it is called on boards and in the report: 1 to 60 characters.
    pub name: String,
}

/// An exercise on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillRecord {
    /// Its id.
    pub id: Id<kinds::Drill>,
    /// The name of its pack.
    pub pack: String,
    /// SHA-256 that names the pack as it was when the exercise was planned.
    pub pack_digest: [u8; 32],
    /// What it is called.
    pub title: Text,
    /// The department that holds it.
    pub host: Id<kinds::Department>,
    /// Departments that hold it with the host, in order.
    pub co_hosts: Vec<Id<kinds::Department>>,
    /// When it is to begin.
    pub begins: Instant,
    /// How far it has come.
    pub stage: DrillStage,
    /// When it was started.
    pub started: Option<Instant>,
    /// When it ended.
    pub ended: Option<Instant>,
    /// The exercise whose open lessons it takes over.
    pub follows: Option<Id<kinds::Drill>>,
    /// Its teams, in the order of their numbers.
    pub teams: Vec<PlannedTeam>,
    /// The exercise case of each team, once it has started.
    pub cases: Vec<Option<Id<kinds::Incident>>>,
}

impl DrillRecord {
    /// Whether a department holds it.
    pub fn is_held_by(&self, department: Id<kinds::Department>) -> bool {
        self.host == department || self.co_hosts.contains(&department)
    }
}

/// Why an exercise, its seats or its guests were not changed.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// There is none that the officer's department holds.
    #[error("there is no such exercise of your department")]
    Missing,
    /// The title lacks a language or is too long.
    #[error("a title has three languages, at most 200 characters each")]
    Title,
    /// No teams, too many, or two of one name.
    #[error("an exercise has 1 to 400 teams of known departments, each with a name of its own of at most 60 characters")]
    Teams,
    /// A department that nobody knows holds it, or too many do.
    #[error("at most 20 known departments hold an exercise together")]
    Hosts,
    /// The exercise that it is to follow is not one of the department's own.
    #[error("there is no such earlier exercise of your department")]
    Follows,
    /// It has started, or is over.
    #[error("the exercise has started: this can be changed only before")]
    Started,
    /// It is not running.
    #[error("the exercise is over")]
    Over,
    /// There is no such team.
    #[error("the exercise has no such team")]
    Team,
    /// There is no such officer, or the post has ended.
    #[error("there is no such officer")]
    Officer,
    /// A player of another department than the team's.
    #[error("players are officers of their team's department")]
    Elsewhere,
    /// Nobody sits there.
    #[error("nobody of this exercise has this seat")]
    Seat,
    /// Once it has started nobody changes from one part to another.
    #[error("since it started, nobody changes to another part or another team")]
    Part,
    /// Once it has started a player takes the chair of one who left.
    #[error("since it started, a player takes the place of one who left, and nobody of this team has left")]
    NoChair,
    /// More people than an exercise has.
    #[error("an exercise has 5,000 players at most, and 500 others")]
    Crowd,
    /// A guest's access without an end, or with one too far.
    #[error("a guest's access ends within 30 days of the invitation")]
    Until,
    /// Guests evaluate or look on.
    #[error("a guest is an evaluator or an observer")]
    GuestPart,
    /// Another pack than the one that was planned.
    #[error("the pack is not the one for which the exercise was planned: save the plan again")]
    Pack,
    /// Teams that nobody plays in.
    #[error("nobody plays in {0}: seat somebody, or take the team out")]
    Empty(String),
    /// The exercise itself refused.
    #[error(transparent)]
    Refused(#[from] crate::Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for DrillError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing | Self::Team | Self::Officer | Self::Seat => Kind::Missing,
            Self::Started | Self::Part | Self::NoChair | Self::Crowd | Self::Pack | Self::Empty(_) => Kind::Taken,
            Self::Over => Kind::Gone,
            Self::Title | Self::Teams | Self::Hosts | Self::Follows | Self::Elsewhere | Self::Until | Self::GuestPart => Kind::Invalid,
            Self::Refused(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}
