//! Prints what one value of the blind index costs: identity number and date of birth together, as matching computes it.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;
use std::sync::Arc;

use kernel::Day;
use seal::{Keyring, OsRandom};

const PEOPLE: u32 = 2_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let today: Day = "2020-05-06".parse()?;
    let keys = Keyring::in_memory("cumask", today, Arc::new(OsRandom));
    let inputs: Vec<String> = (0..1000).map(|number| format!("Q{number:06}|1970-01-{:02}", number % 28 + 1)).collect();
    let (start, mut seen) = (cpu_us()?, 0_u64);
    for input in inputs.iter().cycle().take(usize::try_from(PEOPLE)?) {
        let tag = keys.blind("person", input.as_bytes())?;
        // Added up, so that nothing can be left out as unused.
        seen = seen.wrapping_add(u64::from(tag.first().copied().unwrap_or(0)));
    }
    let micros = u32::try_from(cpu_us()? - start)?;
    println!("{:6.2} µs CPU a person ({PEOPLE} of them, check sum {seen})", f64::from(micros) / f64::from(PEOPLE));
    Ok(())
}

/// User and system time of the process, all threads, from `/proc` (ticks of 10 ms).
fn cpu_us() -> Result<u64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(ticks * 10_000)
}
