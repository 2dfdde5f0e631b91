//! `kill -9`, again and again, while clients try and try again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant as Moment};

use kernel::Random as _;
use seal::OsRandom;

use super::{Args, SLUG, Victim};
use crate::load::Patience;
use crate::simulate::{Acknowledged, Choices, Console, Failure, Recount, Rush, Server, enter, progress, send};

/// The longest that a round runs before the server is killed.
const LONGEST: Duration = Duration::from_secs(30);

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let victim = Victim::new(args.seed, args.rounds * args.each, Choices::default())?;
    let mut acknowledged: Vec<Acknowledged> = Vec::new();
    let (began, mut resent, mut counted) = (Moment::now(), 0, Counted::default());
    for round in 1..=args.rounds {
        let outcome = one_round(&victim, args, round)?;
        if let Some(failed) = outcome.failed.first() {
            return Err(format!("round {round}: {} registrations were given up: {failed}", outcome.failed.len()).into());
        }
        resent += outcome.resent;
        counted.doubled_answers += outcome.doubled;
        acknowledged.extend(outcome.acknowledged);
        if round <= 5 || round % 20 == 0 || round == args.rounds {
            counted.check(&victim, &acknowledged, round)?;
            progress(&format!("round {round} of {}: {} acknowledged, all there, none twice; {resent} requests sent again", args.rounds, acknowledged.len()));
        }
    }
    if resent == 0 {
        return Err("no request was ever interrupted: the server was not killed in the middle of anything".into());
    }
    installation::say(&format!(
        "{} kills in {:.0} s: {} registrations acknowledged, 0 lost, 0 doubled; {resent} requests had to be sent again",
        args.rounds,
        began.elapsed().as_secs_f64(),
        acknowledged.len()
    ));
    Ok(())
}

/// Clients register; the server is killed after a random one of them, started again, and killed once more when all are done.
///
/// Each round enters anew, as a newcomer after the crash does: nobody waits behind numbers that nobody holds.
fn one_round(victim: &Victim, args: &Args, round: usize) -> Result<crate::simulate::Outcome, Failure> {
    let server = Server::start(&victim.installation, &victim.opening())?;
    let mut rush = Rush {
        target: server.target.clone(),
        slug: SLUG.into(),
        connections: args.connections,
        keep_every: usize::MAX,
        patience: Patience { attempts: 5_000, total: Duration::from_mins(2) },
        pass: None,
        begun: Arc::default(),
    };
    rush.pass = Some(enter(&victim.runtime, &rush)?);
    let (from, to) = ((round - 1) * args.each, round * args.each);
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| send(&victim.runtime, &rush, &victim.plan, from, to));
        let fatal = from + 1 + usize::try_from(OsRandom.below(args.each.saturating_sub(args.connections) as u64)).unwrap_or(0);
        victim.runtime.block_on(until(&rush.begun, fatal));
        server.kill()?;
        let server = Server::start(&victim.installation, &victim.opening())?;
        let outcome = sending.join().map_err(|_| "the clients stopped")??;
        server.kill()?;
        Ok(outcome)
    })
}

/// Returns when so many registrations have been begun; the rest are on their way, so that the kill falls among them.
async fn until(begun: &AtomicUsize, fatal: usize) {
    let start = Moment::now();
    while begun.load(Ordering::SeqCst) < fatal && start.elapsed() < LONGEST {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[derive(Default)]
struct Counted {
    doubled_answers: usize,
}

impl Counted {
    fn check(&self, victim: &Victim, acknowledged: &[Acknowledged], round: usize) -> Result<(), Failure> {
        let console = Console::open(&victim.installation, victim.now())?;
        let tiles = victim.installation.config.tiles.join(format!("s_{}", SLUG.replace('-', "_")));
        let recount = Recount::of(&*console.service(SLUG)?, &tiles)?;
        let missing = recount.missing(acknowledged.iter().map(|one| one.reference.as_str()));
        let surplus = recount.received.len().saturating_sub(acknowledged.len());
        let broken = [
            (missing, "acknowledged registrations are lost"),
            (recount.lost.len(), "journal entries have no registration"),
            (recount.unheard, "registrations have no journal entry"),
            (recount.doubled, "households stand twice"),
            (surplus, "registrations stand there that nobody sent"),
            (recount.journal.len(), "disagreements of journal, tiles and checkpoint"),
            (self.doubled_answers, "resends were answered with another reference"),
        ];
        match broken.iter().find(|(count, _)| *count > 0) {
            Some((count, what)) => Err(format!("promise 5 does not hold after round {round}: {count} {what}").into()),
            None => Ok(()),
        }
    }
}
