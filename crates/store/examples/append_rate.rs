//! How fast two rows a request go in, durably: `append_rate sqlite:DIRECTORY|postgres://… [REQUESTS [OUTSTANDING]]`.
//!
//! The rows are those of a submission: a household of 600 bytes and its journal entry of 300. Rates on a shared machine
//! vary by a factor of two with its disk; the CPU time of a request is the steadier figure, so it is printed beside.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

use store::{Location, Migration, Options, Store, StoreError, Tx, Value};

const MIGRATIONS: &[Migration] = &[Migration {
    name: "rate.0001",
    sql: "create table household (id BYTES primary key, at INT64 not null, sealed BYTES not null) without rowid;
create table event (id BYTES primary key, at INT64 not null, body BYTES not null) without rowid;",
}];

const HOUSEHOLD: &str = "-- rate.household\ninsert into household (id, at, sealed) values ($1, $2, $3)";
const EVENT: &str = "-- rate.event\ninsert into event (id, at, body) values ($1, $2, $3)";

fn append(tx: &mut Tx<'_>, number: u64) -> Result<(), StoreError> {
    let mut id = [0u8; 16];
    id.iter_mut().skip(8).zip(number.to_be_bytes()).for_each(|(slot, byte)| *slot = byte);
    tx.execute(HOUSEHOLD, &[id.into(), Value::Int(0), Value::Bytes(vec![7; 600])])?;
    tx.execute(EVENT, &[id.into(), Value::Int(0), Value::Bytes(vec![9; 300])])?;
    Ok(())
}

/// How many requests are on their way, and how many failed.
#[derive(Default)]
struct Way {
    state: Mutex<(usize, u64)>,
    changed: Condvar,
}

impl Way {
    fn wait_below(&self, limit: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.0 >= limit {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.0 += 1;
    }

    fn arrived(&self, failed: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 -= 1;
        state.1 += u64::from(failed);
        drop(state);
        self.changed.notify_one();
    }

    fn failures(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

/// User and system time of this process in seconds, from the clock ticks (100 a second) of `proc_pid_stat(5)`.
fn cpu_secs() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let location = Location::parse(&words.next().unwrap_or_default())?;
    let requests: u64 = words.next().map_or(Ok(200_000), |word| word.parse())?;
    let outstanding: usize = words.next().map_or(Ok(512), |word| word.parse())?;
    let store = Store::open(&location, "append_rate", &[MIGRATIONS], Options::default())?;

    let way = Arc::new(Way::default());
    let (started, cpu) = (Instant::now(), cpu_secs());
    for number in 0..requests {
        way.wait_below(outstanding);
        let arrived = Arc::clone(&way);
        store.submit("rate.append", move |tx| append(tx, number), move |result: Result<(), store::RunError<StoreError>>| arrived.arrived(result.is_err()));
    }
    way.wait_below(1);
    let wall = started.elapsed().as_secs_f64();
    let cpu = cpu_secs().zip(cpu).map_or(0.0, |(after, before)| after - before);
    let each = 1e6 / requests as f64;
    println!("{requests} requests, {outstanding} outstanding: {:.0}/s, {:.1} µs CPU and {:.1} µs wall each, {} failed, {} bytes",
        requests as f64 / wall, cpu * each, wall * each, way.failures(), store.size_bytes()?);
    store.destroy()?;
    Ok(())
}
