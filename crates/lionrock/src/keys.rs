//! `lionrock keys`: makes, shows, rolls, recovers and moves the keys of an installation.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use flows::{EraseError, Platform, Roots};
use installation::config::Config;
use installation::runtime::{RuntimeError, roots};
use kernel::{Clock, Day, Instant, Random};
use seal::{Ed25519Signer, Inspection, KeyPlace, Keyring, OsRandom, Roll, RootPlace, SealError, Signer, age_files};
use serde::{Deserialize, Serialize};

use crate::beside::{self, Order};

#[derive(Subcommand)]
pub enum Command {
    /// Makes the directories and the log key of a new installation.
    Init(Named),
    /// Shows the log key and every key tree: day, purposes, changes of the root, what is not final yet, custody, escrow. Fails
    /// when one cannot be read. Works beside a running server.
    Status(Named),
    /// Changes the root of every key tree, or of one, at once: what was erased is final then, and its certificates are issued when
    /// a server runs. The server does it each night by itself; beside it, it is the server that does it.
    Roll {
        #[command(flatten)]
        named: Named,
        /// The name of one key tree, as `keys status` shows it.
        #[arg(long)]
        service: Option<String>,
    },
    /// Puts lost root keys back from their escrow slots, with the custodian's identity, and changes them at once.
    Recover {
        #[command(flatten)]
        named: Named,
        /// The custodian's identity, a file as `age-keygen` writes it.
        #[arg(long)]
        identity: PathBuf,
    },
    /// Moves root keys that stand in files into the token of the configuration.
    IntoToken(Named),
    /// The certificate authority for residents' signatures.
    Signing {
        #[command(subcommand)]
        what: SigningCommand,
    },
    /// Begins a new erasure ledger where the old one is lost together with its copy. Says what that means; does it only with
    /// `--older-backups-destroyed`.
    BeginLedger {
        #[command(flatten)]
        named: Named,
        /// The name of the key tree, as `keys status` shows it.
        #[arg(long)]
        service: String,
        /// Declares that every backup of the data made before this moment has been destroyed, in every place.
        #[arg(long)]
        older_backups_destroyed: bool,
    },
}

#[derive(Subcommand)]
pub enum SigningCommand {
    /// Shows each certificate with its serial number, until when it counts, and which authority issues now.
    Show(Named),
    /// Makes it: a root in a directory that is taken away afterwards, and what issues certificates and stamps times below it, in the
    /// directory or token of the configuration.
    Make(Ceremony),
    /// Changes the keys that issue and that stamp. What was signed before stays what it is, and can be revoked as before.
    Roll(Ceremony),
    /// Signs a new list of the root, which counts for 400 days.
    List(Ceremony),
    /// Revokes an earlier issuing authority whose key is in other hands; the root's list says so from then on.
    RevokeAuthority {
        #[command(flatten)]
        ceremony: Ceremony,
        /// Its number, as `show` lists it. The one that issues now is changed with `roll` first.
        #[arg(long)]
        number: u32,
    },
}

#[derive(clap::Args)]
pub struct Ceremony {
    #[command(flatten)]
    named: Named,
    /// Directory of the root's key and certificate, best on a disk that lies in a safe otherwise.
    #[arg(long)]
    root: PathBuf,
}

#[derive(clap::Args)]
pub struct Named {
    /// The configuration file.
    #[arg(long)]
    config: PathBuf,
}

/// Does what was asked.
pub fn run(command: &Command, clock: fn(&Config) -> installation::ambient::WallClock) -> Result<(), RuntimeError> {
    let read = |named: &Named| Config::read(&named.config);
    match command {
        Command::Init(named) => init(&read(named)?),
        Command::Status(named) => status(&read(named)?),
        Command::Roll { named, service } => {
            let config = read(named)?;
            crate::guard_keys(&config)?;
            roll(&config, service.as_deref(), clock(&config).now().day())
        }
        Command::Recover { named, identity } => {
            let config = read(named)?;
            recover(&config, identity, clock(&config).now().day())
        }
        Command::IntoToken(named) => {
            let config = read(named)?;
            into_token(&config, clock(&config).now().day())
        }
        Command::Signing { what } => signing(what, clock),
        Command::BeginLedger { named, service, older_backups_destroyed } => {
            let config = read(named)?;
            begin_ledger(&config, service, *older_backups_destroyed, clock(&config).now())
        }
    }
}

fn signing(what: &SigningCommand, clock: fn(&Config) -> installation::ambient::WallClock) -> Result<(), RuntimeError> {
    type Act = fn(&Config, &Path, Instant) -> Result<String, RuntimeError>;
    let (ceremony, act): (_, Act) = match what {
        SigningCommand::Show(named) => {
            installation::office::show(&Config::read(&named.config)?)?.iter().for_each(|line| installation::say(line));
            return Ok(());
        }
        SigningCommand::Make(ceremony) => (ceremony, installation::office::make),
        SigningCommand::Roll(ceremony) => (ceremony, installation::office::roll),
        SigningCommand::List(ceremony) => (ceremony, installation::office::list),
        SigningCommand::RevokeAuthority { ceremony, number } => {
            let config = Config::read(&ceremony.named.config)?;
            installation::say(&installation::office::revoke_authority(&config, &ceremony.root, *number, clock(&config).now())?);
            return Ok(());
        }
    };
    let config = Config::read(&ceremony.named.config)?;
    installation::say(&act(&config, &ceremony.root, clock(&config).now())?);
    Ok(())
}

/// Makes what a new installation needs and is not there yet, without a word.
pub fn init_quietly(config: &Config) -> Result<(), RuntimeError> {
    for directory in [&config.keys, &config.roots, &config.tiles].into_iter().chain(&config.escrow) {
        private_directory(directory)?;
    }
    if let Some(parent) = config.log_key.parent() {
        private_directory(parent)?;
    }
    if !config.log_key.exists() {
        Ed25519Signer::create(&config.log_key, &config.log_name)?;
    }
    Ok(())
}

fn init(config: &Config) -> Result<(), RuntimeError> {
    let new = !config.log_key.exists();
    if new && config.keys.exists() {
        let trees = Places::of(config)?.names()?;
        if let Some(tree) = trees.first() {
            let why = "put it back from its custodian: a new one signs nothing that this installation's receipts and checkpoints go on from";
            return Err(RuntimeError::Keys(format!("log_key: {} is missing, and there is a key tree ({tree}) already; {why}", config.log_key.display())));
        }
    }
    init_quietly(config)?;
    status(config)?;
    if new {
        let directories = [&config.keys, &config.roots, &config.tiles].map(|directory| directory.display().to_string()).join(", ");
        installation::say(&format!("made         {}, and where they were missing {directories}", config.log_key.display()));
        installation::say("now          publish the line of the log key: receipts and certificates are checked with it; then `lionrock invite`, `lionrock serve`");
    }
    Ok(())
}

fn status(config: &Config) -> Result<(), RuntimeError> {
    let signer = Ed25519Signer::open(&config.log_key, &config.log_name).map_err(RuntimeError::LogKey)?;
    installation::say(&format!("log key      {}", journal::verifier_key(&signer as &dyn Signer)));
    if beside::is_served(config) {
        installation::say("held by      a running server");
    }
    let places = Places::of(config)?;
    let mut unreadable = 0;
    for name in places.names()? {
        let place = places.of_tree(&name);
        let said = match Keyring::inspect(&place, &name) {
            Ok(seen) => describe(&seen),
            Err(SealError::Gone) => match Keyring::destroyed(&place) {
                Ok(Some(end)) => format!("ended: root {} after {} changes, root id {}", end.kind, end.rolls, end.root_id),
                Ok(None) => "ended".to_owned(),
                Err(error) => error.to_string(),
            },
            Err(error) => {
                unreadable += 1;
                error.to_string()
            }
        };
        installation::say(&format!("key tree     {name}  {said}"));
    }
    if unreadable > 0 { Err(RuntimeError::Keys(format!("{unreadable} key trees cannot be read; see above"))) } else { Ok(()) }
}

fn describe(seen: &Inspection) -> String {
    let custody = if seen.custody == "destroyed" { "in a token" } else { "in a file" };
    let last = seen.rolls.last().map_or(String::new(), |roll| format!(", last on {}", roll.day));
    let erased = match (seen.erasures, seen.needs_roll) {
        (0, _) => String::new(),
        (erasures, false) => format!("; {erasures} erasures, all final"),
        (erasures, true) => {
            let open = erasures - seen.rolls.last().map_or(0, |roll| roll.erasures);
            format!("; {erasures} erasures, {open} of them not final before the next change of the root")
        }
    };
    let escrow = match seen.escrow {
        None => "no escrow",
        Some(true) => "in escrow",
        Some(false) => "its escrow slot is missing or old: start the server or `lionrock keys roll`",
    };
    let begun = seen.ledger_lost.as_ref().map_or_else(String::new, |entry| format!("; its erasure ledger was lost and begun anew at {}", entry.at));
    let (day, purposes, nodes, rolls) = (seen.today, seen.purposes.len(), seen.nodes, seen.rolls.len());
    format!("day {day}; {purposes} purposes, {nodes} nodes; root {custody}, changed {rolls} times{last}; {escrow}{erased}{begun}")
}

fn roll(config: &Config, only: Option<&str>, today: Day) -> Result<(), RuntimeError> {
    let places = Places::of(config)?;
    let mut names = places.names()?;
    if let Some(only) = only {
        names.retain(|name| name == only);
        if names.is_empty() {
            return Err(RuntimeError::Keys(format!("there is no key tree {only}; `lionrock keys status` shows them")));
        }
    }
    if names.is_empty() {
        installation::say("there is no key tree yet: the first start makes one");
        return Ok(());
    }
    let asked = Order::RollKeys(only.map(str::to_owned));
    let served: Vec<Rolled> = beside::hand_over(config, &asked).transpose().map_err(RuntimeError::Keys)?.unwrap_or_default();
    for rolled in &served {
        rolled.say();
        names.retain(|name| *name != rolled.name);
    }
    // Those that no server holds.
    for name in names {
        let keys = match Keyring::open(places.of_tree(&name), &name, today, random()) {
            Err(SealError::Gone) => continue,
            keys => keys.map_err(held)?,
        };
        Rolled::of(name, keys.roll()?).say();
    }
    Ok(())
}

/// A change of the root of a key tree.
#[derive(Serialize, Deserialize)]
pub struct Rolled {
    name: String,
    change: u64,
    before: String,
    how: String,
    after: String,
}

impl Rolled {
    fn of(name: String, roll: Roll) -> Self {
        let Roll { number, root_id_before, root_id_after, how, .. } = roll;
        Self { name, change: number, before: root_id_before, how: how.to_owned(), after: root_id_after }
    }

    fn say(&self) {
        let Self { name, change, before, how, after } = self;
        installation::say(&format!("{name}  root {before} {how}, now {after} (change {change})"));
    }
}

/// Changes the roots that the running server holds; called in it.
pub fn roll_held(platform: &Arc<Platform>, only: Option<&str>) -> Result<Vec<Rolled>, EraseError> {
    let rolled = flows::roll_keys(platform, only)?;
    Ok(rolled.into_iter().map(|(name, roll)| Rolled::of(name, roll)).collect())
}

fn recover(config: &Config, identity: &Path, today: Day) -> Result<(), RuntimeError> {
    if config.escrow.is_none() {
        return Err(RuntimeError::Keys("the configuration names no escrow".into()));
    }
    let text = fs::read_to_string(identity).map_err(|error| RuntimeError::File(identity.display().to_string(), error))?;
    let none = || RuntimeError::Keys(format!("{}: there is no age identity (AGE-SECRET-KEY-1…) in it", identity.display()));
    let identity = age_files::identity_in(&text).ok_or_else(none)?;
    let places = Places::of(config)?;
    let mut recovered = 0;
    for name in places.names()? {
        let place = places.of_tree(&name);
        if matches!(Keyring::inspect(&place, &name), Ok(_) | Err(SealError::Gone)) {
            continue;
        }
        let keys = Keyring::recover(place, &name, today, random(), &identity).map_err(held)?;
        let rolls = keys.rolls()?.len();
        installation::say(&format!("{name}  recovered; root changed {rolls} times in all"));
        recovered += 1;
    }
    installation::say(&format!("{recovered} key trees recovered"));
    Ok(())
}

fn into_token(config: &Config, today: Day) -> Result<(), RuntimeError> {
    let places = Places::of(config)?;
    if places.roots.token.is_none() {
        return Err(RuntimeError::Keys("the configuration names no token: set root_token_module and its two companions".into()));
    }
    for name in places.names()? {
        let from = RootPlace::File(config.roots.join(format!("{name}.root")));
        match Keyring::rehouse(from, &places.of_tree(&name), &name, today, random()) {
            Ok(_) => installation::say(&format!("{name}  root in the token; the file was overwritten and removed")),
            Err(SealError::Gone) => {}
            Err(error) => return Err(held(error)),
        }
    }
    Ok(())
}

/// What stands before the operator decides, and after.
const LEDGER_LOST: &str = "\
What is lost with an erasure ledger and its copy:
  - the list of what was erased before its time. What was erased stays unreadable: the keys are gone with the tree, and the
    database was told. What had no certificate yet is erased once more.
  - what a restore goes by. A backup of the data made before today brings back the rows of people who were erased, and nothing
    says which; what was erased since the tree was last written may even be readable in it.
What must be done, and nobody but the operator can do it:
  - destroy every backup of the data made before this moment, in every place; a restore of one is refused from now on.
  - make a new backup once the server has started.
What follows: the new ledger begins with a line that says this, the journal records it, an incident is opened for the privacy and
security officers, and every further certificate of erasure names it.";

fn begin_ledger(config: &Config, name: &str, declared: bool, now: Instant) -> Result<(), RuntimeError> {
    let places = Places::of(config)?;
    if !places.names()?.iter().any(|known| known == name) {
        return Err(RuntimeError::Keys(format!("there is no key tree {name}; `lionrock keys status` shows them")));
    }
    installation::say(LEDGER_LOST);
    if !declared {
        let what = "nothing was done. Look for the ledger and its copy once more (docs/operations.md says where); if both are lost and every older \
                    backup of the data is destroyed, declare it with --older-backups-destroyed";
        return Err(RuntimeError::Keys(what.into()));
    }
    let keys = Keyring::begin_ledger(places.of_tree(name), name, now.day(), random(), now).map_err(|error| match error {
        SealError::InUse(_) => RuntimeError::Keys(format!("{error}: stop the server first")),
        error => error.into(),
    })?;
    let begun = keys.ledger_lost()?.map_or(0, |entry| entry.number);
    installation::say(&format!("\n{name}  a new erasure ledger begins at line {begun}; the root was changed"));
    Ok(())
}

/// Where the key trees of an installation stand.
struct Places<'a> {
    config: &'a Config,
    roots: Roots,
}

impl<'a> Places<'a> {
    fn of(config: &'a Config) -> Result<Self, RuntimeError> {
        Ok(Self { config, roots: roots(config)? })
    }

    fn of_tree(&self, name: &str) -> KeyPlace {
        self.roots.key_place(&self.config.keys, &self.config.tiles, name)
    }

    /// Every tree there is, also those of services that have ended.
    fn names(&self) -> Result<Vec<String>, RuntimeError> {
        let directory = &self.config.keys;
        let entries = fs::read_dir(directory).map_err(|e| RuntimeError::File(directory.display().to_string(), e))?;
        let files = entries.filter_map(Result::ok).filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = files.filter_map(|name| name.strip_suffix(".tree").map(str::to_owned)).collect();
        names.sort();
        Ok(names)
    }
}

/// Says what to do when a server holds the keys.
fn held(error: SealError) -> RuntimeError {
    match error {
        SealError::InUse(_) => RuntimeError::Keys(format!("{error}; a running server changes its roots each night by itself")),
        error => error.into(),
    }
}

fn random() -> Arc<dyn Random> {
    Arc::new(OsRandom)
}

fn private_directory(path: &Path) -> Result<(), RuntimeError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| RuntimeError::File(path.display().to_string(), error))
}
