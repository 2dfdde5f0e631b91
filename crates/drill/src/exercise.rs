use std::sync::Arc;

use kernel::{Fault, Instant, Kind, to_hex};
use thiserror::Error;

use crate::clock::ClockError;
use crate::entry::{Entry, Event, Speaker, Team, TeamNumber};
use crate::evidence::Citation;
use crate::pack::Pack;
use crate::question::Answer;
use crate::state::State;
use crate::waiting::Waiting;
use crate::{Name, Span};

/// An exercise as it stands: its pack, everything that happened, and what follows from it.
#[derive(Clone, Debug)]
pub struct Exercise {
    pack: Arc<Pack>,
    entries: Vec<Entry>,
    state: State,
    /// As it stood when the board was frozen.
    frozen: Option<Box<State>>,
    waiting: Waiting,
}

/// Why an exercise refused something.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// An exercise has 1 to 400 teams.
    #[error("an exercise has 1 to 400 teams, each with somebody in it, and 5,000 players at most")]
    Teams,
    /// It is over.
    #[error("the exercise is over")]
    Over,
    /// There is no such team, question or signal in it.
    #[error("the exercise has no `{0}`")]
    Unknown(String),
    /// The inject with which the question opens has not come yet.
    #[error("the question is not open yet")]
    NotOpen,
    /// The answer is longer than anybody reads.
    #[error("an answer has 20 items of 2,000 characters and cites 20 lines at most")]
    TooLong,
    /// A line is cited that is not in the evidence.
    #[error("`{0}` is no line of the evidence")]
    NoSuchLine(String),
    /// The question is marked by its key, or there is nothing to mark yet.
    #[error("there is nothing here for an evaluator to mark")]
    NothingToMark,
    /// More points than the question has.
    #[error("the question has {0} points")]
    Points(u32),
    /// A note or a contribution to the discussion is blank or too long.
    #[error("a note has 500 characters at most, what is said 1 to 2,000")]
    Words,
    /// A team has pinned as much as anybody reads, or everybody has said and answered as much.
    #[error("that is as much as an exercise keeps: a team has 200 pins, and all together a million answers, pins and words")]
    Full,
    /// The line is not pinned.
    #[error("the line is not pinned")]
    NotPinned,
    /// The clock was not set.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The entries are not those of this pack, or somebody changed them.
    #[error("entry {0} does not follow from those before it")]
    Broken(u64),
}

impl Fault for Refusal {
    fn kind(&self) -> Kind {
        match self {
            Self::Over => Kind::Gone,
            Self::Unknown(_) | Self::NotPinned => Kind::Missing,
            Self::NotOpen | Self::Full => Kind::Taken,
            Self::Broken(_) => Kind::Broken,
            _ => Kind::Invalid,
        }
    }
}

impl Exercise {
    /// Starts the clock.
    pub fn start(pack: Arc<Pack>, teams: Vec<Team>, now: Instant) -> Result<Self, Refusal> {
        let players: u32 = teams.iter().map(Team::players).sum();
        if !(1..=MOST_TEAMS).contains(&teams.len()) || teams.iter().any(|team| team.players() == 0) || players > MOST_PLAYERS {
            return Err(Refusal::Teams);
        }
        let started = Event::Started { pack: to_hex(&pack.digest), teams };
        let mut exercise = Self::before(pack, now, 0);
        exercise.note(now, started);
        Ok(exercise)
    }

    /// The exercise that these entries tell of: what a restart does, and an auditor. Each must follow from those before it.
    pub fn from_entries(pack: Arc<Pack>, entries: Vec<Entry>) -> Result<Self, Refusal> {
        let first = entries.first().ok_or(Refusal::Broken(0))?;
        let ours = matches!(&first.event, Event::Started { pack: named, .. } if *named == to_hex(&pack.digest));
        if !ours {
            return Err(Refusal::Broken(1));
        }
        let mut exercise = Self::before(pack, first.at, entries.len());
        exercise.follow(entries)?;
        Ok(exercise)
    }

    /// Takes entries that somebody else noted meanwhile, as another process does. Each must follow from those before it.
    pub fn follow(&mut self, entries: Vec<Entry>) -> Result<(), Refusal> {
        for entry in entries {
            if !entry.follows(self.entries.last()) {
                return Err(Refusal::Broken(entry.number));
            }
            self.take(entry);
        }
        Ok(())
    }

    fn before(pack: Arc<Pack>, at: Instant, entries: usize) -> Self {
        Self { pack, entries: Vec::with_capacity(entries), state: State::before(at), frozen: None, waiting: Waiting::default() }
    }

    /// Its pack.
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// Its pack, for work that takes long: nobody waits for it.
    pub fn shared_pack(&self) -> Arc<Pack> {
        self.pack.clone()
    }

    /// Everything that happened, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What follows from it.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What everybody sees: as it stood when the board was frozen, and otherwise as it stands.
    pub fn board(&self) -> &State {
        self.frozen.as_deref().unwrap_or(&self.state)
    }

    /// Whether the board stands still.
    pub const fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// What the exercise clock shows.
    pub fn shown(&self, now: Instant) -> Span {
        self.state.clock.at(now)
    }

    /// Runs the clock at another rate; 0 is a pause.
    pub fn run_at(&mut self, now: Instant, rate: u16) -> Result<(), Refusal> {
        self.running()?;
        self.state.clock.run_at(now, rate)?;
        self.note(now, Event::Rate { rate });
        Ok(())
    }

    /// Lets the clock show a later moment. What became due in between comes late, and is marked so.
    pub fn jump(&mut self, now: Instant, to: Span) -> Result<(), Refusal> {
        self.running()?;
        self.state.clock.jump(now, to)?;
        self.note(now, Event::Jumped { to });
        Ok(())
    }

    /// Gives a signal, to one team or to all.
    pub fn signal(&mut self, now: Instant, signal: Name, team: Option<TeamNumber>) -> Result<(), Refusal> {
        self.running()?;
        if let Some(team) = team {
            self.team(team)?;
        }
        self.note(now, Event::Signalled { signal, team });
        Ok(())
    }

    /// Sends every inject that is due and was not sent, and returns how many. However often it is asked, and whatever stopped in
    /// between: each reaches its team once, and none is dropped for being late.
    pub fn send_due(&mut self, now: Instant) -> usize {
        let before = self.entries.len();
        while self.running().is_ok() {
            let shown = self.shown(now);
            let due = self.waiting.until(shown);
            if due.is_empty() {
                break;
            }
            for (due, team, inject) in due {
                let late = shown.since(due).as_seconds() > u32::from(self.state.clock.rate().max(1));
                self.note(now, Event::Sent { inject, team, due, late });
            }
        }
        self.entries.len() - before
    }

    /// When on the wall the next inject is due, as far as can be said now; nothing while the clock pauses or nothing waits.
    pub fn next_due(&self) -> Option<Instant> {
        self.running().ok()?;
        self.state.clock.reaches(self.waiting.first()?)
    }

    /// When an inject is due for a team by the exercise clock; nothing when it was sent, or waits for something that has not happened.
    pub fn due(&self, team: TeamNumber, inject: &Name) -> Option<Span> {
        self.waiting.moment(team, inject)
    }

    /// A player answers for the team. The latest answer counts, with its own time; the same answer again changes nothing and
    /// returns false.
    pub fn answer(
        &mut self,
        now: Instant,
        (team, player): (TeamNumber, u16),
        question: &Name,
        answer: Answer,
    ) -> Result<bool, Refusal> {
        self.running()?;
        let known = self.pack.question(question).ok_or_else(|| Refusal::Unknown(question.to_string()))?;
        self.player(team, player)?;
        if !self.state.was_sent(team, &known.opens) {
            return Err(Refusal::NotOpen);
        }
        let lengthy = |text: &String| text.chars().count() > MOST_CHARACTERS;
        if answer.given.len() > MOST_ITEMS || answer.lines.len() > MOST_ITEMS || answer.given.iter().any(lengthy) {
            return Err(Refusal::TooLong);
        }
        if let Some(line) = answer.lines.iter().find(|line| !self.pack.has_line(line)) {
            return Err(Refusal::NoSuchLine(line.clone().into()));
        }
        if self.state.answer_of(team, question) == Some(&answer) {
            return Ok(false);
        }
        self.room()?;
        self.note(now, Event::Answered { question: question.clone(), team, player, answer });
        Ok(true)
    }

    /// A player pins a line for the team, or changes the note of one; the same again changes nothing and returns false.
    pub fn pin(&mut self, now: Instant, (team, player): (TeamNumber, u16), line: Citation, note: &str) -> Result<bool, Refusal> {
        self.running()?;
        self.player(team, player)?;
        let note = note.trim();
        if note.chars().count() > MOST_NOTE || !is_clean(note) {
            return Err(Refusal::Words);
        }
        if !self.pack.has_line(&line) {
            return Err(Refusal::NoSuchLine(line.into()));
        }
        let known = self.state.pins(team).find(|(pinned, _)| **pinned == line);
        match known {
            Some((_, pin)) if pin.note == note => return Ok(false),
            None if self.state.pins(team).count() >= MOST_PINS => return Err(Refusal::Full),
            _ => {}
        }
        self.room()?;
        self.note(now, Event::Pinned { team, player, line, note: note.to_owned() });
        Ok(true)
    }

    /// A player takes a pin down.
    pub fn unpin(&mut self, now: Instant, (team, player): (TeamNumber, u16), line: Citation) -> Result<(), Refusal> {
        self.running()?;
        self.player(team, player)?;
        if !self.state.pins(team).any(|(pinned, _)| *pinned == line) {
            return Err(Refusal::NotPinned);
        }
        self.note(now, Event::Unpinned { team, player, line });
        Ok(())
    }

    /// Somebody says something, in a team's room or before everybody. Also after the end: that is when most is said. The same words
    /// again, as a form that is sent twice, change nothing and return false.
    pub fn say(&mut self, now: Instant, speaker: Speaker, team: Option<TeamNumber>, text: &str) -> Result<bool, Refusal> {
        if let Speaker::Player(own, player) = speaker {
            self.player(own, player)?;
        }
        if let Some(team) = team {
            self.team(team)?;
        }
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MOST_CHARACTERS || !is_clean(text) {
            return Err(Refusal::Words);
        }
        let before = self.state.all_said().iter().rev().take(RECENT).find(|saying| saying.speaker == speaker);
        if before.is_some_and(|saying| saying.team == team && saying.text == text) {
            return Ok(false);
        }
        self.room()?;
        self.note(now, Event::Said { team, speaker, text: text.to_owned() });
        Ok(true)
    }

    /// Opens a topic of the pack's discussion, or closes the one that is open. Also after the end.
    pub fn discuss(&mut self, now: Instant, topic: Option<usize>) -> Result<(), Refusal> {
        if let Some(topic) = topic.filter(|topic| *topic >= self.pack.scenario.discussion.len()) {
            return Err(Refusal::Unknown(format!("topic {topic}")));
        }
        if self.state.topic != topic {
            self.note(now, Event::Discussing { topic });
        }
        Ok(())
    }

    /// An evaluator marks an answer that no key can mark; once more changes that evaluator's own mark. Also after the end.
    pub fn mark(&mut self, now: Instant, evaluator: u16, team: TeamNumber, question: &Name, points: u32) -> Result<(), Refusal> {
        let known = self.pack.question(question).ok_or_else(|| Refusal::Unknown(question.to_string()))?;
        let by_hand = self.pack.key(question).is_some_and(crate::Key::is_open);
        self.team(team)?;
        if !by_hand || self.state.answer_of(team, question).is_none() {
            return Err(Refusal::NothingToMark);
        }
        if points > known.points {
            return Err(Refusal::Points(known.points));
        }
        self.note(now, Event::Marked { question: question.clone(), team, evaluator, points });
        Ok(())
    }

    /// Freezes the board that everybody sees; once.
    pub fn freeze(&mut self, now: Instant) -> Result<(), Refusal> {
        self.running()?;
        if self.frozen.is_none() {
            self.note(now, Event::Frozen);
        }
        Ok(())
    }

    /// Ends it.
    pub fn end(&mut self, now: Instant) -> Result<(), Refusal> {
        self.running()?;
        self.note(now, Event::Ended);
        Ok(())
    }

    #[cfg(test)]
    pub(crate) const fn waiting(&self) -> &Waiting {
        &self.waiting
    }

    fn running(&self) -> Result<(), Refusal> {
        if self.state.ended { Err(Refusal::Over) } else { Ok(()) }
    }

    fn team(&self, team: TeamNumber) -> Result<&Team, Refusal> {
        self.state.teams.get(usize::from(team)).ok_or_else(|| Refusal::Unknown(format!("team {team}")))
    }

    fn player(&self, team: TeamNumber, player: u16) -> Result<(), Refusal> {
        let known = u32::from(player) < self.team(team)?.players();
        if known { Ok(()) } else { Err(Refusal::Unknown(format!("player {player}"))) }
    }

    /// Whether players may add to it. Injects, marks and facilitators' acts are few and always find room.
    fn room(&self) -> Result<(), Refusal> {
        if self.entries.len() < MOST_ENTRIES { Ok(()) } else { Err(Refusal::Full) }
    }

    fn note(&mut self, now: Instant, event: Event) {
        let last = self.entries.last();
        // The wall's clock may be set back; what an exercise showed never goes back.
        let shown = self.shown(now).max(last.map_or(Span::default(), |last| last.shown));
        self.take(Entry::after(last, now, shown, event));
    }

    fn take(&mut self, entry: Entry) {
        if entry.event == Event::Frozen && self.frozen.is_none() {
            self.frozen = Some(Box::new(self.state.clone()));
        }
        self.state.take(&self.pack, &entry);
        self.waiting.take(&self.pack, &self.state, &entry);
        self.entries.push(entry);
    }
}

/// No characters but those that are read, line breaks among them.
fn is_clean(text: &str) -> bool {
    !text.chars().any(|sign| sign.is_control() && sign != '\n' && sign != '\r')
}

const MOST_TEAMS: usize = 400;
const MOST_PLAYERS: u32 = 5_000;
const MOST_PINS: usize = 200;
const MOST_NOTE: usize = 500;
/// So many sayings back the same words of the same speaker are the same.
const RECENT: usize = 1_000;
const MOST_ENTRIES: usize = 1_000_000;
const MOST_ITEMS: usize = 20;
const MOST_CHARACTERS: usize = 2_000;
