//! `lionrock restore`: from an archive into an empty directory to look at, or in place to go on with.
//!
//! Nothing is overwritten and nothing is deleted. After a restore in place the next start continues the published trees, lists
//! what the databases lost, and replays the erasures, all before anything is served.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant as Moment;

use journal::Restored;
use kernel::{Clock, Instant, Secret};
use seal::Target;
use store::{Location, Store};

use crate::backup::{BackupError, Destination, Head, Kind, Unpacked, head, identity, leave_record, record_of, stamp, unpack};
use crate::config::Config;

/// What to restore and where to.
#[derive(Clone, Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("where").required(true).args(["into", "in_place"])))]
pub struct Args {
    /// The configuration file.
    #[arg(long)]
    config: PathBuf,
    /// The archive.
    #[arg(long)]
    from: PathBuf,
    /// The file with the age identity that opens it.
    #[arg(long)]
    identity: PathBuf,
    /// An empty directory to restore into: `stores`, `evidence`, or `keys`.
    #[arg(long)]
    into: Option<PathBuf>,
    /// Restores where the configuration says; no server may run.
    #[arg(long)]
    in_place: bool,
    /// With --in-place: what is there is put aside under another name first.
    #[arg(long, requires = "in_place")]
    move_aside: bool,
}

/// Runs the command.
pub fn run(args: &Args, clock: impl Fn(&Config) -> crate::ambient::WallClock) -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::read(&args.config)?;
    let clock = clock(&config);
    let identity = identity(&args.identity)?;
    let order = Order { from: &args.from, identity: &identity, move_aside: args.move_aside };
    let lines = match &args.into {
        Some(into) => into_scratch(&config, &order, into)?,
        None => in_place(&config, &order, &clock)?,
    };
    for line in lines {
        crate::say(&line);
    }
    Ok(())
}

/// Which archive, and how.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The archive.
    pub from: &'a Path,
    /// What opens it.
    pub identity: &'a Secret<String>,
    /// Whether what is there may be put aside.
    pub move_aside: bool,
}

/// Restores into an empty directory.
pub fn into_scratch(config: &Config, order: &Order<'_>, into: &Path) -> Result<Vec<String>, BackupError> {
    ours(config, &head(order.from, order.identity)?)?;
    fs::create_dir_all(into).map_err(BackupError::file(into))?;
    if fs::read_dir(into).map_err(BackupError::file(into))?.next().is_some() {
        return Err(BackupError::Refused(format!("{} is not empty: name an empty or a new directory", into.display())));
    }
    let stores = Location::Sqlite(into.join("stores"));
    let unpacked = unpack(order.from, order.identity, &Destination { stores, evidence: into.join("evidence"), keys: into.join("keys") })?;
    Ok(vec![format!("restored into {}: {} stores, {} files", into.display(), unpacked.contents.stores.len(), unpacked.contents.files.len())])
}

/// Restores where the configuration says.
pub fn in_place(config: &Config, order: &Order<'_>, clock: &dyn Clock) -> Result<Vec<String>, BackupError> {
    let began = Moment::now();
    let head = head(order.from, order.identity)?;
    ours(config, &head)?;
    let _alone = hold(config)?;
    if head.kind == Kind::Data {
        refuse_if_declared_destroyed(config, &head)?;
    }
    let label = stamp(clock.now()).to_lowercase();
    let (unpacked, mut lines) = match head.kind {
        Kind::Data => data(config, order, &label)?,
        Kind::Keys => keys(config, order, &label)?,
    };
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let Unpacked { head, contents, sha256, bytes } = &unpacked;
    let document = record_of("restore", head, contents, sha256, *bytes, milliseconds);
    leave_record(&config.tiles, "restore", clock.now(), sha256, &document)?;
    lines.push(format!("restored in {milliseconds} ms the state of {}", head.taken));
    lines.push("now start the server: it continues the journals, lists what was lost and replays the erasures before it serves".into());
    Ok(lines)
}

/// An archive of data from before the loss of an erasure ledger was declared destroyed: nothing says any more whom it would bring
/// back.
fn refuse_if_declared_destroyed(config: &Config, head: &Head) -> Result<(), BackupError> {
    let mut ledgers = Vec::new();
    for path in trees(&config.keys)? {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        ledgers.push((config.tiles.join(&name).join("erasures"), name.clone()));
        ledgers.push((config.keys.join(format!("{name}.tree.erasures")), name));
    }
    for (path, name) in ledgers {
        // One that cannot be read stops the start, with its name.
        let first = seal::read_erasures(&path, &name).ok().and_then(|lines| lines.into_iter().next());
        if let Some(first) = first.filter(|first| matches!(first.target, Target::LedgerLost { .. }) && first.at > head.taken) {
            let what = format!("the erasure ledger of {name} was lost and begun anew at {}, and every older backup was declared destroyed: this one of {} may bring back people who were erased, so destroy it", first.at, head.taken);
            return Err(BackupError::Refused(what));
        }
    }
    Ok(())
}

/// Stores first, then the evidence, then the permission to continue; a restore that stops on the way stops the next start.
fn data(config: &Config, order: &Order<'_>, label: &str) -> Result<(Unpacked, Vec<String>), BackupError> {
    let location = Location::parse(config.store.expose())?;
    let mut lines = make_room(&location, order, label)?;
    fs::create_dir_all(&config.tiles).map_err(BackupError::file(&config.tiles))?;
    let marker = config.tiles.join(flows::RESTORING);
    fs::write(&marker, "a restore was begun\n").map_err(BackupError::file(&marker))?;
    let incoming = config.tiles.join(format!("incoming.{label}"));
    let to = Destination { stores: location, evidence: incoming.clone(), keys: incoming.join("keys") };
    let unpacked = unpack(order.from, order.identity, &to)?;
    for store in &unpacked.contents.stores {
        lines.extend(settle_evidence(config, &incoming, &store.name, label)?);
        let restored = Restored { archive: unpacked.sha256.clone(), taken: unpacked.head.taken };
        let directory = config.tiles.join(&store.name);
        fs::create_dir_all(&directory).and_then(|()| restored.note(&directory)).map_err(BackupError::file(&directory))?;
        lines.push(format!("store        {}: {} rows", store.name, store.rows()));
    }
    settle_others(config, &incoming, label)?;
    note_again(&config.tiles.join(flows::RECORDS), unpacked.head.taken)?;
    fs::remove_file(&marker).map_err(BackupError::file(&marker))?;
    sync(&config.tiles)?;
    Ok((unpacked, lines))
}

fn make_room(location: &Location, order: &Order<'_>, label: &str) -> Result<Vec<String>, BackupError> {
    if Store::names(location)?.is_empty() {
        return Ok(Vec::new());
    }
    if !order.move_aside {
        let what = "there are stores already, and a restore overwrites nothing: `--move-aside` keeps them under another name";
        return Err(BackupError::Refused(what.into()));
    }
    let aside = Store::move_aside(location, label)?;
    Ok(aside.into_iter().map(|name| format!("moved aside  {name}")).collect())
}

/// The evidence that is here goes on if it is at least as new as the archive's: what was published stays published. Otherwise the
/// archive's takes its place, and what was here is put aside.
fn settle_evidence(config: &Config, incoming: &Path, name: &str, label: &str) -> Result<Vec<String>, BackupError> {
    let (theirs, ours) = (incoming.join(name), config.tiles.join(name));
    if !theirs.exists() {
        return Ok(Vec::new());
    }
    let ahead = |file: &str, size: fn(&Path) -> io::Result<u64>| -> Result<bool, BackupError> {
        let (here, there) = (ours.join(file), theirs.join(file));
        Ok(size(&here).map_err(BackupError::file(&here))? >= size(&there).map_err(BackupError::file(&there))?)
    };
    let (tree, ledger) = (ahead("checkpoint", published)?, ahead("erasures", length)?);
    if tree && ledger {
        fs::remove_dir_all(&theirs).map_err(BackupError::file(&theirs))?;
        return Ok(Vec::new());
    }
    if ours.exists() && tree != ledger && length(&ours.join("erasures")).unwrap_or(0) > 0 {
        let what = "the published tree and the erasure ledger of {} are not of one time: one is newer than the archive's, the other older; put the newer of each into its place by hand";
        return Err(BackupError::Refused(what.replace("{}", &ours.display().to_string())));
    }
    let mut lines = Vec::new();
    if ours.exists() {
        let aside = config.tiles.join(format!("{name}.{label}"));
        fs::rename(&ours, &aside).map_err(BackupError::file(&ours))?;
        lines.push(format!("moved aside  {}", aside.display()));
    }
    fs::rename(&theirs, &ours).map_err(BackupError::file(&ours))?;
    sync(&config.tiles)?;
    Ok(lines)
}

/// Evidence of services that ended, and records: what is not here yet is added.
fn settle_others(config: &Config, incoming: &Path, label: &str) -> Result<(), BackupError> {
    if !incoming.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(incoming).map_err(BackupError::file(incoming))? {
        let path = entry.map_err(BackupError::file(incoming))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if config.tiles.join(&name).exists() {
            continue;
        }
        settle_evidence(config, incoming, &name, label)?;
    }
    // What is left in it stands in its place already.
    fs::remove_dir_all(incoming).map_err(BackupError::file(incoming))
}

/// Records that the lost journal had noted since the backup are noted again.
fn note_again(records: &Path, taken: Instant) -> Result<(), BackupError> {
    let noted = records.join(flows::NOTED);
    let entries = match fs::read_dir(&noted) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(BackupError::file(&noted))?,
    };
    for entry in entries {
        let path = entry.map_err(BackupError::file(&noted))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let at: Option<i64> = name.split('-').next().and_then(|millis| millis.parse().ok());
        if at.is_some_and(|at| at >= taken.millis()) {
            fs::rename(&path, records.join(&name)).map_err(BackupError::file(&path))?;
        }
    }
    Ok(())
}

/// Key trees into their places. Whether they are the newest, their roots and the erasure ledgers say at the next start.
fn keys(config: &Config, order: &Order<'_>, label: &str) -> Result<(Unpacked, Vec<String>), BackupError> {
    let mut lines = Vec::new();
    let there = trees(&config.keys)?;
    if !there.is_empty() && !order.move_aside {
        let what = "there are key trees already, and a restore overwrites nothing: `--move-aside` keeps them under another name";
        return Err(BackupError::Refused(what.into()));
    }
    for tree in there {
        let aside = tree.with_extension(format!("tree.{label}"));
        fs::rename(&tree, &aside).map_err(BackupError::file(&tree))?;
        lines.push(format!("moved aside  {}", aside.display()));
    }
    let incoming = config.keys.join(format!("incoming.{label}"));
    let to = Destination { stores: Location::Sqlite(incoming.clone()), evidence: incoming.clone(), keys: incoming.clone() };
    let unpacked = unpack(order.from, order.identity, &to)?;
    for from in trees(&incoming)? {
        let tree = config.keys.join(from.file_name().unwrap_or_default());
        let marker = tree.with_extension(format!("tree.{}", flows::RESTORED_TREE));
        // First the marker: without it the tree would hand out record numbers that it has handed out already.
        fs::write(&marker, "").map_err(BackupError::file(&marker))?;
        sync(&config.keys)?;
        fs::rename(&from, &tree).map_err(BackupError::file(&tree))?;
    }
    fs::remove_dir(&incoming).map_err(BackupError::file(&incoming))?;
    sync(&config.keys)?;
    lines.push(format!("key trees    {}", unpacked.contents.files.len()));
    Ok((unpacked, lines))
}

fn trees(directory: &Path) -> Result<Vec<PathBuf>, BackupError> {
    fs::create_dir_all(directory).map_err(BackupError::file(directory))?;
    let entries = fs::read_dir(directory).map_err(BackupError::file(directory))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()).map_err(BackupError::file(directory)));
    let paths: Vec<PathBuf> = paths.collect::<Result<_, _>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "tree")).collect())
}

/// An archive goes back to where it came from.
fn ours(config: &Config, head: &Head) -> Result<(), BackupError> {
    if (&head.log, head.environment) == (&config.log_name, config.environment) {
        return Ok(());
    }
    let named = |log: &str, environment| format!("{log} ({environment})");
    Err(BackupError::Foreign { found: named(&head.log, head.environment), wanted: named(&config.log_name, config.environment) })
}

/// Keeps a server from starting, and finds one that runs, by the lock that every process takes which holds the platform's keys
/// (`seal`: the name of the tree and `.lock`).
fn hold(config: &Config) -> Result<File, BackupError> {
    let path = config.keys.join("platform.tree.lock");
    fs::create_dir_all(&config.keys).map_err(BackupError::file(&config.keys))?;
    let lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(BackupError::file(&path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(BackupError::Refused("a server or another command of this installation is running: stop it first".into())),
        Err(TryLockError::Error(error)) => Err(BackupError::File(path, error)),
    }
}

/// The size in a checkpoint, 0 without one.
fn published(checkpoint: &Path) -> io::Result<u64> {
    match fs::read_to_string(checkpoint) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        note => Ok(note?.lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or(0)),
    }
}

fn length(file: &Path) -> io::Result<u64> {
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        found => Ok(found?.len()),
    }
}

fn sync(directory: &Path) -> Result<(), BackupError> {
    File::open(directory).and_then(|opened| opened.sync_all()).map_err(BackupError::file(directory))
}
