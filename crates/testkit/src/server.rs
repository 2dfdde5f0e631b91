use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use kernel::Secret;
use store::Location;

/// A PostgreSQL server for this test process. It ends with the process, however that ends.
#[derive(Debug)]
pub struct PostgresServer {
    /// Holds the server's life: the script reads from this process and stops when there is no one to read from.
    _script: Child,
    socket: String,
    programs: String,
    databases: AtomicU32,
}

const SCRIPT: &str = include_str!("server.sh");

impl PostgresServer {
    /// The server that all tests of this process share, started when first asked for.
    ///
    /// # Panics
    /// When PostgreSQL is missing, with the line that says what to install. It is never skipped.
    #[expect(clippy::panic, reason = "only tests call this")]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Result<PostgresServer, String>> = OnceLock::new();
        match SHARED.get_or_init(start) {
            Ok(server) => server,
            Err(line) => panic!("{line}"),
        }
    }

    /// Where the server keeps its files.
    pub fn data_directory(&self) -> PathBuf {
        Path::new(&self.socket).join("data")
    }

    /// A new, empty database.
    ///
    /// # Panics
    /// When the server does not make it.
    #[expect(clippy::panic, reason = "only tests call this")]
    pub fn fresh_database(&self) -> Location {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        let made = Command::new(format!("{}/createdb", self.programs)).args(["-h", &self.socket, "-U", "postgres", &name]).output();
        match made {
            Ok(output) if output.status.success() => {}
            other => panic!("createdb failed: {other:?}"),
        }
        let host = self.socket.replace('/', "%2F");
        Location::Postgres(Secret::new(format!("postgres://postgres@{host}/{name}")))
    }
}

fn start() -> Result<PostgresServer, String> {
    let script = Command::new("sh").args(["-c", SCRIPT]).env("SCRIPT", SCRIPT).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut script = script.map_err(|error| format!("sh did not start: {error}"))?;
    let mut line = String::new();
    if let Some(output) = script.stdout.take() {
        // What cannot be read is an empty line, which is refused below.
        let _ = BufReader::new(output).read_line(&mut line);
    }
    let mut words = line.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some("ready"), Some(socket), Some(programs)) => {
            let (socket, programs) = (socket.to_owned(), programs.to_owned());
            Ok(PostgresServer { _script: script, socket, programs, databases: AtomicU32::new(0) })
        }
        _ => Err(if line.trim().is_empty() { "PostgreSQL did not start, and did not say why".to_owned() } else { line.trim().to_owned() }),
    }
}
