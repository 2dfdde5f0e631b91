use kernel::{Instant, to_hex};
use seal::sha256;
use serde::{Deserialize, Serialize};

use crate::evidence::Citation;
use crate::question::Answer;
use crate::{Name, Span};

/// A team's number in its exercise, from 0.
pub type TeamNumber = u16;

/// One team: a department, with officers in the room and elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// What it is called on boards and in the report.
    pub name: String,
    /// Its players in the room.
    pub in_room: u16,
    /// Its players elsewhere.
    pub remote: u16,
}

impl Team {
    /// How many play in it.
    pub fn players(&self) -> u32 {
        u32::from(self.in_room) + u32::from(self.remote)
    }
}

/// Who said something: by number, never by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// A player of a team.
    Player(TeamNumber, u16),
    /// A facilitator.
    Facilitator(u16),
    /// An evaluator.
    Evaluator(u16),
}

/// Something that happened in an exercise. Everything that a page or a report shows follows from these alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Event {
    /// The clock started.
    Started {
        /// SHA-256 that names the pack, in hexadecimal.
        pack: String,
        /// Who plays.
        teams: Vec<Team>,
    },
    /// The clock runs at another rate; 0 is a pause.
    Rate {
        /// Its seconds a second.
        rate: u16,
    },
    /// The clock shows a later moment.
    Jumped {
        /// Which.
        to: Span,
    },
    /// An inject reached a team.
    Sent {
        /// Which inject.
        inject: Name,
        /// Which team.
        team: TeamNumber,
        /// When it was due.
        due: Span,
        /// Whether it came more than a second on the wall later than that.
        late: bool,
    },
    /// A facilitator gave a signal, to one team or to all.
    Signalled {
        /// Its name.
        signal: Name,
        /// To whom; everybody when it is nobody.
        team: Option<TeamNumber>,
    },
    /// A team gave an answer; the latest counts.
    Answered {
        /// The question.
        question: Name,
        /// The team.
        team: TeamNumber,
        /// Which of its players.
        player: u16,
        /// What it says.
        answer: Answer,
    },
    /// An evaluator gave points for an answer that no key can mark.
    Marked {
        /// The question.
        question: Name,
        /// The team.
        team: TeamNumber,
        /// Which evaluator.
        evaluator: u16,
        /// How many points.
        points: u32,
    },
    /// A player pinned a line of the evidence for the team.
    Pinned {
        /// The team.
        team: TeamNumber,
        /// Which of its players.
        player: u16,
        /// The line.
        line: Citation,
        /// Why.
        note: String,
    },
    /// A pin was taken down.
    Unpinned {
        /// The team.
        team: TeamNumber,
        /// Which of its players.
        player: u16,
        /// The line.
        line: Citation,
    },
    /// Somebody said something in the discussion.
    Said {
        /// In which team's room; before everybody when it is nobody's.
        team: Option<TeamNumber>,
        /// Who.
        speaker: Speaker,
        /// What.
        text: String,
    },
    /// A facilitator opened a topic of the pack's discussion, or closed the one that was open.
    Discussing {
        /// Its number in the pack, from 0.
        topic: Option<usize>,
    },
    /// The board that players see stands still from here on.
    Frozen,
    /// It is over: nothing is answered or sent any more; marks may still come.
    Ended,
}

/// An event with its number, its moments, and the digest that chains it to everything before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1.
    pub number: u64,
    /// When it was, on the wall.
    pub at: Instant,
    /// What the exercise clock showed.
    pub shown: Span,
    /// What happened.
    pub event: Event,
    /// SHA-256 over the digest before it and the rest of this entry, in hexadecimal.
    pub chain: String,
}

impl Entry {
    /// The entry that follows.
    pub(crate) fn after(last: Option<&Self>, at: Instant, shown: Span, event: Event) -> Self {
        let number = last.map_or(1, |last| last.number + 1);
        let mut entry = Self { number, at, shown, event, chain: String::new() };
        entry.chain = entry.link(last);
        entry
    }

    /// Whether this is exactly what may follow.
    pub(crate) fn follows(&self, last: Option<&Self>) -> bool {
        let in_order = last.map_or(self.number == 1, |last| self.number == last.number + 1 && self.shown >= last.shown);
        in_order && self.chain == self.link(last)
    }

    fn link(&self, last: Option<&Self>) -> String {
        let before = last.map_or("", |last| last.chain.as_str());
        let bare = Self { chain: String::new(), ..self.clone() };
        let body = serde_json::to_vec(&bare).unwrap_or_default();
        to_hex(&sha256(&[before.as_bytes(), &body]))
    }
}
