//! A morning in the waiting room, event by event: people arrive, look when the rule says, leave, come back late.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use kernel::Instant;

use crate::{Arrival, Entry, Estimate, Promise, Reason, Room, Ticket, tell};

const RATE: u32 = 300;
const OPENS_MS: i64 = 1_588_719_600_000;

/// What a run saw.
#[derive(Default)]
struct Seen {
    /// Moments at which people came in, in milliseconds after the opening.
    entries: Vec<i64>,
    /// Turns given although someone before had none.
    inversions: usize,
    /// For each look of someone who stayed: whether the words turned out true.
    kept: Vec<bool>,
    /// The minutes between which each look promised the turn.
    intervals: Vec<(u64, u64)>,
    /// Estimates that were raised by more than a quarter of a minute, and how many of them without a reason.
    raised: usize,
    raised_in_silence: usize,
    looks: usize,
    left_waiting: u64,
}

struct Person {
    ticket: Ticket,
    /// Leaves at this moment, or stays.
    leaves: Option<Instant>,
    /// Looks away after the first look until this moment.
    away_until: Option<Instant>,
    promise: Option<Promise>,
    shown: Vec<(Instant, u64, u64)>,
}

/// Deterministic chance (splitmix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn of(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) % bound
    }

    fn millis(&mut self, bound: u64) -> i64 {
        i64::try_from(self.below(bound)).unwrap()
    }
}

#[test]
fn with_half_of_the_people_leaving_the_rate_is_the_operators_within_one_per_cent() {
    for seed in 1..=3 {
        let seen = morning(seed, 50, 3);
        for minutes in [10, 15, 20] {
            let came = seen.entries.iter().filter(|&&at| at < minutes * 60_000).count();
            let wanted = usize::try_from(minutes).unwrap() * RATE as usize;
            assert!(came.abs_diff(wanted) * 100 <= wanted, "seed {seed}: {came} of {wanted} in {minutes} minutes");
        }
        let busiest = (1..20).map(|minute| in_minute(&seen, minute)).max().unwrap();
        assert!(busiest * 100 <= RATE as usize * 130, "a rush of {busiest} in a minute");
        assert_eq!(seen.left_waiting, 0);
    }
}

#[test]
fn nobody_is_overtaken() {
    for (seed, leaving) in [(4, 0), (5, 50), (6, 90)] {
        assert_eq!(morning(seed, leaving, 5).inversions, 0);
    }
}

#[test]
fn the_words_come_true_for_four_in_five() {
    for (seed, leaving) in [(7, 20), (8, 50), (9, 70)] {
        let seen = morning(seed, leaving, 0);
        let kept = seen.kept.iter().filter(|&&kept| kept).count();
        assert!(kept * 100 >= seen.kept.len() * 80, "{leaving} % leaving: {kept} of {}", seen.kept.len());
        // An honest interval could still be uselessly wide: once the share is learnt, twice the wait is the limit.
        let narrow = seen.intervals.iter().filter(|&&(low, high)| high <= low * 2 + 3).count();
        assert!(narrow * 100 >= seen.intervals.len() * 80, "{leaving} % leaving: {narrow} of {} narrow", seen.intervals.len());
    }
}

#[test]
fn an_estimate_is_seldom_raised_and_never_in_silence() {
    let seen = morning(10, 50, 0);
    assert_eq!(seen.raised_in_silence, 0);
    assert!(seen.raised * 50 <= seen.looks, "{} of {} looks brought bad news", seen.raised, seen.looks);
}

/// 12,000 people in the first ten minutes; so many per cent leave, so many of the others look away for long.
fn morning(start: u64, leaving_percent: u64, late_percent: u64) -> Seen {
    let mut chance = Chance(start);
    let opens = Instant::from_millis(OPENS_MS);
    let mut room = Room::new("masks-2020", RATE, opens.plus_secs(86_400), opens);
    let mut arrivals: Vec<i64> = (0..12_000).map(|_| chance.millis(600_000)).collect();
    arrivals.sort_unstable();
    let mut people: Vec<Person> = Vec::new();
    let mut seen = Seen::default();
    let mut looks: BinaryHeap<Reverse<(Instant, usize)>> = BinaryHeap::new();
    let mut arrivals = arrivals.into_iter().map(|at| opens.plus_millis(at)).peekable();
    loop {
        let next_look = looks.peek().map(|Reverse((at, _))| *at);
        let arrives_first = arrivals.peek().is_some_and(|at| next_look.is_none_or(|look| *at <= look));
        if let Some(now) = arrives_first.then(|| arrivals.next()).flatten() {
            match room.arrive(now) {
                Arrival::Admitted(pass) => {
                    seen.inversions += usize::from(anyone_waits_before(&mut room, pass.number, now));
                    seen.entries.push(now.since(opens));
                }
                Arrival::Waiting(ticket) => {
                    looks.push(Reverse((now, people.len())));
                    people.push(person(ticket, now, &mut chance, leaving_percent, late_percent));
                }
            }
        } else if let Some(Reverse((now, index))) = looks.pop() {
            if let Some(again) = look(&mut room, &mut people[index], now, &mut seen) {
                looks.push(Reverse((again, index)));
            }
        } else {
            seen.left_waiting = room.waiting();
            return seen;
        }
    }
}

fn person(ticket: Ticket, now: Instant, chance: &mut Chance, leaving: u64, late: u64) -> Person {
    let leaves = (chance.below(100) < leaving).then(|| now.plus_millis(chance.millis(120_000)));
    let away_until = (chance.below(100) < late).then(|| now.plus_millis(chance.millis(2_400_000)));
    Person { ticket, leaves, away_until, promise: None, shown: Vec::new() }
}

/// One look at the status; when to look again, if at all.
fn look(room: &mut Room, person: &mut Person, now: Instant, seen: &mut Seen) -> Option<Instant> {
    if person.leaves.is_some_and(|moment| now >= moment) {
        return None;
    }
    let status = room.status(now);
    let Entry::Wait { estimate, .. } = status.entry(person.ticket.number) else {
        seen.inversions += usize::from(anyone_waits_before(room, person.ticket.number, now));
        assert!(room.enter(&person.ticket, now).is_ok());
        seen.entries.push(now.since(Instant::from_millis(OPENS_MS)));
        if person.away_until.is_none() {
            seen.kept.extend(person.shown.iter().map(|&(at, low, high)| {
                let waited = u64::try_from(now.since(at)).unwrap();
                (low * 60_000..=high * 60_000).contains(&waited)
            }));
        }
        return None;
    };
    let told = tell(estimate, person.promise, &status);
    let later = person.promise.zip(told.promise).is_some_and(|(old, new)| new.by.since(old.by) > 15_000);
    seen.looks += 1;
    seen.raised += usize::from(later);
    seen.raised_in_silence += usize::from(later && told.reason != Some(Reason::FewerLeft));
    let (low, high) = told.estimate.promised_minutes().unwrap();
    person.shown.push((now, low, high));
    seen.intervals.push((low, high));
    person.promise = told.promise;
    assert!(matches!(told.estimate, Estimate::Between { low_seconds, high_seconds } if low_seconds <= high_seconds));
    let again = now.plus_secs(i64::try_from(status.poll_seconds(person.ticket.number)).unwrap());
    Some(person.away_until.map_or(again, |back| back.max(again)))
}

/// Asks for every number before this one whether it, too, would be let in.
fn anyone_waits_before(room: &mut Room, number: u64, now: Instant) -> bool {
    let status = room.status(now);
    (0..number).rev().step_by(97).any(|earlier| status.entry(earlier) != Entry::Now)
}

fn in_minute(seen: &Seen, minute: i64) -> usize {
    seen.entries.iter().filter(|&&at| at / 60_000 == minute).count()
}
