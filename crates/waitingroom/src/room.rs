use kernel::Instant;
use serde::{Deserialize, Serialize};

use crate::claims::{Claims, PARTS};
use crate::gaps::Gaps;
use crate::ticket::NUMBERS;
use crate::{Class, Entry, Pass, Poll, Reason, RoomName, Slowed, Status, Ticket};

/// One room's counters. It holds nothing about anybody; the caller keeps it behind a lock.
#[derive(Debug)]
pub struct Room {
    slug: String,
    name: RoomName,
    rate: i64,
    paused: bool,
    closes_at: Instant,
    issued: i64,
    /// The last snapshot that is on disk: numbers below its `reserved` are guarded against being given twice after a crash.
    stored: Snapshot,
    /// Numbers ahead that nobody holds.
    gaps: Gaps,
    admitted: i64,
    /// Places called, in parts.
    called: i64,
    /// Places to give at once while nobody waits, in parts.
    spare: i64,
    claims: Claims,
    as_at: Instant,
    slowed: Option<Slowed>,
}

/// What happens to someone who arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Nobody waits: come in at once.
    Admitted(Pass),
    /// Take a place.
    Waiting(Ticket),
}

/// What must outlive a restart. Store it when [`Room::wants_snapshot`] says so, looking each second, and before a number is
/// given that is not reserved ([`Room::has_numbers`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// No number from here on has been given out.
    pub reserved: u64,
    /// Numbers below this one had been given out.
    #[serde(default)]
    pub issued: u64,
    /// So many more were likely to be given before the next snapshot to people who would wait.
    #[serde(default)]
    pub likely: u64,
    /// Numbers ahead, in pairs of first and beyond, that nobody holds since an earlier restart.
    #[serde(default)]
    pub skipped: Vec<[u64; 2]>,
    /// Numbers below this one may enter.
    pub now_serving: u64,
    /// People admitted so far.
    pub admitted: u64,
    /// The share of called places that are claimed, in millionths.
    pub share_ppm: u32,
    /// From how many places that share was learnt.
    pub learnt: u64,
}

/// A room that nobody asked for so long starts afresh, so that no sum overflows.
const LONGEST_STEP_MS: i64 = 3_600_000;
/// While nobody waits, so many seconds of the rate may come at once.
const SPARE_SECONDS: i64 = 2;
const MOST_A_MINUTE: u32 = 1_000_000;
const LEAST_HEADROOM: i64 = 64;

impl Room {
    /// An empty room of a scheme.
    pub fn new(slug: &str, rate_per_minute: u32, closes_at: Instant, now: Instant) -> Self {
        let mut room = Self {
            slug: slug.to_owned(),
            name: RoomName::of(slug),
            rate: bounded(rate_per_minute),
            paused: false,
            closes_at,
            issued: 0,
            stored: Snapshot::default(),
            gaps: Gaps::default(),
            admitted: 0,
            called: 0,
            spare: 0,
            claims: Claims::new(),
            as_at: now,
            slowed: None,
        };
        room.spare = room.most_spare();
        room
    }

    /// The room after a restart. Numbers go on from the reserved one, so none is given twice. Those between were given to
    /// nobody, as far as is known, so nobody waits for them: the number served jumps over them when it gets there.
    pub fn restore(slug: &str, rate_per_minute: u32, closes_at: Instant, now: Instant, snapshot: &Snapshot) -> Self {
        let reserved = snapshot.reserved.min(NUMBERS);
        let serving = snapshot.now_serving.min(reserved);
        let given = snapshot.issued.saturating_add(snapshot.likely).clamp(serving, reserved);
        let mut room = Self {
            issued: signed(reserved),
            stored: Snapshot { issued: reserved, ..snapshot.clone() },
            gaps: Gaps::after_restart(&snapshot.skipped, given, reserved),
            admitted: signed(snapshot.admitted),
            called: signed(serving) * PARTS,
            claims: Claims::with_share(i64::from(snapshot.share_ppm), signed(snapshot.learnt)),
            ..Self::new(slug, rate_per_minute, closes_at, now)
        };
        room.jump();
        if room.waiting() > 0 {
            room.spare = 0;
        }
        room
    }

    /// The room's name, which its tickets and passes carry.
    pub fn name(&self) -> RoomName {
        self.name
    }

    /// Someone arrives: comes in at once when nobody waits, or takes the next number.
    pub fn arrive(&mut self, now: Instant) -> Arrival {
        self.advance(now);
        let number = self.issued;
        self.issued += 1;
        let free = self.called >= number * PARTS && self.spare >= PARTS && !self.paused;
        if !free {
            return Arrival::Waiting(Ticket { class: Class::Arrival, room: self.name, number: unsigned(number), issued: now });
        }
        self.spare -= PARTS;
        self.called = self.issued * PARTS;
        self.admitted += 1;
        Arrival::Admitted(Pass::new(self.name, unsigned(number), now))
    }

    /// Whether the holder of a ticket may enter, and if not, how long it will take. Changes nothing for anybody.
    pub fn may_enter(&mut self, ticket: &Ticket, now: Instant) -> Entry {
        self.status(now).entry(ticket.number)
    }

    /// The holder of a ticket comes in, if it is their turn; once in, the pass is used and the ticket no more.
    pub fn enter(&mut self, ticket: &Ticket, now: Instant) -> Result<Pass, Entry> {
        match self.may_enter(ticket, now) {
            Entry::Now => {
                self.claims.came(i64::try_from(ticket.number).unwrap_or(0), self.rate);
                self.admitted += 1;
                Ok(Pass::new(self.name, ticket.number, now))
            }
            wait @ Entry::Wait { .. } => Err(wait),
        }
    }

    /// The document for everybody; good for a second.
    pub fn status(&mut self, now: Instant) -> Status {
        self.advance(now);
        let mut status = Status {
            room: self.slug.clone(),
            now_serving: unsigned(self.serving()),
            issued: unsigned(self.issued),
            rate_per_minute: u32::try_from(self.rate).unwrap_or(MOST_A_MINUTE),
            moving_per_minute: self.speeds(),
            paused: self.paused,
            closes_at: self.closes_at,
            as_at: self.as_at,
            next_poll_seconds: Poll::RULE.most_seconds,
            poll: Poll::RULE,
            slowed: self.slowed,
            skipped: self.gaps.to_vec(),
        };
        status.next_poll_seconds = status.poll_seconds(status.issued.saturating_sub(1));
        status
    }

    /// Sets how many people enter in a minute, at once.
    pub fn set_rate(&mut self, rate_per_minute: u32, now: Instant) {
        self.advance(now);
        let rate = bounded(rate_per_minute);
        if rate < self.rate {
            self.slowed = Some(Slowed { at: now, reason: Reason::RateLowered });
        }
        self.rate = rate;
        self.spare = self.spare.min(self.most_spare());
    }

    /// Admits nobody until [`Room::resume`]; places are kept and tickets still given.
    pub fn pause(&mut self, now: Instant) {
        self.advance(now);
        self.paused = true;
        self.slowed = Some(Slowed { at: now, reason: Reason::Paused });
    }

    /// Admits again.
    pub fn resume(&mut self, now: Instant) {
        self.advance(now);
        self.paused = false;
    }

    /// Sets when the scheme closes, after an extension or an early end.
    pub fn set_closing(&mut self, closes_at: Instant) {
        self.closes_at = closes_at;
    }

    /// People admitted so far.
    pub fn admitted(&self) -> u64 {
        unsigned(self.admitted)
    }

    /// Places given out and not yet called.
    pub fn waiting(&self) -> u64 {
        unsigned(self.issued - self.serving()).saturating_sub(self.gaps.total())
    }

    /// Whether the next number is reserved on disk. If not, a crash could give it twice: store a snapshot first.
    pub fn has_numbers(&self) -> bool {
        unsigned(self.issued) < self.stored.reserved
    }

    /// Whether anything has moved since the last snapshot that was stored.
    pub fn wants_snapshot(&self) -> bool {
        unsigned(self.issued + self.headroom() / 2) > self.stored.reserved
            || unsigned(self.serving()) != self.stored.now_serving
            || unsigned(self.issued) != self.stored.issued
            || self.likely() != self.stored.likely
    }

    /// What to store, one at a time; say so with [`Room::stored`].
    pub fn snapshot(&mut self, now: Instant) -> Snapshot {
        self.advance(now);
        Snapshot {
            reserved: unsigned(self.issued + self.headroom()).max(self.stored.reserved).min(NUMBERS),
            issued: unsigned(self.issued),
            likely: self.likely(),
            skipped: self.gaps.to_vec(),
            now_serving: unsigned(self.serving()),
            admitted: unsigned(self.admitted),
            share_ppm: u32::try_from(self.claims.share_ppm()).unwrap_or(0),
            learnt: unsigned(self.claims.learnt()),
        }
    }

    /// This snapshot is on disk: its numbers may be given out.
    pub fn stored(&mut self, snapshot: Snapshot) {
        self.stored = snapshot;
    }

    /// Lets time pass: calls the places that are due. Time never runs back.
    fn advance(&mut self, now: Instant) {
        let elapsed = now.since(self.as_at).clamp(0, LONGEST_STEP_MS);
        self.as_at = self.as_at.max(now);
        if self.paused || elapsed == 0 {
            return;
        }
        let earned = self.rate * elapsed;
        let waiting = self.uncalled();
        if waiting > 0 {
            self.call(earned, waiting);
        } else {
            self.claims.rest();
            self.spare = (self.spare + earned).min(self.most_spare());
        }
        self.claims.learn(self.as_at, self.rate);
    }

    fn call(&mut self, earned: i64, waiting: i64) {
        let due = self.claims.to_call(earned, self.rate).max(1);
        // What the last who waited left over is there for who arrives next.
        let left_permille = (due - waiting).max(0).saturating_mul(1000) / due;
        let left = earned / 1000 * left_permille;
        self.spare = left.min(self.most_spare());
        let (mut due, mut owed) = (due.min(waiting), earned - left);
        while due > 0 {
            let first = self.serving();
            let until = self.gaps.next().map_or(self.issued, |[from, _]| signed(from)) * PARTS;
            let step = due.min((until - self.called).max(1));
            self.called += step;
            due -= step;
            self.claims.called(first, self.serving(), self.as_at, owed, self.rate);
            owed = 0;
            self.jump();
        }
    }

    /// Where the numbers begin that nobody holds, the number served jumps over them.
    fn jump(&mut self) {
        while let Some([_, to]) = self.gaps.next().filter(|[from, _]| self.called >= signed(*from) * PARTS) {
            self.called = self.called.max(signed(to) * PARTS);
            self.gaps.pass();
        }
    }

    /// Parts of places that somebody may hold and that have not been called.
    fn uncalled(&self) -> i64 {
        (self.issued - signed(self.gaps.total())) * PARTS - self.called
    }

    /// If people wait, as many will come before the next snapshot as since the last one.
    fn likely(&self) -> u64 {
        if self.waiting() > 0 { unsigned(self.issued).saturating_sub(self.stored.issued) } else { 0 }
    }

    /// Numbers below this one have been called.
    fn serving(&self) -> i64 {
        self.called / PARTS
    }

    /// Slowest and fastest growth of the number served, a minute. Wide until the share is known.
    fn speeds(&self) -> [u64; 2] {
        let at = |share_ppm: i64| self.rate.saturating_mul(1_000_000) / share_ppm.max(1);
        let known = at(self.claims.share_ppm());
        let speeds = if self.claims.is_known() { [known * 83 / 100, known * 118 / 100] } else { [at(1_000_000), at(350_000)] };
        speeds.map(unsigned)
    }

    fn most_spare(&self) -> i64 {
        (self.rate * SPARE_SECONDS * 1000).max(PARTS)
    }

    /// Numbers to keep in reserve: ten seconds of admissions, or ten times who came since the last snapshot.
    fn headroom(&self) -> i64 {
        let came = self.issued - signed(self.stored.issued);
        (self.rate / 6).max(came.saturating_mul(10)).max(LEAST_HEADROOM)
    }
}

fn bounded(rate_per_minute: u32) -> i64 {
    i64::from(rate_per_minute.clamp(1, MOST_A_MINUTE))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number.min(NUMBERS)).unwrap_or(0)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Estimate;

    const SLUG: &str = "masks-2020";

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(1_588_719_600_000).plus_secs(seconds)
    }

    fn room(rate: u32) -> Room {
        Room::new(SLUG, rate, at(86_400), at(0))
    }

    fn tickets(room: &mut Room, count: usize, now: Instant) -> Vec<Ticket> {
        let arrivals = (0..count).filter_map(|_| match room.arrive(now) {
            Arrival::Waiting(ticket) => Some(ticket),
            Arrival::Admitted(_) => None,
        });
        arrivals.collect()
    }

    #[test]
    fn who_arrives_at_an_empty_room_comes_in_at_once() {
        let mut room = room(60);
        assert!(matches!(room.arrive(at(0)), Arrival::Admitted(pass) if pass.room == RoomName::of(SLUG)));
        assert!(matches!(room.arrive(at(0)), Arrival::Admitted(_)));
        let Arrival::Waiting(third) = room.arrive(at(0)) else { panic!("two seconds of the rate are spare") };
        assert!(matches!(room.enter(&third, at(0)), Err(Entry::Wait { ahead: 0, .. })));
        assert!(room.enter(&third, at(1)).is_ok());
        assert_eq!((room.admitted(), room.waiting()), (3, 0));
        assert!(matches!(room.arrive(at(60)), Arrival::Admitted(_)), "the room has come to rest");
    }

    #[test]
    fn who_comes_late_enters_at_once() {
        let mut room = room(60);
        let waiting = tickets(&mut room, 200, at(0));
        assert!(matches!(room.enter(&waiting[100], at(10)), Err(Entry::Wait { .. })));
        assert!(room.enter(&waiting[0], at(120)).is_ok());
        assert!(room.enter(&waiting[0], at(3600)).is_ok());
    }

    #[test]
    fn a_new_rate_holds_at_once_and_a_lower_one_is_told() {
        let mut room = room(600);
        tickets(&mut room, 10_000, at(0));
        let before = room.status(at(60));
        assert_eq!(before.slowed, None);
        room.set_rate(6000, at(60));
        let fast = room.status(at(61)).now_serving - before.now_serving;
        assert!((90..=160).contains(&fast), "{fast}");
        room.set_rate(60, at(61));
        let served = room.status(at(61)).now_serving;
        let slow = room.status(at(62)).now_serving - served;
        assert!((1..=3).contains(&slow), "{slow}");
        assert_eq!(room.status(at(62)).slowed, Some(Slowed { at: at(61), reason: Reason::RateLowered }));
    }

    #[test]
    fn a_pause_keeps_places_and_admits_nobody() {
        let mut room = room(600);
        let waiting = tickets(&mut room, 100, at(0));
        room.pause(at(1));
        let served = room.status(at(1)).now_serving;
        assert_eq!(room.status(at(500)).now_serving, served);
        let wait = room.may_enter(&waiting[0], at(500));
        assert_eq!(wait, Entry::Wait { ahead: 0, estimate: Estimate::Paused });
        assert!(matches!(room.arrive(at(500)), Arrival::Waiting(_)));
        room.resume(at(600));
        assert!(room.enter(&waiting[0], at(600)).is_ok());
        assert!(room.status(at(630)).now_serving > served);
    }

    #[test]
    fn nobody_overtakes_those_who_waited_through_a_pause() {
        let mut room = room(600);
        room.pause(at(0));
        assert!(matches!(room.arrive(at(0)), Arrival::Waiting(_)));
        room.resume(at(60));
        assert!(matches!(room.arrive(at(60)), Arrival::Waiting(_)), "places are spare, but someone was here before");
        assert!(matches!(room.arrive(at(61)), Arrival::Admitted(_)), "the second since was enough for both and for more");
        assert_eq!(room.waiting(), 0);
    }

    #[test]
    fn a_room_that_no_one_answers_does_not_freeze() {
        let mut room = room(60);
        tickets(&mut room, 3000, at(0));
        let Arrival::Waiting(present) = room.arrive(at(1)) else { panic!("there is a queue") };
        let turn = (1..900).find(|&second| room.may_enter(&present, at(second)) == Entry::Now);
        // At one place a second the present one would wait 50 minutes behind 3000 who left.
        assert!(turn.is_some(), "frozen");
    }

    #[test]
    fn time_never_runs_back() {
        let mut room = room(600);
        tickets(&mut room, 100, at(0));
        let served = room.status(at(5)).now_serving;
        let status = room.status(at(2));
        assert_eq!((status.now_serving, status.as_at), (served, at(5)));
        assert!(room.status(at(6)).now_serving > served);
    }

    #[test]
    fn the_status_is_one_small_document() {
        let mut room = room(600);
        let waiting = tickets(&mut room, 1000, at(0));
        let status = room.status(at(10));
        let json = serde_json::to_string(&status).unwrap();
        assert!(json.len() < 500, "{json}");
        assert_eq!(serde_json::from_str::<Status>(&json).unwrap(), status);
        assert_eq!(status.entry(waiting[900].number), room.may_enter(&waiting[900], at(10)));
        let polls: Vec<_> = waiting.iter().map(|ticket| status.poll_seconds(ticket.number)).collect();
        assert!(polls.iter().all(|seconds| (5..=60).contains(seconds)));
        let last = &polls[polls.len() - 20..];
        assert!(last.iter().any(|&seconds| seconds != last[0]), "pages would ask in step: {last:?}");
    }
}
