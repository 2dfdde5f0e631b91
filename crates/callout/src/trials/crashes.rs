//! Two hundred processes that die in the middle of a call-out, and those that go on after them.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Id, Instant, Random as _, kinds};
use testkit::SeededRandom;

use super::world::{Happened, ORIGIN, TEAM, Taken, World};
use crate::*;

const DEPARTMENTS: usize = 2;
/// All lanes of all channels can have one page under way.
const UNDER_WAY: usize = 24;
/// After so long a dead channel answers again: what waited for it goes out then, but not to who has acknowledged meanwhile.
const BACK_AFTER_MS: i64 = 600_000;

/// How people react to their first page of a call-out: after so many seconds, if at all.
type Reactions = BTreeMap<PersonId, i64>;

fn reactions(world: &World, random: &SeededRandom) -> Reactions {
    let mut all = Reactions::new();
    for person in world.people.iter().flatten() {
        if random.below(3) == 0 {
            // Never at the very moment of a step.
            all.insert(*person, 7 + 60 * i64::try_from(random.below(40)).unwrap());
        }
    }
    all
}

/// Lives through one call-out until nothing is due any more. A process that dies is followed by another one.
fn live(world: &mut World, id: Id<kinds::CallOut>, reactions: &Reactions, since: usize, seed: u64) -> usize {
    let owners = world.owner_of();
    let (mut answered, mut deaths, began) = (BTreeSet::new(), 0, world.city.now());
    loop {
        while call_round(world.city.ledger(), &world.gateways, ORIGIN).is_err() {
            deaths += 1;
            assert_eq!(deaths, 1, "it dies once");
            world.restart(seed);
        }
        let log = world.phones.log.lock().unwrap()[since..].to_vec();
        let mut next: Option<(Instant, Option<Taken>)> = world.city.read(next_due).map(|due| (due, None));
        for happened in log {
            let Happened::Taken(taken) = happened else { continue };
            if taken.channel == Channel::Voice {
                continue;
            }
            let person = owners[&taken.to];
            let Some(secs) = reactions.get(&person).filter(|_| !answered.contains(&person)) else { continue };
            let at = taken.at.plus_secs(*secs);
            if next.as_ref().is_none_or(|(moment, _)| at < *moment) {
                next = Some((at, Some(taken)));
            }
        }
        let Some((moment, reaction)) = next else { return deaths };
        world.city.clock.set(moment.max(world.city.now()));
        if world.city.now().since(began) >= BACK_AFTER_MS {
            world.phones.dead.lock().unwrap().clear();
        }
        if let Some(taken) = reaction {
            let person = owners[&taken.to];
            answered.insert(person);
            if world.acknowledge(&taken.token()).is_ok() {
                world.phones.log.lock().unwrap().push(Happened::Acknowledged { callout: id, person });
            }
        }
    }
}

/// Who belongs to which step, by an eye that does not read policies.
fn belongs(step: u32, member: usize) -> bool {
    match step {
        0 => member < 2,
        1 => member == 2,
        2 => member == 3 || member == 4,
        3 => member == 5,
        _ => true,
    }
}

pub(super) fn judge(world: &World, id: Id<kinds::CallOut>, since: usize, deaths: usize) {
    let (owners, pages) = (world.owner_of(), world.pages(id));
    let by_id: BTreeMap<String, &CallPage> = pages.iter().map(|page| (page.id.to_string(), page)).collect();
    let answers: BTreeMap<PersonId, Instant> =
        world.city.read(|tx| answers(tx, id)).into_iter().map(|answer| (answer.person, answer.at)).collect();
    let log = world.phones.log.lock().unwrap()[since..].to_vec();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut done: BTreeSet<PersonId> = BTreeSet::new();
    for happened in &log {
        match happened {
            Happened::Acknowledged { callout, person } => {
                if *callout == id {
                    done.insert(*person);
                }
            }
            Happened::Taken(taken) => {
                let Some(page) = by_id.get(&taken.page) else { continue };
                assert_eq!(owners[&taken.to], page.person, "the wrong person");
                assert!(!done.contains(&page.person), "a page after that person's acknowledgement");
                *seen.entry(taken.page.clone()).or_default() += 1;
            }
        }
    }
    assert_eq!(done.len(), answers.len());
    let doubled = seen.values().filter(|count| **count > 1).count();
    assert!(doubled <= deaths * UNDER_WAY, "{doubled} pages went out twice");
    let called = world.called(id);
    let started = world.city.read(|tx| call_out(tx, id)).unwrap().started;
    for (department, team) in world.people.iter().enumerate() {
        let called = called.iter().find(|called| called.department == world.city.departments[department]).unwrap();
        assert_ne!(called.state, CalledState::Open, "stuck");
        let settled = called.settled.unwrap();
        for (step, minute) in [0, 15, 30, 60, 90, 120, 150].into_iter().enumerate() {
            let step = u32::try_from(step).unwrap();
            let at = started.plus_secs(minute * 60);
            for (member, person) in team.iter().enumerate() {
                let silent = answers.get(person).is_none_or(|answered| *answered > at);
                let meant = belongs(step, member) && at < settled && silent;
                let made: Vec<_> = pages.iter().filter(|page| page.person == *person && page.step == step).collect();
                assert_eq!(made.len(), if meant { 3 } else { 0 }, "step {step}, member {member}: missed, or the wrong person");
                for page in made {
                    let went = seen.contains_key(&page.id.to_string());
                    assert!(went || page.state == PageState::Stopped, "missed: {page:?}");
                    assert_ne!(page.state, PageState::Queued, "stuck");
                }
            }
        }
    }
}

#[test]
fn two_hundred_crash_points_and_nobody_is_missed_called_in_vain_or_stuck() {
    let mut world = World::on_disk(DEPARTMENTS, 200);
    assert_eq!(TEAM.len(), 6);
    let random = SeededRandom::new(200);
    let mut deaths = 0;
    for point in 0..200 {
        let goal = [Goal::Any, Goal::Each, Goal::Quorum(3)][point % 3];
        let id = world.start(Policy::exercise().unwrap().with_goal(goal), point % 2 == 0);
        let since = world.phones.log.lock().unwrap().len();
        let reactions = reactions(&world, &random);
        let after = random.below(2) == 0;
        // In the first wave, or somewhere later.
        let at = if point % 2 == 0 { random.below(12) } else { random.below(60) };
        if point % 4 == 3 {
            world.phones.dead.lock().unwrap().insert(Channel::Voice);
        }
        *world.phones.dies.lock().unwrap() = Some((usize::try_from(at).unwrap(), after));
        let died = live(&mut world, id, &reactions, since, 1_000 + point as u64);
        judge(&world, id, since, died);
        deaths += died;
        world.city.clock.advance_secs(3_600);
    }
    assert!(deaths > 120, "most of them died: {deaths}");
}
