//! Prints what it costs until an erasure is durable, what a change of the root costs, and how long it takes to destroy the keys
//! of a scheme of 1.38 million people. The directory is the first argument, the present one without; the disk decides.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use kernel::{Day, Instant};
use seal::{KeyPlace, Keyring, OsRandom, Purpose, RecordNumber, Target};

/// Households of 2.76 people, as on 6 May 2020.
const HOUSEHOLDS: u64 = 500_000;
/// Withdrawn early, one in a hundred, each under four purposes.
const WITHDRAWN: u64 = 5_000;
const PURPOSES: [&str; 4] = ["matching", "delivery", "notices", "reasons"];
const SAMPLES: usize = 100;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let directory = std::env::args().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let folder = tempfile::tempdir_in(directory)?;
    let at = |name: &str| folder.path().join(name);
    let place = KeyPlace::in_files(at("keys/masks.tree"), at("roots/masks.root"), at("tiles/masks/erasures"));
    let today: Day = "2020-05-06".parse()?;
    let keys = Keyring::create(place.clone(), "masks", today, Arc::new(OsRandom))?;
    for name in PURPOSES {
        keys.add_purpose(&Purpose::new(name)?)?;
    }
    for _ in 0..HOUSEHOLDS {
        keys.next_record()?;
    }
    let expiry = today.plus(180);
    measure(&keys, expiry, 0, "one person, puncture and ledger durable")?;
    let batch = (0..WITHDRAWN).map(|n| person(n * 97 % HOUSEHOLDS, expiry)).collect::<Result<Vec<_>, _>>()?;
    let start = Stopwatch::now();
    keys.erase(at_noon(today), &batch.concat())?;
    println!("{:8.1} ms  {WITHDRAWN} people in one batch", ms(start));
    println!("{:8} kB  the tree file now", std::fs::metadata(&place.tree)?.len() / 1024);
    measure(&keys, expiry, 1, "one person, beside 5,000 withdrawn ones")?;
    let mut rolls = Vec::new();
    for _ in 0..20 {
        let start = Stopwatch::now();
        keys.roll()?;
        rolls.push(ms(start));
    }
    report(rolls, "change of the root");
    drop(keys);
    let start = Stopwatch::now();
    let keys = Keyring::open(place.clone(), "masks", today, Arc::new(OsRandom))?;
    println!("{:8.1} ms  open, with {} lines of the ledger", ms(start), keys.erasures_since(0)?.len());
    let start = Stopwatch::now();
    keys.destroy(at_noon(today), [0; 32])?;
    println!("{:8.1} ms  the keys of {HOUSEHOLDS} households (1.38 million people) destroyed", ms(start));
    Ok(())
}

fn measure(keys: &Keyring, expiry: Day, round: u64, what: &str) -> Result<(), Failure> {
    let mut times = Vec::new();
    for n in 0..SAMPLES as u64 {
        let batch = person(HOUSEHOLDS / 2 + round * 1_000 + n, expiry)?;
        let start = Stopwatch::now();
        keys.erase(at_noon(expiry.plus(-180)), &batch)?;
        times.push(ms(start));
    }
    report(times, what);
    Ok(())
}

fn person(record: u64, expiry: Day) -> Result<Vec<(Target, [u8; 32])>, seal::SealError> {
    let record = RecordNumber(record);
    PURPOSES.iter().map(|name| Ok((Target::Record { purpose: Purpose::new(name)?, expiry, record }, [7; 32]))).collect()
}

fn report(mut times: Vec<f64>, what: &str) {
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    println!("{:8.1} ms  median, {:.1} ms at the 99th percentile   {what}", at(50), at(99));
}

fn ms(since: Stopwatch) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn at_noon(day: Day) -> Instant {
    Instant::at(day, 720)
}
