use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A mail server on loopback that speaks enough of SMTP (RFC 5321, 3207, 4954) for a client to hand over mail, and writes down
/// everything that it gets. It ends with the test process.
#[derive(Debug)]
pub struct MailServer {
    address: SocketAddr,
    state: Arc<State>,
    arrived: Mutex<Receiver<()>>,
}

/// A mail as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedMail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body, dots unstuffed.
    pub content: String,
    /// Whether it came over TLS.
    pub tls: bool,
    /// The base64 of `AUTH PLAIN`, if the client logged in.
    pub login: Option<String>,
}

impl ReceivedMail {
    /// The lines of the header.
    pub fn headers(&self) -> Vec<&str> {
        self.content.lines().take_while(|line| !line.is_empty()).collect()
    }
}

/// How a server protects its line.
#[derive(Clone, Debug)]
pub enum MailLine {
    /// Not at all.
    Plain,
    /// TLS after `STARTTLS`, which it offers.
    StartTls(Arc<ServerConfig>),
    /// TLS from the first byte.
    Tls(Arc<ServerConfig>),
}

#[derive(Debug)]
struct State {
    line: MailLine,
    mails: Mutex<Vec<ReceivedMail>>,
    answer: Mutex<Option<(&'static str, &'static str)>>,
    tell: Mutex<Sender<()>>,
}

impl MailServer {
    /// Listens on a free port.
    ///
    /// # Panics
    /// When no port is free.
    #[expect(clippy::expect_used, reason = "only tests call this")]
    pub fn start(line: MailLine) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let (tell, arrived) = channel();
        let state = Arc::new(State { line, mails: Mutex::default(), answer: Mutex::default(), tell: Mutex::new(tell) });
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                // A client that hangs up in the middle is an ordinary day for a mail server.
                thread::spawn(move || drop(attend(stream, &state)));
            }
        });
        Self { address, state, arrived: Mutex::new(arrived) }
    }

    /// The port on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// From now on a command that begins with `command` is answered with `line`, such as `450 mailbox busy`.
    pub fn answer(&self, command: &'static str, line: &'static str) {
        *lock(&self.state.answer) = Some((command, line));
    }

    /// From now on everything is taken again.
    pub fn recover(&self) {
        *lock(&self.state.answer) = None;
    }

    /// What has come so far.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        lock(&self.state.mails).clone()
    }

    /// Waits until so many have come, at most half a minute, and returns what there is.
    pub fn wait_for(&self, count: usize) -> Vec<ReceivedMail> {
        let arrived = lock(&self.arrived);
        while self.mails().len() < count {
            if arrived.recv_timeout(Duration::from_secs(30)) == Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
        self.mails()
    }
}

fn attend(stream: TcpStream, state: &State) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    match &state.line {
        MailLine::Plain => Talk::new(stream, false).run(state).map(drop),
        MailLine::Tls(config) => Talk::new(encrypted(config, stream)?, true).run(state).map(drop),
        MailLine::StartTls(config) => match Talk::new(stream, false).run(state)? {
            Some(stream) => Talk { greeted: true, ..Talk::new(encrypted(config, stream)?, true) }.run(state).map(drop),
            None => Ok(()),
        },
    }
}

fn encrypted(config: &Arc<ServerConfig>, stream: TcpStream) -> io::Result<StreamOwned<ServerConnection, TcpStream>> {
    let connection = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
    Ok(StreamOwned::new(connection, stream))
}

struct Talk<S: Read + Write> {
    stream: BufReader<S>,
    tls: bool,
    greeted: bool,
    login: Option<String>,
    from: String,
    to: Vec<String>,
}

impl<S: Read + Write> Talk<S> {
    fn new(stream: S, tls: bool) -> Self {
        Self { stream: BufReader::new(stream), tls, greeted: false, login: None, from: String::new(), to: Vec::new() }
    }

    /// Talks until the client leaves; the bare stream comes back when it asks for TLS.
    fn run(mut self, state: &State) -> io::Result<Option<S>> {
        if !self.greeted {
            self.say("220 mail.test ready")?;
        }
        loop {
            let line = self.line()?;
            let upper = line.to_uppercase();
            let scripted = *lock(&state.answer);
            if let Some((_, answer)) = scripted.filter(|(command, _)| upper.starts_with(command)) {
                self.say(answer)?;
                continue;
            }
            match upper.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => self.offer(state)?,
                "STARTTLS" => {
                    self.say("220 go ahead")?;
                    return Ok(Some(self.stream.into_inner()));
                }
                "AUTH" => {
                    self.login = line.split(' ').nth(2).map(str::to_owned);
                    self.say("235 welcome")?;
                }
                "MAIL" => {
                    self.from = between(&line);
                    self.to.clear();
                    self.say("250 ok")?;
                }
                "RCPT" => {
                    self.to.push(between(&line));
                    self.say("250 ok")?;
                }
                "DATA" => self.take(state)?,
                "QUIT" => {
                    self.say("221 bye")?;
                    return Ok(None);
                }
                _ => self.say("250 ok")?,
            }
        }
    }

    fn offer(&mut self, state: &State) -> io::Result<()> {
        if !self.tls && matches!(state.line, MailLine::StartTls(_)) {
            self.say("250-mail.test\r\n250 STARTTLS")
        } else {
            self.say("250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN")
        }
    }

    fn take(&mut self, state: &State) -> io::Result<()> {
        self.say("354 end with a dot")?;
        let mut content = String::new();
        loop {
            let line = self.line()?;
            if line == "." {
                break;
            }
            content.push_str(line.strip_prefix('.').unwrap_or(&line));
            content.push('\n');
        }
        let mail =
            ReceivedMail { from: self.from.clone(), to: self.to.clone(), content, tls: self.tls, login: self.login.clone() };
        lock(&state.mails).push(mail);
        let _ = lock(&state.tell).send(());
        self.say("250 taken")
    }

    fn line(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        if self.stream.read_until(b'\n', &mut bytes)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{line}\r\n").as_bytes())?;
        stream.flush()
    }
}

/// What stands between angle brackets.
fn between(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(inside, _)| inside.to_owned()).unwrap_or_default()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
