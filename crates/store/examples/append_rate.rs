//! How fast two rows a request go in, durably: `append_rate sqlite:DIRECTORY|postgres://… [REQUESTS [OUTSTANDING]]`.
//!
//! The rows are those of a submission: a household of 600 bytes and its journal entry of 300. Rates on a shared machine
//! vary by a factor of two with its disk; the CPU time of a request is the steadier figure, so it is printed beside.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use store::{Location, Migration, Options, RunError, Store, StoreError, Tx, Value};

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

/// The requests that are on their way.
#[derive(Default)]
struct Way {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    outstanding: usize,
    failed: u64,
    /// How long each answer took, in microseconds.
    waits: Vec<u128>,
}

impl Way {
    fn enter(&self, limit: usize) {
        let mut state = self.lock();
        while state.outstanding >= limit {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.outstanding += 1;
    }

    fn leave(&self, entered: Instant, failed: bool) {
        let mut state = self.lock();
        state.outstanding -= 1;
        state.failed += u64::from(failed);
        state.waits.push(entered.elapsed().as_micros());
        drop(state);
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The wait that so many of a thousand answers did not exceed, in milliseconds.
#[expect(clippy::cast_precision_loss, reason = "microseconds far below 2^52")]
fn quantile(waits: &[u128], permille: usize) -> f64 {
    waits.get(waits.len() * permille / 1000).map_or(0.0, |&micros| micros as f64 / 1000.0)
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
        way.enter(outstanding);
        let (arrived, entered) = (Arc::clone(&way), Instant::now());
        let reply = move |result: Result<(), RunError<StoreError>>| arrived.leave(entered, result.is_err());
        store.submit("rate.append", move |tx| append(tx, number), reply);
    }
    way.enter(1);
    let wall = started.elapsed().as_secs_f64();
    let cpu = cpu_secs().zip(cpu).map_or(0.0, |(after, before)| after - before);
    let each = 1e6 / requests as f64;
    let mut state = way.lock();
    state.waits.sort_unstable();
    let (rate, half, most) = (requests as f64 / wall, quantile(&state.waits, 500), quantile(&state.waits, 990));
    println!("{requests} requests, {outstanding} outstanding, {} failed, {} bytes", state.failed, store.size_bytes()?);
    println!("{rate:.0}/s, {:.1} µs CPU and {:.1} µs wall each; waits: p50 {half:.1} ms, p99 {most:.1} ms", cpu * each, wall * each);
    drop(state);
    store.destroy()?;
    Ok(())
}
