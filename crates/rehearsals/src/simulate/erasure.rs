//! `lionrock simulate erasure`: a city is registered, a part of it erased in every way there is, and then everything that could
//! still know something of it is searched and tried.
//!
//! The server is the real binary behind real sockets. Everybody's names, numbers, telephones and addresses are canaries, as many
//! again belong to nobody and must be found nowhere, or the search would see things. A thief copies every file all the time.
//! Afterwards: files, memory of the running server, backups, each older backup restored with the present keys, older backups of
//! keys, and each thing the thief has with each other.

mod again;
mod city;
mod deeds;
mod loot;
mod search;
mod sealed;
mod thief;
mod withdraw;

use std::path::PathBuf;
use std::time::Instant as Moment;

use super::day::Day;
use super::story::Story;
use super::{DayArgs, Failure, Told, progress};
use city::City;
use deeds::Course;

/// How the erasures are.
#[derive(Clone, Debug, clap::Args)]
pub struct ErasureArgs {
    /// People at least; no household is split. 5,000 people have more than 10,000 canaries.
    #[arg(long, default_value_t = 5_000)]
    pub people: usize,
    /// The seed of people and events.
    #[arg(long, default_value_t = 2024)]
    pub seed: u64,
    /// Residents at their pages at the same time.
    #[arg(long, default_value_t = 16)]
    pub connections: usize,
    /// Where the stores are: the address of an empty PostgreSQL database. A directory that is removed afterwards without it.
    #[arg(long)]
    pub store: Option<String>,
    /// Where that PostgreSQL server keeps its files: they are searched too.
    #[arg(long, requires = "store")]
    pub cluster: Option<PathBuf>,
    /// Keep the root keys in this PKCS#11 token instead of in files: its module, label and PIN file.
    #[arg(long, num_args = 3, value_names = ["MODULE", "LABEL", "PIN_FILE"])]
    pub token: Option<Vec<String>>,
    /// Where to write what happened as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Spoils something; the run must then fail and name it.
    #[arg(long, value_enum)]
    pub sabotage: Option<Spoil>,
}

/// What may be spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Spoil {
    /// Somebody's name is written into the server's log.
    Log,
    /// Somebody's name stands in the server's memory.
    Memory,
    /// A root key of the past is left lying beside the present one.
    Root,
    /// The ciphertext of somebody who was erased is put back into the database.
    Page,
    /// Somebody is said to have been erased who was not.
    Kept,
}

/// Lives it. An error is something that stopped the run; what does not hold stands in the findings.
pub fn live(args: &ErasureArgs) -> Result<Told, Failure> {
    let began = Moment::now();
    let city = City::new(args.seed, args.people)?;
    progress(&format!("{} households, {} canaries, seed {}", city.households.len(), city.canaries().len(), args.seed));
    let day_args = DayArgs {
        households: u64::try_from(city.households.len() + 1)?,
        seed: args.seed,
        connections: args.connections,
        addresses: None,
        store: args.store.clone(),
        json: None,
        sabotage: None,
    };
    let mut day = Day::prepare(&day_args)?;
    day.check_database()?;
    day.plan = city.plan();
    let mut story = Story::new(&day_args);
    let mut course = Course::prepare(args, city, &mut day)?;
    day.stage("found the department", |day| story.found(day))?;
    day.stage("before the gate", |day| story.before_gate(day))?;
    day.stage("through the gate", |day| story.gate(day))?;
    day.stage("half of the city registers", |day| course.first_half(day))?;
    day.stage("the other half registers", |day| course.second_half(day))?;
    day.stage("residents withdraw at their pages", |day| course.withdraw(day))?;
    day.stage("memory of the server that knew them", |day| course.memory_of_withdrawn(day))?;
    day.stage("records, a group and a day are erased", |day| course.order(day))?;
    day.stage("the roots change, the store shrinks", |day| course.settle(day))?;
    day.stage("files and memory are searched", |day| course.search(day))?;
    day.stage("every older backup is restored", |day| course.restore_all(day))?;
    day.stage("the thief tries what he has", |day| course.try_loot(day))?;
    day.stage("the scheme ends", |day| course.end(day))?;
    day.tidy_up()?;
    day.told.seconds = began.elapsed().as_secs_f64();
    Ok(std::mem::take(&mut day.told))
}
