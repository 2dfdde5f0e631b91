//! `lionrock replay`: days of the past. `contractor`, `callout` and `healthcode` stand in files of their own; `cumask` here.
//!
//! `lionrock replay cumask`: the first eight hours of Hong Kong's mask registration of 6 May 2020, scaled to this machine.
//!
//! The figures of then are those that the government published on the day: registrations, people and the average wait by
//! 3 pm (`docs/sources.md`). The machine of then is not known; what stands beside is what this one does with as many people.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::replay_callout;
use crate::replay_contractor;
use crate::replay_drill;
use crate::replay_healthcode;
use crate::simulate::{DayArgs, Told, live};

/// What to replay.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// CuMask+, 6 May 2020, 7 am to 3 pm.
    Cumask(CumaskArgs),
    /// The nine-day communication exercise before the drill of March 2023, for 68 departments on a simulated clock.
    Callout(replay_callout::CalloutArgs),
    /// A month of Health Code accounts, December 2021: PINs by post, wrong addresses, support stations.
    Healthcode(replay_healthcode::HealthcodeArgs),
    /// The drill of March 2023: 232 officers of 68 departments through one scenario, by simulated players.
    Drill(replay_drill::DrillArgs),
    /// The contractor's leak found on 30 April 2024: as it was, and under Lionrock.
    Contractor(replay_contractor::ContractorArgs),
}

/// How much of it.
#[derive(Clone, Debug, clap::Args)]
struct CumaskArgs {
    /// The share of the registrations that is replayed: 1 is all 500,000.
    #[arg(long, default_value_t = 0.01)]
    scale: f64,
    /// The seed of people and events.
    #[arg(long, default_value_t = 2020)]
    seed: u64,
    /// Connections kept open.
    #[arg(long, default_value_t = 512)]
    connections: usize,
    /// Where the stores are: the address of an empty PostgreSQL database. A directory that is removed afterwards without it.
    #[arg(long)]
    store: Option<String>,
    /// Where to write what happened as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Spoils something in the middle; the run must then fail and name the promise.
    #[arg(long, value_enum)]
    sabotage: Option<crate::simulate::Sabotage>,
}

const REGISTRATIONS: f64 = 500_000.0;
const PEOPLE: f64 = 1_380_000.0;
const HOURS: f64 = 8.0;

/// Replays, prints then beside now, and fails when a promise does not hold.
pub fn run(args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    let args = match &args.what {
        What::Cumask(args) => args,
        What::Contractor(args) => return replay_contractor::run(args),
        What::Healthcode(args) => return replay_healthcode::run(args),
        What::Callout(args) => return replay_callout::run(args),
        What::Drill(args) => return replay_drill::run(args),
    };
    if !(args.scale > 0.0 && args.scale <= 1.0) {
        return Err("--scale is a share: more than 0, at most 1".into());
    }
    let told = live(&day(args)).map_err(|error| error.to_string())?;
    told.print();
    for line in compare(&told, args.scale) {
        installation::say(&line);
    }
    if let Some(file) = &args.json {
        let all = json!({"scale": args.scale, "then": then(), "now": told.to_json()});
        std::fs::write(file, serde_json::to_string_pretty(&all)?)?;
    }
    told.findings.verdict()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of half a million")]
fn day(args: &CumaskArgs) -> DayArgs {
    DayArgs {
        households: (REGISTRATIONS * args.scale).round() as u64,
        seed: args.seed,
        connections: args.connections,
        addresses: None,
        store: args.store.clone(),
        json: None,
        sabotage: args.sabotage,
    }
}

fn then() -> Value {
    json!({"registrations": REGISTRATIONS, "people": PEOPLE, "hours": HOURS, "average_wait_minutes": [1, 2], "window": ["2020-05-06", "2020-06-06"]})
}

fn compare(told: &Told, scale: f64) -> Vec<String> {
    let figures = told.figures.get("registrations by JSON over HTTPS").copied().unwrap_or_default();
    let number = |name: &str| told.numbers.get(name).and_then(Value::as_f64).unwrap_or(0.0);
    let rows = [
        ("", "then, 6 May 2020".to_owned(), format!("now, {} % of it", scale * 100.0)),
        ("registrations", format!("{REGISTRATIONS:.0}"), format!("{:.0}", REGISTRATIONS * scale)),
        ("people", format!("{PEOPLE:.0}"), format!("{:.0}", number("people"))),
        ("people in a registration", format!("{:.2}", PEOPLE / REGISTRATIONS), format!("{:.2}", number("people") / (REGISTRATIONS * scale))),
        ("time", format!("{HOURS:.0} hours"), format!("{:.1} s", figures.seconds)),
        ("registrations a second", format!("{:.1}", REGISTRATIONS / HOURS / 3600.0), format!("{:.0}", figures.rate)),
        ("all 500,000 at this rate", format!("{HOURS:.0} hours"), format!("{:.0} s", REGISTRATIONS / figures.rate.max(1.0))),
        ("average wait", "1 to 2 minutes".to_owned(), format!("{:.3} s", number("average wait at the door, s"))),
        ("answer, median and 99 %", "not published".to_owned(), format!("{:.0} ms, {:.0} ms", figures.p50, figures.p99)),
        ("window", "6 May to 6 June".to_owned(), "6 May to 6 June, by a simulated clock".to_owned()),
    ];
    rows.map(|(name, then, now)| format!("{name:<28} {then:<20} {now}")).to_vec()
}
