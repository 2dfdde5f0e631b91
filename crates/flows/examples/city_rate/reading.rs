use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant as Stopwatch};

use kernel::{Id, Secret, kinds};
use people::{OpenRecord, Role, authorise};
use registration::open_for_officer;
use testkit::figures::{Meter, spread};

use crate::Failure;
use crate::city::City;
use crate::dice::Dice;

/// Officers who read at the same time, and what each reads.
const OFFICERS: usize = 256;
const READS: usize = 400;
/// Residents who look at their file; the first of them had three single openings each.
const FILES: usize = 1_000;
const SEED: u64 = 20_200_506;

/// Records opened by officers: grant, purpose and reason, journaled and durable before release, need-only fields opened.
pub fn authorised(city: &City) -> Result<(), Failure> {
    let (service, households) = (city.service()?, city.households()?);
    let scheme = service.scheme();
    let grant = authorise::<OpenRecord>(&city.officer(3, Role::CaseOfficer), Some(city.scope()?))?;
    let reason = Secret::new("The resident is on the line about the delivery".to_owned());
    let chosen = residents(&households);
    let read = |officer: usize| -> Result<Vec<Duration>, String> {
        let mut dice = Dice(SEED + 1 + officer as u64);
        let mut times = Vec::with_capacity(READS);
        for n in 0..READS {
            let at = if n < 12 { chosen.get((officer * 12 + n) % chosen.len().max(1)) } else { households.get(dice.below(households.len())) };
            let start = Stopwatch::now();
            let household = *at.ok_or("nobody is registered")?;
            let opened = open_for_officer(service.ledger(), &scheme, grant, household, "delivery", &reason);
            let opened = opened.map_err(|error| error.to_string())?;
            if opened.contact.is_none() || opened.people.is_some() || opened.mobile.is_some() {
                return Err("not exactly the fields of the purpose were opened".into());
            }
            times.push(start.elapsed());
        }
        Ok(times)
    };
    let meter = Meter::start()?;
    let times = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..OFFICERS).map(|officer| scope.spawn({ let read = &read; move || read(officer) })).collect();
        let done = readers.into_iter().map(|reader| reader.join().map_err(|_| "a reader stopped".to_owned()).flatten());
        done.collect::<Result<Vec<_>, _>>()
    })?;
    println!("{}", meter.rate("authorised reads, journaled before release", OFFICERS * READS)?);
    println!("{}", spread("  the same, each with 256 outstanding", times.concat()));
    let meter = Meter::start()?;
    let placed = service.ledger().integrate()?.leaves;
    println!("{}", meter.rate("  their entries placed in the journal's tree", usize::try_from(placed)?)?);
    Ok(())
}

/// A resident's complete file with the proof of each opening: from a cold page cache, then again.
pub fn files(city: City) -> Result<(), Failure> {
    let directory = city.directory.clone();
    drop(city);
    forget_pages(&directory)?;
    let city = City::open(&directory)?;
    println!("{}", spread("a resident's complete file, cold page cache", look(&city)?.0));
    let (times, proofs) = look(&city)?;
    println!("{}", spread("a resident's complete file, warm", times));
    println!("  {} proofs of openings in each of them", proofs / FILES);
    Ok(())
}

fn look(city: &City) -> Result<(Vec<Duration>, usize), Failure> {
    let (service, households) = (city.service()?, city.households()?);
    let (mut times, mut proofs) = (Vec::with_capacity(FILES), 0);
    for household in residents(&households) {
        let start = Stopwatch::now();
        let file = flows::own_file(&city.platform, &service, household)?;
        let found = flows::opening_proofs(&service, &file.status)?;
        times.push(start.elapsed());
        if file.own.people.is_empty() || file.own.contact.is_none() || found.iter().any(Option::is_none) {
            return Err("a file is not complete".into());
        }
        proofs += found.len();
    }
    Ok((times, proofs))
}

/// The residents who are looked at: they follow from the seed.
fn residents(households: &[Id<kinds::Household>]) -> Vec<Id<kinds::Household>> {
    let mut dice = Dice(SEED);
    (0..FILES).filter_map(|_| households.get(dice.below(households.len())).copied()).collect()
}

/// Has the kernel forget the pages of every store; the host may still know them.
fn forget_pages(directory: &Path) -> Result<(), Failure> {
    for entry in std::fs::read_dir(directory.join("stores"))? {
        let path = entry?.path();
        std::fs::File::open(&path)?.sync_all()?;
        let input = format!("if={}", path.display());
        let done = Command::new("dd").args([&input, "iflag=nocache", "count=0", "status=none"]).status()?;
        if !done.success() {
            return Err("dd did not run".into());
        }
    }
    Ok(())
}
