use std::sync::Arc;

use kernel::{Fault, Instant, Kind, to_hex};
use thiserror::Error;

use crate::clock::ClockError;
use crate::entry::{Entry, Event, Team, TeamNumber};
use crate::pack::Pack;
use crate::question::Answer;
use crate::state::State;
use crate::{Name, Span};

/// An exercise as it stands: its pack, everything that happened, and what follows from it.
#[derive(Clone, Debug)]
pub struct Exercise {
    pack: Arc<Pack>,
    entries: Vec<Entry>,
    state: State,
}

/// Why an exercise refused something.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// An exercise has 1 to 400 teams.
    #[error("an exercise has 1 to 400 teams, each with somebody in it")]
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
            Self::Unknown(_) => Kind::Missing,
            Self::NotOpen => Kind::Taken,
            Self::Broken(_) => Kind::Broken,
            _ => Kind::Invalid,
        }
    }
}

impl Exercise {
    /// Starts the clock.
    pub fn start(pack: Arc<Pack>, teams: Vec<Team>, now: Instant) -> Result<Self, Refusal> {
        if !(1..=MOST_TEAMS).contains(&teams.len()) || teams.iter().any(|team| team.in_room + team.remote == 0) {
            return Err(Refusal::Teams);
        }
        let started = Event::Started { pack: to_hex(&pack.digest), teams };
        let mut exercise = Self { pack, entries: Vec::new(), state: State::before(now) };
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
        let mut exercise = Self { pack, entries: Vec::with_capacity(entries.len()), state: State::before(first.at) };
        for entry in entries {
            if !entry.follows(exercise.entries.last()) {
                return Err(Refusal::Broken(entry.number));
            }
            exercise.state.take(&exercise.pack, &entry);
            exercise.entries.push(entry);
        }
        Ok(exercise)
    }

    /// Its pack.
    pub fn pack(&self) -> &Pack {
        &self.pack
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
    pub fn board(&self) -> State {
        let Some(frozen) = self.entries.iter().position(|entry| entry.event == Event::Frozen) else { return self.state.clone() };
        let mut state = State::before(self.entries.first().map_or(Instant::from_millis(0), |first| first.at));
        self.entries.iter().take(frozen).for_each(|entry| state.take(&self.pack, entry));
        state
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
            let mut due: Vec<(Span, TeamNumber, Name)> = self.waiting().filter(|(due, ..)| *due <= shown).collect();
            if due.is_empty() {
                break;
            }
            due.sort_unstable();
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
        let next = self.waiting().map(|(due, ..)| due).min()?;
        self.state.clock.reaches(next)
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
        let players = self.team(team)?;
        if player >= players.in_room + players.remote {
            return Err(Refusal::Unknown(format!("player {player}")));
        }
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
        self.note(now, Event::Answered { question: question.clone(), team, player, answer });
        Ok(true)
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
        if !self.entries.iter().any(|entry| entry.event == Event::Frozen) {
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

    /// Injects that have a moment and were not sent.
    fn waiting(&self) -> impl Iterator<Item = (Span, TeamNumber, Name)> + '_ {
        let teams = 0..u16::try_from(self.state.teams.len()).unwrap_or(u16::MAX);
        teams.flat_map(move |team| {
            let open = self.pack.scenario.injects.iter().filter(move |inject| !self.state.was_sent(team, &inject.name));
            open.filter_map(move |inject| {
                let due = inject.when.due(&|fact| self.state.happened(team, fact))?;
                Some((due, team, inject.name.clone()))
            })
        })
    }

    fn running(&self) -> Result<(), Refusal> {
        if self.state.ended { Err(Refusal::Over) } else { Ok(()) }
    }

    fn team(&self, team: TeamNumber) -> Result<&Team, Refusal> {
        self.state.teams.get(usize::from(team)).ok_or_else(|| Refusal::Unknown(format!("team {team}")))
    }

    fn note(&mut self, now: Instant, event: Event) {
        let last = self.entries.last();
        // The wall's clock may be set back; what an exercise showed never goes back.
        let shown = self.shown(now).max(last.map_or(Span::default(), |last| last.shown));
        let entry = Entry::after(last, now, shown, event);
        self.state.take(&self.pack, &entry);
        self.entries.push(entry);
    }
}

const MOST_TEAMS: usize = 400;
const MOST_ITEMS: usize = 20;
const MOST_CHARACTERS: usize = 2_000;
