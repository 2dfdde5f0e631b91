use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use conformance::Host;
use testkit::figures::{Meter, spread};

use crate::relying_party::RelyingParty;
use crate::wire::Wire;
use crate::{Failure, in_threads, take_one};

/// The client of both that has a shared secret.
const CLIENT: &str = "basic-secret";

/// oidc-provider, ended with this.
struct Peer {
    child: Child,
    issuer: String,
}

impl Peer {
    fn start(host: &Host) -> Result<Self, Failure> {
        let mut command = conformance::javascript(host, "peer-server.mjs")?;
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let said = child.stdout.take().ok_or("no output")?;
        let issuer = BufReader::new(said).lines().next().ok_or("no line")??;
        Ok(Self { child, issuer })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// What is asked for, by whom.
#[derive(Clone, Copy)]
enum Way {
    /// A signed assertion and a proof of possession, as FAPI 2.0 has it, signed as the client goes along.
    Key,
    /// The same, signed before the clock starts: the two providers are compared and not the client, which shares the two cores with the
    /// one that has threads and leaves a core alone for the one that has not.
    KeySignedAhead,
    /// A shared secret, where hardly more than the issuing is left.
    Secret,
}

/// Tokens of `client_credentials`: ours in a file, journaled; theirs in memory. Same algorithms (ES256 twice), same connections that stay open,
/// same client.
pub fn client_credentials(host: &Host, connections: usize) -> Result<(), Failure> {
    let peer = Peer::start(host)?;
    let (here, there) = ((host.issuer(), "/oidc/token"), (peer.issuer.as_str(), "/token"));
    let ways = [
        ("private_key_jwt and DPoP", Way::Key),
        ("private_key_jwt and DPoP, signed before the clock", Way::KeySignedAhead),
        ("shared secret", Way::Secret),
    ];
    for (what, way) in ways {
        let run = |at| if matches!(way, Way::Secret) { with_secret(at, host, connections) } else { with_key(at, host, connections, way) };
        let (ours, theirs) = (run(here)?, run(there)?);
        println!("{what}, {connections} connections");
        println!("{}\n{}", ours.lines, theirs.lines);
        println!("{:.1} times", theirs.seconds / ours.seconds);
    }
    Ok(())
}

struct Measured {
    lines: String,
    seconds: f64,
}

const TOKENS: usize = 10_000;

fn with_key((issuer, path): (&str, &'static str), host: &Host, connections: usize, way: Way) -> Result<Measured, Failure> {
    let mut parties = (0..connections).map(|_| RelyingParty::new(host, (issuer, path))).collect::<Result<Vec<_>, _>>()?;
    if matches!(way, Way::KeySignedAhead) {
        // Some connections are quicker than others; whoever runs out signs as it goes along.
        parties.iter_mut().try_for_each(|party| party.sign_ahead(TOKENS * 5 / 4 / connections))?;
    }
    measure(issuer, TOKENS, parties, RelyingParty::credentials)
}

fn with_secret((issuer, path): (&str, &'static str), host: &Host, connections: usize) -> Result<Measured, Failure> {
    let secret = host.services().iter().find(|service| service.id == CLIENT).and_then(|service| service.secret.clone());
    let header = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{}", secret.ok_or("no secret")?)));
    let wires = (0..connections).map(|_| Wire::open(issuer, host.authority())).collect::<Result<Vec<_>, _>>()?;
    measure(issuer, 30_000, wires, |wire| wire.post(path, "grant_type=client_credentials", &[("Authorization", &header)]).map(drop))
}

fn measure<T: Send>(issuer: &str, count: usize, each: Vec<T>, ask: impl Fn(&mut T) -> Result<(), Failure> + Sync) -> Result<Measured, Failure> {
    let (left, begun, meter) = (AtomicUsize::new(count), Instant::now(), Meter::start()?);
    let times = in_threads(each, |mut one| {
        let mut times = Vec::new();
        while take_one(&left) {
            let begun = Instant::now();
            ask(&mut one)?;
            times.push(begun.elapsed());
        }
        Ok(times)
    })?;
    let lines = format!("{}\n{}", meter.rate(issuer, count)?, spread("one token", times.concat()));
    Ok(Measured { lines, seconds: begun.elapsed().as_secs_f64() })
}
