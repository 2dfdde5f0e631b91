//! `lionrock replay contractor`: 2022 to 2024 twice on a simulated clock, as it was and under Lionrock.
//!
//! As it was (`docs/sources.md`, part E): a contractor's platform held the data of restriction-testing declaration operations,
//! was told at the end of February 2023 that the service had ended, nobody looked, and on 30 April 2024 the data was found open
//! to anyone. Under Lionrock the same contractor, a real server on loopback that leaves everything open when the contract ends,
//! meets the real verbs: leases, planted records, keys that die, and probes over real HTTP. The days of the operations are not
//! published: they are spread over 2022. That the address became open with the end of the contract is an assumption.

mod contractor;
mod course;
pub mod department;
mod people;
mod told;

use std::path::PathBuf;

use crate::simulate::Failure;
use course::Course;
use told::Told;

/// How much of it.
#[derive(Clone, Debug, clap::Args)]
pub struct ContractorArgs {
    /// Synthetic people in the 14 operations: at least one for each.
    #[arg(long, default_value_t = 17_325)]
    records: usize,
    /// The seed of the people.
    #[arg(long, default_value_t = 2022)]
    seed: u64,
    /// Where to write what happened as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Spoils something; the run must then fail and name the promise.
    #[arg(long, value_enum)]
    sabotage: Option<Sabotage>,
}

/// What is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Sabotage {
    /// The prober always says that everything is clean.
    BlindProber,
}

/// Replays both, prints them side by side, and fails when a promise does not hold.
pub fn run(args: &ContractorArgs) -> Result<(), Box<dyn std::error::Error>> {
    let told = replay(args).map_err(|error| error.to_string())?;
    told.print();
    if let Some(file) = &args.json {
        std::fs::write(file, serde_json::to_string_pretty(&told.to_json())?)?;
    }
    told.verdict()
}

fn replay(args: &ContractorArgs) -> Result<Told, Failure> {
    if args.records < course::OPERATIONS {
        return Err(format!("--records must be {} at least: one for each operation", course::OPERATIONS).into());
    }
    let blind = args.sabotage == Some(Sabotage::BlindProber);
    let mut course = Course::begin(args.records, args.seed, blind)?;
    course.hand_out()?;
    course.live_through_the_contract()?;
    course.pass_the_end()?;
    course.wait_for_silence()?;
    course.replays_what_was()
}
