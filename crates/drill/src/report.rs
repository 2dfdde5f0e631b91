use std::collections::BTreeMap;

use serde::Serialize;

use crate::Span;
use crate::entry::TeamNumber;
use crate::exercise::Exercise;
use crate::finding::{Finding, findings};
use crate::question::Aspect;

/// What came of an exercise. Every figure names the entries that it follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The pack's name.
    pub pack: String,
    /// The digest that chains every entry up to the last: two reports of the same entries bear the same.
    pub chain: String,
    /// How many entries there are.
    pub entries: u64,
    /// Injects sent, one for each team that each reached, and those of them that came late.
    pub injects: Counted,
    /// Of them, those that came late.
    pub late: Counted,
    /// By inject, in the order of the pack.
    pub by_inject: Vec<InjectReport>,
    /// Answers that still wait for an evaluator.
    pub unmarked: Counted,
    /// By question, in the order of the pack.
    pub questions: Vec<QuestionReport>,
    /// By team, in their own order.
    pub teams: Vec<TeamReport>,
    /// Strengths and gaps, each by its rule.
    pub findings: Vec<Finding>,
}

/// A number, and the entries that were counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// How many.
    pub count: usize,
    /// The numbers of the entries.
    pub entries: Vec<u64>,
}

/// How one inject went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InjectReport {
    /// Its name.
    pub inject: String,
    /// Teams that it reached.
    pub sent: Counted,
    /// Of them, those that it reached late.
    pub late: Counted,
    /// What the exercise clock showed when it first reached a team, …
    pub first: Option<Span>,
    /// … and when it last did.
    pub last: Option<Span>,
}

/// How one question went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuestionReport {
    /// Its name.
    pub question: String,
    /// What it is about.
    pub aspect: Aspect,
    /// Whether evaluators mark it rather than a key.
    pub by_hand: bool,
    /// Teams for which it opened.
    pub asked: Counted,
    /// Teams with an answer.
    pub answered: Counted,
    /// Teams whose answer is right in full; of those that a key marks.
    pub right: Counted,
    /// The middle of the times that teams took, in seconds of the exercise; of an even number the earlier one.
    pub median_seconds: Option<u32>,
    /// Time for full marks, in seconds of the exercise.
    pub within_seconds: u32,
    /// What all teams together earned, of what those asked could have, and the answers and marks that gave it.
    pub earned: Score,
    /// How far two evaluators of one answer lie apart at most, in points; nothing where no answer has two marks.
    pub spread: Option<u32>,
}

/// How one team did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TeamReport {
    /// Its name.
    pub team: String,
    /// By aspect.
    pub aspects: BTreeMap<Aspect, Score>,
}

/// Points, in thousandths, and the entries that gave them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Thousandths of a point.
    pub thousandths: u64,
    /// Points there were.
    pub possible: u64,
    /// The answers and marks that they follow from.
    pub entries: Vec<u64>,
}

impl Report {
    /// The report of an exercise as it stands.
    pub fn of(exercise: &Exercise) -> Self {
        let state = exercise.state();
        let mut report = Self {
            pack: exercise.pack().scenario.name.to_string(),
            chain: exercise.entries().last().map(|last| last.chain.clone()).unwrap_or_default(),
            entries: exercise.entries().last().map_or(0, |last| last.number),
            injects: Counted::of(state.sent.values().map(|sent| sent.entry)),
            late: Counted::of(state.sent.values().filter(|sent| sent.late).map(|sent| sent.entry)),
            by_inject: injects(exercise),
            unmarked: unmarked(exercise),
            questions: questions(exercise),
            teams: (0..).zip(&state.teams).map(|(number, team)| team_report(exercise, number, &team.name)).collect(),
            findings: Vec::new(),
        };
        report.findings = findings(&report);
        report
    }
}

impl Score {
    /// Whole per cent of what there was; nothing where there was nothing to earn.
    pub fn per_cent(&self) -> Option<u64> {
        self.thousandths.checked_div(self.possible.saturating_mul(10))
    }
}

impl Counted {
    fn of(entries: impl Iterator<Item = u64>) -> Self {
        let mut entries: Vec<u64> = entries.collect();
        entries.sort_unstable();
        Self { count: entries.len(), entries }
    }
}

fn injects(exercise: &Exercise) -> Vec<InjectReport> {
    let report = |inject: &crate::Inject| {
        let sent = || exercise.state().sent.iter().filter(|((_, name), _)| *name == inject.name).map(|(_, sent)| sent);
        InjectReport {
            inject: inject.name.to_string(),
            sent: Counted::of(sent().map(|sent| sent.entry)),
            late: Counted::of(sent().filter(|sent| sent.late).map(|sent| sent.entry)),
            first: sent().map(|sent| sent.shown).min(),
            last: sent().map(|sent| sent.shown).max(),
        }
    };
    exercise.pack().scenario.injects.iter().map(report).collect()
}

fn unmarked(exercise: &Exercise) -> Counted {
    let (state, pack) = (exercise.state(), exercise.pack());
    let waits = state.answers.iter().filter(|((team, question), _)| state.needs_mark(pack, *team, question));
    Counted::of(waits.map(|(_, held)| held.entry))
}

fn questions(exercise: &Exercise) -> Vec<QuestionReport> {
    let state = exercise.state();
    let report = |question: &crate::Question| {
        let held = || state.answers.iter().filter(|((_, name), _)| *name == question.name).map(|(_, held)| held);
        let asked = || state.sent.iter().filter(|((_, inject), _)| *inject == question.opens);
        let mut times: Vec<u32> = held().map(|held| held.after.as_seconds()).collect();
        times.sort_unstable();
        let mut earned = Score::default();
        asked().for_each(|((team, _), _)| earned.add(exercise, *team, question));
        QuestionReport {
            question: question.name.to_string(),
            aspect: question.aspect,
            by_hand: exercise.pack().key(&question.name).is_some_and(crate::Key::is_open),
            asked: Counted::of(asked().map(|(_, sent)| sent.entry)),
            answered: Counted::of(held().map(|held| held.entry)),
            right: Counted::of(held().filter(|held| held.is_right).map(|held| held.entry)),
            median_seconds: times.get(times.len().saturating_sub(1) / 2).copied(),
            within_seconds: exercise.pack().key(&question.name).map_or(0, |key| key.within.as_seconds()),
            earned,
            spread: spread(exercise, question),
        }
    };
    exercise.pack().scenario.questions.iter().map(report).collect()
}

fn spread(exercise: &Exercise, question: &crate::Question) -> Option<u32> {
    let marks = exercise.state().marks.iter().filter(|((_, name), marks)| *name == question.name && marks.len() > 1);
    let apart = |marks: &BTreeMap<u16, crate::state::Mark>| {
        let points = || marks.values().map(|mark| mark.points);
        points().max().zip(points().min()).map(|(most, least)| most - least)
    };
    marks.filter_map(|(_, marks)| apart(marks)).max()
}

fn team_report(exercise: &Exercise, number: TeamNumber, name: &str) -> TeamReport {
    let mut aspects: BTreeMap<Aspect, Score> = Aspect::ALL.into_iter().map(|aspect| (aspect, Score::default())).collect();
    for question in &exercise.pack().scenario.questions {
        aspects.entry(question.aspect).or_default().add(exercise, number, question);
    }
    TeamReport { team: name.to_owned(), aspects }
}

impl Score {
    /// With what a team earned for one more question.
    fn add(&mut self, exercise: &Exercise, team: TeamNumber, question: &crate::Question) {
        let state = exercise.state();
        self.possible += u64::from(question.points);
        self.thousandths += state.score(team, &question.name);
        let at = (team, question.name.clone());
        self.entries.extend(state.answers.get(&at).map(|held| held.entry));
        self.entries.extend(state.marks.get(&at).into_iter().flat_map(|marks| marks.values().map(|mark| mark.entry)));
        self.entries.sort_unstable();
    }
}
