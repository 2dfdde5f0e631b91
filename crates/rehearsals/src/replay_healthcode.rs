//! `lionrock replay healthcode`: a month of Hong Kong's Health Code accounts, on a simulated clock and scaled to this machine.
//!
//! Published are the totals (`docs/sources.md`, part D): 721,000 registered and about 562,000 activated by 2 January 2022, PINs by post
//! to the address that was typed, 10, then 25, then over 145 places of help, and about 15,000 people assisted by the first. Why people
//! were stuck is published in words only, so the shares in [`Rules`] are assumptions, chosen so that the month by post alone ends
//! where the published one did. What is real is everything under them: accounts, letters, PINs, returns, errands, erasures and the
//! counters that the figures are read from. The same people live through the month twice: as it was, and with what is here now.

mod city;
mod people;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::simulate::Failure;
use city::City;

/// How much of it.
#[derive(Clone, Debug, clap::Args)]
pub struct HealthcodeArgs {
    /// The share of the accounts that is replayed: 1 is all 721,000.
    #[arg(long, default_value_t = 0.005)]
    scale: f64,
    /// The seed of people and chance.
    #[arg(long, default_value_t = 2022)]
    seed: u64,
    /// Where to write what happened as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

const REGISTERED: f64 = 721_000.0;
const ACTIVATED: f64 = 562_000.0;
/// Assisted by the first ten stations, and the days for which they stood alone (an assumption).
const ASSISTED: f64 = 15_000.0;
const FIRST_DAYS: f64 = 14.0;
/// The days of the month.
pub(crate) const DAYS: i32 = 31;

/// What the month knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// As it was: letters only, ten stations, and nobody learns of a letter that came back.
    AsItWas,
    /// With what is here: addresses confirmed by the register, letters scanned when they come back, their owners told, a second letter
    /// or a new account at once, and stations where people are stuck.
    Now,
}

impl Rules {
    /// Stations on a day of the month.
    pub(crate) const fn stations(self, day: i32) -> u32 {
        match (self, day) {
            (Self::AsItWas, _) | (Self::Now, 0..=13) => 10,
            (Self::Now, 14..=20) => 25,
            (Self::Now, _) => 145,
        }
    }
}

/// How a month ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Ended {
    pub(crate) registered: i64,
    pub(crate) activated: i64,
    pub(crate) wrong_address: i64,
    pub(crate) without_help: i64,
    pub(crate) on_the_way: i64,
    pub(crate) never: i64,
    pub(crate) helped: i64,
    pub(crate) letters: i64,
    pub(crate) returned: i64,
    pub(crate) cancelled: i64,
}

/// Replays the month twice, prints then beside now, and fails when the counters do not agree with the people.
pub fn run(args: &HealthcodeArgs) -> Result<(), Box<dyn std::error::Error>> {
    if !(args.scale > 0.0 && args.scale <= 1.0) {
        return Err("--scale is a share: more than 0, at most 1".into());
    }
    let watch = std::time::Instant::now();
    let live = |rules| month(args, rules).map_err(|error| error.to_string());
    let (then, now) = (live(Rules::AsItWas)?, live(Rules::Now)?);
    for line in compare(then, now, args.scale) {
        installation::say(&line);
    }
    installation::say(&format!("two months of {} people each in {:.1} s", now.registered, watch.elapsed().as_secs_f64()));
    if let Some(file) = &args.json {
        let all = json!({"scale": args.scale, "published": {"registered": REGISTERED, "activated": ACTIVATED, "assisted": ASSISTED},
            "as-it-was": to_json(then), "now": to_json(now)});
        std::fs::write(file, serde_json::to_string_pretty(&all)?)?;
    }
    verdict(then, now)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of some hundred thousands")]
fn month(args: &HealthcodeArgs, rules: Rules) -> Result<Ended, Failure> {
    let people = (REGISTERED * args.scale).round() as u32;
    let a_station_a_day = ASSISTED * args.scale / FIRST_DAYS / 10.0;
    let mut city = City::open(rules, args.seed, people, a_station_a_day)?;
    for day in 0..DAYS {
        city.live(day)?;
        crate::simulate::progress(&format!("{rules:?}: day {}", day + 1));
    }
    city.end()
}

fn verdict(then: Ended, now: Ended) -> Result<(), Box<dyn std::error::Error>> {
    let whole = |ended: Ended| {
        let stuck = ended.wrong_address + ended.without_help + ended.on_the_way + ended.never;
        ended.registered == ended.activated + stuck
    };
    if !whole(then) || !whole(now) {
        return Err("the counters do not agree with the people".into());
    }
    if now.activated * then.registered <= then.activated * now.registered {
        return Err("no more were activated than then".into());
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts of people")]
fn compare(then: Ended, now: Ended, scale: f64) -> Vec<String> {
    let share = |part: i64, ended: Ended| format!("{:.1} %", part as f64 * 100.0 / (ended.registered.max(1)) as f64);
    let both = |name: &str, published: &str, part: fn(Ended) -> i64| {
        row(name, published, &share(part(then), then), &share(part(now), now))
    };
    let count = |name: &str, published: &str, part: fn(Ended) -> i64| row(name, published, &part(then).to_string(), &part(now).to_string());
    let head = format!("as it was, {} %", scale * 100.0);
    vec![
        row("", "published", &head, "the same people, now"),
        count("registered", "721,000", |ended| ended.registered),
        both("activated", "about 78 %", |ended| ended.activated),
        both("stuck", "about 22 %", |ended| ended.registered - ended.activated),
        both("  a wrong address", "named as the cause", |ended| ended.wrong_address),
        both("  needs help", "not published", |ended| ended.without_help),
        both("  the PIN is on its way", "not published", |ended| ended.on_the_way),
        both("  has it and does nothing", "not published", |ended| ended.never),
        both("helped at a station", "about 2 %", |ended| ended.helped),
        count("letters printed", "not published", |ended| ended.letters),
        count("  came back and were scanned", "not published", |ended| ended.returned),
        count("cancelled, to register again", "not published", |ended| ended.cancelled),
    ]
}

fn row(name: &str, published: &str, then: &str, now: &str) -> String {
    format!("{name:<30} {published:<20} {then:<20} {now}")
}

fn to_json(ended: Ended) -> Value {
    json!({
        "registered": ended.registered, "activated": ended.activated, "wrong-address": ended.wrong_address,
        "needs-help": ended.without_help, "on-the-way": ended.on_the_way, "does-nothing": ended.never, "helped": ended.helped,
        "letters": ended.letters, "returned": ended.returned, "cancelled": ended.cancelled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_of_some_dozens_ends_as_the_published_one_did_and_better_now() {
        let args = HealthcodeArgs { scale: 0.000_2, seed: 7, json: None };
        let (then, now) = (month(&args, Rules::AsItWas).unwrap(), month(&args, Rules::Now).unwrap());
        assert_eq!(then.registered, 144);
        assert!(then.returned == 0 && now.returned > 0 && now.cancelled > 0, "{now:?}");
        verdict(then, now).unwrap();
        assert!(verdict(now, then).is_err(), "what is worse is said");
        assert!(verdict(Ended { activated: now.activated - 1, ..now }, now).is_err());
    }
}
