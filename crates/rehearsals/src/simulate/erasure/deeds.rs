//! What happens: registrations, backups, erasures of every kind, changes of the roots, the end.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, PoisonError};

use canary::Canaries;
use flows::{erase_day, erase_household, migrations_of};
use installation::config::Config;
use installation::restore::{Order, into_scratch};
use journal::Actor;
use kernel::{Instant, Secret};
use registration::scheme::FieldGroup;
use registration::{EraseWhat, Reference, find};
use store::{Location, Options, Store};
use vault::Cause;

use super::city::{City, Fate, Household};
use super::sealed::{Value, sealed};
use super::thief::{Thief, Told, roll_of};
use super::withdraw::all_withdraw;
use super::{ErasureArgs, Spoil};
use crate::load::Patience;
use crate::simulate::crowd::{Rush, send};
use crate::simulate::day::{Day, SLUG};
use crate::simulate::ending::walk;
use crate::simulate::story::{MEND, OPEN, at};
use crate::simulate::words::reference_in;
use crate::simulate::{Failure, progress};

/// The run as it goes on.
pub struct Course {
    /// How it is.
    pub args: ErasureArgs,
    /// Everybody.
    pub city: City,
    /// At work from the opening on.
    pub thief: Option<Thief>,
    /// Who has been told that everything is erased.
    pub told: Told,
    /// Archives of the data, each with what it is, in their order.
    pub data: Vec<(String, PathBuf)>,
    /// Archives of the keys.
    pub keys: Vec<(String, PathBuf)>,
    /// Opens the archives.
    pub identity: Secret<String>,
    /// What was sealed, by place in the plan, before anything was erased.
    pub sealed: HashMap<usize, Vec<Value>>,
    /// The reference of each household.
    pub references: HashMap<usize, Reference>,
}

/// The name of the scheme's store, key tree and evidence.
pub const NAME: &str = "s_masks_2020";
/// Orders are carried out after the residents' own withdrawals.
const ORDERS: &str = "2020-05-10T10:00";
/// The day on which the roots have changed at the last.
pub const AFTER: &str = "2020-05-11T10:00";
/// What stands in the server's environment, and so in its memory.
pub const PLANTED: &str = "Canary-in-the-environment-of-the-server";

impl Course {
    /// Completes the configuration; nothing runs yet.
    pub fn prepare(args: &ErasureArgs, city: City, day: &mut Day) -> Result<Self, Failure> {
        let (identity, recipient) = seal::age_files::generate_identity();
        let installation = &mut day.installation;
        let mut text = fs::read_to_string(&installation.file)?;
        writeln!(text, "backup_recipients = [\"{recipient}\"]")?;
        if let Some([module, label, pin]) = args.token.as_deref() {
            writeln!(text, "root_token_module = \"{module}\"\nroot_token_label = \"{label}\"\nroot_token_pin_file = \"{pin}\"")?;
        }
        fs::write(&installation.file, text)?;
        installation.config = Config::read(&installation.file)?;
        let mut environment = vec![("LIONROCK_SIMULATION".to_owned(), PLANTED.to_owned())];
        if args.sabotage == Some(Spoil::Memory) {
            let name = city.households.first().map(|one| one.request.household.name.clone());
            environment.push(("LIONROCK_SIMULATION_SPOILED".to_owned(), name.unwrap_or_default()));
        }
        day.environment = environment;
        Ok(Self {
            args: args.clone(),
            city,
            thief: None,
            told: Told::default(),
            data: Vec::new(),
            keys: Vec::new(),
            identity,
            sealed: HashMap::new(),
            references: HashMap::new(),
        })
    }

    /// The thief begins; the first half registers; data and keys are backed up.
    pub fn first_half(&mut self, day: &mut Day) -> Result<String, Failure> {
        let (house, keep) = (day.installation.directory.clone(), day.directory.path().join("thief"));
        self.thief = Some(Thief::begin(&house, NAME, &keep, &self.told)?);
        let half = self.city.households.len() / 2;
        self.register(day, 0, half)?;
        self.back_up(day, "half of the city", at(OPEN))?;
        self.back_up_keys(day, "at the opening", at(OPEN))?;
        self.step("half of the city")?;
        Ok(format!("{half} households"))
    }

    /// The other half registers; everybody is told, and what is sealed of them is noted from outside.
    pub fn second_half(&mut self, day: &mut Day) -> Result<String, Failure> {
        let (half, all) = (self.city.households.len() / 2, self.city.households.len());
        self.register(day, half, all)?;
        self.read_references(day)?;
        day.clock(at(MEND))?;
        self.back_up(day, "the whole city", at(MEND))?;
        self.note_sealed(day)?;
        self.back_up_keys(day, "before any erasure", at(MEND))?;
        self.step("the whole city")?;
        Ok(format!("{} households, every one told its reference", self.references.len()))
    }

    fn register(&mut self, day: &mut Day, from: usize, to: usize) -> Result<(), Failure> {
        let rush = Rush {
            target: day.target()?,
            slug: SLUG.into(),
            connections: self.args.connections,
            keep_every: usize::MAX,
            patience: Patience::default(),
            pass: None,
            begun: Arc::default(),
        };
        let outcome = send(&day.runtime, &rush, &day.plan, from, to)?;
        if let Some(failed) = outcome.failed.first() {
            return Err(format!("{} registrations were not acknowledged: {failed}", outcome.failed.len()).into());
        }
        let matched = day.until("matched", to, |day| day.total("received"))?;
        let texts = day.until("told by SMS", to, |day| Ok(day.telephones.count()))?;
        if (matched, texts) == (to, to) { Ok(()) } else { Err(format!("{matched} matched and {texts} told of {to}").into()) }
    }

    /// From the texts, as residents do.
    fn read_references(&mut self, day: &Day) -> Result<(), Failure> {
        for household in &self.city.households {
            let texts = day.telephones.read(&household.request.household.mobile);
            let text = texts.iter().find_map(|text| reference_in(text)).ok_or("a household was not told its reference")?;
            self.references.insert(household.number, Reference::parse(&text).ok_or("a text named no good reference")?);
        }
        Ok(())
    }

    /// In four parts, with a backup and a copy of everything after each.
    pub fn withdraw(&mut self, day: &mut Day) -> Result<String, Failure> {
        let spared = usize::from(self.args.sabotage == Some(Spoil::Kept));
        let all: Vec<Household> = self.of(Fate::Withdraws).into_iter().skip(spared).collect();
        let residents = day.residents()?;
        let parts = all.chunks(all.len().div_ceil(4).max(1));
        for (part, number) in parts.zip(1..) {
            let part = Arc::new(part.to_vec());
            day.runtime.block_on(all_withdraw(&residents, part, self.args.connections, &self.told))?;
            self.back_up(day, &format!("withdrawals, part {number}"), at(MEND))?;
            self.step(&format!("withdrawals, part {number}"))?;
            progress(&format!("  {} withdrawn", self.told.lock().unwrap_or_else(PoisonError::into_inner).len()));
        }
        self.back_up_keys(day, "after the withdrawals", at(MEND))?;
        let (trees, roots) = self.thief.as_ref().map_or((0, 0), Thief::count);
        Ok(format!("{} households; the thief has {trees} key trees and {roots} roots", all.len()))
    }

    /// The server is stopped and the rest is erased at the console, without a change of the roots: the next start does that.
    pub fn order(&mut self, day: &mut Day) -> Result<String, Failure> {
        day.stop()?;
        let console = day.console(at(ORDERS))?;
        let service = console.service(SLUG)?;
        let actor = Actor::Operator;
        for (fate, what, cause) in [
            (Fate::Ordered, EraseWhat::All, Cause::Officer),
            (Fate::Mobile, EraseWhat::Group(FieldGroup::Mobile), Cause::Officer),
        ] {
            for household in self.of(fate) {
                let reference = self.references.get(&household.number).ok_or("no reference")?;
                let row = find(service.ledger(), *reference).map_err(|error| error.to_string())?.ok_or("no such household")?;
                erase_household(&service, actor.clone(), row.id, what, cause)?;
            }
        }
        let purpose = day.scheme.groups().iter().find(|rule| rule.group == FieldGroup::Contact).map(|rule| rule.purpose.clone());
        erase_day(&service, actor, &purpose.unwrap_or_default(), day.scheme.expiry(FieldGroup::Contact), Cause::Officer)?;
        drop((service, console));
        self.step("orders, before the roots change")?;
        day.start(at(ORDERS))?;
        self.back_up(day, "orders, after the roots change", at(ORDERS))?;
        self.step("orders, after the roots change")?;
        Ok(format!("{} households, {} mobiles, every name and address", self.of(Fate::Ordered).len(), self.of(Fate::Mobile).len()))
    }

    /// A midnight passes; then everything is final.
    pub fn settle(&mut self, day: &mut Day) -> Result<String, Failure> {
        let (before, rolls) = (store_bytes(day)?, rolls(day)?);
        day.clock(at(AFTER))?;
        let rolled = day.until("the root has changed", 1, |day| Ok(usize::from(self::rolls(day)? > rolls)))?;
        day.told.findings.expect("midnight changes the root", rolled == 1, format!("from roll {rolls} to {}", self::rolls(day)?));
        let canaries = self.dead_pages();
        let settled = |day: &Day| Ok(usize::from(store_is_tight(day, &canaries)?));
        let tight = day.until("the store has no empty pages", 1, settled)?;
        day.told.findings.note(4, "the database is cut to what it holds", tight == 1, free_pages(day)?);
        self.back_up(day, "after everything", at(AFTER))?;
        self.step("after everything")?;
        Ok(format!("{} KB of store before, {} KB after", before / 1000, store_bytes(day)? / 1000))
    }

    /// Everything dies on the day after the last; then it is all searched once more.
    pub fn end(&mut self, day: &mut Day) -> Result<String, Failure> {
        day.start(at(AFTER))?;
        walk(day, at(AFTER), day.scheme.last_expiry().plus(1))?;
        let path = format!("/api/v1/certificates/{SLUG}");
        let issued = day.until("certificate", 1, |day| Ok(usize::from(day.get(&path)?.status == 200)))?;
        day.told.findings.note(4, "the end of the scheme is certified", issued == 1, format!("HTTP {}", if issued == 1 { 200 } else { 404 }));
        let everybody = self.city.canaries();
        self.search_memory(day, "after the end nothing of anybody is in the server's memory", everybody)?;
        self.search_files(day, "after the end nothing of anybody is in any file or backup")?;
        day.stop()?;
        Ok("certified".into())
    }

    /// Households that end like this.
    pub fn of(&self, fate: Fate) -> Vec<Household> {
        self.city.households.iter().filter(|one| one.fate == fate).cloned().collect()
    }

    /// Whether a group of a household is erased once everything before the end has happened.
    pub fn is_gone(household: &Household, group: FieldGroup) -> bool {
        match household.fate {
            Fate::Withdraws | Fate::Ordered => true,
            Fate::Mobile => group != FieldGroup::Identity,
            Fate::Stays => group == FieldGroup::Contact,
        }
    }

    fn step(&mut self, name: &str) -> Result<(), Failure> {
        self.thief.as_mut().map_or(Ok(()), |thief| thief.step(name))
    }

    /// What is sealed of each, by its place in the plan, as the newest archive has it.
    fn note_sealed(&mut self, day: &Day) -> Result<(), Failure> {
        let (_, archive) = self.data.last().ok_or("there is no archive")?;
        let place = day.directory.path().join("read");
        let order = Order { from: archive, identity: &self.identity, move_aside: false };
        into_scratch(&day.installation.config, &order, &place)?;
        let tables = migrations_of(NAME);
        let store = Store::open(&Location::Sqlite(place.join("stores")), NAME, tables, Options::default())?;
        let mut all = sealed(&store)?;
        drop(store);
        fs::remove_dir_all(&place)?;
        let own = self.references.iter().filter_map(|(number, reference)| Some((*number, all.remove(&reference.to_string())?)));
        self.sealed = own.collect();
        if self.sealed.len() == self.city.households.len() { Ok(()) } else { Err("the archive does not hold everybody".into()) }
    }

    fn back_up(&mut self, day: &Day, name: &str, now: Instant) -> Result<(), Failure> {
        let archive = archive(day, &format!("data/{}", self.data.len()), &[], now)?;
        self.data.push((name.to_owned(), archive));
        Ok(())
    }

    fn back_up_keys(&mut self, day: &Day, name: &str, now: Instant) -> Result<(), Failure> {
        let archive = archive(day, &format!("keys/{}", self.keys.len()), &["--keys"], now)?;
        self.keys.push((name.to_owned(), archive));
        Ok(())
    }
}

/// `lionrock backup` beside the running server, as an operator runs it.
fn archive(day: &Day, place: &str, more: &[&str], now: Instant) -> Result<PathBuf, Failure> {
    let to = day.directory.path().join("backups").join(place);
    fs::create_dir_all(&to)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("backup").arg("--config").arg(&day.installation.file).arg("--to").arg(&to).args(more);
    command.env("LIONROCK_CLOCK", now.to_string().chars().take(19).collect::<String>());
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("backup: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let archive = fs::read_dir(&to)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let archive = archive.into_iter().find(|path| path.extension().is_some_and(|end| end == "age"));
    archive.ok_or_else(|| "the backup left no archive".into())
}

/// How often the root has changed, by the tree's head; 0 while a change is under way.
fn rolls(day: &Day) -> Result<u64, Failure> {
    let house = &day.installation.directory;
    let under_way = house.join("roots").join(format!("{NAME}.root.new")).exists();
    let tree = fs::read(house.join("keys").join(format!("{NAME}.tree")))?;
    Ok(if under_way { 0 } else { roll_of(&tree).unwrap_or(0) })
}

/// What the scheme's store takes on the disk.
fn store_bytes(day: &Day) -> Result<u64, Failure> {
    let mut bytes = 0;
    for entry in fs::read_dir(day.installation.directory.join("stores"))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(NAME) {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

/// Whether no page of the file is free and none holds what is dead. A database elsewhere looks after its own files.
fn store_is_tight(day: &Day, dead: &Canaries) -> Result<bool, Failure> {
    let stores = day.installation.directory.join("stores");
    let file = stores.join(format!("{NAME}.db"));
    Ok(!file.exists() || free(&fs::read(file)?) == 0 && dead.scan_dir(&stores)?.found.is_empty())
}

fn free_pages(day: &Day) -> Result<String, Failure> {
    let file = day.installation.directory.join("stores").join(format!("{NAME}.db"));
    if !file.exists() {
        return Ok("the stores are not in files".into());
    }
    let bytes = fs::read(file)?;
    Ok(format!("{} of {} pages free", free(&bytes), bytes.len() / 4096))
}

/// The number of free pages stands at byte 36 of the file (SQLite file format, 1.3).
fn free(file: &[u8]) -> u32 {
    file.get(36..40).and_then(|four| four.try_into().ok()).map_or(0, u32::from_be_bytes)
}
