//! `lionrock replay drill`: the inter-departmental cyber security drill of March 2023, on a simulated clock.
//!
//! 232 officers of 68 bureaux and departments took part, in the room and online (`docs/sources.md`, part B). Scenario, length and
//! results are not published: the scenario is one of the packs that come with the product, and the players are invented; some are
//! quick, some are wrong, and now and then the program that drives the exercise dies and is started again. What is real is
//! everything under them: departments, seats, store and journal, pack, clock, injects, evidence, marking, scores and report.

mod house;
mod papers;
mod players;
mod recount;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use drill::{Aspect, Exercise, Report, Team, shipped};
use flows::DrillAct;
use installation::say;
use kernel::Instant;

use crate::drill_hall::are_anchored;
use crate::simulate::{Failure, Findings};
use house::House;
use players::Players;

/// How much of it.
#[derive(Clone, Debug, clap::Args)]
pub struct DrillArgs {
    /// The pack: its folder, or the name of one that comes with the product.
    #[arg(long, default_value = "defacement")]
    pack: String,
    /// Departments that take part, each with a team.
    #[arg(long, default_value_t = 68, value_parser = clap::value_parser!(u16).range(1..=400))]
    departments: u16,
    /// Officers who take part; every team has one at least.
    #[arg(long, default_value_t = 232)]
    officers: u16,
    /// The seed of what players do and of when the program dies.
    #[arg(long, default_value_t = 2023)]
    seed: u64,
    /// The folder for the after-action report, in three languages as page and PDF, and for everything that happened, as JSON:
    /// `docs/drill-check.py` counts it again.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Spoils something; the run must then fail.
    #[arg(long, value_enum)]
    sabotage: Option<Sabotage>,
}

/// What is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Sabotage {
    /// The store that a program finds when it starts again lacks an entry.
    Lost,
}

/// A Wednesday morning, nine o'clock in Hong Kong.
const START: &str = "2023-03-22T09:00";
/// When the board is frozen, in minutes of the pack's length before its end.
const FROZEN_SECS: i64 = 900;

/// Plays, prints the report, and fails when something does not hold.
pub fn run(args: &DrillArgs) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::parse_hong_kong(START).ok_or("the day of the drill")?;
    let begun = Stopwatch::now();
    let played = replay(args, read(&args.pack)?, start).map_err(|error| error.to_string())?;
    let took = begun.elapsed();
    let begun = Stopwatch::now();
    let report = Report::of(&played.exercise);
    let reported = begun.elapsed();
    let findings = played.findings(&report)?;
    print(&played, &report, (took, reported), args);
    findings.all().iter().for_each(|finding| say(&finding.line()));
    if let Some(folder) = &args.report {
        let begun = Stopwatch::now();
        papers::write(folder, &played.exercise, &findings.to_json())?;
        say(&format!("report.*.html and report.*.pdf in three languages stand in {} after {:.1} s", folder.display(), begun.elapsed().as_secs_f64()));
    }
    findings.verdict()
}

/// A pack of the product by its name, or one in a folder.
fn read(pack: &str) -> Result<drill::Pack, Box<dyn std::error::Error>> {
    let folder = std::path::Path::new(pack);
    let read = shipped(pack).unwrap_or_else(|| drill::Pack::read(&|file: &str| std::fs::read(folder.join(file)).ok()));
    read.map_err(|flaws| {
        let lines: Vec<String> = flaws.iter().map(|flaw| format!("  {flaw}")).collect();
        format!("{pack} is no pack:\n{}", lines.join("\n")).into()
    })
}

/// As many to each as can be; half of them in the room.
fn teams(args: &DrillArgs) -> Result<Vec<Team>, &'static str> {
    if args.officers < args.departments {
        return Err("there are fewer officers than departments: every team needs one");
    }
    let (each, more) = (args.officers / args.departments, args.officers % args.departments);
    let team = |number| {
        let players = each + u16::from(number < more);
        Team { name: format!("D{:02}", number + 1), in_room: players.div_ceil(2), remote: players / 2 }
    };
    Ok((0..args.departments).map(team).collect())
}

/// An exercise that was played, as the store has it.
struct Played {
    exercise: Exercise,
    anchors: Vec<(u64, u64, String)>,
    restarts: usize,
    board: Option<drill::State>,
}

fn replay(args: &DrillArgs, pack: drill::Pack, start: Instant) -> Result<Played, Failure> {
    let mut house = House::open(pack, &teams(args)?, start)?;
    let mut players = Players::new(args.seed, Arc::clone(house.pack()), start);
    let (restarts, board) = play(&mut house, &mut players, start, args.sabotage)?;
    Ok(Played { exercise: house.read(Exercise::clone)?, anchors: house.anchors()?, restarts, board })
}

/// From each moment at which something is due to the next.
fn play(house: &mut House, players: &mut Players, start: Instant, sabotage: Option<Sabotage>) -> Result<(usize, Option<drill::State>), Failure> {
    let length = i64::from(house.pack().scenario.length.as_seconds());
    let (frozen, end) = (start.plus_secs(length - FROZEN_SECS), start.plus_secs(length));
    let (mut restarts, mut board) = (0, None);
    loop {
        let due = house.read(Exercise::next_due)?;
        let next = [due, players.next(), board.is_none().then_some(frozen)].into_iter().flatten().min();
        let Some(now) = next.filter(|now| *now < end) else { break };
        house.pass(now)?;
        if now == frozen && board.is_none() {
            house.control(DrillAct::Freeze)?;
            board = Some(house.read(|exercise| exercise.board().clone())?);
        }
        players.act(house, now)?;
        if players.die() {
            if sabotage == Some(Sabotage::Lost) {
                house.lose()?;
            }
            house.die()?;
            restarts += 1;
        }
    }
    house.pass(end)?;
    house.control(DrillAct::End)?;
    players.mark_all(house)?;
    Ok((restarts, board))
}

impl Played {
    fn findings(&self, report: &Report) -> Result<Findings, Box<dyn std::error::Error>> {
        let mut findings = Findings::default();
        let counted = recount::recount(&self.exercise);
        let sent = format!("{} sent, {} restarts", report.injects.count, self.restarts);
        findings.expect("every inject reached its team once, and none is missing", counted.twice == 0 && counted.missing == 0, sent);
        findings.expect("none came late", report.late.count == 0, format!("{} late", report.late.count));
        let equal = counted.scores == recount::scores_of(report) && counted.answers == report.questions.iter().map(|q| q.answered.count).sum::<usize>();
        findings.expect("every figure of the report equals a recount from the entries", equal, format!("{} answers", counted.answers));
        let again = Exercise::from_entries(Arc::new(self.exercise.pack().clone()), self.exercise.entries().to_vec())?;
        let same = serde_json::to_vec(&Report::of(&again))? == serde_json::to_vec(report)?;
        findings.expect("the same entries give the same report, byte for byte", same, report.chain.clone());
        let anchored = are_anchored(&self.anchors, self.exercise.entries());
        findings.expect("the journal anchors every entry", anchored, format!("{} groups", self.anchors.len()));
        let still = self.board.as_ref().is_some_and(|board| board == self.exercise.board());
        findings.expect("the frozen board stood still", still, format!("{} entries", report.entries));
        findings.expect("every answer that evaluators mark has its marks", report.unmarked.count == 0, format!("{} wait", report.unmarked.count));
        Ok(findings)
    }
}

fn print(played: &Played, report: &Report, (took, reported): (Duration, Duration), args: &DrillArgs) {
    say(&format!("{:<34} {:<26} {}", "", "then, 22 March 2023", "now, by simulated players"));
    for (name, then, now) in [
        ("bureaux and departments", "68".to_owned(), report.teams.len().to_string()),
        ("officers", "232".to_owned(), args.officers.to_string()),
        ("in the room and online", "yes".to_owned(), "yes".to_owned()),
        ("scenario", "not published".to_owned(), report.pack.clone()),
        ("injects that reached teams", "not published".to_owned(), report.injects.count.to_string()),
        ("answers marked", "not published".to_owned(), report.questions.iter().map(|q| q.answered.count).sum::<usize>().to_string()),
        ("restarts in the middle", "not published".to_owned(), played.restarts.to_string()),
        ("report ready after", "not published".to_owned(), format!("{:.3} s", reported.as_secs_f64())),
    ] {
        say(&format!("{name:<34} {then:<26} {now}"));
    }
    for aspect in Aspect::ALL {
        say(&format!("{:<34} {:<26} {} % of all points", aspect.as_str(), "not published", share(report, aspect)));
    }
    say(&format!("{:<34} {:>9} {:>8} {:>11}", "question", "answered", "right", "median min"));
    for question in &report.questions {
        let minutes = question.median_seconds.map_or_else(String::new, |seconds| (seconds / 60).to_string());
        let known = played.exercise.pack().scenario.questions.iter().find(|known| known.name.as_str() == question.question);
        let by_hand = known.and_then(|known| played.exercise.pack().key(&known.name)).is_some_and(drill::Key::is_open);
        let right = if by_hand { "by hand".to_owned() } else { question.right.count.to_string() };
        say(&format!("{:<34} {:>9} {right:>8} {minutes:>11}", question.question, question.answered.count));
    }
    say(&format!("two and a half hours took {:.1} s", took.as_secs_f64()));
}

/// What all teams together earned, in per cent of what there was.
fn share(report: &Report, aspect: Aspect) -> u64 {
    let scores = || report.teams.iter().filter_map(|team| team.aspects.get(&aspect));
    let possible: u64 = scores().map(|score| score.possible * 10).sum();
    scores().map(|score| score.thousandths).sum::<u64>().checked_div(possible).unwrap_or(0)
}
