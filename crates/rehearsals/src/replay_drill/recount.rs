//! The figures of a report once more, straight from the entries and by another way than the product's own.

use std::collections::{BTreeMap, BTreeSet};

use drill::{Answer, Entry, Event, Exercise, Name, Report, Span, TeamNumber};

/// What was counted.
pub struct Recount {
    /// Injects that reached a team twice.
    pub twice: usize,
    /// Injects that come at a fixed moment before the end and did not come.
    pub missing: usize,
    /// Answers that count.
    pub answers: usize,
    /// By team and aspect, in thousandths of a point.
    pub scores: BTreeMap<(String, &'static str), u64>,
}

/// Counts.
pub fn recount(exercise: &Exercise) -> Recount {
    let entries = exercise.entries();
    let mut came: BTreeMap<(TeamNumber, &Name), Vec<Span>> = BTreeMap::new();
    for entry in entries {
        if let Event::Sent { team, inject, .. } = &entry.event {
            came.entry((*team, inject)).or_default().push(entry.shown);
        }
    }
    let end = entries.iter().find(|entry| entry.event == Event::Ended).map_or(Span::default(), |entry| entry.shown);
    let teams = || (0_u16..).zip(&exercise.state().teams);
    let fixed = exercise.pack().scenario.injects.iter().filter(|inject| matches!(inject.when, drill::Trigger::At(at) if at <= end));
    let missing = fixed.map(|inject| teams().filter(|(team, _)| !came.contains_key(&(*team, &inject.name))).count()).sum();
    let mut scores = BTreeMap::new();
    let mut answers = 0;
    for (number, team) in teams() {
        for question in &exercise.pack().scenario.questions {
            let opened = came.get(&(number, &question.opens)).and_then(|at| at.first().copied());
            let last = entries.iter().rev().find_map(|entry| answer_in(entry, number, &question.name));
            answers += usize::from(last.is_some());
            let earned = last.zip(opened).map_or(0, |((at, shown, answer), opened)| {
                let marks = marks_after(entries, at, number, &question.name);
                let by_key = exercise.pack().key(&question.name).map_or(0, |key| key.score(question.points, answer, shown.since(opened)));
                if marks.is_empty() { by_key } else { mean(&marks) }
            });
            *scores.entry((team.name.clone(), question.aspect.as_str())).or_default() += earned;
        }
    }
    Recount { twice: came.values().filter(|times| times.len() > 1).count(), missing, answers, scores }
}

/// What a report says, in the same shape.
pub fn scores_of(report: &Report) -> BTreeMap<(String, &'static str), u64> {
    let all = report.teams.iter().flat_map(|team| team.aspects.iter().map(move |(aspect, score)| (team, aspect, score)));
    all.filter(|(.., score)| score.possible > 0).map(|(team, aspect, score)| ((team.team.clone(), aspect.as_str()), score.thousandths)).collect()
}

fn answer_in<'e>(entry: &'e Entry, of: TeamNumber, to: &Name) -> Option<(u64, Span, &'e Answer)> {
    match &entry.event {
        Event::Answered { question, team, answer, .. } if (*team, question) == (of, to) => Some((entry.number, entry.shown, answer)),
        _ => None,
    }
}

/// The last mark of each evaluator for the answer that counts.
fn marks_after(entries: &[Entry], answer: u64, of: TeamNumber, to: &Name) -> Vec<u32> {
    let mut marks = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in entries.iter().rev().take_while(|entry| entry.number > answer) {
        if let Event::Marked { question, team, evaluator, points } = &entry.event
            && (*team, question) == (of, to)
            && seen.insert(*evaluator)
        {
            marks.push(*points);
        }
    }
    marks
}

fn mean(marks: &[u32]) -> u64 {
    let sum: u64 = marks.iter().map(|points| u64::from(*points) * 1_000).sum();
    u64::try_from(marks.len()).ok().and_then(|count| sum.checked_div(count)).unwrap_or(0)
}
