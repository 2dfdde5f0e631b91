//! Prints what it costs to seal and open the four values of a household, alone and with threads in each other's way.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use kernel::Day;
use seal::{AfterCommit, Keyring, OsRandom, Purpose, Sealed, Slot};

const HOUSEHOLDS: u32 = 200_000;
/// Person and field group of the values of a household of three: name and address, then each one's number and date of birth.
const VALUES: [(u8, u8); 4] = [(0, 0), (0, 1), (1, 1), (2, 1)];

fn main() -> Result<(), Box<dyn Error>> {
    let today: Day = "2020-05-06".parse()?;
    let keys = Arc::new(Keyring::in_memory("cumask", today, Arc::new(OsRandom)));
    let purpose = Purpose::new("matching")?;
    keys.add_purpose(&purpose)?;
    let start = cpu_us()?;
    let sealed = seal_households(&keys, purpose, today.plus(180))?;
    report("seal, one thread", HOUSEHOLDS, start)?;
    let start = cpu_us()?;
    for (slot, value) in &sealed {
        keys.open_sealed(slot, value, &AfterCommit::vouched_by_journal())?;
    }
    report("open in order, one thread", HOUSEHOLDS, start)?;
    drop(sealed);
    for threads in [2, 4] {
        let start = cpu_us()?;
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| seal_households(&keys, purpose, today.plus(180)).map(drop));
            }
        });
        report(&format!("seal, {threads} threads"), HOUSEHOLDS * threads, start)?;
    }
    Ok(())
}

fn seal_households(keys: &Keyring, purpose: Purpose, expiry: Day) -> Result<Vec<(Slot, Sealed)>, seal::SealError> {
    let mut out = Vec::with_capacity(800_000);
    for _ in 0..HOUSEHOLDS {
        let record = keys.next_record()?;
        for (person, group) in VALUES {
            let slot = Slot { purpose, record, person, group, schema: 1, expiry };
            out.push((slot, keys.seal(&slot, &[b'x'; 120])?));
        }
    }
    Ok(out)
}

fn report(what: &str, households: u32, since_us: u64) -> Result<(), Box<dyn Error>> {
    let each = Duration::from_micros(cpu_us()? - since_us).as_secs_f64() * 1e6 / f64::from(households);
    println!("{each:6.2} µs CPU a household of {} values   {what}", VALUES.len());
    Ok(())
}

/// User and system time of the process, all threads, from `/proc` (ticks of 10 ms).
fn cpu_us() -> Result<u64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(ticks * 10_000)
}
