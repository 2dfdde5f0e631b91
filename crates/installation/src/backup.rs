//! `lionrock backup`: every store at a snapshot of its own, and the evidence, in an archive that only its recipients open.
//!
//! It needs no key of the installation and holds none, so it runs beside a server or without one. Key trees go into an archive
//! of their own, for another place; roots go into none.

mod archive;
mod contents;
mod evidence;
mod failure;
mod record;
mod tar;
mod unpack;
mod verify;

use std::path::{Path, PathBuf};
use std::time::Instant as Moment;

use kernel::{Clock, Instant};
use serde_json::Value;
use store::{Location, Store};

use crate::apart::nested;
use crate::config::Config;
use archive::{Archive, Written};
use contents::FORMAT;

pub use contents::{Head, Kind};
pub use failure::BackupError;
pub use record::{leave as leave_record, of_archive as record_of};
pub use unpack::{Destination, Unpacked, head, identity, unpack};
pub use verify::{VerifyArgs, verify};

/// `backup`, or `backup verify`.
#[derive(Clone, Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The configuration file.
    #[arg(long, required = true)]
    config: Option<PathBuf>,
    /// The directory for the archive.
    #[arg(long, required = true)]
    to: Option<PathBuf>,
    /// A directory for a second copy, on a disk that is taken away afterwards; it is read back and compared.
    #[arg(long)]
    also: Option<PathBuf>,
    /// The key trees instead of the data; for another place than the data's.
    #[arg(long)]
    keys: bool,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// Restores an archive for a moment, looks at everything in it, and says how long that took.
    Verify(VerifyArgs),
}

/// Runs the command. `clock` is the installation's.
pub fn run(args: &Args, clock: impl Fn(&Config) -> crate::ambient::WallClock) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(Command::Verify(args)) = &args.command {
        let config = Config::read(&args.config)?;
        let result = verify(&config, args, &clock(&config))?;
        crate::say(&verdict(&result));
        return Ok(());
    }
    let (Some(config), Some(to)) = (&args.config, &args.to) else { return Err("name --config and --to".into()) };
    let config = Config::read(config)?;
    let order = Order { to, also: args.also.as_deref(), kind: if args.keys { Kind::Keys } else { Kind::Data } };
    for line in make(&config, &order, &clock(&config))? {
        crate::say(&line);
    }
    Ok(())
}

/// What to back up and where to.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The directory for the archive.
    pub to: &'a Path,
    /// The directory for the second copy.
    pub also: Option<&'a Path>,
    /// Data or keys.
    pub kind: Kind,
}

/// Makes an archive, its second copy and its record; says what was done, a line each.
pub fn make(config: &Config, order: &Order<'_>, clock: &dyn Clock) -> Result<Vec<String>, BackupError> {
    let began = Moment::now();
    if config.backup_recipients.is_empty() {
        return Err(BackupError::NoRecipients);
    }
    for place in [Some(order.to), order.also].into_iter().flatten() {
        check_place(config, place, order.kind)?;
    }
    if order.also.is_some_and(|also| nested(also, order.to)) {
        let why = "--also lies in --to, or the other way round: one loss would take both copies; name a directory on another disk";
        return Err(BackupError::Refused(why.into()));
    }
    let location = Location::parse(config.store.expose())?;
    let head = head_of(config, order.kind, clock.now());
    let name = format!("lionrock-{}-{}.age", stamp(head.taken), order.kind.as_str());
    let mut archive = Archive::begin(&order.to.join(name), &config.backup_recipients, &head)?;
    match order.kind {
        Kind::Data => add_data(&mut archive, config, &location)?,
        Kind::Keys => add_keys(&mut archive, config)?,
    }
    let written = archive.finish()?;
    let copy = order.also.map(|also| written.copy_to(also)).transpose()?;
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut document = record::of_archive("backup", &head, &written.contents, &written.sha256, written.bytes, milliseconds);
    if let Some(document) = document.as_object_mut() {
        document.insert("second_copy".into(), copy.is_some().into());
    }
    record::write(&written.path.with_extension("json"), &document)?;
    record::leave(&config.tiles, "backup", head.taken, &written.sha256, &document)?;
    Ok(report(&written, copy.as_deref(), milliseconds))
}

fn add_data(archive: &mut Archive, config: &Config, location: &Location) -> Result<(), BackupError> {
    let names = Store::names(location)?;
    if names.is_empty() {
        return Err(BackupError::Nothing);
    }
    evidence::add_trees(archive, &config.tiles)?;
    for name in &names {
        archive.add_store(location, name)?;
    }
    evidence::add_rest(archive, &config.tiles)
}

/// A tree is replaced as a whole at each change, so reading it is enough. It stays wrapped by its root.
fn add_keys(archive: &mut Archive, config: &Config) -> Result<(), BackupError> {
    let entries = std::fs::read_dir(&config.keys).map_err(BackupError::file(&config.keys))?;
    for entry in entries {
        let path = entry.map_err(BackupError::file(&config.keys))?.path();
        let is_tree = path.extension().is_some_and(|end| end == "tree");
        let name = path.file_name().and_then(|name| name.to_str()).filter(|_| is_tree);
        if let Some(name) = name {
            let bytes = std::fs::read(&path).map_err(BackupError::file(&path))?;
            archive.add(&format!("keys/{name}"), &bytes)?;
        }
    }
    if archive.contents().files.is_empty() { Err(BackupError::Nothing) } else { Ok(()) }
}

fn head_of(config: &Config, kind: Kind, taken: Instant) -> Head {
    let program = env!("CARGO_PKG_VERSION").to_owned();
    Head { format: FORMAT.into(), kind, log: config.log_name.clone(), environment: config.environment, taken, program }
}

/// The place is none of the installation's own, and holds no archives of the other kind.
fn check_place(config: &Config, place: &Path, kind: Kind) -> Result<(), BackupError> {
    let mut own = vec![(config.keys.as_path(), "the keys"), (config.roots.as_path(), "the roots"), (config.tiles.as_path(), "the tiles")];
    let location = Location::parse(config.store.expose())?;
    if let Location::Sqlite(directory) = &location {
        own.push((directory, "the stores"));
    }
    if let Some((_, what)) = own.iter().find(|(directory, _)| nested(directory, place)) {
        return Err(BackupError::Within(place.to_owned(), what));
    }
    let other = if kind == Kind::Keys { Kind::Data } else { Kind::Keys };
    let ending = format!("-{}.age", other.as_str());
    let unusable = |error: std::io::Error| BackupError::Refused(format!("{}: {error}; make this directory first, for the installation's own account", place.display()));
    let entries = std::fs::read_dir(place).map_err(unusable)?;
    let together = entries.filter_map(Result::ok).any(|entry| entry.file_name().to_string_lossy().ends_with(&ending));
    if together { Err(BackupError::Together { place: place.to_owned(), other: other.as_str() }) } else { Ok(()) }
}

/// `20200506T070000`, in Hong Kong time, and the milliseconds.
pub fn stamp(at: Instant) -> String {
    let text = at.to_string();
    let digits: String = text.chars().take(23).filter(|c| c.is_ascii_digit() || *c == 'T').collect();
    digits
}

fn report(written: &Written, copy: Option<&Path>, milliseconds: u64) -> Vec<String> {
    let mut lines: Vec<String> = written
        .contents
        .stores
        .iter()
        .map(|store| format!("store        {}: {} rows, {} bytes, in {} ms", store.name, store.rows(), store.bytes, store.milliseconds))
        .collect();
    lines.push(format!("files        {}", written.contents.files.len()));
    lines.push(format!("archive      {}: {} bytes, in {milliseconds} ms", written.path.display(), written.bytes));
    lines.push(format!("SHA-256      {}", written.sha256));
    match copy {
        Some(copy) => lines.push(format!("second copy  {}, read back and the same", copy.display())),
        None => lines.push("second copy  none: `--also DIR` makes one for a disk that is taken away".into()),
    }
    lines
}

fn verdict(result: &Value) -> String {
    let number = |name: &str| result.get(name).and_then(Value::as_u64).unwrap_or(0);
    let stores = result.get("stores").and_then(Value::as_array).map_or(0, Vec::len);
    format!(
        "restored and looked at: {stores} stores and {} files, as listed; restored in {} ms, all in {} ms",
        number("files"),
        number("restored_in"),
        number("milliseconds")
    )
}
