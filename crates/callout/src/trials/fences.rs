//! Promise 14: nothing that is marked as an exercise reaches an address outside the exercise's list, whatever changes meanwhile.

use std::collections::BTreeSet;

use journal::Actor;
use kernel::Random as _;
use people::Duty;
use store::{StoreError, Value};
use testkit::SeededRandom;

use super::world::{TEAM, World};
use crate::*;

const DEPARTMENTS: usize = 4;

/// Something that changes while the exercise goes on.
fn disturb(world: &World, random: &SeededRandom, act: u64) {
    let pick = |most: usize| usize::try_from(random.below(most as u64)).unwrap();
    let (department, member, other) = (pick(DEPARTMENTS), pick(TEAM.len()), pick(DEPARTMENTS));
    let grant = world.city.manager(department);
    let person = world.people[department][member];
    match act {
        // New details: an address that the list does not know.
        0 | 1 => {
            let details = world.city.details(5_000 + pick(4_000));
            let post = kernel::Text::new("New", "新", "新");
            let duties = vec![TEAM[member]];
            let command = KeepPerson { person: Some(person), post, duties, quiet: QuietHours::default(), details };
            world.city.act(grant.actor(), move |work| keep_person(work, &grant, &command)).unwrap();
        }
        // Somebody new.
        2 => drop(world.city.hire(&grant, &[TEAM[member]], 5_000 + pick(4_000))),
        // Somebody with a hand in the database points pages and details elsewhere.
        3 => meddle(world, "-- test.meddle_pages\nupdate call_page set person = $1 where person = $2", person, world.people[other][member]),
        4 => meddle(
            world,
            "-- test.meddle_details\n\
             update call_person set sealed = (select q.sealed from call_person q where q.id = $1), \
             sealed_record = (select q.sealed_record from call_person q where q.id = $1), \
             sealed_expiry = (select q.sealed_expiry from call_person q where q.id = $1) where id = $2",
            world.people[DEPARTMENTS][member],
            person,
        ),
        _ => meddle(world, "-- test.meddle_tags\nupdate call_address set person = $1 where person = $2", person, world.people[other][member]),
    }
}

fn meddle(world: &World, sql: &'static str, one: PersonId, other: PersonId) {
    let values: [Value; 2] = [one.into(), other.into()];
    let done = world.city.act(Actor::Operator, move |work| work.tx().execute(sql, &values).map(drop));
    // What the tables themselves refuse is no danger.
    drop(done.map_err(|error: store::RunError<StoreError>| error));
}

#[test]
fn promise_14_nothing_marked_exercise_reaches_an_address_outside_the_exercises_list() {
    let (mut inside, mut fenced) = (0, 0);
    for seed in 0..60 {
        // One department more than the exercise has.
        let world = World::new(DEPARTMENTS + 1, seed);
        let random = SeededRandom::new(seed);
        let outsiders: BTreeSet<PersonId> = world.people[DEPARTMENTS].iter().copied().collect();
        let listed: BTreeSet<String> =
            world.owner_of().into_iter().filter(|(_, person)| !outsiders.contains(person)).map(|(address, _)| address).collect();
        let (grant, mut command) = (world.controller(), world.command(Policy::guide().unwrap(), true));
        command.departments.truncate(DEPARTMENTS);
        let id = world.city.act(grant.actor(), move |work| start_call_out(work, &grant, &command)).unwrap();
        if seed % 2 == 0 {
            world.round();
        }
        for _ in 0..6 {
            let act = random.below(6);
            disturb(&world, &random, act);
        }
        for _ in 0..4 {
            world.city.clock.advance_secs(15 * 60);
            world.round();
        }
        for taken in world.phones.taken() {
            assert!(listed.contains(&taken.to), "seed {seed}: {} over {:?}", taken.to, taken.channel);
            assert!(taken.channel == Channel::Mail || taken.text.starts_with("[演習 EXERCISE]"), "{}", taken.text);
            inside += 1;
        }
        let outside = |page: &CallPage| page.fault.as_deref() == Some("outside-list");
        fenced += world.pages(id).iter().filter(|page| outside(page)).count();
    }
    assert!(inside > 1_000 && fenced > 100, "both sides of the fence were tried: {inside} {fenced}");
}

#[test]
fn a_real_call_out_bears_no_mark_and_follows_new_details() {
    let world = World::new(1, 1);
    world.start(Policy::guide().unwrap(), false);
    let (grant, person) = (world.city.manager(0), world.people[0][0]);
    let details = world.city.details(77);
    let post = kernel::Text::new("New", "新", "新");
    let command = KeepPerson { person: Some(person), post, duties: vec![Duty::Point], quiet: QuietHours::default(), details };
    world.city.act(grant.actor(), move |work| keep_person(work, &grant, &command)).unwrap();
    world.round();
    let taken = world.phones.taken();
    assert_eq!(taken.len(), 6);
    assert!(taken.iter().all(|taken| !taken.text.contains("EXERCISE")));
    assert!(taken.iter().any(|taken| taken.to == "+85251230077"));
}
