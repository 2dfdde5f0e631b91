use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use api::Request;
use installation::synth::{form, population};
use serde_json::json;

use super::wire::request;
use super::{Client, Figures, GaveUp, Patience, Sample, Target, cpu_micros};
use super::{oracle, pages};
use crate::simulate::{Choices, Server};
use crate::torture::Victim;

/// Where to send what.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The server, on this machine. Without it one is made for the purpose, with an open scheme and TLS, and removed.
    #[arg(long)]
    url: Option<String>,
    /// The authority that signed its certificate, in PEM.
    #[arg(long)]
    ca: Option<PathBuf>,
    /// The scheme.
    #[arg(long, default_value = "masks-2020")]
    slug: String,
    /// Households to register.
    #[arg(long, default_value_t = 100_000)]
    households: u64,
    /// Connections that are kept open.
    #[arg(long, default_value_t = 512)]
    connections: usize,
    /// The seed of the people.
    #[arg(long, default_value_t = 2020)]
    seed: u64,
    /// Process whose CPU time is measured beside our own.
    #[arg(long)]
    process: Option<u32>,
    /// The server made for the purpose also does its slow work meanwhile: places in the journal's tree, checkpoints. Nothing is
    /// matched: it has no register.
    #[arg(long, conflicts_with = "url")]
    with_work: bool,
    /// Instead of load: compares how long the answers to a match, a mismatch and a duplicate take (promise 11).
    #[arg(long, conflicts_with = "url")]
    oracle: bool,
    /// Instead of JSON: residents go through the pages, as many at a time as there are connections.
    #[arg(long, conflicts_with_all = ["url", "oracle"])]
    pages: bool,
    /// Where to write the figures as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the load and prints the figures.
pub fn run(args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    let failed = if args.url.is_some() { there(args) } else { here(args) };
    match failed.map_err(|error| error.to_string())? {
        0 => Ok(()),
        failed => Err(format!("{failed} registrations were refused or not answered").into()),
    }
}

fn there(args: &Args) -> Result<u64, Failure> {
    let target = Target::parse(args.url.as_deref().unwrap_or_default(), args.ca.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(load(args, target))
}

/// With a server of its own.
fn here(args: &Args) -> Result<u64, Failure> {
    let choices = Choices { intake_only: !args.with_work, ..Choices::default() };
    let victim = Victim::new(args.seed, if args.oracle { ORACLE_PLAN } else { 0 }, choices)?;
    let server = Server::start(&victim.installation, &victim.opening())?;
    if args.oracle {
        let said = oracle::listen(&victim, server.target.clone())?;
        for line in said {
            installation::say(&line);
        }
        return Ok(0);
    }
    if args.pages {
        let (said, failed) = pages::walk(&victim, &server, args.seed, args.households, args.connections)?;
        for line in said {
            installation::say(&line);
        }
        return Ok(failed);
    }
    let args = Args { process: server.process().parse().ok(), ..args.clone() };
    victim.runtime.block_on(load(&args, server.target.clone()))
}

/// Registrations from which those are taken whose times are compared.
const ORACLE_PLAN: usize = 20_000;

async fn load(args: &Args, target: Target) -> Result<u64, Failure> {
    let version = Client::new(target.clone()).version(&args.slug).await?;
    let forms = forms(args, &version)?;
    let passes = passes(&target, args).await?;
    let work = Arc::new(Work { forms, next: AtomicUsize::new(0), path: format!("/api/v1/schemes/{}/households", args.slug) });
    let process = args.process.map(|process| process.to_string());
    let theirs = || process.as_deref().map_or(0, cpu_micros);
    let (ours, server, began) = (cpu_micros("self"), theirs(), Instant::now());
    let workers: Vec<_> =
        passes.into_iter().map(|(client, pass)| tokio::spawn(one_connection(work.clone(), client, pass, began))).collect();
    let mut samples = Vec::with_capacity(work.forms.len());
    let (mut failed, mut resent, mut example) = (0_u64, 0, None);
    for worker in workers {
        let part = worker.await?;
        samples.extend(part.samples);
        failed += part.failed;
        resent += part.resent;
        example = example.or(part.example);
    }
    let figures = Figures::of(samples);
    let each = |total: u64| total / u64::try_from(figures.count.max(1)).unwrap_or(1);
    let (ours, server) = (each(cpu_micros("self") - ours), each(theirs() - server));
    installation::say(&format!("registrations {}", figures.line()));
    installation::say(&format!("CPU of the generator {ours} µs each; of the server {server} µs each; sent again {resent}; refused or lost {failed}"));
    if let Some(example) = example {
        installation::say(&format!("first failure: {example}"));
    }
    if let Some(file) = &args.json {
        let mut all = figures.to_json();
        if let Some(map) = all.as_object_mut() {
            map.insert("generator_cpu_us".into(), ours.into());
            map.insert("server_cpu_us".into(), server.into());
            map.insert("failed".into(), failed.into());
            map.insert("sent_again".into(), resent.into());
            map.insert("connections".into(), args.connections.into());
        }
        std::fs::write(file, json!(all).to_string())?;
    }
    Ok(failed)
}

/// What is sent, without the pass, prepared before the clock runs.
struct Work {
    forms: Vec<Request>,
    next: AtomicUsize,
    path: String,
}

fn forms(args: &Args, version: &str) -> Result<Vec<Request>, Failure> {
    let population = population(args.seed, None).map_err(|error| error.to_string())?;
    let request = |(household, number): (connectors::synthetic::Household, u64)| Request {
        idempotency_key: format!("load-{:016x}-{number:012}", args.seed),
        language: household.main.language,
        pass: String::new(),
        version: version.to_owned(),
        household: form(&household),
    };
    Ok(population.households(args.households).zip(0_u64..).map(request).collect())
}

/// Every connection opened and let in: handshakes are not part of what is measured.
async fn passes(target: &Target, args: &Args) -> Result<Vec<(Client, String)>, Failure> {
    let mut entering = Vec::new();
    for _ in 0..args.connections {
        let (target, path) = (target.clone(), format!("/api/v1/schemes/{}/queue", args.slug));
        entering.push(tokio::spawn(async move { enter(Client::new(target), &path).await }));
    }
    let mut passes = Vec::new();
    for entering in entering {
        passes.push(entering.await??);
    }
    Ok(passes)
}

async fn enter(mut client: Client, path: &str) -> Result<(Client, String), Failure> {
    let mut reply = client.post(path, &[], &json!({})).await?.json();
    for _ in 0..600 {
        if let Some(pass) = reply.pointer("/admitted/pass").and_then(|pass| pass.as_str()) {
            return Ok((client, pass.to_owned()));
        }
        let Some(ticket) = reply.pointer("/waiting/ticket").cloned() else { break };
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        reply = client.post(&format!("{path}/enter"), &[], &json!({ "ticket": ticket })).await?.json();
    }
    Err(format!("the waiting room let nobody in: {reply}").into())
}

#[derive(Default)]
struct Part {
    samples: Vec<Sample>,
    failed: u64,
    resent: u64,
    example: Option<String>,
}

async fn one_connection(work: Arc<Work>, mut client: Client, pass: String, began: Instant) -> Part {
    let mut part = Part::default();
    let host = client.host().to_owned();
    while let Some(household) = work.forms.get(work.next.fetch_add(1, Ordering::Relaxed)) {
        let household = Request { pass: pass.clone(), version: household.version.clone(), household: household.household.clone(), idempotency_key: household.idempotency_key.clone(), ..*household };
        let body = serde_json::to_vec(&household).unwrap_or_default();
        let bytes = request("POST", &work.path, &host, &[("content-type", "application/json")], &body);
        let sent = Instant::now();
        let answer: Result<_, GaveUp> = client.send(&bytes, Patience::default()).await;
        match answer {
            Ok(reply) if reply.status == 201 => {
                part.samples.push(Sample { done: began.elapsed(), took: sent.elapsed() });
            }
            Ok(reply) => part.fail(format!("HTTP {} {}", reply.status, reply.text())),
            Err(error) => part.fail(error.to_string()),
        }
    }
    part.resent = client.resent;
    part
}

impl Part {
    fn fail(&mut self, why: String) {
        self.failed += 1;
        self.example.get_or_insert(why);
    }
}
