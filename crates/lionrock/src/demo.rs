//! `lionrock demo`: a whole demonstration city on the embedded store, ready in seconds.

mod calls;
mod city;
mod connect;
mod courier;
mod drills;
mod messages;
mod operation;
mod page;
mod try_it;
mod stations;
mod training;
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use installation::ambient::WallClock;
use installation::config::Config;
use installation::runtime::{Runtime, RuntimeError};
use kernel::{Clock, Environment, Secret};
use store::Options;
use tokio::net::TcpListener;

use crate::serve::{self, RunError};
use crate::{control, keys, own_memory, say};

/// What `demo` takes from the command line.
#[derive(Clone, Debug, clap::Args)]
pub struct DemoArgs {
    /// Port on localhost.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Directory of the demonstration; it is emptied at the start.
    #[arg(long, default_value = "lionrock-data/demo")]
    directory: PathBuf,
    /// Households that are registered already when it opens.
    #[arg(long, default_value_t = 400)]
    households: u64,
    /// Connects an external verifier of identities as well; it sees nothing in a picture, says so, and leaves each case to an officer.
    #[arg(long)]
    verifier: bool,
}

/// Runs the demonstration until Ctrl-C. With a token its clock can be moved.
pub fn demo(args: &DemoArgs, control: Option<String>) -> Result<(), RunError> {
    let file = |error| RunError::Runtime(RuntimeError::File(args.directory.display().to_string(), error));
    empty(&args.directory).map_err(file)?;
    own_memory::keep_to_itself(true).map_err(RunError::Memory)?;
    serve::block_on(run(args.clone(), control))
}

/// Empties the directory, but only one that an earlier demonstration made: nobody loses anything by a wrong name.
fn empty(directory: &Path) -> std::io::Result<()> {
    let marker = directory.join(MARKER);
    if directory.exists() && directory.read_dir()?.next().is_some() {
        if !marker.exists() {
            let why = "it is not empty and no demonstration made it; name another with --directory";
            return Err(std::io::Error::other(why));
        }
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)?;
    fs::write(marker, "This directory is emptied whenever the demonstration starts.\n")
}

const MARKER: &str = "lionrock-demonstration.txt";

async fn run(args: DemoArgs, control: Option<String>) -> Result<(), RunError> {
    let listen = |error| RunError::Listen("127.0.0.1:0".into(), error);
    let register = TcpListener::bind("127.0.0.1:0").await.map_err(listen)?;
    let register_port = register.local_addr().map_err(listen)?.port();
    let verifier = TcpListener::bind("127.0.0.1:0").await.map_err(listen)?;
    let verifier_port = verifier.local_addr().map_err(listen)?.port();
    let pki = connectors::make_test_pki(&args.directory.join("pki")).map_err(|e| broken("certificates", &e))?;
    let config = config(&args, (register_port, verifier_port), &pki);
    config.check()?;
    keys::init_quietly(&config)?;
    let clock = Arc::new(WallClock::default());
    installation::office::make(&config, &args.directory.join("safe"), clock.now())?;
    let service = try_it::TryIt::new().await?;
    let (known, address) = (service.known(), service.address());
    fs::write(args.directory.join(try_it::KEY_FILE), service.pem()?).map_err(|e| broken(try_it::KEY_FILE, &e))?;
    let built = tokio::task::spawn_blocking({
        let (config, args, clock) = (config.clone(), args.clone(), clock.clone());
        move || build(&config, &args, clock, &known)
    });
    let (runtime, city) = built.await.map_err(|e| broken("the city", &e))??;
    let (population, pki_of_server) = (city.register.clone(), pki.clone());
    let simulator =
        tokio::spawn(async move { connectors::register_simulator(population, register, &pki_of_server).await });
    let cannot_tell = Arc::new(|_: &connectors::Shown| connectors::Said::Unsure);
    let comparing = tokio::spawn(async move { connectors::verifier_simulator(cannot_tell, verifier, &pki).await });
    let library = tokio::spawn(service.serve(config.origin.clone(), args.port, clock));
    let state = page::DemoState::new(&runtime, city, &config.origin, address);
    let extra = page::routes(Arc::new(state)).merge(calls::routes(runtime.demo_inbox.clone()));
    let extra = extra.merge(messages::routes(runtime.platform.clone()));
    let control = control.map(|token| control::routes(runtime.clock.clone(), runtime.platform.clone(), token));
    let extra = extra.merge(control.unwrap_or_default());
    let served = serve::run(&config, &runtime, extra, |_| welcome(&config)).await;
    simulator.abort();
    comparing.abort();
    library.abort();
    served
}

pub(crate) fn broken(what: &str, error: &dyn std::fmt::Display) -> RunError {
    RunError::Runtime(RuntimeError::File(what.to_owned(), std::io::Error::other(error.to_string())))
}

fn build(config: &Config, args: &DemoArgs, clock: Arc<WallClock>, service: &try_it::Known) -> Result<(Runtime, city::City), RunError> {
    let runtime = Runtime::open(config, clock, Options::default())?;
    let city = city::build(&runtime, config, args.households, service)?;
    Ok((runtime, city))
}

fn config(args: &DemoArgs, (register_port, verifier_port): (u16, u16), pki: &connectors::TestPki) -> Config {
    let directory = &args.directory;
    Config {
        environment: Environment::Demo,
        listen: format!("127.0.0.1:{}", args.port),
        origin: format!("http://localhost:{}", args.port),
        log_name: "lionrock.demo".into(),
        store: Secret::new(format!("sqlite:{}", directory.join("stores").display())),
        keys: directory.join("keys"),
        roots: directory.join("roots"),
        tiles: directory.join("tiles"),
        log_key: directory.join("log.key"),
        signing: Some(directory.join("signing")),
        register_url: Some(format!("https://localhost:{register_port}/v1/match")),
        register_authority: Some(pki.authority.clone()),
        register_certificate: Some(pki.client_certificate.clone()),
        register_key: Some(pki.client_key.clone()),
        verifier_url: args.verifier.then(|| format!("https://localhost:{verifier_port}/v1/compare")),
        verifier_authority: args.verifier.then(|| pki.authority.clone()),
        verifier_certificate: args.verifier.then(|| pki.client_certificate.clone()),
        verifier_key: args.verifier.then(|| pki.client_key.clone()),
        ..Config::default()
    }
}

fn welcome(config: &Config) {
    say("");
    say("  Lionrock is showing a demonstration city. Everybody in it is invented.");
    say("");
    say(&format!("    {}/en/demo        start here: services, officers to sign in as, people to register", config.origin));
    say(&format!("    {}/zh-hant/demo   繁體中文", config.origin));
    say(&format!("    {}/zh-hans/demo   简体中文", config.origin));
    say("");
    say("  Sign in as any officer with one click on that page; what residents get by SMS stands in the inboxes there. Stop with Ctrl-C.");
    say("");
}
