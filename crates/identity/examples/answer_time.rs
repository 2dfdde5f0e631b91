//! Promise 11 by the clock: whether the time of an answer tells a number with an account from one without.
//! `cargo run --release -p identity --example answer_time [N]`.
//!
//! Each act is timed for numbers with an account, for numbers without, and again for others with one: how far two runs of the
//! same case are apart is what the difference is held against. SQLite in files, every act durable.

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use hongkong::Phone;
use identity::{ActivationDetails, AskCode, Charter, CodeFor, Document, NewPassword, SHIPPED_CHARTER, Ticket, TypedDocument};
use journal::{Actor, Ledger, LedgerParts, Work};
use kernel::{Clock as _, Language, Random};
use notify::{Mobile, Opened};
use people::{RelyingParty, SoftwarePasskey};
use seal::{Ed25519Signer, KeyPlace, Keyring, OsRandom};
use store::{Location, Options, Store};
use testkit::{MovableClock, SeededRandom};

type Failure = Box<dyn std::error::Error>;

struct Stage {
    ledger: Arc<Ledger>,
    clock: Arc<MovableClock>,
    charter: Charter,
    rp: RelyingParty,
}

const ORIGIN: &str = "http://localhost:8080";
const PASSWORD: &str = "seven tall junks";
const ACTS: [&str; 7] = ["asking for a code", "a wrong code", "cancelling", "a forgotten password", "getting back", "a wrong password", "a new password"];
/// The acts that hash a password stand last: with more numbers than this they are left out, or a night does not suffice.
const PASSWORDS_MOST: u32 = 5_000;
const WITHOUT_PASSWORDS: usize = 5;

#[expect(clippy::print_stdout, reason = "it prints what it measured")]
fn main() -> Result<(), Failure> {
    let count = std::env::args().nth(1).map_or(Ok(400), |text| text.parse::<u32>())?;
    let directory = tempfile::tempdir()?;
    let stage = open(directory.path())?;
    // Even numbers have an account; each is used for one act only, so that no budget runs out.
    for n in 0..count * 2 {
        sign_up(&stage, n * 2, count <= PASSWORDS_MOST)?;
    }
    // The five codes that one number is sent on one day are those of the acts.
    stage.clock.advance_days(1);
    stage.ledger.write("example.purge", Actor::Job("example"), identity::purge)?;
    let mut times: [[Vec<f64>; 3]; 7] = Default::default();
    let chance = SeededRandom::new(11);
    for n in 0..count {
        // In an order of their own each time: what an act leaves behind for the next one tells nothing then.
        let mut cases = [(0, n * 4), (1, n * 4 + 1), (2, n * 4 + 2)];
        let [drawn, ..] = chance.bytes16();
        cases.rotate_left(usize::from(drawn % 3));
        if drawn >= 128 {
            cases.reverse();
        }
        for (case, number) in cases {
            let mut acts = codes(&stage, number)?.to_vec();
            if count <= PASSWORDS_MOST {
                acts.extend(passwords(&stage, number)?);
            }
            for (act, time) in acts.into_iter().enumerate() {
                times.get_mut(act).and_then(|cases| cases.get_mut(case)).ok_or("no such act")?.push(time);
            }
        }
    }
    let measured = if count <= PASSWORDS_MOST { ACTS.len() } else { WITHOUT_PASSWORDS };
    for (act, cases) in ACTS.iter().zip(&mut times).take(measured) {
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

/// The acts for one number that hash no password, in milliseconds.
fn codes(stage: &Stage, n: u32) -> Result<[f64; WITHOUT_PASSWORDS], Failure> {
    let ledger = &stage.ledger;
    let (ticket, asked) = timed(|| errand(stage, CodeFor::Cancel, n))?;
    let code = code(ledger)?;
    let wrong = if code == "111111" { "222222" } else { "111111" };
    let cancel = |code: &str| {
        let (keys, ticket, code) = (ledger.keys().clone(), ticket.clone(), code.to_owned());
        let cancel = move |work: &mut Work<'_, '_>| identity::ask_to_cancel(work, &keys, &ticket, &code);
        Ok::<_, Failure>(ledger.write("example.cancel", Actor::Visitor, cancel)?.0)
    };
    let (false, wrong_code) = timed(|| cancel(wrong))? else { return Err("a wrong code was right".into()) };
    let (true, cancelled) = timed(|| cancel(&code))? else { return Err("the code is wrong".into()) };
    let ticket = errand(stage, CodeFor::NewPassword, n)?;
    let code = self::code(ledger)?;
    let (forgotten, time) = timed(|| {
        let (keys, ticket, code) = (ledger.keys().clone(), ticket.clone(), code.clone());
        let confirm = move |work: &mut Work<'_, '_>| identity::confirm_password_code(work, &keys, &ticket, &code);
        Ok(ledger.write("example.forgot", Actor::Visitor, confirm)?.0)
    })?;
    if !forgotten {
        return Err("the code is wrong".into());
    }
    Ok([asked, wrong_code, cancelled, time, back(stage, n)?])
}

fn back(stage: &Stage, n: u32) -> Result<f64, Failure> {
    let ledger = &stage.ledger;
    let ticket = ask(stage, CodeFor::Recovery, n)?;
    let code = code(ledger)?;
    let ((), back) = timed(|| {
        let keys = ledger.keys().clone();
        let random = &**ledger.random();
        let new = identity::prepare_recovery(&keys, random, ledger.now(), &ticket, Language::En, "localhost")?;
        let (ticket, code) = (ticket.clone(), code.clone());
        let recover = move |work: &mut Work<'_, '_>| identity::begin_recovery(work, &keys, &ticket, &code, &new);
        let begun = ledger.write("example.recover", Actor::Visitor, recover)?.0;
        if begun { Ok(()) } else { Err("the code is wrong".into()) }
    })?;
    Ok(back)
}

/// The acts that hash a password.
fn passwords(stage: &Stage, n: u32) -> Result<[f64; 2], Failure> {
    let Stage { ledger, charter, .. } = stage;
    let ticket = ask(stage, CodeFor::SignIn, n)?;
    let code = code(ledger)?;
    let ((), wrong_password) = timed(|| {
        let none = (None, (|_, _| Ok(0)) as identity::Alongside);
        let entered = identity::sign_in_by_password(ledger, charter, &ticket, (&code, "not the password"), none);
        if entered.is_ok() { Err("somebody came in".into()) } else { Ok::<_, Failure>(()) }
    })?;
    let ticket = errand(stage, CodeFor::NewPassword, n)?;
    let (keys, asked, code) = (ledger.keys().clone(), ticket.clone(), self::code(ledger)?);
    let confirm = move |work: &mut Work<'_, '_>| identity::confirm_password_code(work, &keys, &asked, &code);
    ledger.write("example.forgot", Actor::Visitor, confirm)?;
    let password = NewPassword::parse("eight small sampans", None)?;
    let ((), chosen) = timed(|| Ok(identity::ask_new_password(ledger, charter, &ticket, &password)?))?;
    Ok([wrong_password, chosen])
}

/// A code for somebody without a way in, who names a document; each number has one of its own.
fn errand(stage: &Stage, aim: CodeFor, n: u32) -> Result<Ticket, Failure> {
    let ledger = &stage.ledger;
    stage.clock.advance_secs(1);
    let network = network(n);
    let asked = AskCode { aim, mobile: mobile(n)?, language: Language::En, network: &network, host: "localhost", device: None };
    let tag = identity::DocumentTag::of(ledger.keys(), &document(n)?);
    let (ticket, new) = identity::prepare_errand(ledger.keys(), &**ledger.random(), ledger.now(), asked, tag)?;
    ledger.write("example.ask", Actor::Visitor, move |work| identity::begin_enrolment(work, &new))?;
    Ok(ticket)
}

fn document(n: u32) -> Result<Document, Failure> {
    let typed = TypedDocument { kind: "travel-document", number: &format!("Q{n:08}"), issued: ["1", "6", "2019"] };
    let today = kernel::Day::from_civil(2021, 3, 1).ok_or("no day")?;
    Document::parse(&typed, today, kernel::Environment::Test).map_err(|_| "no document".into())
}

fn mobile(n: u32) -> Result<Mobile, Failure> {
    Ok(Mobile::try_from(Phone::parse(&format!("51{n:06}")).map_err(|_| "no number")?).map_err(|_| "no mobile")?)
}

/// Every number asks from an address of its own.
fn network(n: u32) -> String {
    std::net::Ipv4Addr::from_bits(0x0a00_0000 + n * 256).to_string()
}

fn timed<T>(act: impl FnOnce() -> Result<T, Failure>) -> Result<(T, f64), Failure> {
    let began = Stopwatch::now();
    let done = act()?;
    Ok((done, began.elapsed().as_secs_f64() * 1000.0))
}

/// An account that waits for its letter, made with a passkey, which is quick; with a password as well where passwords are measured.
fn sign_up(stage: &Stage, n: u32, with_password: bool) -> Result<(), Failure> {
    let Stage { ledger, charter, rp, .. } = stage;
    let ticket = ask(stage, CodeFor::SignUp, n)?;
    let (keys, typed, code) = (ledger.keys().clone(), ticket.clone(), code(ledger)?);
    let check = move |work: &mut Work<'_, '_>| identity::confirm_code(work, &keys, &typed, &code);
    ledger.write("example.code", Actor::Visitor, check)?;
    let made = if with_password {
        identity::create_password_account(ledger, charter, &ticket, Language::En, &NewPassword::parse(PASSWORD, None)?)?
    } else {
        let begun = identity::first_passkey(ledger.keys(), &**ledger.random(), rp, ledger.now(), &ticket, "Account")?;
        let (_, answer) = SoftwarePasskey::create(ORIGIN, &begun.options).map_err(|_| "no passkey")?;
        identity::create_account(ledger, rp, charter, &ticket, Language::En, (&begun.sealed, answer))?
    };
    let details = ActivationDetails {
        name_en: "CHAN TAI MAN".to_owned(),
        name_zh: String::new(),
        document: document(n)?,
        address: vec!["1 Example Road".to_owned()],
        district: hongkong::District::KwunTong,
    };
    let new = identity::prepare_activation(ledger, charter, &made.who, &details)?;
    ledger.write("example.activation", Actor::Visitor, move |work| identity::ask_activation(work, &made.who, &new))?;
    Ok(())
}

fn ask(stage: &Stage, aim: CodeFor, n: u32) -> Result<Ticket, Failure> {
    let ledger = &stage.ledger;
    // A second passes each time, so that the newest message is the last one.
    stage.clock.advance_secs(1);
    let network = network(n);
    let asked = AskCode { aim, mobile: mobile(n)?, language: Language::En, network: &network, host: "localhost", device: None };
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
    let rp = RelyingParty::new(ORIGIN, "Lionrock").map_err(|_| "no site")?;
    let tiles = directory.join("tiles");
    let parts = LedgerParts { store, keys, signer, clock: clock.clone(), random, tiles, origin: "example/identity".into() };
    Ok(Stage { ledger: Ledger::open(parts)?, clock, charter: Charter::parse(SHIPPED_CHARTER)?, rp })
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
