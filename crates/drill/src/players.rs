use kernel::Instant;

use crate::entry::{Entry, Event, TeamNumber};
use crate::pack::Inject;
use crate::question::{Answer, Key, Question};
use crate::{Exercise, Name, Span};

/// An inject that reached a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Came<'e> {
    /// What it says.
    pub inject: &'e Inject,
    /// When, by the exercise clock.
    pub shown: Span,
    /// When, on the wall.
    pub at: Instant,
    /// Whether it came later than it was due.
    pub late: bool,
    /// The entry that says so.
    pub entry: u64,
}

/// A question that is open to a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'e> {
    /// The question.
    pub question: &'e Question,
    /// When it opened, by the exercise clock.
    pub opened: Span,
    /// What an answer of this moment is worth for its time.
    pub worth: Worth,
    /// The answer that counts.
    pub given: Option<Given<'e>>,
}

/// What time leaves of a question's marks. It says nothing about what is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Evaluators mark it, whenever it comes.
    ByEvaluators,
    /// All of them, for so long yet.
    Whole(Span),
    /// They fall, to half of them in so long.
    Falling(Span),
    /// Half of them.
    Half,
}

/// An answer that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given<'e> {
    /// What it says.
    pub answer: &'e Answer,
    /// Which player of the team gave it.
    pub player: u16,
    /// When, by the exercise clock.
    pub shown: Span,
    /// The entry that says so.
    pub entry: u64,
}

impl Exercise {
    /// What has reached a team, the latest first.
    pub fn came(&self, team: TeamNumber) -> Vec<Came<'_>> {
        let all = self.pack().scenario.injects.iter().filter_map(|inject| {
            let sent = self.state().sent.get(&(team, inject.name.clone()))?;
            Some(Came { inject, shown: sent.shown, at: self.entry(sent.entry)?.at, late: sent.late, entry: sent.entry })
        });
        let mut all: Vec<Came<'_>> = all.collect();
        all.sort_by_key(|came| std::cmp::Reverse(came.entry));
        all
    }

    /// The questions that are open to a team, in the order of the pack.
    pub fn asked(&self, team: TeamNumber, now: Instant) -> Vec<Asked<'_>> {
        let open = self.pack().scenario.questions.iter().filter_map(|question| self.ask(team, question, now));
        open.collect()
    }

    /// One question, if it is open to a team.
    pub fn asked_one(&self, team: TeamNumber, name: &Name, now: Instant) -> Option<Asked<'_>> {
        self.ask(team, self.pack().question(name)?, now)
    }

    /// The answer of an entry, whether it still counts or not.
    pub fn answer_in(&self, entry: u64) -> Option<(TeamNumber, &Name, Given<'_>)> {
        let entry = self.entry(entry)?;
        match &entry.event {
            Event::Answered { question, team, player, answer } => {
                Some((*team, question, Given { answer, player: *player, shown: entry.shown, entry: entry.number }))
            }
            _ => None,
        }
    }

    fn ask<'e>(&'e self, team: TeamNumber, question: &'e Question, now: Instant) -> Option<Asked<'e>> {
        let opened = self.state().sent.get(&(team, question.opens.clone()))?.shown;
        let worth = worth(self.pack().key(&question.name)?, self.shown(now).since(opened));
        let held = self.state().answers.get(&(team, question.name.clone()));
        let given = held.and_then(|held| self.answer_in(held.entry)).map(|(_, _, given)| given);
        Some(Asked { question, opened, worth, given })
    }

    fn entry(&self, number: u64) -> Option<&Entry> {
        self.entries().get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}

fn worth(key: &Key, after: Span) -> Worth {
    match after {
        _ if key.is_open() => Worth::ByEvaluators,
        after if after <= key.within => Worth::Whole(key.within.since(after)),
        after if after < key.until => Worth::Falling(key.until.since(after)),
        _ => Worth::Half,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Team;

    const T0: Instant = Instant::from_millis(1_679_450_400_000);

    fn team(name: &str) -> Team {
        Team { name: name.to_owned(), in_room: 2, remote: 1 }
    }

    #[test]
    fn a_team_sees_what_came_and_what_is_asked_of_it() {
        let pack = Arc::new(crate::shipped("defacement").unwrap().unwrap());
        let mut exercise = Exercise::start(pack, vec![team("a"), team("b")], T0).unwrap();
        exercise.send_due(T0);
        assert_eq!(exercise.came(0).iter().map(|came| came.inject.name.as_str()).collect::<Vec<_>>(), ["first-call"]);
        assert!(exercise.asked(0, T0).is_empty(), "nothing is asked before the inject that opens it");
        let later = T0.plus_secs(300);
        exercise.send_due(later);
        assert_eq!(exercise.came(0)[0].inject.name.as_str(), "monitoring", "the latest first");
        let host: Name = "host".parse().unwrap();
        let worth_at = |exercise: &Exercise, minutes: i64| exercise.asked_one(0, &host, later.plus_secs(minutes * 60)).unwrap().worth;
        assert_eq!(worth_at(&exercise, 0), Worth::Whole("10m".parse().unwrap()));
        assert_eq!(worth_at(&exercise, 11), Worth::Falling("29m".parse().unwrap()));
        assert_eq!(worth_at(&exercise, 40), Worth::Half);
        let first = Answer::new(["ubuntu4".to_owned()], []);
        exercise.answer(later, (0, 1), &host, first.clone()).unwrap();
        exercise.answer(later.plus_secs(60), (0, 2), &host, Answer::new(["ubuntu5".to_owned()], [])).unwrap();
        let given = exercise.asked_one(0, &host, later).unwrap().given.unwrap();
        assert_eq!((given.player, given.answer.given.first().unwrap().as_str()), (2, "ubuntu5"));
        let (team, question, earlier) = exercise.answer_in(given.entry - 1).unwrap();
        assert_eq!((team, question, earlier.answer), (0, &host, &first));
        assert_eq!(exercise.asked_one(1, &host, later).unwrap().given, None, "another team's question has no answer");
        assert_eq!((exercise.answer_in(0), exercise.answer_in(1), exercise.answer_in(99)), (None, None, None));
    }
}
