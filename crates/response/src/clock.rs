//! Deadlines as data: what starts each, how long it is, what meets it.

use std::sync::LazyLock;

use kernel::{Instant, Text};
use serde::Deserialize;

use crate::{Fact, Milestone, Moment};

/// A deadline that a law, a guide or a policy sets, as data.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Its name in the store.
    pub slug: String,
    /// What is owed.
    pub title: Text,
    /// Who says so: a guide, a circular, a chapter of the laws, or `policy` for this system's own.
    pub basis: String,
    /// What starts it; one that repeats starts it each time.
    pub starts: Milestone,
    /// How many units.
    pub amount: u16,
    /// Of what.
    pub unit: Unit,
    /// What meets it.
    pub meets: Milestone,
    /// With this it is not owed any more, unless it was late by then.
    #[serde(default)]
    pub ends: Option<Milestone>,
    /// It is owed only where this is so.
    #[serde(default)]
    pub when: Option<Fact>,
}

/// How time is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Elapsed minutes.
    Minutes,
    /// Elapsed hours.
    Hours,
    /// Calendar days of Hong Kong after the day on which it starts; the last one counts to its end.
    Days,
    /// Seven such days each.
    Weeks,
    /// Calendar months; where the last month is too short, its last day.
    Months,
}

/// One deadline of one incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline<'c> {
    /// Which clock.
    pub clock: &'c Clock,
    /// When it started.
    pub start: Instant,
    /// The last moment in time.
    pub due: Instant,
    /// When it was met, if it was; met after `due` is late.
    pub met: Option<Instant>,
    /// It is not owed any more.
    pub is_excused: bool,
}

impl Unit {
    /// The last moment in time, so many units after a start.
    pub fn after(self, start: Instant, amount: u16) -> Instant {
        let amount = i64::from(amount);
        let end_of = |day: kernel::Day| Instant::at(day.plus(1), 0).plus_millis(-1);
        let days = |count: i64| end_of(start.day().plus(i32::try_from(count).unwrap_or(i32::MAX)));
        match self {
            Self::Minutes => start.plus_secs(amount * 60),
            Self::Hours => start.plus_secs(amount * 3_600),
            Self::Days => days(amount),
            Self::Weeks => days(amount * 7),
            Self::Months => end_of(start.day().plus_months(i32::try_from(amount).unwrap_or(i32::MAX))),
        }
    }
}

/// The clocks of the Government's guide and of this system. They are part of the program; a test reads them.
pub fn clocks() -> &'static [Clock] {
    static CLOCKS: LazyLock<Vec<Clock>> =
        LazyLock::new(|| serde_json::from_str(include_str!("../clocks/guide.json")).unwrap_or_default());
    &CLOCKS
}

/// The clock with this name.
pub fn clock(slug: &str) -> Option<&'static Clock> {
    clocks().iter().find(|clock| clock.slug == slug)
}

/// Every deadline of an incident, by clock and start, from what is known now. `moments` stand in the order in which they were noted.
pub fn deadlines<'c>(clocks: &'c [Clock], facts: &[Fact], moments: &[Moment]) -> Vec<Deadline<'c>> {
    let owed = clocks.iter().filter(|clock| clock.when.is_none_or(|fact| facts.contains(&fact)));
    owed.flat_map(|clock| {
        times(moments, clock.starts).into_iter().map(move |start| {
            let due = clock.unit.after(start, clock.amount);
            let met = met(clock, start, moments);
            let ended = clock.ends.and_then(|end| times(moments, end).first().copied());
            Deadline { clock, start, due, met, is_excused: met.is_none() && ended.is_some_and(|ended| ended <= due) }
        })
    })
    .collect()
}

/// The times of a milestone, earliest first; of one that happens once, the time that was given last.
pub(crate) fn times(moments: &[Moment], milestone: Milestone) -> Vec<Instant> {
    let mut all = moments.iter().filter(|moment| moment.milestone == milestone).map(|moment| moment.at);
    if !milestone.repeats() {
        return all.next_back().into_iter().collect();
    }
    let mut all: Vec<Instant> = all.collect();
    all.sort();
    all.dedup();
    all
}

/// A report that repeats meets what started before it; what happens once meets its clock whenever it was: who telephoned before
/// certainty was not late.
fn met(clock: &Clock, start: Instant, moments: &[Moment]) -> Option<Instant> {
    let found = times(moments, clock.meets);
    let again = clock.meets == clock.starts;
    let fits = |at: &Instant| !clock.meets.repeats() || *at > start || (*at == start && !again);
    found.into_iter().find(fits)
}

#[cfg(test)]
mod tests;
