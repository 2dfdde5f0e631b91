use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use api::Request;
use connectors::synthetic::{Household, Population};
use installation::synth::form;
use registration::BirthForm;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::Failure;
use crate::load::{Client, Patience, Sample, Target, request};

/// Why a registration is in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A household as most are.
    Plain,
    /// A household that is registered already, under a new key.
    Duplicate,
    /// The date of birth is a day off.
    WrongBirth,
    /// Sent twice with the same key.
    Resend,
    /// With the mobile of the household before it.
    Relative,
    /// At an address that the gazetteer does not know.
    UnknownAddress,
}

/// One registration of the plan.
#[derive(Clone, Debug)]
pub struct Act {
    /// Why.
    pub kind: Kind,
    /// What is sent; the pass is added at the door.
    pub request: Request,
}

/// What a day brings, by seed.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The registrations.
    pub acts: Vec<Act>,
    /// What must come of it.
    pub expected: Expected,
}

/// What must come of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// People in all registrations.
    pub people: usize,
    /// Registrations that are confirmed.
    pub confirmed: usize,
    /// Registrations that need checking.
    pub checking: usize,
    /// Confirmed ones whose address an officer has to look at before anything is delivered.
    pub unknown_addresses: usize,
    /// Registrations sent twice.
    pub resends: usize,
}

impl Plan {
    /// So many registrations of the population.
    pub fn new(population: &Population, seed: u64, registrations: u64) -> Self {
        let mut plan = Self::default();
        let (mut mobile, mut base) = (String::new(), None);
        for (household, number) in population.households(registrations).zip(0_u64..) {
            let kind = kind(seed, number, base.is_some(), !mobile.is_empty());
            let before = if kind == Kind::Duplicate { base.take() } else { None };
            let of = before.unwrap_or(number);
            let household = if of == number { household } else { population.household(of).unwrap_or(household) };
            plan.expected.count(kind, &household);
            let act = Act { kind, request: sent(seed, number, kind, &household, &mobile) };
            mobile.clone_from(&act.request.household.mobile);
            if kind == Kind::Plain {
                base = Some(number);
            }
            plan.acts.push(act);
        }
        plan
    }
}

impl Expected {
    fn count(&mut self, kind: Kind, household: &Household) {
        let good = household.people().all(|person| person.resident) && !matches!(kind, Kind::Duplicate | Kind::WrongBirth);
        self.people += household.size();
        self.confirmed += usize::from(good);
        self.checking += usize::from(!good);
        self.unknown_addresses += usize::from(good && kind == Kind::UnknownAddress);
        self.resends += usize::from(kind == Kind::Resend);
    }
}

/// Of a thousand: 30 duplicates, 25 wrong dates of birth, 20 resends, 20 shared mobiles, 15 unknown addresses.
fn kind(seed: u64, number: u64, base: bool, mobile: bool) -> Kind {
    match mix(seed ^ number.wrapping_mul(0xd1b5_4a32_d192_ed03)) % 1000 {
        0..30 if base => Kind::Duplicate,
        30..55 => Kind::WrongBirth,
        55..75 => Kind::Resend,
        75..95 if mobile => Kind::Relative,
        95..110 => Kind::UnknownAddress,
        _ => Kind::Plain,
    }
}

/// The finishing step of SplitMix64.
fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn sent(seed: u64, number: u64, kind: Kind, household: &Household, mobile: &str) -> Request {
    let mut typed = form(household);
    match kind {
        Kind::WrongBirth => typed.birth = BirthForm::Iso(household.main.birth.plus(1).to_string()),
        Kind::Relative => mobile.clone_into(&mut typed.mobile),
        Kind::UnknownAddress => {
            typed.address.key.clear();
            typed.address.text = format!("{number} Simulated Lane, Village of Nowhere {number:06}");
            household.main.district.code().clone_into(&mut typed.address.district);
        }
        Kind::Plain | Kind::Duplicate | Kind::Resend => {}
    }
    Request {
        idempotency_key: format!("simulate-{seed:016x}-{number:012}"),
        language: household.main.language,
        pass: String::new(),
        version: String::new(),
        household: typed,
    }
}

/// A registration that the server acknowledged.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// When, in milliseconds from the beginning of the rush.
    pub at_ms: i64,
    /// The reference.
    pub reference: String,
    /// The receipt, for some.
    pub receipt: Option<Value>,
}

/// What came of sending a plan.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What was acknowledged.
    pub acknowledged: Vec<Acknowledged>,
    /// Latency of each registration.
    pub registrations: Vec<Sample>,
    /// Latency of each visit to the waiting room's door.
    pub doors: Vec<Sample>,
    /// Seconds that everybody waited in the waiting room, together.
    pub waited: f64,
    /// Requests sent again after a broken connection or a refusal for being busy.
    pub resent: u64,
    /// What was refused, or not answered at all.
    pub failed: Vec<String>,
    /// Resends that were answered with another reference than the first time.
    pub doubled: usize,
}

impl Outcome {
    fn join(&mut self, other: Self) {
        self.acknowledged.extend(other.acknowledged);
        self.registrations.extend(other.registrations);
        self.doors.extend(other.doors);
        self.waited += other.waited;
        self.resent += other.resent;
        self.failed.extend(other.failed);
        self.doubled += other.doubled;
    }
}

/// How a plan is sent.
#[derive(Clone)]
pub struct Rush {
    /// Where to.
    pub target: Target,
    /// The scheme.
    pub slug: String,
    /// Connections kept open.
    pub connections: usize,
    /// Of how many registrations one receipt is kept.
    pub keep_every: usize,
    /// How long each is tried.
    pub patience: Patience,
    /// A pass that was got before; without it each registration goes through the waiting room.
    pub pass: Option<String>,
    /// How many registrations of the plan have been begun, `from` included; who watches it can act in the middle of them.
    pub begun: Arc<AtomicUsize>,
}

/// Sends the registrations from `from` on, each with a pass of its own from the waiting room.
pub fn send(runtime: &Runtime, rush: &Rush, plan: &Arc<Plan>, from: usize, to: usize) -> Result<Outcome, Failure> {
    let next = rush.begun.clone();
    next.store(from, Ordering::SeqCst);
    let began = Instant::now();
    runtime.block_on(async {
        let connections = (0..rush.connections.min(to.saturating_sub(from)).max(1)).map(|_| {
            let visitor = Visitor { client: Client::new(rush.target.clone()), rush: rush.clone(), began, outcome: Outcome::default() };
            tokio::spawn(visitor.visit(plan.clone(), next.clone(), to))
        });
        let mut outcome = Outcome::default();
        for connection in connections.collect::<Vec<_>>() {
            outcome.join(connection.await?);
        }
        Ok(outcome)
    })
}

/// Goes through the waiting room once.
pub fn enter(runtime: &Runtime, rush: &Rush) -> Result<String, Failure> {
    let client = Client::new(rush.target.clone());
    let mut visitor = Visitor { client, rush: rush.clone(), began: Instant::now(), outcome: Outcome::default() };
    runtime.block_on(visitor.enter())
}

struct Visitor {
    client: Client,
    rush: Rush,
    began: Instant,
    outcome: Outcome,
}

impl Visitor {
    async fn visit(mut self, plan: Arc<Plan>, next: Arc<AtomicUsize>, to: usize) -> Outcome {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(act) = plan.acts.get(number).filter(|_| number < to) else { break };
            if let Err(error) = self.register(number, act).await {
                self.outcome.failed.push(error.to_string());
            }
        }
        self.outcome.resent = self.client.resent;
        self.outcome
    }

    async fn register(&mut self, number: usize, act: &Act) -> Result<(), Failure> {
        let pass = self.enter().await?;
        let version = self.client.version(&self.rush.slug).await?;
        let sent = Request { pass, version, ..act.request.clone() };
        let body = serde_json::to_vec(&sent)?;
        let path = format!("/api/v1/schemes/{}/households", self.rush.slug);
        let bytes = request("POST", &path, self.client.host(), &[("content-type", "application/json")], &body);
        let times = if act.kind == Kind::Resend { 2 } else { 1 };
        let mut first: Option<String> = None;
        for _ in 0..times {
            let asked = Instant::now();
            let reply = self.client.send(&bytes, self.rush.patience).await?;
            if reply.status != 201 {
                return Err(format!("{:?} was answered with {}: {}", act.kind, reply.status, reply.text()).into());
            }
            self.outcome.registrations.push(Sample { done: self.began.elapsed(), took: asked.elapsed() });
            let mut answer = reply.json();
            let reference = answer.get("reference").and_then(Value::as_str).unwrap_or_default().to_owned();
            if first.as_ref().is_some_and(|first| *first != reference) {
                self.outcome.doubled += 1;
            }
            if first.is_none() {
                let at_ms = i64::try_from(self.began.elapsed().as_millis())?;
                let kept = number.is_multiple_of(self.rush.keep_every);
                let receipt = answer.get_mut("receipt").filter(|_| kept).map(Value::take);
                self.outcome.acknowledged.push(Acknowledged { at_ms, reference: reference.clone(), receipt });
            }
            first = Some(reference);
        }
        Ok(())
    }

    async fn enter(&mut self) -> Result<String, Failure> {
        if let Some(pass) = &self.rush.pass {
            return Ok(pass.clone());
        }
        let path = format!("/api/v1/schemes/{}/queue", self.rush.slug);
        let came = Instant::now();
        let mut reply = self.client.post(&path, &[], &json!({})).await?;
        self.outcome.doors.push(Sample { done: self.began.elapsed(), took: came.elapsed() });
        loop {
            let place = reply.json();
            if let Some(pass) = place.pointer("/admitted/pass").and_then(Value::as_str) {
                self.outcome.waited += came.elapsed().as_secs_f64();
                return Ok(pass.to_owned());
            }
            let ticket = place.pointer("/waiting/ticket").cloned();
            let ticket = ticket.ok_or_else(|| format!("the door answered {}: {}", reply.status, reply.text()))?;
            if came.elapsed() > LONGEST_WAIT {
                return Err("the waiting room let nobody in for five minutes".into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            reply = self.client.post(&format!("{path}/enter"), &[], &json!({ "ticket": ticket })).await?;
        }
    }
}

const LONGEST_WAIT: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests {
    use super::*;
    use installation::synth::population;

    #[test]
    fn a_plan_follows_from_its_seed_and_holds_what_goes_wrong_on_a_real_day() {
        let plan = |seed| Plan::new(&population(7, None).unwrap(), seed, 5_000);
        let (one, same, other) = (plan(1), plan(1), plan(2));
        let kinds = |plan: &Plan| plan.acts.iter().map(|act| act.kind).collect::<Vec<_>>();
        assert_eq!(kinds(&one), kinds(&same));
        assert_ne!(kinds(&one), kinds(&other));
        let count = |kind| kinds(&one).iter().filter(|k| **k == kind).count();
        assert!((120..180).contains(&count(Kind::Duplicate)), "{}", count(Kind::Duplicate));
        for kind in [Kind::WrongBirth, Kind::Resend, Kind::Relative, Kind::UnknownAddress] {
            assert!(count(kind) > 40, "{kind:?}");
        }
        assert_eq!(one.expected.confirmed + one.expected.checking, 5_000);
    }

    #[test]
    fn no_household_is_duplicated_twice_so_that_exactly_one_of_a_pair_is_confirmed() {
        let plan = Plan::new(&population(7, None).unwrap(), 1, 5_000);
        let mut seen = std::collections::HashMap::new();
        for act in &plan.acts {
            *seen.entry(act.request.household.id_number.clone()).or_insert(0) += 1;
        }
        assert!(seen.values().all(|times| *times <= 2));
    }
}
