use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use kernel::Instant;

use super::{Failure, Installation};
use crate::load::{LoadError, Target};

/// The real server, as a process of its own.
pub struct Server {
    child: Child,
    /// Its address.
    pub target: Target,
}

/// How the server is started.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The moment that its clock shows at first.
    pub now: Option<Instant>,
    /// Whether it may answer before the disk has what it acknowledges: only to see promise 5 broken by this.
    pub synchronous_off: bool,
    /// A program and its arguments that run the server: `strace …`.
    pub under: Vec<String>,
    /// More that it finds in its environment.
    pub environment: Vec<(String, String)>,
}

const READY: Duration = Duration::from_mins(1);

impl Server {
    /// Starts it and waits until it says where it listens.
    pub fn start(installation: &Installation, start: &Start) -> Result<Self, Failure> {
        let mut child = command(installation, start)?.spawn()?;
        let (sender, receiver) = channel();
        if let Some(out) = child.stdout.take() {
            // Reads to the end, so that the server never waits for a reader.
            std::thread::spawn(move || {
                for line in BufReader::new(out).lines().map_while(Result::ok) {
                    if let Some(url) = line.strip_prefix("listening on ").and_then(|rest| rest.split(' ').next()) {
                        let _ = sender.send(url.to_owned());
                    }
                }
            });
        }
        let Ok(url) = receiver.recv_timeout(READY) else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("the server did not start; it said: {}", said(installation)).into());
        };
        let target = Target::parse(&url, Some(&installation.pki.authority)).map_err(|error: LoadError| error.to_string())?;
        Ok(Self { child, target })
    }

    /// Its process, also when another program runs it.
    pub fn process(&self) -> String {
        let own = self.child.id().to_string();
        let children = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
        children.split_whitespace().next().map_or(own, str::to_owned)
    }

    /// Tells it to stop and waits until it has.
    pub fn stop(mut self) -> Result<(), Failure> {
        signal("TERM", &self.process())?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the server stopped with {status}").into()) }
    }

    /// Kills it as a power switch would, page cache excepted.
    pub fn kill(mut self) -> Result<(), Failure> {
        // By its own number: a program that runs it must live to write its record to the end.
        signal("KILL", &self.process())?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process that was started here.
fn signal(name: &str, process: &str) -> Result<(), Failure> {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status()?;
    if status.success() { Ok(()) } else { Err(format!("process {process} is gone already").into()) }
}

fn command(installation: &Installation, start: &Start) -> Result<Command, Failure> {
    let program = std::env::current_exe()?;
    let mut command = match start.under.split_first() {
        Some((under, arguments)) => {
            let mut command = Command::new(under);
            command.args(arguments).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.args(["serve", "--config"]).arg(&installation.file).env("LIONROCK_CONTROL", &installation.control);
    // What it may write for the moment stands where it is searched.
    command.env("TMPDIR", installation.directory.join("tmp"));
    command.envs(start.environment.iter().map(|(name, value)| (name, value)));
    if let Some(now) = start.now {
        command.env("LIONROCK_CLOCK", now.to_string().chars().take(19).collect::<String>());
    }
    if start.synchronous_off {
        command.arg("--synchronous-off");
    }
    let log = OpenOptions::new().create(true).append(true).open(installation.directory.join("logs/server.log"))?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    Ok(command)
}

/// The last lines of the server's log.
fn said(installation: &Installation) -> String {
    let log = std::fs::read_to_string(installation.directory.join("logs/server.log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
}
