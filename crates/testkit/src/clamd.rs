use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use kernel::{Day, to_hex};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A file with this in it is malware to [`ClamdServer`], and to nobody else in the world.
pub const TEST_MALWARE: &[u8] = b"LIONROCK-TEST-SIGNATURE-HARMLESS";

/// A real ClamAV daemon that knows one signature of our own: [`TEST_MALWARE`]. Nothing is downloaded. It ends when this
/// value is dropped or the process ends.
#[derive(Debug)]
pub struct ClamdServer {
    script: Child,
    home: TempDir,
}

const SCRIPT: &str = include_str!("clamd.sh");
/// Where the tar archive begins in a database file.
const HEADER_BYTES: usize = 512;
const BLOCK_BYTES: usize = 512;

impl ClamdServer {
    /// Starts a daemon on a Unix socket, with definitions of this day.
    ///
    /// # Panics
    /// When ClamAV is missing, with the line that says what to install. It is never skipped.
    #[expect(clippy::panic, reason = "only tests call this")]
    pub fn start(built: Day) -> Self {
        match start(built) {
            Ok(server) => server,
            Err(line) => panic!("{line}"),
        }
    }

    /// The daemon's socket.
    pub fn socket(&self) -> PathBuf {
        self.home.path().join("clamd.ctl")
    }

    /// Stops the daemon, as an operator might.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.script.stdin.take());
        // Whether it had ended already does not matter: it has now.
        let _ = self.script.wait();
    }
}

impl Drop for ClamdServer {
    fn drop(&mut self) {
        self.end();
    }
}

fn start(built: Day) -> Result<ClamdServer, String> {
    let said = |error: std::io::Error| format!("clamd: {error}");
    let home = TempDir::new().map_err(said)?;
    let place = home.path().to_path_buf();
    std::fs::create_dir(place.join("definitions")).map_err(said)?;
    std::fs::write(place.join("definitions/daily.cud"), database(built)).map_err(said)?;
    let at = place.display();
    let configuration = format!(
        "DatabaseDirectory {at}/definitions\nLocalSocket {at}/clamd.ctl\nPidFile {at}/clamd.pid\nTemporaryDirectory {at}\n\
         LogFile {at}/log\nLogFileUnlock yes\nForeground yes\nStreamMaxLength 11M\nDisableCache yes\nMaxThreads 2\n"
    );
    std::fs::write(place.join("clamd.conf"), configuration).map_err(said)?;
    let script = Command::new("sh").args(["-c", SCRIPT]).env("PLACE", &place).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut script = script.map_err(said)?;
    let mut line = String::new();
    if let Some(output) = script.stdout.take() {
        // What cannot be read is an empty line, which is refused below.
        let _ = BufReader::new(output).read_line(&mut line);
    }
    match line.trim() {
        "ready" => Ok(ClamdServer { script, home }),
        "" => Err("clamd did not start, and did not say why".to_owned()),
        other => Err(other.to_owned()),
    }
}

/// A database as ClamAV packs it (libclamav, `cvd.c`): a header of 512 bytes and a tar archive. This kind is not signed,
/// and it has what plain files of signatures lack: the day on which it was made.
fn database(built: Day) -> Vec<u8> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = built.civil();
    let month = usize::try_from(month).ok().and_then(|month| MONTHS.get(month - 1)).copied().unwrap_or("Jan");
    let seconds = i64::from(built.number()) * 86_400 + 12 * 3_600;
    let unsigned = "0".repeat(32);
    let head = format!("ClamAV-VDB:{day:02} {month} {year} 12-00 +0000:27500:1:90:{unsigned}:none:lionrock:{seconds}");
    let signature = format!("Lionrock.Test:0:*:{}\n", to_hex(TEST_MALWARE));
    let digest = to_hex(&Sha256::digest(signature.as_bytes()));
    let contents = format!("{head}\ndaily.ndb:{}:{digest}\n", signature.len());
    let mut bytes = head.into_bytes();
    bytes.resize(HEADER_BYTES, b' ');
    for (name, content) in [("COPYING", "made for a test\n"), ("daily.info", &contents), ("daily.ndb", &signature)] {
        bytes.extend(tar_member(name, content.as_bytes()));
    }
    bytes.resize(bytes.len() + 2 * BLOCK_BYTES, 0);
    bytes
}

/// One file of a tar archive (POSIX.1-1988, ustar).
fn tar_member(name: &str, content: &[u8]) -> Vec<u8> {
    let fields = |sum: &str| {
        let mut head = format!("{name:\0<100}0000644\00000000\00000000\0{:011o}\000000000000\0{sum}0", content.len());
        let _ = write!(head, "{:\0<100}ustar\000", "");
        let mut head = head.into_bytes();
        head.resize(BLOCK_BYTES, 0);
        head
    };
    let sum: u32 = fields("        ").into_iter().map(u32::from).sum();
    let mut member = fields(&format!("{sum:06o}\0 "));
    member.extend(content);
    member.resize(member.len().next_multiple_of(BLOCK_BYTES), 0);
    member
}
