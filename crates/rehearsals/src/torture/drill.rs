//! An exercise of two days with thousands of injects and players, at a faster clock, while the server that holds it is killed.
//!
//! The acts of players go to the real server over HTTPS, at the route that only demonstrations and tests have: each by the seat of its
//! officer, answered when it is durable, sent again with the same bytes when the server dies under it. In the end everything is counted
//! from the store: each inject once, each acknowledged act once, nothing that nobody sent, the digests that the journal anchors, and the
//! report that the last server had in memory.

mod pack;
mod players;
mod verdict;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant as Moment};

use drill::Team;
use kernel::Random as _;
use seal::OsRandom;
use serde_json::{Value, json};

use super::Args;
use crate::drill_hall::Hall;
use crate::load::{Client, Figures, Patience, Sample, Target, request};
use crate::simulate::{Choices, Console, Failure, Installation, Outside, Server, Start, progress};
use players::{Players, Sent};

/// How large the exercise is.
#[derive(Clone, Debug, clap::Args)]
pub struct DrillArgs {
    /// Its teams; each gets 70 injects.
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u16).range(1..=400))]
    teams: u16,
    /// Its players.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u16).range(1..=5_000))]
    players: u16,
    /// Acts of players a second.
    #[arg(long, default_value_t = 100)]
    pace: u32,
    /// Seconds of the exercise a second: 600 plays two days in 4.8 minutes.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u16).range(1..=3_600))]
    rate: u16,
    /// Hours that the exercise lasts.
    #[arg(long, default_value_t = 48, value_parser = clap::value_parser!(u16).range(1..=48))]
    hours: u16,
}

/// The longest that an act is sent again.
const PATIENCE: Patience = Patience { attempts: 10_000, total: Duration::from_mins(3) };

/// Plays, kills, counts, and fails when anything is lost, doubled or changed.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let place = tempfile::Builder::new().prefix("lionrock-drill-").tempdir()?;
    let pki = Installation::certificates(place.path())?;
    pack::write(&place.path().join("packs"), args.exercise.hours)?;
    let choices = Choices { drill_packs: Some(&place.path().join("packs")), ..Choices::default() };
    let installation = Installation::create(&place.path().join("installation"), pki, &Outside::default(), choices)?;
    let hall = plan(&installation, &args.exercise)?;
    progress(&format!("{} players in {} teams are seated", args.exercise.players, args.exercise.teams));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let players = Arc::new(Players::new(args.seed, &hall));
    let played = play(args, &installation, &runtime, &players)?;
    let console = Console::of(&installation.config, None)?;
    let findings = verdict::judge(console.platform(), hall.id, &played)?;
    findings.all().iter().for_each(|finding| installation::say(&finding.line()));
    installation::say(&played.line(args));
    findings.verdict().map_err(|error| error.to_string().into())
}

/// What came of it.
pub(super) struct Played {
    /// Every act that was answered.
    pub sent: Vec<Sent>,
    /// Requests that had to be sent again.
    pub resent: u64,
    /// How often the server was killed.
    pub kills: usize,
    /// What the last server had in memory at the end.
    pub memory: Value,
    /// Injects that each team gets.
    pub injects: usize,
    /// Teams.
    pub teams: usize,
    samples: Vec<Sample>,
}

impl Played {
    fn line(&self, args: &Args) -> String {
        let (exercise, figures) = (&args.exercise, Figures::of(self.samples.clone()));
        format!(
            "{} kills; {} hours at {} times the pace, {} acts a second asked for; answers {}; {} requests sent again",
            self.kills,
            exercise.hours,
            exercise.rate,
            exercise.pace,
            figures.line(),
            self.resent
        )
    }
}

fn plan(installation: &Installation, args: &DrillArgs) -> Result<Hall, Failure> {
    let (each, more) = (args.players / args.teams, args.players % args.teams);
    let team = |number| {
        let players = each + u16::from(number < more);
        Team { name: format!("Team {}", number + 1), in_room: players.div_ceil(2), remote: players / 2 }
    };
    let teams: Vec<Team> = (0..args.teams).map(team).collect();
    let console = Console::of(&installation.config, None)?;
    let drills = console.platform().drills();
    let hall = Hall::open(console.platform(), &drills.pack(pack::NAME)?, &teams, 3)?;
    drills.start(&hall.grant, hall.id)?;
    Ok(hall)
}

/// Everybody plays until the two days are over.
fn play(args: &Args, installation: &Installation, runtime: &tokio::runtime::Runtime, players: &Arc<Players>) -> Result<Played, Failure> {
    let exercise = &args.exercise;
    let seconds = u64::from(exercise.hours) * 3_600 / u64::from(exercise.rate) + 2;
    let acts = usize::try_from(seconds * u64::from(exercise.pace))?;
    let start = Start::default();
    let mut server = Server::start(installation, &start)?;
    let target = server.target.clone();
    let control = installation.control.clone();
    runtime.block_on(facilitate(&target, &control, &players.control(&json!({"rate": exercise.rate}))))?;
    let (first, begun) = (Moment::now(), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> = (0..args.connections)
        .map(|client| {
            let line = Line { target: target.clone(), control: control.clone(), players: Arc::clone(players), begun: Arc::clone(&begun) };
            runtime.spawn(line.play((client, args.connections), acts, (first, exercise.pace)))
        })
        .collect();
    for round in 1..=args.rounds {
        let share = acts / (args.rounds + 1);
        let chance = usize::try_from(OsRandom.below(u64::try_from(share.max(1))?))?;
        runtime.block_on(until(&begun, round * share + chance / 2, acts));
        server.kill()?;
        server = Server::start(installation, &start)?;
        if round % 10 == 0 || round == args.rounds {
            progress(&format!("killed {round} times, {} of {acts} acts begun", begun.load(Ordering::SeqCst)));
        }
    }
    let mut played =
        Played { sent: Vec::new(), resent: 0, kills: args.rounds, memory: Value::Null, injects: pack::INJECTS, teams: exercise.teams.into(), samples: Vec::new() };
    for client in clients {
        let (sent, samples, resent) = runtime.block_on(client)??;
        played.sent.extend(sent);
        played.samples.extend(samples);
        played.resent += resent;
    }
    runtime.block_on(facilitate(&target, &control, &players.control(&json!("end"))))?;
    played.memory = runtime.block_on(memory(&target, &control, players))?;
    server.kill()?;
    Ok(played)
}

/// One connection, with the players who use it.
struct Line {
    target: Target,
    control: String,
    players: Arc<Players>,
    begun: Arc<AtomicUsize>,
}

type Outcome = Result<(Vec<Sent>, Vec<Sample>, u64), Failure>;

impl Line {
    /// Acts when it is time for each; what comes late because an earlier one took long counts as late from its own time on.
    async fn play(self, (client, clients): (usize, usize), acts: usize, (first, pace): (Moment, u32)) -> Outcome {
        let mut connection = Client::new(self.target.clone());
        let (mut sent, mut samples) = (Vec::new(), Vec::new());
        for number in (client..acts).step_by(clients) {
            let due = Duration::from_micros(u64::try_from(number)? * 1_000_000 / u64::from(pace));
            tokio::time::sleep_until((first + due).into()).await;
            self.begun.fetch_add(1, Ordering::SeqCst);
            let (act, body) = self.players.act(number, (client, clients));
            let bytes = request(
                "POST",
                "/control/drill",
                connection.host(),
                &[("content-type", "application/json"), ("x-control-token", &self.control)],
                body.to_string().as_bytes(),
            );
            let reply = connection.send(&bytes, PATIENCE).await?;
            let done = first.elapsed();
            samples.push(Sample { done, took: done.saturating_sub(due) });
            sent.push(Sent { act, status: reply.status, entry: reply.json().get("entry").and_then(Value::as_u64) });
        }
        Ok((sent, samples, connection.resent))
    }
}

async fn facilitate(target: &Target, control: &str, body: &Value) -> Result<(), Failure> {
    let reply = Client::new(target.clone()).post("/control/drill", &[("x-control-token", control)], body).await?;
    if reply.status == 200 { Ok(()) } else { Err(format!("the facilitator's act: HTTP {}", reply.status).into()) }
}

async fn memory(target: &Target, control: &str, players: &Players) -> Result<Value, Failure> {
    let mut client = Client::new(target.clone());
    let path = format!("/control/drill/{}", players.drill());
    let bytes = request("GET", &path, client.host(), &[("x-control-token", control)], b"");
    Ok(client.send(&bytes, PATIENCE).await?.json())
}

/// Returns when so many acts have begun.
async fn until(begun: &AtomicUsize, fatal: usize, acts: usize) {
    while begun.load(Ordering::SeqCst) < fatal.min(acts) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
