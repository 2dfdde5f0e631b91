//! The life of a scheme, stage by stage. Officers and residents act through the pages of the running server; the server stops only
//! where its store is looked at from outside.

use std::time::Instant as Moment;

use kernel::Instant;
use serde_json::{Value, json};

use super::crowd::Outcome;
use super::day::{Day, SLUG, Told};
use super::{DayArgs, Failure, progress};
use crate::load::cpu_micros;

/// Lives it. An error is something that stopped the run; what does not hold stands in the findings.
pub fn live(args: &DayArgs) -> Result<Told, Failure> {
    let began = Moment::now();
    let own_cpu = cpu_micros("self");
    progress(&format!("{} households, seed {}", args.households, args.seed));
    let mut day = Day::prepare(args)?;
    day.check_database()?;
    let mut story = Story::new(args);
    day.stage("found the department", |day| story.found(day))?;
    day.stage("before the gate", |day| story.before_gate(day))?;
    day.stage("through the gate", |day| story.gate(day))?;
    day.stage("register", |day| story.register(day))?;
    day.stage("match and tell", |day| story.match_and_tell(day))?;
    day.stage("repair", |day| story.repair(day))?;
    day.stage("decide exceptions", |day| story.decide(day))?;
    day.stage("statistics", |day| story.statistics(day))?;
    day.stage("receipts and checkpoints", |day| story.receipts(day))?;
    day.stage("recount", |day| story.recount(day))?;
    day.stage("deliver", |day| story.deliver(day))?;
    day.stage("pause, resume, close", |day| story.close(day))?;
    day.stage("retention", |day| story.retention(day))?;
    day.stage("erasure and certificate", |day| story.erase(day))?;
    day.stage("scan every file", |day| story.scan(day))?;
    day.tidy_up()?;
    day.told.seconds = began.elapsed().as_secs_f64();
    let households = u64::try_from(day.plan.acts.len())?.max(1);
    let cpu = day.cpu_before / households;
    day.told.numbers.insert("server CPU µs a household, all stages".into(), cpu.into());
    let own = (cpu_micros("self") - own_cpu) / households;
    day.told.numbers.insert("simulator CPU µs a household".into(), own.into());
    Ok(std::mem::take(&mut day.told))
}

/// What has happened so far, as those who did it know it.
pub(super) struct Story {
    pub args: DayArgs,
    pub outcome: Outcome,
    /// The checkpoint after the rush.
    pub checkpoint: String,
    /// Registrations that repaired another one, by the resident's own hand.
    pub repaired: usize,
    /// Registrations that an officer made for somebody who called, and the people in them.
    pub called: usize,
    pub called_people: usize,
    /// Households that are confirmed by now.
    pub confirmed: usize,
}

/// A moment of the simulated year.
pub(super) fn at(text: &str) -> Instant {
    Instant::parse_hong_kong(text).unwrap_or(Instant::from_millis(0))
}

/// On the day before the opening.
pub(super) const EVE: &str = "2020-05-05T12:00";
/// The opening.
pub(super) const OPEN: &str = "2020-05-06T07:00";
/// Residents and officers mend what was wrong.
pub(super) const MEND: &str = "2020-05-08T10:00";
/// Two weeks after the opening the deliveries begin.
pub(super) const DELIVER: &str = "2020-05-20T10:00";
/// The department closes a day before the announced end.
pub(super) const CLOSE: &str = "2020-06-05T18:00";
/// The first minute after the window.
pub(super) const CLOSED: &str = "2020-06-07T00:05";

impl Story {
    pub fn new(args: &DayArgs) -> Self {
        let outcome = Outcome::default();
        let checkpoint = String::new();
        Self { args: args.clone(), outcome, checkpoint, repaired: 0, called: 0, called_people: 0, confirmed: 0 }
    }

    /// Households that count: a repair is counted with the registration whose place it takes.
    pub fn households(&self, day: &Day) -> usize {
        day.plan.acts.len() + self.called
    }
}

/// Tries one registration, once, and returns the status: nothing that is refused is tried again here.
pub(super) fn one_registration(day: &Day) -> Result<u16, Failure> {
    let act = day.plan.acts.first().ok_or("the plan is empty")?;
    let place = day.post_once(&format!("/api/v1/schemes/{SLUG}/queue"), &json!({}))?.json();
    let pass = place.pointer("/admitted/pass").and_then(Value::as_str).unwrap_or_default();
    let version = day.get(&format!("/api/v1/schemes/{SLUG}"))?.json().get("version").cloned().unwrap_or_default();
    let mut body = serde_json::to_value(&act.request)?;
    if let Some(map) = body.as_object_mut() {
        map.insert("pass".into(), pass.into());
        map.insert("version".into(), version);
    }
    Ok(day.post_once(&format!("/api/v1/schemes/{SLUG}/households"), &body)?.status)
}
