use std::collections::BTreeMap;

use kernel::Instant;

use crate::clock::ExerciseClock;
use crate::entry::{Entry, Event, Team, TeamNumber};
use crate::pack::Pack;
use crate::question::Answer;
use crate::{Fact, Name, Span};

/// What follows from the entries of an exercise: a fold over them, so that the same entries always give the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Who plays.
    pub teams: Vec<Team>,
    /// The clock.
    pub clock: ExerciseClock,
    /// Whether it is over.
    pub ended: bool,
    pub(crate) sent: BTreeMap<(TeamNumber, Name), Sent>,
    pub(crate) answers: BTreeMap<(TeamNumber, Name), Held>,
    pub(crate) marks: BTreeMap<(TeamNumber, Name), BTreeMap<u16, Mark>>,
    solved: BTreeMap<(TeamNumber, Name), Span>,
    signals: BTreeMap<(Option<TeamNumber>, Name), Span>,
}

/// An inject that reached a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) entry: u64,
    pub(crate) shown: Span,
    pub(crate) late: bool,
}

/// The answer that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) entry: u64,
    answer: Answer,
    /// How long after the question opened.
    pub(crate) after: Span,
    /// In thousandths of a point; 0 where evaluators mark.
    score: u64,
    pub(crate) is_right: bool,
}

/// What one evaluator gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) entry: u64,
    pub(crate) points: u32,
}

/// How far two evaluators may lie apart, as a share of a question's points: a fifth. Beyond it a third looks.
const SPREAD: u32 = 5;

impl State {
    pub(crate) const fn before(at: Instant) -> Self {
        Self {
            teams: Vec::new(),
            clock: ExerciseClock::started(at),
            ended: false,
            sent: BTreeMap::new(),
            answers: BTreeMap::new(),
            marks: BTreeMap::new(),
            solved: BTreeMap::new(),
            signals: BTreeMap::new(),
        }
    }

    /// A team's score for a question in thousandths of a point: by its key, or the mean of the evaluators' marks.
    pub fn score(&self, team: TeamNumber, question: &Name) -> u64 {
        let at = (team, question.clone());
        if let Some(marks) = self.marks.get(&at).filter(|marks| !marks.is_empty()) {
            let sum: u64 = marks.values().map(|mark| u64::from(mark.points) * 1_000).sum();
            return sum / u64::try_from(marks.len()).unwrap_or(1);
        }
        self.answers.get(&at).map_or(0, |held| held.score)
    }

    /// What evaluators gave: from the lowest to the highest. Shown to an evaluator who has given a mark, never before.
    pub fn spread(&self, evaluator: u16, team: TeamNumber, question: &Name) -> Option<(u32, u32)> {
        let marks = self.marks.get(&(team, question.clone()))?;
        marks.get(&evaluator)?;
        let points = || marks.values().map(|mark| mark.points);
        Some((points().min()?, points().max()?))
    }

    /// Whether an answer still needs a mark: it has fewer than two, or two that lie far apart.
    pub fn needs_mark(&self, pack: &Pack, team: TeamNumber, question: &Name) -> bool {
        let at = (team, question.clone());
        let by_hand = pack.key(question).is_some_and(crate::Key::is_open) && self.answers.contains_key(&at);
        let given: Vec<u32> = self.marks.get(&at).map(|marks| marks.values().map(|mark| mark.points).collect()).unwrap_or_default();
        let apart = given.iter().max().zip(given.iter().min()).map_or(0, |(most, least)| most - least);
        let far = pack.question(question).is_some_and(|question| apart > question.points / SPREAD);
        by_hand && (given.len() < 2 || (far && given.len() < 3))
    }

    /// The answer that counts for a team.
    pub fn answer_of(&self, team: TeamNumber, question: &Name) -> Option<&Answer> {
        self.answers.get(&(team, question.clone())).map(|held| &held.answer)
    }

    /// Whether an inject has reached a team.
    pub fn was_sent(&self, team: TeamNumber, inject: &Name) -> bool {
        self.sent.contains_key(&(team, inject.clone()))
    }

    pub(crate) fn happened(&self, team: TeamNumber, fact: &Fact) -> Option<Span> {
        match fact {
            Fact::Sent(name) => self.sent.get(&(team, name.clone())).map(|sent| sent.shown),
            Fact::Solved(name) => self.solved.get(&(team, name.clone())).copied(),
            Fact::Signal(name) => {
                let to = |team| self.signals.get(&(team, name.clone())).copied();
                to(None).into_iter().chain(to(Some(team))).min()
            }
        }
    }

    pub(crate) fn take(&mut self, pack: &Pack, entry: &Entry) {
        match &entry.event {
            Event::Started { teams, .. } => {
                self.teams.clone_from(teams);
                self.clock = ExerciseClock::started(entry.at);
            }
            // What was noted had been allowed then; should it not be now, the clock stays as it was.
            Event::Rate { rate } => self.clock = self.clock.run_at(entry.at, *rate).unwrap_or(self.clock),
            Event::Jumped { to } => self.clock = self.clock.jump(entry.at, *to).unwrap_or(self.clock),
            Event::Sent { inject, team, late, .. } => {
                let sent = Sent { entry: entry.number, shown: entry.shown, late: *late };
                self.sent.entry((*team, inject.clone())).or_insert(sent);
            }
            Event::Signalled { signal, team } => {
                self.signals.entry((*team, signal.clone())).or_insert(entry.shown);
            }
            Event::Answered { question, team, answer, .. } => self.hold(pack, entry, (*team, question), answer),
            Event::Marked { question, team, evaluator, points } => {
                let mark = Mark { entry: entry.number, points: *points };
                self.marks.entry((*team, question.clone())).or_default().insert(*evaluator, mark);
            }
            Event::Frozen => {}
            Event::Ended => self.ended = true,
        }
    }

    fn hold(&mut self, pack: &Pack, entry: &Entry, (team, name): (TeamNumber, &Name), answer: &Answer) {
        let Some((question, key)) = pack.question(name).zip(pack.key(name)) else { return };
        let opened = self.sent.get(&(team, question.opens.clone())).map_or(Span::default(), |sent| sent.shown);
        let after = entry.shown.since(opened);
        let is_right = !key.is_open() && key.correctness(answer) == 1_000;
        let score = if key.is_open() { 0 } else { key.score(question.points, answer, after) };
        if is_right {
            self.solved.entry((team, name.clone())).or_insert(entry.shown);
        }
        // Marks were for the answer that is no more.
        self.marks.remove(&(team, name.clone()));
        self.answers.insert((team, name.clone()), Held { entry: entry.number, answer: answer.clone(), after, score, is_right });
    }
}
