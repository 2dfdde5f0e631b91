//! How fast a store is copied and restored: `cargo run --release -p store --example copy_rate -- [households] [location]`.
//!
//! Each household is a row of 600 sealed bytes and a journal entry of 400, as in a scheme; the copy goes into a temporary file, so
//! the figures are the engine's and the format's, without encryption. The location is a new directory without one.

use std::io::{Read, Seek, SeekFrom, Write};
use std::time::Instant;

use store::{Location, Migration, Options, Store, StoreError, Value};

const TABLES: &[Migration] = &[Migration {
    name: "copy.0001",
    sql: "create table household (id BYTES not null primary key, at INT64 not null, sealed BYTES not null);\n\
          create table event (id BYTES not null primary key, body TEXT not null, leaf BYTES not null);\n\
          create index event_leaf on event (leaf);",
}];
const BATCH: u64 = 2_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let households: u64 = arguments.next().map_or(Ok(100_000), |count| count.parse())?;
    let directory = tempfile::tempdir()?;
    let fallback = || Ok(Location::Sqlite(directory.path().to_owned()));
    let location = arguments.next().map_or_else(fallback, |text| Location::parse(&text))?;
    let store = Store::open(&location, "copied", &[TABLES], Options::default())?;
    for first in (0..households).step_by(usize::try_from(BATCH)?) {
        fill(&store, first, BATCH.min(households - first))?;
    }
    let mut file = tempfile::tempfile()?;
    let began = Instant::now();
    let copied = Store::back_up(&location, "copied", &mut file)?;
    report("copied", copied.rows(), file.stream_position()?, began)?;
    file.seek(SeekFrom::Start(0))?;
    let began = Instant::now();
    let again = Location::Sqlite(directory.path().join("again"));
    let restored = Store::restore(&again, "copied", &[TABLES], &mut file as &mut (dyn Read + Send))?;
    report("restored", restored.rows(), file.stream_position()?, began)?;
    let began = Instant::now();
    Store::inspect(&again, "copied")?;
    report("inspected", restored.rows(), file.stream_position()?, began)?;
    store.destroy()?;
    Ok(())
}

fn fill(store: &Store, first: u64, count: u64) -> Result<(), Box<dyn std::error::Error>> {
    let id = |n: u64| Value::Bytes((u128::from(n) << 64).to_be_bytes().to_vec());
    let bytes = |n: u64, length: usize| -> Vec<u8> { (0..length as u64).map(|at| (n.wrapping_mul(0x9e37_79b9) ^ at).to_le_bytes()[0]).collect() };
    let rows = move |make: &dyn Fn(u64) -> Vec<Value>| (first..first + count).map(make).collect::<Vec<_>>();
    let households = rows(&|n| vec![id(n), Value::Int(i64::try_from(n).unwrap_or(0)), bytes(n, 600).into()]);
    let events = rows(&|n| vec![id(n), "e".repeat(400).into(), bytes(n, 32).into()]);
    let written = store.write("copy.fill", move |tx| {
        tx.bulk_insert("-- copy.households\ninsert into household (id, at, sealed)", &households, "")?;
        tx.bulk_insert("-- copy.events\ninsert into event (id, body, leaf)", &events, "")?;
        Ok::<_, StoreError>(())
    });
    Ok(written?)
}

fn report(what: &str, rows: u64, bytes: u64, began: Instant) -> std::io::Result<()> {
    let milliseconds = began.elapsed().as_millis().max(1);
    let rate = u128::from(bytes) / 1000 / milliseconds;
    writeln!(std::io::stdout(), "{what} {rows} rows, {bytes} bytes in {milliseconds} ms ({rate} MB/s)")
}
