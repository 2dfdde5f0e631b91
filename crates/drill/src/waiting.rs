use std::collections::{BTreeMap, BTreeSet};

use crate::entry::{Entry, Event, TeamNumber};
use crate::pack::{Inject, Pack};
use crate::state::State;
use crate::{Fact, Name, Span};

/// Injects that have a moment and were not sent, by their moment. Four hundred teams with seventy injects each wait in 28,000 places:
/// nobody looks through them; each entry moves those alone that depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    by_moment: BTreeSet<(Span, TeamNumber, Name)>,
    moments: BTreeMap<(TeamNumber, Name), Span>,
}

impl Waiting {
    /// What waits at this moment of the exercise, in order.
    pub(crate) fn until(&self, shown: Span) -> Vec<(Span, TeamNumber, Name)> {
        self.by_moment.iter().take_while(|(due, ..)| *due <= shown).cloned().collect()
    }

    /// The first moment for which something waits.
    pub(crate) fn first(&self) -> Option<Span> {
        self.by_moment.first().map(|(due, ..)| *due)
    }

    /// When an inject of a team is due; nothing when it was sent or its moment is not known.
    pub(crate) fn moment(&self, team: TeamNumber, inject: &Name) -> Option<Span> {
        self.moments.get(&(team, inject.clone())).copied()
    }

    /// Follows an entry that `state` has already taken.
    pub(crate) fn take(&mut self, pack: &Pack, state: &State, entry: &Entry) {
        match &entry.event {
            Event::Started { .. } => {
                for team in teams(state) {
                    pack.scenario.injects.iter().for_each(|inject| self.look(state, team, inject));
                }
            }
            Event::Sent { inject, team, .. } => {
                self.forget(*team, inject);
                self.follow(pack, state, *team, &Fact::Sent(inject.clone()));
            }
            Event::Answered { question, team, .. } => self.follow(pack, state, *team, &Fact::Solved(question.clone())),
            Event::Signalled { signal, team: Some(team) } => self.follow(pack, state, *team, &Fact::Signal(signal.clone())),
            Event::Signalled { signal, team: None } => {
                teams(state).for_each(|team| self.follow(pack, state, team, &Fact::Signal(signal.clone())));
            }
            _ => {}
        }
    }

    fn follow(&mut self, pack: &Pack, state: &State, team: TeamNumber, fact: &Fact) {
        pack.injects_after(fact).for_each(|inject| self.look(state, team, inject));
    }

    fn look(&mut self, state: &State, team: TeamNumber, inject: &Inject) {
        self.forget(team, &inject.name);
        if state.was_sent(team, &inject.name) {
            return;
        }
        if let Some(due) = inject.when.due(&|fact| state.happened(team, fact)) {
            self.by_moment.insert((due, team, inject.name.clone()));
            self.moments.insert((team, inject.name.clone()), due);
        }
    }

    fn forget(&mut self, team: TeamNumber, inject: &Name) {
        if let Some(due) = self.moments.remove(&(team, inject.clone())) {
            self.by_moment.remove(&(due, team, inject.clone()));
        }
    }
}

fn teams(state: &State) -> std::ops::Range<TeamNumber> {
    0..TeamNumber::try_from(state.teams.len()).unwrap_or(TeamNumber::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::{Instant, Random as _};
    use testkit::SeededRandom;

    use super::*;
    use crate::{Answer, Citation, Exercise, Team, Trigger, shipped};

    const T0: Instant = Instant::from_millis(1_679_450_400_000);

    /// What waits, looked up in every place.
    fn slowly(exercise: &Exercise) -> Vec<(Span, TeamNumber, Name)> {
        let state = exercise.state();
        let mut all = Vec::new();
        for team in teams(state) {
            for inject in exercise.pack().scenario.injects.iter().filter(|inject| !state.was_sent(team, &inject.name)) {
                let due = inject.when.due(&|fact| state.happened(team, fact));
                all.extend(due.map(|due| (due, team, inject.name.clone())));
            }
        }
        all.sort_unstable();
        all
    }

    /// The shipped pack with triggers of every form.
    fn pack() -> Pack {
        let mut pack = shipped("defacement").unwrap().unwrap();
        let when = [
            "at(0s)",
            "at(1m)",
            "signal(go, 2m) or at(40m)",
            "solved(account, 1m) and after(monitoring, 5m)",
            "after(reporter, 10m) unless solved(host)",
            "(solved(way-in) or signal(go)) unless after(hint)",
            "at(20m) unless after(monitoring, 15m)",
        ];
        for (inject, when) in pack.scenario.injects.iter_mut().zip(when) {
            inject.when = Trigger::parse(when).unwrap();
        }
        pack.index();
        pack
    }

    #[test]
    fn the_index_is_what_looking_everywhere_finds() {
        let seed = u64::try_from(T0.millis()).unwrap();
        let (dice, pack) = (SeededRandom::new(seed), Arc::new(pack()));
        let below = |most: usize| usize::try_from(dice.below(u64::try_from(most).unwrap())).unwrap();
        for run in 0..200 {
            let team = |number| Team { name: format!("T{number}"), in_room: 1, remote: 0 };
            let mut exercise = Exercise::start(Arc::clone(&pack), (0..3).map(team).collect(), T0).unwrap();
            let mut now = T0;
            for _ in 0..60 {
                now = now.plus_secs(i64::try_from(below(120)).unwrap());
                let team = u16::try_from(below(3)).unwrap();
                // What is refused changes nothing.
                match below(6) {
                    0 => drop(exercise.signal(now, "go".parse().unwrap(), [None, Some(team)][below(2)])),
                    1 => drop(exercise.jump(now, exercise.shown(now).plus(Span::seconds(300)))),
                    2 | 3 => {
                        let (question, given) = [("host", "ubuntu5"), ("account", "tomcat"), ("way-in", "lookup")][below(3)];
                        let line = Citation::try_from("processes:6".to_owned()).unwrap();
                        let answer = Answer::new([[given, "wrong"][below(2)].to_owned()], [line]);
                        drop(exercise.answer(now, (team, 0), &question.parse().unwrap(), answer));
                    }
                    _ => drop(exercise.send_due(now)),
                }
                let slow = slowly(&exercise);
                assert_eq!(exercise.waiting().until(Span::seconds(u32::MAX)), slow, "run {run}");
                for (due, team, inject) in slow {
                    assert_eq!(exercise.due(team, &inject), Some(due), "run {run}");
                }
            }
        }
    }

    #[test]
    fn twenty_eight_thousand_injects_are_sent_without_looking_through_them() {
        let mut pack = pack();
        let like = pack.scenario.injects[0].clone();
        let inject = |number: u32| {
            let when = Trigger::parse(&format!("at({}m)", number * 40)).unwrap();
            Inject { name: format!("inject-{number}").parse().unwrap(), when, ..like.clone() }
        };
        pack.scenario.injects = (0..70).map(inject).collect();
        pack.index();
        let team = |number| Team { name: format!("T{number}"), in_room: 12, remote: 0 };
        let mut exercise = Exercise::start(Arc::new(pack), (0..400).map(team).collect(), T0).unwrap();
        let (mut now, mut looks) = (T0, 0);
        while let Some(next) = exercise.next_due() {
            now = next;
            assert_eq!(exercise.send_due(now), 400);
            looks += 1;
        }
        assert_eq!((looks, exercise.entries().len()), (70, 28_001));
        assert_eq!(now, T0.plus_secs(69 * 40 * 60));
    }
}
