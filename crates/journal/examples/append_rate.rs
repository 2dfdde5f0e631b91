//! What one entry of the journal costs, apart from everything that is journaled: `append_rate [ENTRIES [OUTSTANDING]]`.
//!
//! Entries of the size of a registration's are appended durably on SQLite in a file, a unit of work each; then they are placed in
//! the Merkle tree, with tiles and a signed checkpoint, as the integrator does.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Instant as Stopwatch;

use journal::{Actor, Event, Ledger, LedgerParts};
use kernel::{Clock, Day, Instant};
use seal::{Ed25519Signer, Keyring, OsRandom};
use store::{Location, Options, Store, StoreError};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let entries: u32 = words.next().map_or(Ok(200_000), |word| word.parse())?;
    let outstanding: usize = words.next().map_or(Ok(512), |word| word.parse())?;
    let directory = tempfile::tempdir()?;
    let ledger = open(directory.path())?;

    let meter = Meter::start()?;
    let (done, answers) = channel::<bool>();
    let (mut on_their_way, mut good) = (0, 0_u32);
    for number in 0..entries {
        if on_their_way == outstanding {
            good += u32::from(answers.recv()?);
            on_their_way -= 1;
        }
        on_their_way += 1;
        let done = done.clone();
        let act = move |work: &mut journal::Work<'_, '_>| work.journal(entry(number)).map(drop);
        ledger.submit("bench.append", Actor::Visitor, act, move |result: Result<_, store::RunError<StoreError>>| {
            // The receiver lives until every answer has come.
            let _ = done.send(result.is_ok());
        });
    }
    drop(done);
    good += answers.iter().map(u32::from).sum::<u32>();
    println!("{}", meter.stop("appended, durably", good)?);
    let meter = Meter::start()?;
    ledger.integrate()?;
    println!("{}", meter.stop("placed in the tree", entries)?);
    println!("{} bytes an entry in the store", ledger.store().size_bytes()? / u64::from(entries.max(1)));
    Ok(())
}

/// What a registration notes of itself.
fn entry(number: u32) -> Event {
    let mut household = [7; 16];
    household.iter_mut().zip(number.to_be_bytes()).for_each(|(slot, byte)| *slot = byte);
    Event::new("registration.received").record(household).detail("reference", format!("7F3K-9QXM-{number:04}")).detail("people", 3)
}

fn open(directory: &std::path::Path) -> Result<Arc<Ledger>, Failure> {
    let today = Day::from_number(18_388);
    let clock: Arc<dyn Clock> = Arc::new(Running(Stopwatch::now()));
    let store = Store::open(&Location::Sqlite(directory.join("data")), "bench", &[journal::MIGRATIONS], Options::default())?;
    Ok(Ledger::open(LedgerParts {
        store,
        keys: Arc::new(Keyring::in_memory("bench", today, Arc::new(OsRandom))),
        signer: Arc::new(Ed25519Signer::create(&directory.join("log.key"), "bench/log")?),
        clock,
        random: Arc::new(OsRandom),
        tiles: directory.join("tiles"),
        origin: "bench/journal".into(),
    })?)
}

/// A clock that goes on from an arbitrary morning.
struct Running(Stopwatch);

impl Clock for Running {
    fn now(&self) -> Instant {
        let began = Instant::at(Day::from_number(18_388), 7 * 60);
        began.plus_millis(i64::try_from(self.0.elapsed().as_millis()).unwrap_or(0))
    }
}

struct Meter {
    wall: Stopwatch,
    cpu_us: u64,
}

impl Meter {
    fn start() -> Result<Self, Failure> {
        Ok(Self { wall: Stopwatch::now(), cpu_us: cpu_us()? })
    }

    fn stop(&self, what: &str, count: u32) -> Result<String, Failure> {
        let cpu = f64::from(u32::try_from(cpu_us()? - self.cpu_us)?) / f64::from(count.max(1));
        let rate = f64::from(count) / self.wall.elapsed().as_secs_f64();
        Ok(format!("{cpu:6.2} µs CPU an entry, {rate:.0}/s   {what} ({count})"))
    }
}

/// User and system time of the process, all threads, from `/proc` (ticks of 10 ms).
fn cpu_us() -> Result<u64, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(ticks * 10_000)
}
