//! Many departments at once, and the steps of a policy.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use notify::CarrierError;
use people::Duty;
use testkit::both_engines;

use super::world::{ORIGIN, Phones, World};
use crate::rehearsal::City;
use crate::*;

#[test]
fn sixty_eight_departments_get_408_messages_in_one_round() {
    let world = World::new(68, 68);
    world.start(Policy::guide().unwrap(), false);
    let round = world.round();
    assert_eq!((round.escalated, round.pages.sent), (68, 408));
    let taken = world.phones.taken();
    let distinct: BTreeSet<&String> = taken.iter().map(|taken| &taken.page).collect();
    let (people, owners) = (&world.people, world.owner_of());
    assert_eq!((taken.len(), distinct.len()), (408, 408));
    let points: BTreeSet<PersonId> = people.iter().flat_map(|team| team[..2].to_vec()).collect();
    assert!(taken.iter().all(|taken| points.contains(&owners[&taken.to])), "the two contacts and nobody else");
    assert_eq!(world.round(), CallRound::default(), "and nothing more");
}

/// A gateway that does not answer before the other channels have everything.
struct Stuck(Arc<(Mutex<usize>, Condvar)>, bool);

const OTHERS: usize = 272;

impl Gateway for Stuck {
    fn hand_over(&self, _: &OutgoingPage) -> Result<(), CarrierError> {
        let Self(shared, stuck) = self;
        let (count, changed) = &**shared;
        let mut taken = count.lock().unwrap();
        if *stuck {
            let waited = changed.wait_timeout_while(taken, Duration::from_secs(20), |taken| *taken < OTHERS);
            assert!(*waited.unwrap().0 >= OTHERS, "the others waited for the dead one");
            return Err(CarrierError::Later("no answer".into()));
        }
        *taken += 1;
        changed.notify_all();
        Ok(())
    }
}

#[test]
fn a_dead_channel_delays_no_other() {
    let world = World::new(68, 69);
    world.start(Policy::guide().unwrap(), false);
    let shared = Arc::<(Mutex<usize>, Condvar)>::default();
    let line = |stuck| -> Option<Arc<dyn Gateway>> { Some(Arc::new(Stuck(shared.clone(), stuck))) };
    let gateways = Gateways { sms: line(false), mail: line(false), voice: line(true) };
    let round = call_round(world.city.ledger(), &gateways, ORIGIN).unwrap();
    assert_eq!((round.pages.sent, round.pages.postponed), (OTHERS, 136));
}

/// Who was called at each step, as `department person`.
fn steps(world: &World, id: kernel::Id<kernel::kinds::CallOut>) -> Vec<(u32, BTreeSet<usize>)> {
    let pages = world.pages(id);
    let which = |person: &PersonId| world.people[0].iter().position(|one| one == person).unwrap();
    let of = |step| pages.iter().filter(|page| page.step == step).map(|page| which(&page.person)).collect();
    (0..7).map(|step| (step, of(step))).filter(|(_, people): &(u32, BTreeSet<usize>)| !people.is_empty()).collect()
}

#[test]
fn nobody_answers_and_everybody_is_called_after_15_30_60_minutes_and_then_every_30() {
    let world = World::new(1, 3);
    let id = world.start(Policy::guide().unwrap(), false);
    let started = world.city.now();
    let mut moments = Vec::new();
    while let Some(due) = world.city.read(next_due) {
        world.city.clock.set(due);
        if world.round().escalated > 0 {
            moments.push(due.since(started) / 60_000);
        }
    }
    assert_eq!(moments, [0, 15, 30, 60, 90, 120, 150, 180, 210, 240]);
    let set = |people: &[usize]| people.iter().copied().collect::<BTreeSet<_>>();
    let all = set(&[0, 1, 2, 3, 4, 5]);
    let expected = [(0, set(&[0, 1])), (1, set(&[2])), (2, set(&[3, 4])), (3, set(&[5])), (4, all.clone()), (5, all.clone()), (6, all)];
    assert_eq!(steps(&world, id), expected);
    let called = world.called(id);
    assert_eq!((called[0].state, called[0].fired, called[0].gaps), (CalledState::Unanswered, 9, 0));
    assert_eq!(world.phones.taken().len(), (6 + 5 * 6) * 3);
}

#[test]
fn an_answer_ends_that_persons_pages_at_once_and_the_goal_ends_the_departments() {
    for (goal, met_after) in [(Goal::Any, 1), (Goal::Quorum(2), 2), (Goal::Each, 2)] {
        let world = World::new(1, 4);
        world.phones.dead.lock().unwrap().insert(Channel::Voice);
        let id = world.start(Policy::guide().unwrap().with_goal(goal), false);
        world.round();
        let owners = world.owner_of();
        let by = |n: usize| {
            let taken = world.phones.taken();
            taken.into_iter().find(|taken| owners[&taken.to] == world.people[0][n]).unwrap().token()
        };
        world.acknowledge(&by(0)).unwrap();
        let pages = world.pages(id);
        let voice = |n: usize| pages.iter().find(|page| page.person == world.people[0][n] && page.channel == Channel::Voice).unwrap();
        assert_eq!(voice(0).state, PageState::Stopped, "{goal:?}");
        let met = |world: &World| world.called(id)[0].state == CalledState::Met;
        assert_eq!((met(&world), voice(1).state == PageState::Stopped), (met_after == 1, met_after == 1), "{goal:?}");
        if met_after == 2 {
            world.acknowledge(&by(1)).unwrap();
            assert!(met(&world));
        }
        assert_eq!(world.city.read(next_due), None, "nothing is due any more");
    }
}

#[test]
fn a_step_that_has_nobody_is_followed_by_the_next_one_at_once() {
    let world = World::new(1, 5);
    let grant = world.city.manager(0);
    for person in &world.people[0][..3] {
        let person = *person;
        world.city.act(grant.actor(), move |work| end_person(work, &grant, person)).unwrap();
    }
    let id = world.start(Policy::guide().unwrap(), false);
    world.round();
    let called = world.called(id);
    assert_eq!((called[0].gaps, called[0].fired), (2, 3), "no contact, no system manager: the response manager");
    assert_eq!(steps(&world, id).len(), 1);
    assert_eq!(called[0].due, world.city.now().plus_secs(3600), "the commander at the usual time");
}

#[test]
fn leave_rotas_and_quiet_hours_decide_whom_a_step_calls_and_when() {
    let world = World::new(1, 6);
    let (grant, people, now) = (world.city.manager(0), world.people[0].clone(), world.city.now());
    let leave = Leave { person: people[0], from: now, until: now.plus_secs(86_400) };
    let layer = Layer { members: vec![people[0], people[5]], begins: now, turn_days: 7, hours: Window::ALWAYS };
    let rota = Rota { layers: vec![layer], overrides: vec![] };
    let quiet = KeepPerson {
        person: Some(people[5]),
        post: kernel::Text::new("Commander", "指揮官", "指挥官"),
        duties: vec![Duty::Commander],
        quiet: QuietHours { from_minute: 0, until_minute: 10 * 60 },
        details: world.city.details(5),
    };
    world.city.act(grant.actor(), move |work| take_leave(work, &grant, leave)).unwrap();
    world.city.act(grant.actor(), move |work| save_rota(work, &grant, &rota)).unwrap();
    world.city.act(grant.actor(), move |work| keep_person(work, &grant, &quiet)).unwrap();
    let routine = StartCallOut { severity: Severity::Routine, ..world.command(Policy::guide().unwrap(), false) };
    let urgent = StartCallOut { severity: Severity::Urgent, ..routine.clone() };
    let mut due = Vec::new();
    for command in [routine, urgent] {
        let caller = world.controller();
        let id = world.city.act(caller.actor(), move |work| start_call_out(work, &caller, &command)).unwrap();
        world.round();
        let pages = world.pages(id);
        let who: BTreeSet<PersonId> = pages.iter().map(|page| page.person).collect();
        assert_eq!(who, BTreeSet::from([people[1], people[5]]), "not who is away; who takes that turn instead");
        let sent = |person: PersonId| pages.iter().all(|page| page.person != person || page.state == PageState::HandedOver);
        due.push((sent(people[1]), sent(people[5]), pages.iter().find(|page| page.person == people[5]).unwrap().due.minute_of_day()));
    }
    assert_eq!(due[0], (true, false, 600), "what can wait waits until ten");
    assert!(due[1].0 && due[1].1, "what cannot wait does not");
}

#[test]
fn one_story_of_a_call_out_on_both_engines() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES), 2, 9);
        let grant = city.manager(0);
        let person = city.hire(&grant, &[Duty::Point], 1);
        let phones = Arc::<Phones>::default();
        let world = World::over(city, vec![vec![person]], &phones);
        let id = world.start(Policy::guide().unwrap(), true);
        assert_eq!(world.round().pages.sent, 3);
        let taken = phones.taken();
        let voice = taken.iter().find(|taken| taken.channel == Channel::Voice).unwrap();
        let news = |what| GatewayReceipt { page: voice.page.clone(), what };
        *phones.news.lock().unwrap() = vec![news(GatewayNews::Delivered), news(GatewayNews::Keyed(voice.code.clone()))];
        assert_eq!(world.round().receipts, 2);
        let answers = world.city.read(|tx| answers(tx, id));
        assert_eq!(answers.iter().map(|answer| (answer.person, answer.way)).collect::<Vec<_>>(), [(person, Way::Telephone)]);
        let page = world.pages(id).into_iter().find(|page| page.channel == Channel::Voice).unwrap();
        assert!(page.delivered.is_some() && page.state == PageState::Acknowledged && page.id.to_string() == voice.page);
        let states: BTreeSet<&str> = world.called(id).iter().map(|called| called.state.slug()).collect();
        assert_eq!(states, BTreeSet::from(["met", "open"]), "the other department has nobody");
        let caller = world.controller();
        world.city.act(caller.actor(), move |work| close_call_out(work, &caller, id)).unwrap();
        assert_eq!(world.city.read(next_due), None);
        assert_eq!(world.city.read(|tx| call_outs(tx, Some(grant.department()), 10)).len(), 1);
        assert!(world.city.read(|tx| call_outs(tx, None, 10))[0].closed.is_some());
    });
}
