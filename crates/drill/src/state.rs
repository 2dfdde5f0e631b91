use std::collections::BTreeMap;

use kernel::Instant;

use crate::clock::ExerciseClock;
use crate::entry::{Entry, Event, Speaker, Team, TeamNumber};
use crate::evidence::Citation;
use crate::pack::Pack;
use crate::question::{Answer, Aspect};
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
    /// The topic of the pack's discussion that is open, from 0.
    pub topic: Option<usize>,
    /// Every change of a team's score, oldest first: the time line of a board.
    pub series: Vec<ScorePoint>,
    totals: Vec<[u64; Aspect::ALL.len()]>,
    pins: BTreeMap<TeamNumber, BTreeMap<Citation, Pin>>,
    said: Vec<Saying>,
    pub(crate) sent: BTreeMap<(TeamNumber, Name), Sent>,
    pub(crate) answers: BTreeMap<(TeamNumber, Name), Held>,
    pub(crate) marks: BTreeMap<(TeamNumber, Name), BTreeMap<u16, Mark>>,
    solved: BTreeMap<(TeamNumber, Name), Span>,
    signals: BTreeMap<(Option<TeamNumber>, Name), Span>,
}

/// A line of the evidence that a team has pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Which player pinned it, or changed its note last.
    pub player: u16,
    /// Why.
    pub note: String,
    /// When, on the exercise clock.
    pub shown: Span,
    /// The entry that says so.
    pub entry: u64,
}

/// Something said in the discussion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// In which team's room; before everybody when it is nobody's.
    pub team: Option<TeamNumber>,
    /// Who.
    pub speaker: Speaker,
    /// What.
    pub text: String,
    /// The topic that was open.
    pub topic: Option<usize>,
    /// When, on the wall.
    pub at: Instant,
    /// The entry that says so.
    pub entry: u64,
}

/// A team's score from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScorePoint {
    /// When, on the exercise clock.
    pub shown: Span,
    /// The team.
    pub team: TeamNumber,
    /// What it is about.
    pub aspect: Aspect,
    /// All that the team has for it, in thousandths of a point.
    pub thousandths: u64,
    /// The entry that changed it.
    pub entry: u64,
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
            topic: None,
            series: Vec::new(),
            totals: Vec::new(),
            pins: BTreeMap::new(),
            said: Vec::new(),
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

    /// What a team has for an aspect, in thousandths of a point.
    pub fn total(&self, team: TeamNumber, aspect: Aspect) -> u64 {
        self.totals.get(usize::from(team)).and_then(|totals| totals.get(place_of(aspect))).copied().unwrap_or(0)
    }

    /// The lines that a team has pinned, in the order of the evidence.
    pub fn pins(&self, team: TeamNumber) -> impl Iterator<Item = (&Citation, &Pin)> {
        self.pins.get(&team).into_iter().flatten()
    }

    /// What a team hears: what was said in its own room and before everybody, oldest first. Nobody's room: what was said before
    /// everybody alone.
    pub fn said(&self, team: Option<TeamNumber>) -> impl Iterator<Item = &Saying> {
        self.said.iter().filter(move |saying| saying.team.is_none() || saying.team == team)
    }

    /// Everything that was said anywhere: for facilitators.
    pub fn all_said(&self) -> &[Saying] {
        &self.said
    }

    /// When an inject reached a team, by the exercise clock.
    pub fn sent_at(&self, team: TeamNumber, inject: &Name) -> Option<Span> {
        self.sent.get(&(team, inject.clone())).map(|sent| sent.shown)
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

    /// Whether a signal was given, to the team or to all.
    pub fn was_signalled(&self, team: TeamNumber, signal: &Name) -> bool {
        self.happened(team, &Fact::Signal(signal.clone())).is_some()
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
                self.totals = vec![[0; Aspect::ALL.len()]; teams.len()];
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
            Event::Answered { question, team, answer, .. } => {
                let before = self.score(*team, question);
                self.hold(pack, entry, (*team, question), answer);
                self.rescore(pack, entry, (*team, question), before);
            }
            Event::Marked { question, team, evaluator, points } => {
                let before = self.score(*team, question);
                let mark = Mark { entry: entry.number, points: *points };
                self.marks.entry((*team, question.clone())).or_default().insert(*evaluator, mark);
                self.rescore(pack, entry, (*team, question), before);
            }
            Event::Pinned { team, player, line, note } => {
                let pin = Pin { player: *player, note: note.clone(), shown: entry.shown, entry: entry.number };
                self.pins.entry(*team).or_default().insert(line.clone(), pin);
            }
            Event::Unpinned { team, line, .. } => drop(self.pins.get_mut(team).and_then(|pins| pins.remove(line))),
            Event::Said { team, speaker, text } => {
                let (team, speaker, text) = (*team, *speaker, text.clone());
                self.said.push(Saying { team, speaker, text, topic: self.topic, at: entry.at, entry: entry.number });
            }
            Event::Discussing { topic } => self.topic = *topic,
            Event::Frozen => {}
            Event::Ended => self.ended = true,
        }
    }

    /// The sum moves by what the question's own score moved.
    fn rescore(&mut self, pack: &Pack, entry: &Entry, (team, question): (TeamNumber, &Name), before: u64) {
        let Some(aspect) = pack.question(question).map(|question| question.aspect) else { return };
        let after = self.score(team, question);
        let total = self.totals.get_mut(usize::from(team)).and_then(|totals| totals.get_mut(place_of(aspect)));
        if let Some(total) = total.filter(|_| after != before) {
            *total = (*total + after).saturating_sub(before);
            self.series.push(ScorePoint { shown: entry.shown, team, aspect, thousandths: *total, entry: entry.number });
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

const fn place_of(aspect: Aspect) -> usize {
    match aspect {
        Aspect::Prevent => 0,
        Aspect::Detect => 1,
        Aspect::Respond => 2,
    }
}
