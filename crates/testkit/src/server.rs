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
    port: u16,
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
        match SHARED.get_or_init(|| start(None)) {
            Ok(server) => server,
            Err(line) => panic!("{line}"),
        }
    }

    /// A server of its own that is also reached on loopback, by TLS only, with this certificate chain and key in PEM.
    ///
    /// # Panics
    /// When PostgreSQL is missing or does not start.
    #[expect(clippy::panic, reason = "only tests call this")]
    pub fn with_tls(certificate: &str, key: &str) -> Self {
        start(Some((certificate, key))).unwrap_or_else(|line| panic!("{line}"))
    }

    /// The port of a server with TLS.
    pub const fn port(&self) -> u16 {
        self.port
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
        let port = self.port.to_string();
        let arguments = ["-h", &self.socket, "-p", &port, "-U", "postgres", &name];
        let made = Command::new(format!("{}/createdb", self.programs)).args(arguments).output();
        match made {
            Ok(output) if output.status.success() => {}
            other => panic!("createdb failed: {other:?}"),
        }
        let host = self.socket.replace('/', "%2F");
        Location::Postgres(Secret::new(format!("postgres://postgres@{host}:{port}/{name}")))
    }
}

/// PostgreSQL's usual port; without TLS it only names the socket.
const USUAL_PORT: u16 = 5432;

fn start(tls: Option<(&str, &str)>) -> Result<PostgresServer, String> {
    let mut command = Command::new("sh");
    command.args(["-c", SCRIPT]).env("SCRIPT", SCRIPT).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut port = USUAL_PORT;
    if let Some((certificate, key)) = tls {
        port = free_port().map_err(|error| format!("no free port: {error}"))?;
        command.env("TLS_PORT", port.to_string()).env("TLS_CERTIFICATE", certificate).env("TLS_KEY", key);
    }
    let mut script = command.spawn().map_err(|error| format!("sh did not start: {error}"))?;
    let mut line = String::new();
    if let Some(output) = script.stdout.take() {
        // What cannot be read is an empty line, which is refused below.
        let _ = BufReader::new(output).read_line(&mut line);
    }
    let mut words = line.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some("ready"), Some(socket), Some(programs)) => {
            let (socket, programs) = (socket.to_owned(), programs.to_owned());
            Ok(PostgresServer { _script: script, socket, port, programs, databases: AtomicU32::new(0) })
        }
        _ => Err(if line.trim().is_empty() { "PostgreSQL did not start, and did not say why".to_owned() } else { line.trim().to_owned() }),
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
