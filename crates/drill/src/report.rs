use std::collections::BTreeMap;

use serde::Serialize;

use crate::entry::TeamNumber;
use crate::exercise::Exercise;
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
    /// Answers that still wait for an evaluator.
    pub unmarked: usize,
    /// By question, in the order of the pack.
    pub questions: Vec<QuestionReport>,
    /// By team, in their own order.
    pub teams: Vec<TeamReport>,
}

/// A number, and the entries that were counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// How many.
    pub count: usize,
    /// The numbers of the entries.
    pub entries: Vec<u64>,
}

/// How one question went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuestionReport {
    /// Its name.
    pub question: String,
    /// What it is about.
    pub aspect: Aspect,
    /// Teams with an answer.
    pub answered: Counted,
    /// Teams whose answer is right in full; of those that a key marks.
    pub right: Counted,
    /// The middle of the times that teams took, in seconds of the exercise; of an even number the earlier one.
    pub median_seconds: Option<u32>,
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
    pub possible: u32,
    /// The answers and marks that they follow from.
    pub entries: Vec<u64>,
}

impl Report {
    /// The report of an exercise as it stands.
    pub fn of(exercise: &Exercise) -> Self {
        let (state, pack) = (exercise.state(), exercise.pack());
        let teams = || (0..).zip(&state.teams).map(|(number, _)| number);
        let waits = |team: TeamNumber| pack.scenario.questions.iter().filter(move |q| state.needs_mark(pack, team, &q.name)).count();
        Self {
            pack: pack.scenario.name.to_string(),
            chain: exercise.entries().last().map(|last| last.chain.clone()).unwrap_or_default(),
            entries: exercise.entries().last().map_or(0, |last| last.number),
            injects: Counted::of(state.sent.values().map(|sent| sent.entry)),
            late: Counted::of(state.sent.values().filter(|sent| sent.late).map(|sent| sent.entry)),
            unmarked: teams().map(waits).sum(),
            questions: questions(exercise),
            teams: teams().zip(&state.teams).map(|(number, team)| team_report(exercise, number, &team.name)).collect(),
        }
    }
}

impl Counted {
    fn of(entries: impl Iterator<Item = u64>) -> Self {
        let mut entries: Vec<u64> = entries.collect();
        entries.sort_unstable();
        Self { count: entries.len(), entries }
    }
}

fn questions(exercise: &Exercise) -> Vec<QuestionReport> {
    let state = exercise.state();
    let report = |question: &crate::Question| {
        let held = || state.answers.iter().filter(|((_, name), _)| *name == question.name).map(|(_, held)| held);
        let mut times: Vec<u32> = held().map(|held| held.after.as_seconds()).collect();
        times.sort_unstable();
        QuestionReport {
            question: question.name.to_string(),
            aspect: question.aspect,
            answered: Counted::of(held().map(|held| held.entry)),
            right: Counted::of(held().filter(|held| held.is_right).map(|held| held.entry)),
            median_seconds: times.get(times.len().saturating_sub(1) / 2).copied(),
        }
    };
    exercise.pack().scenario.questions.iter().map(report).collect()
}

fn team_report(exercise: &Exercise, number: TeamNumber, name: &str) -> TeamReport {
    let state = exercise.state();
    let mut aspects: BTreeMap<Aspect, Score> = Aspect::ALL.into_iter().map(|aspect| (aspect, Score::default())).collect();
    for question in &exercise.pack().scenario.questions {
        let score = aspects.entry(question.aspect).or_default();
        score.possible += question.points;
        score.thousandths += state.score(number, &question.name);
        let at = (number, question.name.clone());
        score.entries.extend(state.answers.get(&at).map(|held| held.entry));
        score.entries.extend(state.marks.get(&at).into_iter().flat_map(|marks| marks.values().map(|mark| mark.entry)));
        score.entries.sort_unstable();
    }
    TeamReport { team: name.to_owned(), aspects }
}
