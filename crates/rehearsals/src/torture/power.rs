//! The power is cut: what was not synced is gone.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use installation::ambient::WallClock;
use kernel::Clock as _;

use super::disk::Disk;
use super::record::{CALLS, Player, stamped};
use super::{Args, SLUG, Victim};
use crate::load::Patience;
use crate::simulate::{Choices, Console, Failure, Recount, Rush, Server, Start, progress, send};

/// Cuts made in one record, the last one at its end.
const CUTS: usize = 6;

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    if Command::new("strace").arg("-V").output().is_err() {
        return Err("strace is missing; as root: apt-get install strace".into());
    }
    let kept = record_and_cut(args, false)?;
    if let Some(lost) = kept.lost {
        return Err(format!("promise 5 does not hold after a power cut: {lost}").into());
    }
    installation::say(&format!("{} power cuts: nothing acknowledged lost ({} acknowledged, {} syncs)", kept.cuts, kept.acknowledged, kept.syncs));
    let off = record_and_cut(args, true)?;
    match off.lost {
        Some(lost) => installation::say(&format!("with synchronous=OFF the same cuts lose: {lost}; so the test can fail")),
        None => return Err("with synchronous=OFF nothing was lost: this test would not notice a missing fsync".into()),
    }
    Ok(())
}

struct Outcome {
    cuts: usize,
    acknowledged: usize,
    syncs: usize,
    lost: Option<String>,
}

fn record_and_cut(args: &Args, synchronous_off: bool) -> Result<Outcome, Failure> {
    let victim = Victim::new(args.seed, args.each, Choices::default())?;
    let place = victim.installation.directory.clone();
    let before = Disk::of(&place)?;
    let log = victim.directory.path().join("strace");
    let log_name = log.display().to_string();
    let under = ["strace", "-f", "-qq", "-y", "-xx", "-ttt", "-s", "1048576", "-e", CALLS, "-o", log_name.as_str()];
    let start = Start { under: under.map(str::to_owned).to_vec(), synchronous_off, ..victim.opening() };
    let server = Server::start(&victim.installation, &start)?;
    let rush = Rush {
        target: server.target.clone(),
        slug: SLUG.into(),
        connections: args.connections,
        keep_every: usize::MAX,
        patience: Patience { attempts: 3, total: Duration::from_secs(5) },
        pass: None,
        begun: std::sync::Arc::default(),
    };
    let clock = WallClock::default();
    let (from, acknowledged) = (clock.now().millis(), send(&victim.runtime, &rush, &victim.plan, 0, args.each)?.acknowledged);
    let to = clock.now().millis();
    server.kill()?;
    if acknowledged.len() * 10 < args.each * 9 {
        return Err(format!("only {} of {} registrations were acknowledged", acknowledged.len(), args.each).into());
    }
    progress(&format!("recorded {} MB of system calls; {} acknowledged", fs::metadata(&log)?.len() >> 20, acknowledged.len()));
    let mut outcome = Outcome { cuts: 0, acknowledged: acknowledged.len(), syncs: 0, lost: None };
    for cut in 1..=CUTS {
        let share = i64::try_from(cut)?;
        let moment = if cut == CUTS { i64::MAX } else { from + (to - from) * share / i64::try_from(CUTS)? };
        let scratch = victim.directory.path().join(format!("cut-{cut}"));
        outcome.syncs = replay(before.clone(), &place, &log, moment, &scratch)?;
        // What was answered in the last two milliseconds before a cut may have been on its way.
        let known = acknowledged.iter().filter(|one| from + one.at_ms + 2 < moment).map(|one| one.reference.as_str());
        let known: Vec<&str> = known.collect();
        if let Err(lost) = survivors(&victim, &scratch, &known)? {
            outcome.lost = Some(format!("cut {cut} of {CUTS}: {lost}"));
            return Ok(outcome);
        }
        progress(&format!("cut {cut} of {CUTS}: all {} acknowledged until then are there", known.len()));
        outcome.cuts += 1;
        fs::remove_dir_all(&scratch)?;
    }
    Ok(outcome)
}

/// Builds the disk as a power cut at this moment leaves it.
fn replay(before: Disk, place: &Path, log: &Path, moment: i64, scratch: &Path) -> Result<usize, Failure> {
    let mut player = Player::new(before, place);
    for line in BufReader::new(fs::File::open(log)?).lines() {
        let line = line?;
        if stamped(&line).is_some_and(|(_, at, _)| at > moment) {
            break;
        }
        player.play(&line);
    }
    for part in ["stores", "keys", "roots", "tiles", "logs"] {
        fs::create_dir_all(scratch.join(part))?;
    }
    player.disk.write_safe(place, scratch)?;
    Ok(player.syncs)
}

/// Starts the server on what is left, then counts.
fn survivors(victim: &Victim, scratch: &Path, known: &[&str]) -> Result<Result<(), String>, Failure> {
    let moved = victim.installation.moved_to(scratch)?;
    match Server::start(&moved, &victim.opening()) {
        Ok(server) => server.kill()?,
        Err(error) => return Ok(Err(error.to_string())),
    }
    let console = Console::open(&moved, victim.now())?;
    let tiles = moved.config.tiles.join(format!("s_{}", SLUG.replace('-', "_")));
    let Ok(service) = console.service(SLUG) else { return Ok(Err(format!("the whole scheme, {} registrations", known.len()))) };
    let recount = Recount::of(&service, &tiles)?;
    let missing = recount.missing(known.iter().copied());
    Ok(if missing > 0 {
        Err(format!("{missing} of {} acknowledged registrations", known.len()))
    } else if recount.doubled + recount.unheard + recount.lost.len() + recount.journal.len() > 0 {
        Err(format!("{} doubled, {} without an entry, {} entries without a registration, journal: {:?}", recount.doubled, recount.unheard, recount.lost.len(), recount.journal))
    } else {
        Ok(())
    })
}
