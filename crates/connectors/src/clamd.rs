//! The virus scanner: a client of ClamAV's daemon (`man 8 clamd`, commands PING, VERSION, INSTREAM).

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Clock, Day, Scan, ScanError, Scanner};

/// Where the daemon listens. Its protocol knows neither secrecy nor names, so it must be on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClamdAddress {
    /// A Unix socket.
    Socket(PathBuf),
    /// A port of a loopback address.
    Port(SocketAddr),
}

/// An address on which no daemon may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the path of clamd's socket, or a loopback address with a port: files go there in clear")]
pub struct NotAClamdAddress;

impl FromStr for ClamdAddress {
    type Err = NotAClamdAddress;

    fn from_str(text: &str) -> Result<Self, NotAClamdAddress> {
        if text.starts_with('/') {
            return Ok(Self::Socket(PathBuf::from(text)));
        }
        let port = text.parse::<SocketAddr>().ok().filter(|address| address.ip().is_loopback());
        port.map(Self::Port).ok_or(NotAClamdAddress)
    }
}

impl fmt::Display for ClamdAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "{}", path.display()),
            Self::Port(address) => write!(f, "{address}"),
        }
    }
}

/// Which daemon is asked, and when it is not believed.
#[derive(Clone, Debug)]
pub struct ClamdConfig {
    /// Where it listens.
    pub address: ClamdAddress,
    /// How long one step of a conversation may take.
    pub timeout: Duration,
    /// How many days old its definitions may be. Older ones say nothing about the malware of today.
    pub definitions_days_max: u16,
}

/// ClamAV's daemon as a [`Scanner`]. Each file is a conversation of its own; before it the age of the definitions is asked,
/// so that a daemon that is no longer fed stops uploads by itself.
pub struct Clamd {
    config: ClamdConfig,
    clock: Arc<dyn Clock>,
}

/// What the daemon says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClamdVersion {
    /// The engine: `ClamAV 1.4.6`.
    pub engine: String,
    /// The day of its daily definitions; none when it has only others, whose age nobody knows.
    pub definitions: Option<Day>,
}

/// The daemon's answer is a line; anything longer is not from it.
const ANSWER_MAX_BYTES: u64 = 4096;
/// How much goes into one piece of a stream.
const PIECE_BYTES: usize = 64 * 1024;

impl Clamd {
    /// A client. It connects when it is asked, so a daemon may be started later or again.
    pub const fn new(config: ClamdConfig, clock: Arc<dyn Clock>) -> Self {
        Self { config, clock }
    }

    /// Whether the daemon answers and its definitions are young enough.
    pub fn check(&self) -> Result<ClamdVersion, ScanError> {
        let pong = self.ask(b"zPING\0", &[])?;
        if pong != "PONG" {
            return Err(ScanError::Unreachable(format!("it answered {pong:?} to PING")));
        }
        self.fresh_version()
    }

    fn fresh_version(&self) -> Result<ClamdVersion, ScanError> {
        let version = ClamdVersion::parse(&self.ask(b"zVERSION\0", &[])?);
        let Some(built) = version.definitions else {
            return Err(ScanError::Stale(format!("{} has no daily definitions; run freshclam", version.engine)));
        };
        let days = self.clock.now().day().since(built);
        if days > i32::from(self.config.definitions_days_max) {
            return Err(ScanError::Stale(format!("they are of {built}, {days} days ago; run freshclam")));
        }
        Ok(version)
    }

    /// One command with what follows it, and the answer without its end.
    fn ask(&self, command: &[u8], stream: &[u8]) -> Result<String, ScanError> {
        let gone = |error: io::Error| ScanError::Unreachable(format!("{}: {error}", self.config.address));
        let mut line = self.connect().map_err(gone)?;
        // A daemon that has seen enough of a stream answers and hangs up; its answer says more than the broken pipe.
        let sent = line.write_all(command).and_then(|()| send(&mut *line, stream));
        let mut answer = Vec::new();
        let heard = line.take(ANSWER_MAX_BYTES).read_to_end(&mut answer);
        if answer.is_empty() {
            sent.and(heard.map(drop)).map_err(gone)?;
            return Err(ScanError::Unreachable(format!("{}: it hung up without an answer", self.config.address)));
        }
        Ok(String::from_utf8_lossy(&answer).trim_end_matches(['\0', '\n']).to_owned())
    }

    fn connect(&self) -> io::Result<Box<dyn Line>> {
        let timeout = Some(self.config.timeout);
        match &self.config.address {
            ClamdAddress::Socket(path) => {
                let line = UnixStream::connect(path)?;
                line.set_read_timeout(timeout)?;
                line.set_write_timeout(timeout)?;
                Ok(Box::new(line))
            }
            ClamdAddress::Port(address) => {
                let line = TcpStream::connect_timeout(address, self.config.timeout)?;
                line.set_read_timeout(timeout)?;
                line.set_write_timeout(timeout)?;
                Ok(Box::new(line))
            }
        }
    }
}

trait Line: Read + Write {}
impl<T: Read + Write> Line for T {}

/// Pieces with their length before them, and an empty one at the end. Nothing when there is no stream.
fn send(line: &mut dyn Line, stream: &[u8]) -> io::Result<()> {
    if stream.is_empty() {
        return Ok(());
    }
    for piece in stream.chunks(PIECE_BYTES) {
        let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
        line.write_all(&length.to_be_bytes())?;
        line.write_all(piece)?;
    }
    line.write_all(&[0; 4])
}

impl Scanner for Clamd {
    fn scan(&self, bytes: &[u8]) -> Result<Scan, ScanError> {
        self.fresh_version()?;
        if bytes.is_empty() {
            return Ok(Scan::Clean);
        }
        verdict(&self.ask(b"zINSTREAM\0", bytes)?)
    }
}

/// `stream: OK`, `stream: NAME FOUND`, or an error; what is neither clean nor found is not believed.
fn verdict(answer: &str) -> Result<Scan, ScanError> {
    match answer.strip_prefix("stream: ") {
        Some("OK") => Ok(Scan::Clean),
        Some(found) if found.ends_with(" FOUND") => {
            Ok(Scan::Infected(found.trim_end_matches(" FOUND").chars().take(200).collect()))
        }
        _ => Err(ScanError::Unreachable(format!("it answered {answer:?}"))),
    }
}

impl ClamdVersion {
    /// Reads `ClamAV 1.4.6/27500/Fri Nov 20 08:30:00 2026`; without daily definitions only the engine is named.
    fn parse(answer: &str) -> Self {
        let mut pieces = answer.splitn(3, '/');
        let engine = pieces.next().unwrap_or_default().to_owned();
        Self { engine, definitions: pieces.nth(1).and_then(day_of) }
    }
}

/// The day of C's `ctime`, in the daemon's own time zone: a day more or less does not matter here.
fn day_of(text: &str) -> Option<Day> {
    let mut words = text.split_whitespace().skip(1);
    let (month, day, year) = (words.next()?, words.next()?, words.nth(1)?);
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].iter().position(|name| *name == month)?;
    Day::from_civil(year.parse().ok()?, i8::try_from(month + 1).ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use testkit::{ClamdServer, MovableClock, TEST_MALWARE};

    use super::*;

    const BUILT: &str = "2020-05-01T08:00";

    fn client(address: ClamdAddress, clock: &Arc<MovableClock>) -> Clamd {
        Clamd::new(ClamdConfig { address, timeout: Duration::from_secs(30), definitions_days_max: 7 }, clock.clone())
    }

    fn unreachable(found: &Result<Scan, ScanError>) -> bool {
        matches!(found, Err(ScanError::Unreachable(_)))
    }

    #[test]
    fn a_real_daemon_finds_what_it_knows_and_nothing_else() {
        let clock = Arc::new(MovableClock::at(BUILT));
        let server = ClamdServer::start(clock.now().day());
        let clamd = client(ClamdAddress::Socket(server.socket()), &clock);
        let version = clamd.check().unwrap();
        assert!(version.engine.starts_with("ClamAV ") && version.definitions == Some(clock.now().day()), "{version:?}");
        let long = b"harmless ".repeat(100_000);
        for clean in [b"".as_slice(), b"a letter", &long] {
            assert_eq!(clamd.scan(clean), Ok(Scan::Clean));
        }
        let mut hidden = long;
        hidden.extend(TEST_MALWARE);
        for infected in [TEST_MALWARE, &hidden] {
            assert_eq!(clamd.scan(infected), Ok(Scan::Infected("Lionrock.Test.UNOFFICIAL".to_owned())));
        }
        // More than the daemon takes is not "clean".
        assert!(unreachable(&clamd.scan(&vec![b'x'; 12 * 1024 * 1024])));
        server.stop();
        assert!(unreachable(&clamd.scan(b"a letter")));
    }

    #[test]
    fn old_definitions_are_not_believed() {
        let clock = Arc::new(MovableClock::at(BUILT));
        let server = ClamdServer::start(clock.now().day());
        let clamd = client(ClamdAddress::Socket(server.socket()), &clock);
        clock.advance_days(7);
        assert_eq!(clamd.scan(b"a letter"), Ok(Scan::Clean));
        clock.advance_days(1);
        let Err(ScanError::Stale(reason)) = clamd.scan(b"a letter") else { panic!("believed") };
        assert!(reason.contains("2020-05-01") && reason.contains("8 days"), "{reason}");
    }

    /// A daemon of one answer, at a port.
    fn answers(answer: &'static [u8]) -> ClamdAddress {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for line in listener.incoming() {
                let mut line = line.unwrap();
                let mut command = [0; 10];
                let heard = line.read(&mut command).unwrap();
                let version = b"ClamAV 1.4.6/27500/Fri May  1 08:30:00 2020\0".as_slice();
                line.write_all(if command[..heard].starts_with(b"zVERSION") { version } else { answer }).unwrap();
            }
        });
        ClamdAddress::Port(address)
    }

    #[test]
    fn what_is_not_an_answer_is_no_permission() {
        let clock = Arc::new(MovableClock::at(BUILT));
        for answer in [b"".as_slice(), b"INSTREAM size limit exceeded. ERROR\0", b"stream: \0", b"OK\0", b"stream: OK but\0"] {
            assert!(unreachable(&client(answers(answer), &clock).scan(b"x")), "{answer:?}");
        }
        assert_eq!(client(answers(b"stream: OK\0"), &clock).scan(b"x"), Ok(Scan::Clean));
        let found = client(answers(b"stream: A.B FOUND\0"), &clock).scan(b"x");
        assert_eq!(found, Ok(Scan::Infected("A.B".to_owned())));
    }

    #[test]
    fn a_daemon_that_says_nothing_is_not_waited_for() {
        let clock = Arc::new(MovableClock::at(BUILT));
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("silent");
        let _silent = UnixListener::bind(&path).unwrap();
        let mut clamd = client(ClamdAddress::Socket(path), &clock);
        clamd.config.timeout = Duration::from_millis(100);
        assert!(unreachable(&clamd.scan(b"x")));
    }

    #[test]
    fn versions_and_addresses_are_read() {
        let version = ClamdVersion::parse("ClamAV 1.4.6/27500/Fri Nov 20 08:30:00 2026");
        assert_eq!((version.engine.as_str(), version.definitions), ("ClamAV 1.4.6", Day::from_civil(2026, 11, 20)));
        for bare in ["ClamAV 1.4.6", "ClamAV 1.4.6/27500", "ClamAV 1.4.6/27500/", "ClamAV 1.4.6/1/Fri Foo 20 08:30:00 2026", ""] {
            assert_eq!(ClamdVersion::parse(bare).definitions, None, "{bare}");
        }
        assert_eq!("127.0.0.1:3310".parse(), Ok(ClamdAddress::Port(([127, 0, 0, 1], 3310).into())));
        assert_eq!("/run/clamav/clamd.ctl".parse(), Ok(ClamdAddress::Socket("/run/clamav/clamd.ctl".into())));
        for bad in ["", "clamd.ctl", "192.0.2.1:3310", "localhost:3310", "127.0.0.1"] {
            assert_eq!(bad.parse::<ClamdAddress>(), Err(NotAClamdAddress), "{bad}");
        }
    }
}
