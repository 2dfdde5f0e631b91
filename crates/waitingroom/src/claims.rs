//! Who comes when called: the share of offered places that are claimed, and the pace that follows from it.
//!
//! The operator sets how many people a minute enter the form. When half of those called have left, twice as many must
//! be called. The share is learnt from cohorts of a second, once they are old enough that whoever is still there has
//! come; what the learning misses (people who come late, chance) is made good by a small correction of the pace.

use std::collections::VecDeque;

use kernel::Instant;

/// Parts of one place: a rate for each minute times milliseconds is a whole number of these.
pub(crate) const PARTS: i64 = 60_000;
const MILLION: i64 = 1_000_000;

/// Pages ask every 5 to 6 seconds when their turn is near, so after this time whoever is there has come.
const MATURE_MS: i64 = 30_000;
const COHORT_MS: i64 = 1_000;
/// Before anything is known: some will have left.
const FIRST_SHARE_PPM: i64 = 800_000;
/// However many leave, never call more than twenty for one.
const LEAST_SHARE_PPM: i64 = 50_000;
/// The pace is corrected by at most a quarter, so that the form never sees a rush.
const MOST_CORRECTION_PERMILLE: i64 = 250;
/// From so many places on, the share is taken as known.
const KNOWN_AFTER: i64 = 200;

#[derive(Debug)]
pub(crate) struct Claims {
    cohorts: VecDeque<Cohort>,
    share_ppm: i64,
    learnt: i64,
    /// What the rate promised less who came, in parts; since the queue last stood empty.
    owed: i64,
}

#[derive(Debug)]
struct Cohort {
    first: i64,
    beyond: i64,
    claimed: i64,
    at: Instant,
}

impl Claims {
    pub(crate) fn new() -> Self {
        Self { cohorts: VecDeque::new(), share_ppm: FIRST_SHARE_PPM, learnt: 0, owed: 0 }
    }

    /// Goes on from a share known before a restart.
    pub(crate) fn with_share(share_ppm: i64, learnt: i64) -> Self {
        Self { share_ppm: share_ppm.clamp(LEAST_SHARE_PPM, MILLION), learnt, ..Self::new() }
    }

    pub(crate) fn share_ppm(&self) -> i64 {
        self.share_ppm
    }

    pub(crate) fn learnt(&self) -> i64 {
        self.learnt
    }

    pub(crate) fn is_known(&self) -> bool {
        self.learnt >= KNOWN_AFTER
    }

    /// How many parts of places to call for so many parts of people to come.
    pub(crate) fn to_call(&self, earned: i64, rate: i64) -> i64 {
        let fair = earned.saturating_mul(MILLION / 1000) / (self.share_ppm / 1000).max(1);
        let off = (self.owed - self.expected()).saturating_mul(1000) / (rate * PARTS).max(1);
        let correction = off.clamp(-MOST_CORRECTION_PERMILLE, MOST_CORRECTION_PERMILLE);
        fair.saturating_mul(1000 + correction) / 1000
    }

    /// The numbers from `first` to before `beyond` have been called, for so many earned parts.
    pub(crate) fn called(&mut self, first: i64, beyond: i64, now: Instant, earned: i64, rate: i64) {
        self.owed = (self.owed + earned).min(rate * PARTS);
        if beyond == first {
            return;
        }
        match self.cohorts.back_mut() {
            Some(last) if last.beyond == first && now.since(last.at) < COHORT_MS => last.beyond = beyond,
            _ => self.cohorts.push_back(Cohort { first, beyond, claimed: 0, at: now }),
        }
    }

    /// The holder of this number has come.
    pub(crate) fn came(&mut self, number: i64, rate: i64) {
        self.owed = (self.owed - PARTS).max(-rate * PARTS);
        let holds = |cohort: &&mut Cohort| (cohort.first..cohort.beyond).contains(&number);
        if let Some(cohort) = self.cohorts.iter_mut().find(holds) {
            cohort.claimed += 1;
        }
    }

    /// Nobody waits: what was owed is forgotten, since nobody is left to whom it is owed.
    pub(crate) fn rest(&mut self) {
        self.owed = 0;
    }

    /// Learns from the cohorts that are old enough.
    pub(crate) fn learn(&mut self, now: Instant, rate: i64) {
        while self.cohorts.front().is_some_and(|cohort| now.since(cohort.at) >= MATURE_MS) {
            let Some(cohort) = self.cohorts.pop_front() else { return };
            let called = cohort.beyond - cohort.first;
            let seen = (cohort.claimed.saturating_mul(MILLION) / called.max(1)).min(MILLION);
            let memory = rate.max(100);
            let learnt = self.share_ppm + (seen - self.share_ppm).saturating_mul(called) / (called + memory);
            self.share_ppm = learnt.clamp(LEAST_SHARE_PPM, MILLION);
            self.learnt = self.learnt.saturating_add(called);
        }
    }

    /// Parts of people who have been called and are still to come.
    fn expected(&self) -> i64 {
        let still = |cohort: &Cohort| {
            let called = cohort.beyond - cohort.first;
            (called.saturating_mul(self.share_ppm / 1000) * (PARTS / 1000) - cohort.claimed * PARTS).max(0)
        };
        self.cohorts.iter().map(still).sum()
    }
}
