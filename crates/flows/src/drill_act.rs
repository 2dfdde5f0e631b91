use drill::{Answer, Citation, DrillError, Exercise, Name, Part, Refusal, Seat, Sitter, Span, Speaker, TeamNumber};
use kernel::{Fault, Instant, Kind};
use people::{Grant, RunDrill};
use store::StoreError;

/// With which right somebody acts in an exercise.
#[derive(Clone, Copy, Debug)]
pub enum DrillHand {
    /// By a seat in it.
    Seat(Seat),
    /// As an officer of a department that holds it.
    Controller(Grant<RunDrill>),
}

impl From<Seat> for DrillHand {
    fn from(seat: Seat) -> Self {
        Self::Seat(seat)
    }
}

impl From<Grant<RunDrill>> for DrillHand {
    fn from(grant: Grant<RunDrill>) -> Self {
        Self::Controller(grant)
    }
}

/// What somebody does in an exercise.
#[derive(Clone, Debug)]
pub enum DrillAct {
    /// Runs the clock at another rate; 0 is a pause. Facilitators.
    Rate(u16),
    /// Lets the clock show a later moment. Facilitators.
    Jump(Span),
    /// Gives a signal, to one team or to all. Facilitators.
    Signal(Name, Option<TeamNumber>),
    /// Answers a question for the player's team.
    Answer {
        /// The question.
        question: Name,
        /// What it says.
        answer: Answer,
    },
    /// Marks an answer that no key can mark. Evaluators.
    Mark {
        /// Whose answer.
        team: TeamNumber,
        /// The question.
        question: Name,
        /// How many points.
        points: u32,
    },
    /// Pins a line of the evidence for the player's team, or changes its note.
    Pin {
        /// The line.
        line: Citation,
        /// Why.
        note: String,
    },
    /// Takes a pin of the player's team down.
    Unpin {
        /// The line.
        line: Citation,
    },
    /// Says something in a team's room or before everybody. Players in their own room or before everybody.
    Say {
        /// In which team's room.
        team: Option<TeamNumber>,
        /// What.
        text: String,
    },
    /// Opens a topic of the discussion, or closes the open one. Facilitators.
    Discuss(Option<usize>),
    /// Freezes the board. Facilitators.
    Freeze,
    /// Ends the exercise. Facilitators.
    End,
}

/// What became of an act. It is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The number of the last entry.
    pub entry: u64,
    /// Whether the act changed anything: the same answer again does not.
    pub noted: bool,
}

/// Why nothing was done in an exercise, or nothing could be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RoomError {
    /// There is no such exercise, or it has not started.
    #[error("there is no such exercise, or it has not started")]
    Missing,
    /// The part does not do this.
    #[error("your part in this exercise does not do this")]
    Denied,
    /// The seat's time has passed.
    #[error("your access to this exercise has ended")]
    Ended,
    /// There is no such pack; of an exercise: neither was the one it was planned with kept.
    #[error("the pack `{0}` is not here as it was when the exercise was planned")]
    Pack(String),
    /// It was not started.
    #[error("{0}")]
    Start(String, Kind),
    /// The exercise refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too many act at once.
    #[error("too many act at once; try again")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

store::from_run_error!(RoomError);

impl From<DrillError> for RoomError {
    fn from(error: DrillError) -> Self {
        match error {
            DrillError::Store(error) => Self::Store(error),
            DrillError::Refused(error) => Self::Refused(error),
            DrillError::Missing => Self::Missing,
            other => Self::Start(other.to_string(), other.kind()),
        }
    }
}

impl Fault for RoomError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Denied => Kind::Denied,
            Self::Ended => Kind::Gone,
            Self::Pack(_) => Kind::Broken,
            Self::Start(_, kind) => *kind,
            Self::Refused(error) => error.kind(),
            Self::Busy => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}

impl DrillAct {
    /// Does it, if this hand may; says whether anything changed.
    pub(crate) fn run(&self, exercise: &mut Exercise, now: Instant, hand: Option<&DrillHand>) -> Result<bool, RoomError> {
        if let Some(DrillHand::Seat(seat)) = hand
            && seat.until().is_some_and(|until| until <= now)
        {
            return Err(RoomError::Ended);
        }
        let before = exercise.entries().len();
        match self {
            Self::Answer { .. } | Self::Pin { .. } | Self::Unpin { .. } => self.play(exercise, now, hand)?,
            Self::Mark { team, question, points } => {
                let seat = seat_of(hand).filter(|seat| seat.part() == Part::Evaluator).ok_or(RoomError::Denied)?;
                exercise.mark(now, seat.number(), *team, question, *points)?;
            }
            Self::Say { team, text } => drop(exercise.say(now, speaker(hand, *team)?, *team, text)?),
            _ => self.control(exercise, now, hand)?,
        }
        Ok(exercise.entries().len() > before)
    }

    /// Its name in the journal, if it is a facilitator's.
    pub(crate) const fn control_name(&self) -> Option<&'static str> {
        match self {
            Self::Rate(_) => Some("rate"),
            Self::Jump(_) => Some("jump"),
            Self::Signal(..) => Some("signal"),
            Self::Discuss(_) => Some("discuss"),
            Self::Freeze => Some("freeze"),
            Self::End => Some("end"),
            _ => None,
        }
    }

    fn play(&self, exercise: &mut Exercise, now: Instant, hand: Option<&DrillHand>) -> Result<(), RoomError> {
        let seat = seat_of(hand).ok_or(RoomError::Denied)?;
        let who = (seat.team().ok_or(RoomError::Denied)?, seat.number());
        match self {
            Self::Answer { question, answer } => drop(exercise.answer(now, who, question, answer.clone())?),
            Self::Pin { line, note } => drop(exercise.pin(now, who, line.clone(), note)?),
            Self::Unpin { line } => exercise.unpin(now, who, line.clone())?,
            _ => return Err(RoomError::Denied),
        }
        Ok(())
    }

    fn control(&self, exercise: &mut Exercise, now: Instant, hand: Option<&DrillHand>) -> Result<(), RoomError> {
        if seat_of(hand).is_some_and(|seat| seat.part() != Part::Facilitator) {
            return Err(RoomError::Denied);
        }
        match self {
            Self::Rate(rate) => exercise.run_at(now, *rate)?,
            Self::Jump(to) => exercise.jump(now, *to)?,
            Self::Signal(signal, team) => exercise.signal(now, signal.clone(), *team)?,
            Self::Discuss(topic) => exercise.discuss(now, *topic)?,
            Self::Freeze => exercise.freeze(now)?,
            Self::End => exercise.end(now)?,
            _ => return Err(RoomError::Denied),
        }
        Ok(())
    }
}

impl DrillHand {
    /// Who it is, as the journal names them.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Controller(grant) => grant.officer().to_string(),
            Self::Seat(seat) => match seat.sitter() {
                Sitter::Officer(officer) => officer.to_string(),
                Sitter::Guest(guest) => guest.to_string(),
            },
        }
    }
}

const fn seat_of(hand: Option<&DrillHand>) -> Option<&Seat> {
    match hand {
        Some(DrillHand::Seat(seat)) => Some(seat),
        _ => None,
    }
}

fn speaker(hand: Option<&DrillHand>, room: Option<TeamNumber>) -> Result<Speaker, RoomError> {
    let seat = seat_of(hand).ok_or(RoomError::Denied)?;
    match seat.part() {
        Part::Player { team, .. } if room.is_none_or(|room| room == team) => Ok(Speaker::Player(team, seat.number())),
        Part::Facilitator => Ok(Speaker::Facilitator(seat.number())),
        Part::Evaluator => Ok(Speaker::Evaluator(seat.number())),
        Part::Player { .. } | Part::Observer => Err(RoomError::Denied),
    }
}
