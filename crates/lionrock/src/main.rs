//! The one binary.
//!
//! `demo` shows a whole city; `serve` and `work` run an installation; `migrate`, `keys` and `explain` look after it.

mod beside;
mod control;
mod demo;
mod explain;
mod invite;
mod keys;
mod own_memory;
mod packs;
mod serve;
mod services;
mod statement;
mod worker;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use installation::config::Config;
use installation::{ambient, backup, complain, look_at_clock, restore, runtime, say, synth};
use kernel::Clock as _;
use mimalloc::MiMalloc;
use rehearsals::{load, replay, simulate, torture};
use store::Options;
use zeroizing_alloc::ZeroAlloc;

/// What is freed is overwritten at once, so that nothing of a resident who was served, or of a key that died, is left in the
/// memory of a process that goes on, in its swap or in a core dump. `lionrock simulate erasure` looks.
#[global_allocator]
static WIPED: ZeroAlloc<MiMalloc> = ZeroAlloc(MiMalloc);

#[derive(Parser)]
#[command(
    name = "lionrock",
    version,
    about = "Services that hold a city's personal data, and prove that they protect it",
    after_help = "To look around: `lionrock demo`. A new installation: write a configuration (`lionrock explain` prints every key with an \
                  example), then `keys init`, `invite`, `serve`, each with --config FILE; docs/operations.md goes through it.\n\n\
                  Exit code: 0 done, 1 not done (one line says what to do), 2 wrong use."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows a whole demonstration city on this machine. Everybody in it is invented.
    Demo(demo::DemoArgs),
    /// Serves an installation.
    Serve(ServeArgs),
    /// Does the slow work of an installation (matching, messages, erasure) without serving.
    Work(ConfigArgs),
    /// Brings every store of an installation up to date and stops.
    Migrate(ConfigArgs),
    /// Makes, shows, rolls, recovers and moves the keys of an installation.
    Keys {
        #[command(subcommand)]
        command: keys::Command,
    },
    /// Backs up an installation, beside its server or without one; or verifies a backup by restoring it for a moment.
    Backup(backup::Args),
    /// Restores a backup, into an empty directory or in place.
    Restore(restore::Args),
    /// Explains every key of the configuration and prints its effective value (secrets are redacted); `explain data` lists the
    /// personal data.
    Explain(explain::Args),
    /// Lives through the whole life of a scheme, through the real server and without a browser, and checks the promises.
    Simulate(simulate::Args),
    /// Lives through a day of the past, with its published figures, scaled to this machine.
    Replay(replay::Args),
    /// Writes synthetic residents: people who do not exist, always the same ones for a seed.
    Synth(synth::Args),
    /// Sends load to a server on this machine.
    #[command(hide = true)]
    Load(load::Args),
    /// Kills a server, or cuts its power, in the middle of registrations, and counts what is left.
    #[command(hide = true)]
    Torture(torture::Args),
    /// Counts what stands in a scheme's store and journal while its server is stopped, as JSON.
    #[command(hide = true)]
    Recount(torture::RecountArgs),
    /// For contractors: makes a signing key, or signs a deletion statement with it. Needs no installation and no network.
    Statement {
        #[command(subcommand)]
        command: statement::Command,
    },
    /// Scenario packs for exercises: takes over what others wrote, and lists what a pack still lacks.
    Drill {
        #[command(subcommand)]
        command: packs::Command,
    },
    /// Invites an officer: prints a link that works once, on which a passkey is registered.
    Invite(InviteArgs),
}

#[derive(clap::Args)]
struct ConfigArgs {
    /// The configuration file.
    #[arg(long)]
    config: PathBuf,
}

#[derive(clap::Args)]
struct ServeArgs {
    /// The configuration file.
    #[arg(long)]
    config: PathBuf,
    /// Starts although the installation stood still for more than 14 days: the clock is right, and the keys of what ended in between are
    /// destroyed.
    #[arg(long)]
    after_pause: bool,
    /// Acknowledges before the disk has it; in tests only.
    #[arg(long, hide = true)]
    synchronous_off: bool,
}

#[derive(clap::Args)]
#[command(after_help = "Example: lionrock invite --config lionrock.toml --department DH --department-name 'Department of Health|衞生署|卫生署' \
                        --post 'System administrator|系統管理員|系统管理员' --roles administrator --name 'Chan Tai Man' --mail chan@dh.example")]
struct InviteArgs {
    /// The configuration file.
    #[arg(long)]
    config: PathBuf,
    #[command(flatten)]
    invitation: invite::Invitation,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error>;

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => {
            start_log("text", false);
            Ok(demo::demo(&args, environment("LIONROCK_CONTROL"))?)
        }
        Command::Serve(args) => {
            let config = Config::read(&args.config)?;
            start_log(&config.log_format, config.log_requests);
            let now = environment("LIONROCK_CLOCK").and_then(|now| kernel::Instant::parse_hong_kong(&now));
            if !args.after_pause {
                guard_keys(&config)?;
            }
            let trial = serve::Trial { control: environment("LIONROCK_CONTROL"), now, synchronous_off: args.synchronous_off };
            Ok(serve::serve(&args.config, trial)?)
        }
        Command::Drill { command } => packs::packs(&command),
        Command::Statement { command } => statement::statement(&command),
        Command::Work(args) => work(&args.config),
        Command::Migrate(args) => {
            let config = Config::read(&args.config)?;
            alone(&config, "its stores were brought up to date when it started; to run a newer version's migrations stop it first")?;
            open(&config)?;
            say("every store is up to date");
            Ok(())
        }
        Command::Keys { command } => Ok(keys::run(&command, clock)?),
        Command::Backup(args) => backup::run(&args, clock),
        Command::Restore(args) => restore::run(&args, clock),
        Command::Explain(args) => explain::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Synth(args) => synth::run(&args),
        Command::Load(args) => load::run(&args),
        Command::Torture(args) => torture::run(&args),
        Command::Recount(args) => torture::run_recount(&args),
        Command::Invite(args) => {
            let config = Config::read(&args.config)?;
            invite::run(&config, &args.invitation, || open(&config))
        }
    }
}

/// Refuses what cannot be done beside a running server, with the reason.
fn alone(config: &Config, why: &str) -> Result<(), Failure> {
    if beside::is_served(config) {
        return Err(format!("a server of this installation is running: {why}").into());
    }
    Ok(())
}

fn open(config: &Config) -> Result<runtime::Runtime, Failure> {
    guard_keys(config)?;
    Ok(runtime::Runtime::open(config, Arc::new(clock(config)), Options::default())?)
}

/// The wall clock. A simulation moves it, and the commands of an operator in it must live at the same time as its server: keys of
/// days that are past for them would die. A live system does not listen to it.
fn clock(config: &Config) -> ambient::WallClock {
    let clock = ambient::WallClock::default();
    let shown = environment("LIONROCK_CLOCK").and_then(|now| kernel::Instant::parse_hong_kong(&now));
    if let Some(now) = shown.filter(|_| config.environment.synthetic_only()) {
        clock.show(now);
    }
    clock
}

/// Refuses to open keys on a day that is long after their last one. A simulation or a test goes through months in minutes and is not asked.
fn guard_keys(config: &Config) -> Result<(), runtime::RuntimeError> {
    let moved = environment("LIONROCK_CLOCK").is_some() || environment("LIONROCK_CONTROL").is_some();
    if moved && config.environment.synthetic_only() { Ok(()) } else { look_at_clock(config, clock(config).now().day()) }
}

fn work(path: &Path) -> Result<(), Failure> {
    let config = Config::read(path)?;
    alone(&config, "it does the slow work itself (`work = true`), since only one process of an installation holds the keys")?;
    start_log(&config.log_format, false);
    let runtime = open(&config)?;
    let worker = worker::Worker::start(runtime.platform.clone(), runtime.ports.clone())?;
    let probes = worker::Worker::probe(runtime.platform.clone(), runtime.prober.clone())?;
    let mail = worker::Worker::mail(runtime.platform.clone(), runtime.mail.clone())?;
    let call_out = worker::Worker::call_out(&runtime.platform, &runtime.gateways, &config.origin)?;
    serve::block_on(async {
        let stopped = serve::stop_signal().map_err(serve::RunError::Signal)?;
        say("working; stop with Ctrl-C");
        stopped.await;
        Ok(())
    })?;
    drop((worker, probes, mail, call_out));
    Ok(())
}

fn start_log(format: &str, requests: bool) {
    let level = if requests { tracing::Level::INFO } else { tracing::Level::WARN };
    let builder = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(level);
    // A second start, as in tests, keeps the first log.
    let _ = if format == "json" { builder.json().try_init() } else { builder.try_init() };
}

#[expect(clippy::disallowed_methods, reason = "the binary is the one place that reads the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
