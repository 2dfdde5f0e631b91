//! What a whole city costs in this process: `cargo run --release -p flows --example city_rate [HOUSEHOLDS [DIRECTORY [PART…]]]`.
//!
//! Fills a scheme with 500,000 households (1.38 million synthetic people) through the verbs that the faces use, on SQLite in files
//! with `synchronous=FULL`, then measures authorised reads, a resident's complete file, contractors' look-ups, the erasure of one
//! person, and the end of the whole scheme. Parts: `fill read file lease round person end`, all without a list; with a directory
//! the city stays there, and the other parts may be run on it later. What is chosen at random follows from a seed. CPU time is
//! that of the whole process.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

mod city;
mod contractors;
mod dice;
mod ending;
mod fill;
mod launch;
mod person;
mod reading;
mod residents;

use std::path::PathBuf;

use city::City;

type Failure = Box<dyn std::error::Error>;

const PARTS: [&str; 7] = ["fill", "read", "file", "lease", "round", "person", "end"];

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let households = arguments.next().map_or(Ok(500_000), |text| text.parse::<u32>())?;
    let given = arguments.next().map(PathBuf::from);
    let parts: Vec<String> = arguments.collect();
    let parts = if parts.is_empty() { PARTS.map(str::to_owned).to_vec() } else { parts };
    let scratch = tempfile::tempdir()?;
    let directory = given.unwrap_or_else(|| scratch.path().to_owned());
    println!("{households} households, {} people; load {}", residents::people(households), testkit::figures::load()?);
    if parts.iter().any(|part| part == "fill") {
        fill::fill(&City::create(&directory)?, households)?;
    }
    for part in parts.iter().filter(|part| *part != "fill") {
        let city = City::open(&directory)?;
        match part.as_str() {
            "read" => reading::authorised(&city)?,
            "file" => reading::files(city)?,
            "lease" => contractors::look_ups(&city)?,
            "round" => contractors::daily_round(&city)?,
            "person" => person::persons(&city)?,
            "end" => ending::end(city)?,
            other => return Err(format!("{other}: the parts are {}", PARTS.join(" ")).into()),
        }
    }
    println!("load {}", testkit::figures::load()?);
    Ok(())
}
