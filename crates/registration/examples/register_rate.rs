//! What one registration costs in this process: `cargo run --release -p registration --example register_rate [N]`.
//!
//! Prepare (seal) and register through the ledger with 512 outstanding, on SQLite in files, every one with its receipt; then
//! matching against a register that answers at once. CPU time is that of the whole process, from `/proc/self/stat`.

use std::fs;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Instant as Stopwatch;

use hongkong::{District, IdNumber, Phone};
use journal::{Actor, Ledger, LedgerParts};
use kernel::{Clock, Day, Instant, Language};
use registration::matching::{Answer, PopulationRegister, Question, RegisterUnavailable};
use registration::scheme::{Definition, Scheme};
use registration::{
    Address, Channel, Household, Matcher, Person, Register, Sender, Submission, match_batch, prepare, put_in_force,
    register,
};
use seal::{Ed25519Signer, KeyPlace, Keyring, OsRandom};
use store::{Location, Options, Store};

type Failure = Box<dyn std::error::Error>;

const OUTSTANDING: usize = 512;

#[expect(clippy::print_stdout, reason = "it prints what it measured")]
fn main() -> Result<(), Failure> {
    let count = std::env::args().nth(1).map_or(Ok(50_000), |text| text.parse::<u32>())?;
    let directory = tempfile::tempdir()?;
    let (ledger, scheme) = open(directory.path())?;
    let households = (0..count).map(household).collect::<Result<Vec<_>, _>>()?;

    let meter = Meter::start()?;
    let mut commands = Vec::with_capacity(households.len());
    for (household, n) in households.iter().zip(0u32..) {
        commands.push(prepared(&ledger, &scheme, household, n)?);
    }
    println!("{}", meter.stop("seal and prepare", count)?);

    let meter = Meter::start()?;
    let receipts = submit_all(&ledger, commands)?;
    println!("{}", meter.stop("register, with receipt", count)?);
    println!("{receipts} receipts");

    let meter = Meter::start()?;
    let (sender, answers) = (Sender { origin: "https://x.example".into(), host: "x.example".into() }, Yes);
    let matcher = Matcher { scheme: &scheme, register: &answers, sender: &sender, limit: 1000 };
    while match_batch(&ledger, &matcher)?.taken > 0 {}
    println!("{}", meter.stop("match", count)?);

    let meter = Meter::start()?;
    ledger.integrate()?;
    println!("{}", meter.stop("integrate", count)?);
    println!("{} bytes in the store for each", ledger.store().size_bytes()? / u64::from(count));
    Ok(())
}

fn open(directory: &std::path::Path) -> Result<(Arc<Ledger>, Scheme), Failure> {
    let scheme = Scheme::compile(Definition::masks_2020()?).map_err(|flaws| format!("{flaws:?}"))?;
    let clock: Arc<dyn Clock> = Arc::new(Open(Stopwatch::now()));
    let place = KeyPlace::in_files(directory.join("keys/k.tree"), directory.join("roots/k.root"), directory.join("erasures"));
    fs::create_dir_all(directory.join("keys"))?;
    fs::create_dir_all(directory.join("roots"))?;
    let keys = Arc::new(Keyring::create(place, "masks", clock.now().day(), Arc::new(OsRandom))?);
    let mut purposes: Vec<String> = scheme.purposes().iter().map(|purpose| purpose.id.clone()).collect();
    purposes.push(notify::PURPOSE.to_owned());
    vault::prepare_keys(&keys, &purposes)?;
    let migrations: &[&[store::Migration]] =
        &[journal::MIGRATIONS, vault::MIGRATIONS, notify::MIGRATIONS, registration::MIGRATIONS];
    let store = Store::open(&Location::Sqlite(directory.join("data")), "masks", migrations, Options::default())?;
    let ledger = Ledger::open(LedgerParts {
        store,
        keys,
        signer: Arc::new(Ed25519Signer::create(&directory.join("log.key"), "bench/log")?),
        clock,
        random: Arc::new(OsRandom),
        tiles: directory.join("tiles"),
        origin: "bench/masks".into(),
    })?;
    let definition = scheme.clone();
    let in_force = ledger.write("bench.in_force", Actor::Operator, move |work| put_in_force(work, kernel::Id::from_bytes([2; 16]), &definition));
    in_force.map_err(|error| format!("{error:?}"))?;
    Ok((ledger, scheme))
}

fn household(n: u32) -> Result<Household, Failure> {
    let person = |n: u32| -> Result<Person, Failure> {
        let letter = if n < 1_000_000 { 'Q' } else { 'U' };
        let number = IdNumber::from_number(&format!("{letter}{:06}", n % 1_000_000));
        let number = number.map_err(|error| format!("{error:?}"))?;
        Ok(Person { id_number: number, birth: Day::from_number(-10_000 + i32::try_from(n % 9000)?) })
    };
    let mobile = Phone::parse(&format!("51{:06}", n % 1_000_000)).map_err(|error| format!("{error:?}"))?;
    let address = Address {
        line: format!("Flat {}, 12/F, Harbour House, 388 Kwun Tong Road, Kwun Tong", n % 400),
        flat: (n % 400).to_string(),
        floor: "12".into(),
        key: Some("3218922905T20050430-00000000".into()),
        district: District::KwunTong,
    };
    let members = vec![person(3 * n + 1)?, person(3 * n + 2)?];
    Ok(Household { main: person(3 * n)?, name: "Chan Tai Man".into(), address, mobile: Some(mobile), members, vaccination: None })
}

fn prepared(ledger: &Ledger, scheme: &Scheme, household: &Household, n: u32) -> Result<Register, Failure> {
    let idempotency = format!("bench-{n:020}");
    let submission = Submission {
        household,
        idempotency: &idempotency,
        language: Language::ZhHant,
        channel: Channel::Online,
        replaces: None,
        shown: scheme.digest(),
        officer: None,
    };
    Ok(prepare(ledger.keys(), scheme, &submission)?)
}

fn submit_all(ledger: &Arc<Ledger>, commands: Vec<Register>) -> Result<usize, Failure> {
    let (done, results) = channel::<bool>();
    let (mut outstanding, mut receipts) = (0, 0);
    for command in commands {
        if outstanding == OUTSTANDING {
            receipts += usize::from(results.recv()?);
            outstanding -= 1;
        }
        outstanding += 1;
        let (done, owner) = (done.clone(), ledger.clone());
        let act = move |work: &mut journal::Work<'_, '_>| register(work, &command);
        ledger.submit("registration.register", Actor::Visitor, act, move |result| {
            // Whoever has given up waiting needs no answer.
            match result {
                Ok((_, committed)) => owner.sign_receipt(&committed, move |_| {
                    let _ = done.send(true);
                }),
                Err(_) => {
                    let _ = done.send(false);
                }
            }
        });
    }
    drop(done);
    receipts += results.iter().filter(|good| *good).count();
    Ok(receipts)
}

struct Yes;

impl PopulationRegister for Yes {
    fn check(&self, _: &str, questions: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable> {
        Ok(vec![Answer::Resident; questions.len()])
    }
}

/// A clock that begins when the scheme opens.
struct Open(Stopwatch);

impl Clock for Open {
    fn now(&self) -> Instant {
        let opened = Instant::at(Day::from_civil(2020, 5, 6).unwrap_or(Day::from_number(18_388)), 7 * 60 + 1);
        opened.plus_millis(i64::try_from(self.0.elapsed().as_millis()).unwrap_or(0))
    }
}

struct Meter {
    wall: Stopwatch,
    cpu_ticks: u64,
}

impl Meter {
    fn start() -> Result<Self, Failure> {
        Ok(Self { wall: Stopwatch::now(), cpu_ticks: cpu_ticks()? })
    }

    fn stop(&self, what: &str, count: u32) -> Result<String, Failure> {
        let (seconds, count) = (self.wall.elapsed().as_secs_f64(), f64::from(count));
        // A tick is a hundredth of a second on every Linux.
        let cpu_us = f64::from(u32::try_from(cpu_ticks()? - self.cpu_ticks)?) * 10_000.0 / count;
        Ok(format!("{what:<24} {:>9.0}/s {cpu_us:>8.1} us CPU each", count / seconds))
    }
}

/// User and system time of this process.
fn cpu_ticks() -> Result<u64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?.1;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let field = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).ok_or("a short /proc/self/stat");
    Ok(field(11)? + field(12)?)
}
