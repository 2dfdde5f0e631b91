//! Rooms that crash at any moment, also between giving numbers and saving that they were given.

use kernel::Instant;

use crate::{Arrival, Entry, Room, Snapshot, Ticket};

const SLUG: &str = "masks-2020";
const RATE: u32 = 600;

fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_588_719_600_000).plus_secs(seconds)
}

fn room(rate: u32) -> Room {
    let mut room = Room::new(SLUG, rate, at(86_400), at(0));
    save(&mut room, at(0));
    room
}

fn save(room: &mut Room, now: Instant) -> Snapshot {
    let snapshot = room.snapshot(now);
    room.stored(snapshot.clone());
    snapshot
}

fn restored(snapshot: &Snapshot, now: Instant) -> Room {
    // A snapshot goes through the database as text.
    let text = serde_json::to_string(snapshot).unwrap();
    Room::restore(SLUG, RATE, at(86_400), now, &serde_json::from_str(&text).unwrap())
}

fn tickets(room: &mut Room, count: usize, now: Instant) -> Vec<Ticket> {
    let arrivals = (0..count).filter_map(|_| match room.arrive(now) {
        Arrival::Waiting(ticket) => Some(ticket),
        Arrival::Admitted(_) => None,
    });
    arrivals.collect()
}

#[test]
fn after_a_crash_of_a_quiet_room_the_next_visitor_comes_in_at_once() {
    let mut before = room(RATE);
    let mut stored = save(&mut before, at(0));
    for second in 1..=100 {
        assert!(matches!(before.arrive(at(second)), Arrival::Admitted(_)));
        stored = save(&mut before, at(second));
    }
    let Arrival::Admitted(unsaved) = before.arrive(at(101)) else { panic!("nobody waits") };
    let mut after = restored(&stored, at(102));
    let Arrival::Admitted(next) = after.arrive(at(102)) else { panic!("waits for numbers that nobody holds") };
    assert!(next.number > unsaved.number);
    assert_eq!((after.waiting(), after.status(at(102)).waiting()), (0, 0));
}

#[test]
fn after_a_crash_the_queue_goes_on_and_nobody_waits_for_numbers_that_nobody_holds() {
    let mut before = room(RATE);
    let early = tickets(&mut before, 1000, at(0));
    let (called, stored) = (before.status(at(30)).now_serving, save(&mut before, at(30)));
    let unsaved = tickets(&mut before, 20, at(30));
    let mut after = restored(&stored, at(90));
    assert_eq!(after.status(at(90)).now_serving, called, "the outage itself calls nobody");
    let late = tickets(&mut after, 10, at(90));
    assert!(late.iter().all(|new| unsaved.iter().all(|old| old.number < new.number)), "no number is given twice");
    let ahead = |room: &mut Room, ticket| match room.may_enter(ticket, at(90)) {
        Entry::Wait { ahead, .. } => ahead,
        Entry::Now => 0,
    };
    let last_sure = ahead(&mut after, &early[early.len() - 1]);
    // 1020 people came within the second, so the room expects as many unsaved ones: it can be off by that, and no more.
    assert!(ahead(&mut after, &late[0]) <= last_sure + 1 + stored.likely, "{stored:?}");
    assert!(stored.reserved - stored.issued > 5000, "the reserve of a rush is large: {stored:?}");
    assert_eq!(after.waiting(), after.status(at(90)).waiting());
}

#[test]
fn a_number_is_reserved_before_it_is_given() {
    let mut room = Room::new(SLUG, RATE, at(86_400), at(0));
    assert!(!room.has_numbers(), "nothing is on disk yet");
    let snapshot = room.snapshot(at(0));
    assert!(!room.has_numbers(), "taken is not stored");
    room.stored(snapshot.clone());
    assert!(room.has_numbers() && !room.wants_snapshot());
    while room.has_numbers() {
        room.arrive(at(0));
    }
    assert_eq!(room.status(at(0)).issued, snapshot.reserved);
    // A crash before the first snapshot after a restart, and another one: still no number twice.
    let again = restored(&snapshot, at(1));
    assert!(!again.has_numbers());
}

#[test]
fn a_quiet_room_is_not_saved_again_and_again() {
    let mut room = room(RATE);
    tickets(&mut room, 100, at(1));
    let saves = (1..600).filter(|&second| {
        room.status(at(second));
        let wants = room.wants_snapshot();
        if wants {
            save(&mut room, at(second));
        }
        wants
    });
    assert!((5..30).contains(&saves.count()), "while people are called, and then no more");
}

/// What a run of crashes knows of every ticket it was given: the moment it was first free to enter.
struct Crowd {
    held: Vec<(Ticket, Option<Instant>)>,
    numbers: std::collections::BTreeSet<u64>,
}

impl Crowd {
    fn take(&mut self, arrival: Arrival, room: &mut Room, now: Instant, seed: u64) {
        let number = match arrival {
            Arrival::Waiting(ticket) => {
                self.held.push((ticket, None));
                ticket.number
            }
            Arrival::Admitted(pass) => {
                self.look(room, now, seed);
                let behind = self.held.iter().all(|(ticket, free)| ticket.number > pass.number || free.is_some());
                assert!(behind, "seed {seed}: {} came in before somebody who came earlier", pass.number);
                pass.number
            }
        };
        assert!(self.numbers.insert(number), "seed {seed}: {number} was given twice");
    }

    /// Everybody looks; nobody is free before one with an earlier ticket.
    fn look(&mut self, room: &mut Room, now: Instant, seed: u64) {
        let status = room.status(now);
        let mut somebody_waits = false;
        for (ticket, free) in &mut self.held {
            let may = free.is_some() || status.entry(ticket.number) == Entry::Now;
            assert!(!(may && somebody_waits), "seed {seed}: {} overtakes", ticket.number);
            somebody_waits |= !may;
            if may && free.is_none() {
                *free = Some(now);
                assert!(room.enter(ticket, now).is_ok());
            }
        }
    }
}

#[test]
fn whatever_crashes_no_number_twice_nobody_overtaken_and_everybody_comes_in() {
    for seed in 1..=60 {
        let mut chance = crate::simulation::Chance::of(seed);
        let mut room = room(RATE);
        let mut stored = save(&mut room, at(0));
        let mut crowd = Crowd { held: Vec::new(), numbers: std::collections::BTreeSet::new() };
        for second in 1..200 {
            let now = at(second);
            let rush = if chance.below(10) == 0 { 300 } else { 8 };
            for _ in 0..chance.below(rush) {
                if !room.has_numbers() {
                    stored = save(&mut room, now);
                }
                let arrival = room.arrive(now);
                crowd.take(arrival, &mut room, now, seed);
            }
            crowd.look(&mut room, now, seed);
            if chance.below(8) == 0 {
                room = restored(&stored, now);
            } else if room.wants_snapshot() && chance.below(5) > 0 {
                stored = save(&mut room, now);
            }
        }
        let patience = 200 + i64::try_from(crowd.held.len()).unwrap() / 10 + 300;
        for second in 200..patience {
            crowd.look(&mut room, at(second), seed);
        }
        assert!(crowd.held.iter().all(|(_, free)| free.is_some()), "seed {seed}: somebody waits for ever");
        assert!(matches!(room.arrive(at(patience + 60)), Arrival::Admitted(_)), "seed {seed}");
    }
}
