//! `lionrock torture`: the server is killed, or its power cut, in the middle of registrations; then everything is counted.
//!
//! A killed process leaves the page cache behind, so `kill -9` cannot show a missing `fsync`. For that the system calls of a
//! run are recorded and its disk is built again as a power cut would leave it: without what was not yet synced.
//!
//! With `--drill` an exercise of two days is played at a faster clock, and the server that holds it is killed.

mod disk;
mod drill;
mod kill;
mod power;
mod record;
mod recount;

use std::sync::Arc;
use std::time::Instant as Moment;

use installation::synth::population;
use kernel::Instant;
use registration::scheme::{Definition, Scheme};
use tempfile::TempDir;

use crate::simulate::{Choices, Console, Failure, Installation, Outside, Plan, Start, progress};

pub use recount::{Args as RecountArgs, run as run_recount};

/// What to do to the server.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// How often it is killed.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// Registrations in each round.
    #[arg(long, default_value_t = 300)]
    each: usize,
    /// Connections kept open.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// The seed of people and moments.
    #[arg(long, default_value_t = 2020)]
    seed: u64,
    /// Cuts the power instead (needs strace).
    #[arg(long)]
    power: bool,
    /// Plays an exercise of two days instead of registrations, and kills the server so often meanwhile; 0 rounds: load only.
    #[arg(long, conflicts_with = "power")]
    drill: bool,
    #[command(flatten)]
    exercise: drill::DrillArgs,
}

/// The scheme's name in addresses.
pub const SLUG: &str = "masks-2020";
const FOUNDED: &str = "2020-04-20T09:00";
const OPEN: &str = "2020-05-06T07:00";

/// An installation whose scheme is open, and the people who will register.
pub struct Victim {
    /// The installation.
    pub installation: Installation,
    /// Who will register.
    pub plan: Arc<Plan>,
    /// Sockets and tasks of this process.
    pub runtime: tokio::runtime::Runtime,
    /// Removed at the end.
    pub directory: TempDir,
    born: Moment,
}

/// Tortures, and fails when anything acknowledged is lost or doubled.
pub fn run(args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    let done = match (args.drill, args.power) {
        (true, _) => drill::run(args),
        (_, true) => power::run(args),
        _ => kill::run(args),
    };
    Ok(done.map_err(|error| error.to_string())?)
}

impl Victim {
    /// Makes one, by the real ceremonies, gate included.
    pub fn new(seed: u64, registrations: usize, choices: Choices<'_>) -> Result<Self, Failure> {
        let directory = tempfile::Builder::new().prefix("lionrock-torture-").tempdir()?;
        let pki = Installation::certificates(directory.path())?;
        let place = directory.path().join("installation");
        let installation = Installation::create(&place, pki, &Outside::default(), choices)?;
        let mut definition = Definition::masks_2020()?.with_slug(SLUG);
        definition.admission.rate_per_minute = 1_000_000;
        Scheme::compile(definition.clone()).map_err(|flaws| format!("the scheme has {} flaws", flaws.len()))?;
        let console = Console::open(&installation, at(FOUNDED))?;
        let staff = console.found(&installation.config.origin, &definition)?;
        console.pass_gate(&staff)?;
        drop(console);
        let people = population(seed, None).map_err(|error| error.to_string())?;
        let plan = Arc::new(Plan::new(&people, seed, u64::try_from(registrations)?));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        progress(&format!("an open scheme and {registrations} households that will register"));
        Ok(Self { installation, plan, runtime, directory, born: Moment::now() })
    }
}

fn at(text: &str) -> Instant {
    Instant::parse_hong_kong(text).unwrap_or(Instant::from_millis(0))
}

impl Victim {
    /// The simulated moment: the opening, and as long after it as this run has lasted. A server that is started again must not
    /// find its clock set back: the waiting room would wait for the time that it has seen already.
    pub fn now(&self) -> Instant {
        at(OPEN).plus_millis(i64::try_from(self.born.elapsed().as_millis()).unwrap_or(0))
    }

    /// The server with its clock at this moment.
    pub fn opening(&self) -> Start {
        Start { now: Some(self.now()), ..Start::default() }
    }
}
