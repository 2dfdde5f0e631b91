//! `lionrock recount`: what stands in a scheme's store and journal, as JSON, while its server is stopped.

use std::path::PathBuf;

use installation::config::Config;
use kernel::Instant;

use crate::simulate::{Console, Recount};

/// What to count.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The configuration file.
    #[arg(long)]
    config: PathBuf,
    /// The scheme.
    #[arg(long, default_value = super::SLUG)]
    slug: String,
    /// The moment of a simulated installation, such as 2020-05-06T07:00; without it the present one.
    #[arg(long)]
    now: Option<String>,
}

/// Counts and prints.
pub fn run(args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    let now = args.now.as_deref().map(|now| Instant::parse_hong_kong(now).ok_or("--now is like 2020-05-06T07:00"));
    let config = Config::read(&args.config)?;
    let tiles = config.tiles.join(format!("s_{}", args.slug.replace('-', "_")));
    let count = || {
        let console = Console::of(&config, now.transpose()?)?;
        Recount::of(&*console.service(&args.slug)?, &tiles)
    };
    let recount = count().map_err(|error| error.to_string())?;
    installation::say(&recount.to_json().to_string());
    Ok(())
}
