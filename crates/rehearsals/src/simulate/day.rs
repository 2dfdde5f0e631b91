use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use connectors::PopulationTable;
use connectors::synthetic::Population;
use installation::synth::population;
use kernel::{Instant, Secret};
use registration::scheme::{Definition, Scheme};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::findings::Findings;
use super::outside::{self, Telephones};
use super::department::Department;
use super::repairs::Residents;
use super::{Choices, Console, DayArgs, Failure, Installation, Plan, Server, Start, progress};
use crate::load::{Client, Figures, Reply, Target, cpu_micros};

/// The name of the simulated scheme in addresses.
pub const SLUG: &str = "masks-2020";
/// When the department begins its work.
pub const FOUNDED: &str = "2020-04-20T09:00";

/// A simulated day and everything it needs.
pub struct Day {
    /// Sockets and tasks of this process.
    pub runtime: Runtime,
    /// Where everything lies, until the end.
    pub directory: TempDir,
    /// The installation.
    pub installation: Installation,
    /// Everybody in the city.
    pub population: Population,
    /// What will be registered.
    pub plan: Arc<Plan>,
    /// Every telephone of the city.
    pub telephones: Telephones,
    /// The scheme.
    pub scheme: Scheme,
    /// The courier's secret.
    pub courier: Secret<String>,
    /// The department, once founded.
    pub department: Option<Department>,
    /// The server, while it runs.
    pub server: Option<Server>,
    /// CPU time of servers that were stopped.
    pub cpu_before: u64,
    /// What the server finds in its environment.
    pub environment: Vec<(String, String)>,
    /// What happened.
    pub told: Told,
}

/// What happened, for the table.
#[derive(Debug, Default)]
pub struct Told {
    /// Stages with the seconds they took and what came of them.
    pub stages: Vec<(&'static str, f64, String)>,
    /// Latencies and rates.
    pub figures: HashMap<&'static str, Figures>,
    /// What was promised and looked at.
    pub findings: Findings,
    /// Other numbers.
    pub numbers: serde_json::Map<String, Value>,
    /// Seconds for everything.
    pub seconds: f64,
}

/// How long a wait may last in which nothing moves.
const STALLED: Duration = Duration::from_mins(1);

impl Day {
    /// Makes an installation with its outside world; nothing is in it yet.
    pub fn prepare(args: &DayArgs) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let directory = tempfile::Builder::new().prefix("lionrock-simulation-").tempdir()?;
        let people = population(args.seed, args.addresses.as_deref()).map_err(|error| error.to_string())?;
        let plan = Arc::new(Plan::new(&people, args.seed, args.households));
        let mut register = PopulationTable::new();
        for household in people.households(args.households) {
            register.extend(household.people());
        }
        let place = directory.path().join("installation");
        let pki = Installation::certificates(directory.path())?;
        let (outside, telephones) = outside::start(&runtime, register, &pki)?;
        let choices = Choices { store: args.store.as_deref(), addresses: args.addresses.as_deref(), ..Choices::default() };
        let installation = Installation::create(&place, pki, &outside, choices)?;
        let (courier, recipient) = seal::age_files::generate_identity();
        let mut definition = Definition::masks_2020()?.with_slug(SLUG).with_recipient(&recipient);
        definition.admission.rate_per_minute = 1_000_000;
        let scheme = Scheme::compile(definition).map_err(|flaws| format!("the scheme has {} flaws", flaws.len()))?;
        Ok(Self {
            runtime,
            directory,
            installation,
            population: people,
            plan,
            telephones,
            scheme,
            courier,
            department: None,
            server: None,
            cpu_before: 0,
            environment: Vec::new(),
            told: Told::default(),
        })
    }

    /// Runs a stage and notes what came of it.
    pub fn stage(
        &mut self,
        name: &'static str,
        act: impl FnOnce(&mut Self) -> Result<String, Failure>,
    ) -> Result<(), Failure> {
        progress(&format!("{name} …"));
        let began = Moment::now();
        let came = act(self).map_err(|error| format!("{name}: {error}"))?;
        let seconds = began.elapsed().as_secs_f64();
        progress(&format!("{name}: {came} [{seconds:.1} s]"));
        self.told.stages.push((name, seconds, came));
        Ok(())
    }

    /// Starts the server with its clock at this moment.
    pub fn start(&mut self, now: Instant) -> Result<(), Failure> {
        let start = Start { now: Some(now), environment: self.environment.clone(), ..Start::default() };
        self.server = Some(Server::start(&self.installation, &start)?);
        Ok(())
    }

    /// Stops the server.
    pub fn stop(&mut self) -> Result<(), Failure> {
        self.cpu_before = self.server_cpu();
        self.server.take().ok_or("the server does not run")?.stop()
    }

    /// The courier's public key, as the scheme names it.
    pub fn recipient(&self) -> Result<String, Failure> {
        Ok(self.scheme.courier().ok_or("the scheme has no courier")?.recipient.clone())
    }

    /// CPU time of the server so far, restarts included.
    pub fn server_cpu(&self) -> u64 {
        self.cpu_before + self.server.as_ref().map_or(0, |server| cpu_micros(&server.process()))
    }

    /// Opens the console of the stopped server.
    pub fn console(&self, now: Instant) -> Result<Console, Failure> {
        Console::open(&self.installation, now)
    }

    /// Has officers do something at their pages.
    pub fn act<T>(&mut self, deed: impl AsyncFnOnce(&mut Department) -> Result<T, Failure>) -> Result<T, Failure> {
        let department = self.department.as_mut().ok_or("the department is not founded yet")?;
        self.runtime.block_on(deed(department))
    }

    /// The residents at their own pages.
    pub fn residents(&self) -> Result<Residents, Failure> {
        let origin = self.installation.config.origin.clone();
        Ok(Residents { target: self.target()?, origin, telephones: self.telephones.clone() })
    }

    /// Where the server is.
    pub fn target(&self) -> Result<Target, Failure> {
        Ok(self.server.as_ref().ok_or("the server does not run")?.target.clone())
    }

    /// A connection to the server.
    pub fn client(&self) -> Result<Client, Failure> {
        Ok(Client::new(self.target()?))
    }

    /// `GET` on a fresh connection.
    pub fn get(&self, path: &str) -> Result<Reply, Failure> {
        let mut client = self.client()?;
        Ok(self.runtime.block_on(client.get(path))?)
    }

    /// `POST` of JSON on a fresh connection.
    pub fn post(&self, path: &str, body: &Value) -> Result<Reply, Failure> {
        let mut client = self.client()?;
        let token = [("x-control-token", self.installation.control.as_str())];
        let headers: &[_] = if path.starts_with("/control/") { &token } else { &[] };
        Ok(self.runtime.block_on(client.post(path, headers, body))?)
    }

    /// `POST` of JSON, once, whatever the answer.
    pub fn post_once(&self, path: &str, body: &Value) -> Result<Reply, Failure> {
        let mut client = self.client()?;
        let headers = [("content-type", "application/json")];
        let bytes = crate::load::request("POST", path, client.host(), &headers, body.to_string().as_bytes());
        Ok(self.runtime.block_on(client.once(&bytes))?)
    }

    /// Moves the server's clock.
    pub fn clock(&self, now: Instant) -> Result<(), Failure> {
        let text: String = now.to_string().chars().take(19).collect();
        let reply = self.post("/control/clock", &json!({ "now": text }))?;
        if reply.status == 200 { Ok(()) } else { Err(format!("the clock does not move: HTTP {}", reply.status).into()) }
    }

    /// The counters of the scheme.
    pub fn totals(&self) -> Result<Value, Failure> {
        let mut client = self.client()?;
        let host = client.host().to_owned();
        let bytes = crate::load::request("GET", "/control/figures", &host, &[("x-control-token", &self.installation.control)], b"");
        let reply = self.runtime.block_on(client.send(&bytes, crate::load::Patience::default()))?;
        Ok(reply.json().get(SLUG).cloned().unwrap_or_default())
    }

    /// One counter.
    pub fn total(&self, name: &str) -> Result<usize, Failure> {
        let totals = self.totals()?;
        let total = totals.pointer(&format!("/totals/{name}")).and_then(Value::as_u64).unwrap_or(0);
        Ok(usize::try_from(total)?)
    }

    /// Waits until a number reaches its goal; gives up when it has not moved for a minute. Returns the last number.
    pub fn until(&self, what: &str, goal: usize, look: impl Fn(&Self) -> Result<usize, Failure>) -> Result<usize, Failure> {
        let (mut last, mut moved, mut said) = (look(self)?, Moment::now(), Moment::now());
        while last < goal && moved.elapsed() < STALLED {
            self.runtime.block_on(async { tokio::time::sleep(Duration::from_millis(25)).await });
            let now = look(self)?;
            if now != last {
                (last, moved) = (now, Moment::now());
            }
            if said.elapsed() > Duration::from_secs(2) {
                progress(&format!("  {what}: {last} of {goal}"));
                said = Moment::now();
            }
        }
        Ok(last)
    }

    /// Where the tiles of the scheme's journal are.
    pub fn tiles(&self) -> PathBuf {
        self.installation.config.tiles.join(format!("s_{}", SLUG.replace('-', "_")))
    }
}

impl Told {
    /// Prints the table.
    pub fn print(&self) {
        installation::say("");
        for (name, seconds, came) in &self.stages {
            installation::say(&format!("{name:<34} {seconds:>7.1} s  {came}"));
        }
        let mut figures: Vec<_> = self.figures.iter().collect();
        figures.sort_by_key(|(name, _)| **name);
        for (name, figures) in figures {
            installation::say(&format!("{name:<34}            {}", figures.line()));
        }
        for (name, value) in &self.numbers {
            installation::say(&format!("{name:<34}            {value}"));
        }
        installation::say("");
        for finding in self.findings.all() {
            let mark = if finding.holds { "holds        " } else { "DOES NOT HOLD" };
            installation::say(&format!("{mark}  {}", finding.line()));
        }
        installation::say(&format!("\n{:.1} s in all", self.seconds));
    }

    /// As JSON.
    pub fn to_json(&self) -> Value {
        let stages: Vec<Value> =
            self.stages.iter().map(|(name, seconds, came)| json!({"stage": name, "seconds": seconds, "came": came})).collect();
        let figures: serde_json::Map<String, Value> =
            self.figures.iter().map(|(name, figures)| ((*name).to_owned(), figures.to_json())).collect();
        json!({
            "holds": self.findings.hold(), "seconds": self.seconds, "stages": stages, "figures": figures,
            "numbers": self.numbers, "findings": self.findings.to_json(),
        })
    }
}
