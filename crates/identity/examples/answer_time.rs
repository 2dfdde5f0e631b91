//! Promise 11 by the clock: whether the time of an answer tells a number with an account from one without.
//! `cargo run --release -p identity --example answer_time [N]`.
//!
//! Each act is timed for numbers with an account, for numbers without, and again for others with one: how far two runs of the
//! same case are apart is what the difference is held against. SQLite in files, every act durable.

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use hongkong::Phone;
use identity::{AskCode, Charter, CodeFor, NewPassword, SHIPPED_CHARTER, Ticket};
use journal::{Actor, Ledger, LedgerParts, Work};
use kernel::{Clock as _, Language, Random};
use notify::{Mobile, Opened};
use seal::{Ed25519Signer, KeyPlace, Keyring, OsRandom};
use store::{Location, Options, Store};
use testkit::MovableClock;

type Failure = Box<dyn std::error::Error>;

struct Stage {
    ledger: Arc<Ledger>,
    clock: Arc<MovableClock>,
    charter: Charter,
}

const PASSWORD: &str = "seven tall junks";
const ACTS: [&str; 4] = ["asking for a code", "a wrong code", "a wrong password", "getting back"];

#[expect(clippy::print_stdout, reason = "it prints what it measured")]
fn main() -> Result<(), Failure> {
    let count = std::env::args().nth(1).map_or(Ok(400), |text| text.parse::<u32>())?;
    let directory = tempfile::tempdir()?;
    let stage = open(directory.path())?;
    // Even numbers have an account; each is used for one act only, so that no budget runs out.
    for n in 0..count * 2 {
        sign_up(&stage, n * 2)?;
    }
    let mut times: [[Vec<f64>; 3]; 4] = Default::default();
    for n in 0..count {
        for (case, number) in [n * 4, n * 4 + 1, n * 4 + 2].into_iter().enumerate() {
            for (act, time) in one(&stage, number)?.into_iter().enumerate() {
                times.get_mut(act).and_then(|cases| cases.get_mut(case)).ok_or("no such act")?.push(time);
            }
        }
    }
    for (act, cases) in ACTS.iter().zip(&mut times) {
        for case in cases.iter_mut() {
            case.sort_unstable_by(f64::total_cmp);
        }
        let [with, without, again] = &*cases;
        let median = |times: &[f64]| times.get(times.len() / 2).copied().unwrap_or(0.0);
        let (seen, control, limit) = (distance(with, without), distance(with, again), critical(with.len(), without.len()));
        let verdict = if seen < limit { "not told apart" } else { "TOLD APART" };
        println!(
            "{act:<18} with {:.2} ms, without {:.2} ms; KS distance {seen:.3}, the same case twice {control:.3}, 1 % limit {limit:.3}: {verdict}",
            median(with),
            median(without)
        );
    }
    Ok(())
}

/// The four acts for one number, in milliseconds.
fn one(stage: &Stage, n: u32) -> Result<[f64; 4], Failure> {
    let Stage { ledger, charter, .. } = stage;
    let (ticket, asked) = timed(|| ask(stage, CodeFor::SignIn, n))?;
    let code = code(ledger)?;
    let wrong = if code == "111111" { "222222" } else { "111111" };
    let enter = |code: &str, password: &str| {
        let entered = identity::sign_in_by_password(ledger, charter, &ticket, (code, password), (None, |_, _| Ok(0)));
        if entered.is_ok() { Err("somebody came in".into()) } else { Ok::<_, Failure>(()) }
    };
    let ((), wrong_code) = timed(|| enter(wrong, PASSWORD))?;
    let ((), wrong_password) = timed(|| enter(&code, "not the password"))?;
    let ticket = ask(stage, CodeFor::Recovery, n)?;
    let code = self::code(ledger)?;
    let ((), back) = timed(|| {
        let keys = ledger.keys().clone();
        let random = &**ledger.random();
        let new = identity::prepare_recovery(&keys, random, ledger.now(), &ticket, Language::En, "localhost")?;
        let (ticket, code) = (ticket.clone(), code.clone());
        let recover = move |work: &mut Work<'_, '_>| identity::begin_recovery(work, &keys, &ticket, &code, &new);
        let begun = ledger.write("example.recover", Actor::Visitor, recover)?.0;
        if begun { Ok(()) } else { Err("the code is wrong".into()) }
    })?;
    Ok([asked, wrong_code, wrong_password, back])
}

fn timed<T>(act: impl FnOnce() -> Result<T, Failure>) -> Result<(T, f64), Failure> {
    let began = Stopwatch::now();
    let done = act()?;
    Ok((done, began.elapsed().as_secs_f64() * 1000.0))
}

fn sign_up(stage: &Stage, n: u32) -> Result<(), Failure> {
    let Stage { ledger, charter, .. } = stage;
    let ticket = ask(stage, CodeFor::SignUp, n)?;
    let (keys, typed, code) = (ledger.keys().clone(), ticket.clone(), code(ledger)?);
    let check = move |work: &mut Work<'_, '_>| identity::confirm_code(work, &keys, &typed, &code);
    ledger.write("example.code", Actor::Visitor, check)?;
    let password = NewPassword::parse(PASSWORD, None)?;
    identity::create_password_account(ledger, charter, &ticket, Language::En, &password)?;
    Ok(())
}

/// Every number asks from an address of its own.
fn ask(stage: &Stage, aim: CodeFor, n: u32) -> Result<Ticket, Failure> {
    let ledger = &stage.ledger;
    // A second passes each time, so that the newest message is the last one.
    stage.clock.advance_secs(1);
    let mobile = Mobile::try_from(Phone::parse(&format!("51{n:06}")).map_err(|_| "no number")?).map_err(|_| "no mobile")?;
    let network = std::net::Ipv4Addr::from_bits(0x0a00_0000 + n * 256).to_string();
    let asked = AskCode { aim, mobile, language: Language::En, network: &network, host: "localhost", device: None };
    let (ticket, new) = identity::prepare_enrolment(ledger.keys(), &**ledger.random(), ledger.now(), asked)?;
    ledger.write("example.ask", Actor::Visitor, move |work| identity::begin_enrolment(work, &new))?;
    Ok(ticket)
}

/// The code of the newest message.
fn code(ledger: &Ledger) -> Result<String, Failure> {
    let newest = notify::inbox(ledger, Actor::Visitor, None, 1)?.into_iter().next();
    let Some(Opened::Sms { text, .. }) = newest.and_then(|message| message.content) else { return Err("no message".into()) };
    Ok(text.rsplit('#').next().unwrap_or_default().to_owned())
}

fn open(directory: &std::path::Path) -> Result<Stage, Failure> {
    let clock = Arc::new(MovableClock::at("2021-03-01T09:00"));
    let random: Arc<dyn Random> = Arc::new(OsRandom);
    for folder in ["store", "keys", "roots", "tiles"] {
        std::fs::create_dir_all(directory.join(folder))?;
    }
    let tables = [journal::MIGRATIONS, notify::MIGRATIONS, identity::MIGRATIONS];
    let store = Store::open(&Location::Sqlite(directory.join("store")), "identity", &tables, Options::default())?;
    let place = KeyPlace::in_files(directory.join("keys/k.tree"), directory.join("roots/k.root"), directory.join("erasures"));
    let keys = Arc::new(Keyring::create(place, "identity", clock.now().day(), random.clone())?);
    identity::prepare_keys(&keys)?;
    let signer = Arc::new(Ed25519Signer::create(&directory.join("log.key"), "example")?);
    let tiles = directory.join("tiles");
    let parts = LedgerParts { store, keys, signer, clock: clock.clone(), random, tiles, origin: "example/identity".into() };
    Ok(Stage { ledger: Ledger::open(parts)?, clock, charter: Charter::parse(SHIPPED_CHARTER)? })
}

/// The largest distance of two empirical distributions (Kolmogorov and Smirnov), of sorted samples.
#[expect(clippy::cast_precision_loss, reason = "counts of some hundreds")]
fn distance(one: &[f64], other: &[f64]) -> f64 {
    let share = |samples: &[f64], at: f64| samples.partition_point(|sample| *sample <= at) as f64 / samples.len().max(1) as f64;
    one.iter().chain(other).map(|&at| (share(one, at) - share(other, at)).abs()).fold(0.0, f64::max)
}

/// The distance that two samples of the same distribution exceed once in a hundred times.
#[expect(clippy::cast_precision_loss, reason = "counts of some hundreds")]
fn critical(one: usize, other: usize) -> f64 {
    let (one, other) = (one.max(1) as f64, other.max(1) as f64);
    1.628 * ((one + other) / (one * other)).sqrt()
}
