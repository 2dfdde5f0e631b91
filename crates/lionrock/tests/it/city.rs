//! A demonstration city in a process of its own, for one test.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// The slug of the scheme that the demonstration runs.
pub const SLUG: &str = "masks-2020";
/// The program under test.
pub const LIONROCK: &str = env!("CARGO_BIN_EXE_lionrock");

/// What moves its clock.
const CONTROL: &str = "the test moves the clock";

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
        Self::start_with(&[])
    }

    /// Starts one with more on its command line. What it says beside its address goes into a file of [`Self::all`], and its clock can be
    /// moved.
    pub fn start_with(more: &[&str]) -> Self {
        let files = TempDir::new().unwrap();
        let log = std::fs::File::create(files.path().join("log")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = Command::new(LIONROCK)
            .args(["demo", "--households", "40", "--port", &port.to_string(), "--directory"])
            .arg(files.path().join("city"))
            .args(more)
            .env("LIONROCK_CONTROL", CONTROL)
            .current_dir(files.path())
            .stderr(log)
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
        let started = ready.recv_timeout(PATIENCE).is_ok();
        assert!(started, "the demonstration does not start: {}", std::fs::read_to_string(city.all().join("log")).unwrap());
        city
    }

    /// Everything that it wrote: stores, keys, what it said, what it left in its working directory.
    pub fn all(&self) -> &Path {
        self.files.path()
    }

    /// Moves its clock to a moment in Hong Kong, such as `2021-03-01T09:00`.
    pub fn show(&self, now: &str) {
        let body = format!("{{\"now\":\"{now}\"}}");
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = format!("POST /control/clock HTTP/1.1\r\nhost: localhost\r\nx-control-token: {CONTROL}\r\ncontent-type: application/json");
        write!(stream, "{head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
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
