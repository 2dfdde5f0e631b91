//! Complete sign-ins and refreshes a second: `cargo run --release -p conformance --example sign_in_rate [SIGN_INS [THREADS]]`.
//!
//! One sign-in is a passkey assertion, the resident's permission, and over loopback TLS a pushed request and a token request with
//! client assertion and DPoP proof; it ends with a verified ID token's worth of claims in hand. Everything is durable and journaled:
//! SQLite in a file with `synchronous=FULL`. Residents, services and server share this process and its cores. With `peers` in place
//! of the number, `client_credentials` here and at oidc-provider are asked for side by side.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

mod peers;
mod relying_party;
mod residents;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use conformance::{Host, Options};

use relying_party::RelyingParty;
use mimalloc::MiMalloc;
use residents::Resident;
use testkit::figures::{Meter, load, spread};
use zeroizing_alloc::ZeroAlloc;

/// Memory as the product takes it: what is freed is overwritten.
#[global_allocator]
static WIPED: ZeroAlloc<MiMalloc> = ZeroAlloc(MiMalloc);

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next().unwrap_or_else(|| "12000".to_owned());
    let threads = arguments.next().map_or(Ok(64), |text| text.parse::<usize>())?;
    let host = Arc::new(Host::start(&Options::default())?);
    println!("{threads} residents at once; load {}", load()?);
    if first == "peers" {
        return peers::client_credentials(&host, threads);
    }
    let count = first.parse::<usize>()?;
    let residents = Resident::several(&host, threads)?;
    let (left, meter) = (Arc::new(AtomicUsize::new(count)), Meter::start()?);
    let visits = in_threads(residents, |resident| visits(&host, resident, &left))?;
    let (times, parties): (Vec<_>, Vec<_>) = visits.into_iter().unzip();
    println!("{}", meter.rate("complete sign-ins", count)?);
    println!("{}", spread("one sign-in", times.concat()));
    let (left, meter) = (Arc::new(AtomicUsize::new(count * 3)), Meter::start()?);
    let times = in_threads(parties, |party| refreshes(party, &left))?;
    println!("{}", meter.rate("refreshes", count * 3)?);
    println!("{}", spread("one refresh", times.concat()));
    println!("load {}", load()?);
    Ok(())
}

fn visits(host: &Arc<Host>, mut resident: Resident, left: &AtomicUsize) -> Result<(Vec<Duration>, RelyingParty), Failure> {
    let mut party = RelyingParty::new(host, (host.issuer(), "/oidc/token"))?;
    let mut times = Vec::new();
    while take_one(left) {
        let begun = Instant::now();
        let person = resident.sign_in(host)?;
        let request_uri = party.push()?;
        let code = Resident::allow(host, &person, &request_uri)?;
        party.redeem(&code)?;
        times.push(begun.elapsed());
    }
    Ok((times, party))
}

fn refreshes(mut party: RelyingParty, left: &AtomicUsize) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    while take_one(left) {
        let begun = Instant::now();
        party.refresh()?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

/// Whether there is one more to do.
pub fn take_one(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)).is_ok()
}

/// A thread for each, all at once.
pub fn in_threads<T: Send, R: Send>(each: Vec<T>, act: impl Fn(T) -> Result<R, Failure> + Sync) -> Result<Vec<R>, Failure> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = each.into_iter().map(|one| scope.spawn(|| act(one))).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| Failure::from("a thread ended early"))?).collect()
    })
}
