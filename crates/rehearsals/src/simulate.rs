//! `lionrock simulate day`: the whole life of a scheme through the real server.
//!
//! The server runs as a process of its own; the population register and the telephones of the city are played here, over real
//! sockets. Officers sit at their pages with passkeys, residents at theirs. What happened is then counted anew from the journal and compared with what was acknowledged. A promise that does
//! not hold ends the run with a code other than 0; `--sabotage` shows that it would.

mod console;
mod counter;
mod crowd;
mod database;
mod day;
mod delivery;
mod department;
mod ending;
mod erasure;
mod evidence;
mod findings;
mod installation;
mod launch;
mod mending;
mod officer;
mod outside;
mod reckoning;
mod recount;
mod repairs;
mod rush;
mod sabotage;
mod server;
mod story;
mod words;

use std::io::Write as _;
use std::path::PathBuf;

pub use console::Console;
pub use crowd::{Acknowledged, Act, Expected, Kind, Outcome, Plan, Rush, enter, send};
pub use day::Told;
pub use findings::Findings;
pub use installation::{Choices, Installation, Outside};
pub use officer::Officer;
pub use recount::Recount;
pub use sabotage::Sabotage;
pub use server::{Server, Start};
pub use story::live;

/// Anything that stops a simulation.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What to simulate.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// The whole life of a scheme: gate, opening, registrations, matching, messages, delivery, close, erasure, certificate.
    Day(DayArgs),
    /// Erasures of every kind, and a search for what may be left of them: files, memory, backups, a thief's copies.
    Erasure(erasure::ErasureArgs),
}

/// How the day is.
#[derive(Clone, Debug, clap::Args)]
pub struct DayArgs {
    /// Registrations of households.
    #[arg(long, default_value_t = 20_000)]
    pub households: u64,
    /// The seed of people and events.
    #[arg(long, default_value_t = 2020)]
    pub seed: u64,
    /// Connections kept open.
    #[arg(long, default_value_t = 128)]
    pub connections: usize,
    /// Address list, as `addresses` of the configuration; the shipped sample without it.
    #[arg(long)]
    pub addresses: Option<PathBuf>,
    /// Where the stores are: the address of an empty PostgreSQL database. A directory that is removed afterwards without it.
    #[arg(long)]
    pub store: Option<String>,
    /// Where to write what happened as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Spoils something in the middle; the run must then fail and name the promise.
    #[arg(long, value_enum)]
    pub sabotage: Option<Sabotage>,
}

/// Runs it, prints the table, and fails when a promise does not hold.
pub fn run(args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    let (told, json) = match &args.what {
        What::Day(args) => (story::live(args), &args.json),
        What::Erasure(args) => (erasure::live(args), &args.json),
    };
    let told = told.map_err(|error| error.to_string())?;
    told.print();
    if let Some(file) = json {
        std::fs::write(file, serde_json::to_string_pretty(&told.to_json())?)?;
    }
    told.findings.verdict()
}

/// A line about how far it is. A closed pipe is no reason to stop.
pub fn progress(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
