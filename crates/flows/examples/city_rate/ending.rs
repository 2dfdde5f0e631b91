use std::fs;
use std::path::Path;
use std::time::{Duration, Instant as Stopwatch};

use flows::end_service;
use testkit::figures::Meter;

use crate::Failure;
use crate::city::{City, SLUG};

const DAY_MS: i64 = 86_400_000;

/// The end of the scheme on the day after its last: keys dead and certificate signed; then the space given back.
#[expect(clippy::needless_pass_by_value, reason = "nobody uses the city afterwards")]
pub fn end(city: City) -> Result<(), Failure> {
    let service = city.service()?;
    let last = service.scheme().last_expiry();
    city.clock.advance_millis(i64::from(last.number() - city.platform.now().day().number()) * DAY_MS);
    // As the worker does every second; other parts of this program leave entries without a place.
    for ledger in [service.ledger(), city.platform.ledger()] {
        ledger.integrate()?;
    }
    let meter = Meter::start()?;
    registration::prepare_end(service.ledger(), last)?;
    println!("{}", meter.once("on the last day: the commitment worked out ahead")?);
    city.clock.advance_millis(DAY_MS);
    service.ledger().keys().midnight(city.platform.now().day())?;
    let (stores, before) = (city.directory.join("stores"), free(&city.directory)?);
    let held = size(&stores)?;
    let tiles = files(&city.directory.join("tiles"))?;
    let meter = Meter::start()?;
    let start = Stopwatch::now();
    end_service(&city.platform, &service)?;
    println!("{}", meter.once("the whole scheme unreadable, certificate signed")?);
    drop(service);
    let returned = returned(&city.directory, before, held, start)?;
    println!("{:<52} {:>9.1} ms after the order", "its space with the file system", returned.as_secs_f64() * 1e3);
    let (left, kept) = (size(&stores)?, files(&city.directory.join("tiles"))?);
    println!("stores {} MB before, {} MB after; {tiles} files of evidence before, {kept} after", held / 1_000_000, left / 1_000_000);
    let listed = city.platform.ledger().read("bench.certificate", |tx| registration::scheme_by_slug(tx, SLUG))?;
    let certificate = listed.and_then(|listed| listed.certificate).ok_or("there is no certificate")?;
    fs::write(city.directory.join("certificate.json"), &certificate)?;
    println!("the certificate has {} bytes; lionrock-verify certificate reads it", certificate.len());
    if kept < tiles { Err("evidence is missing".into()) } else { Ok(()) }
}

/// Waits until the file system counts nine tenths of the space as free again, or says that it does not.
fn returned(directory: &Path, before: u64, held: u64, start: Stopwatch) -> Result<Duration, Failure> {
    loop {
        if free(directory)? >= before + held / 10 * 9 {
            return Ok(start.elapsed());
        }
        if start.elapsed() > Duration::from_mins(1) {
            return Err("after a minute the space is not free".into());
        }
        std::thread::yield_now();
    }
}

/// Bytes that the file system counts as free, by `df`: other programs that write meanwhile count too.
fn free(directory: &Path) -> Result<u64, Failure> {
    let said = std::process::Command::new("df").args(["--output=avail", "-B1"]).arg(directory).output()?;
    let text = String::from_utf8(said.stdout)?;
    Ok(text.lines().last().ok_or("df said nothing")?.trim().parse()?)
}

fn size(directory: &Path) -> Result<u64, Failure> {
    let mut bytes = 0;
    for entry in fs::read_dir(directory)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

/// How many files stand below a directory.
fn files(directory: &Path) -> Result<usize, Failure> {
    let mut count = 0;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        count += if path.is_dir() { files(&path)? } else { 1 };
    }
    Ok(count)
}
