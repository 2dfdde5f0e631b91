use std::io;
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio::time::{sleep, timeout};

use super::Target;
use super::wire::{Connection, Reply, request};

/// One kept-alive connection that is opened anew when it breaks.
pub struct Client {
    target: Target,
    host: String,
    connection: Option<Connection>,
    version: Option<String>,
    /// How often a request had to be sent again.
    pub resent: u64,
}

/// How often and how long a request is sent again.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Attempts at most.
    pub attempts: u32,
    /// Time at most, for all of them.
    pub total: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: 200, total: Duration::from_mins(1) }
    }
}

/// A request that was never answered. Nobody knows whether it was taken.
#[derive(Debug, Error)]
#[error("no answer after {attempts} attempts in {seconds} s; the last failed with: {last}")]
pub struct GaveUp {
    attempts: u32,
    seconds: u64,
    last: String,
}

const ONE_ATTEMPT: Duration = Duration::from_secs(30);

impl Client {
    /// A client; nothing is opened yet.
    pub fn new(target: Target) -> Self {
        Self { host: target.host(), target, connection: None, version: None, resent: 0 }
    }

    /// What stands in `Host`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// One attempt.
    pub async fn once(&mut self, bytes: &[u8]) -> io::Result<Reply> {
        let attempt = timeout(ONE_ATTEMPT, self.attempt(bytes)).await;
        let reply = attempt.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let closes = |reply: &Reply| reply.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        if reply.as_ref().map_or(true, closes) {
            self.connection = None;
        }
        reply
    }

    async fn attempt(&mut self, bytes: &[u8]) -> io::Result<Reply> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(Connection::open(&self.target).await?),
        };
        connection.exchange(bytes).await
    }

    /// Sends until there is an answer other than "busy". The bytes are the same each time, idempotency key included.
    pub async fn send(&mut self, bytes: &[u8], patience: Patience) -> Result<Reply, GaveUp> {
        let began = Instant::now();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let last = match self.once(bytes).await {
                Ok(reply) if !matches!(reply.status, 429 | 503) => return Ok(reply),
                Ok(reply) => format!("HTTP {}", reply.status),
                Err(error) => error.to_string(),
            };
            if attempts >= patience.attempts || began.elapsed() >= patience.total {
                return Err(GaveUp { attempts, seconds: began.elapsed().as_secs(), last });
            }
            self.resent += 1;
            sleep(Duration::from_millis(u64::from(attempts.min(20)) * 10)).await;
        }
    }

    /// The version of a scheme whose statement is in force, as its public document has it; asked once.
    pub async fn version(&mut self, slug: &str) -> Result<String, GaveUp> {
        if let Some(version) = &self.version {
            return Ok(version.clone());
        }
        let scheme = self.get(&format!("/api/v1/schemes/{slug}")).await?.json();
        let version = scheme.get("version").and_then(|version| version.as_str()).unwrap_or_default().to_owned();
        self.version = (!version.is_empty()).then(|| version.clone());
        Ok(version)
    }

    /// `GET` with patience.
    pub async fn get(&mut self, path: &str) -> Result<Reply, GaveUp> {
        let bytes = request("GET", path, &self.host, &[], b"");
        self.send(&bytes, Patience::default()).await
    }

    /// `POST` of JSON with patience and further headers.
    pub async fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> Result<Reply, GaveUp> {
        let headers = [&[("content-type", "application/json")], headers].concat();
        let bytes = request("POST", path, &self.host, &headers, body.to_string().as_bytes());
        self.send(&bytes, Patience::default()).await
    }
}
