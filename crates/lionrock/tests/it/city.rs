//! A demonstration city in a process of its own, for one test.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// The slug of the scheme that the demonstration runs.
pub const SLUG: &str = "masks-2020";
/// The program under test.
pub const LIONROCK: &str = env!("CARGO_BIN_EXE_lionrock");

/// Longer than a start ever takes, also beside another test.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running `lionrock demo`; it is killed when this goes.
pub struct City {
    child: Child,
    pub port: u16,
    files: TempDir,
}

impl City {
    /// Starts one and waits until it says where to go.
    pub fn start() -> Self {
        let files = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = Command::new(LIONROCK)
            .args(["demo", "--households", "40", "--port", &port.to_string(), "--directory"])
            .arg(files.path().join("city"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, ready) = channel();
        thread::spawn(move || {
            // Read to the end: a program whose output nobody takes any more may stop.
            for line in lines.map_while(Result::ok).filter(|line| line.contains("start here")) {
                let _ = sender.send(line);
            }
        });
        let city = Self { child, port, files };
        ready.recv_timeout(PATIENCE).expect("the demonstration starts");
        city
    }

    /// Its process.
    pub fn process(&self) -> String {
        self.child.id().to_string()
    }

    /// Kills it in the middle of whatever it does. The process is gone when this returns.
    pub fn kill(&self) {
        let killed = Command::new("sh").args(["-c", &format!("kill -KILL {}", self.process())]).status().unwrap();
        assert!(killed.success());
        let state = || std::fs::read_to_string(format!("/proc/{}/stat", self.process())).unwrap_or_default();
        // Dead and not yet collected by this process: `Z`.
        while !state().rsplit(')').next().unwrap_or_default().trim_start().starts_with(['Z', 'X']) && !state().is_empty() {
            thread::yield_now();
        }
    }

    /// A file of the demonstration.
    pub fn file(&self, name: &str) -> std::path::PathBuf {
        self.files.path().join("city").join(name)
    }

    /// The address of a page in a language: `city.page("zh-hant", "/demo")`.
    pub fn page(&self, language: &str, path: &str) -> String {
        format!("http://localhost:{}/{language}{path}", self.port)
    }
}

impl Drop for City {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
