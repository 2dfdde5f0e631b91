//! A time-stamping authority elsewhere, asked over HTTP (RFC 3161, 3.4).

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kernel::Random;
use signing::{StampError, Timestamps, timestamp};
use ureq::Agent;

use crate::http::{ConnectorError, agent, certificates, tls};

/// How long the authority may take.
const PATIENCE: Duration = Duration::from_secs(10);
const ANSWER_MOST: u64 = 64 * 1024;

/// The authority.
pub struct HttpTimestamps {
    agent: Agent,
    url: String,
    random: Arc<dyn Random>,
}

impl HttpTimestamps {
    /// Sets it up. `authorities` signed its TLS certificate; without them the address is of this machine and plain. What it stamps is
    /// a digest of a signature and says nothing to whoever reads it.
    pub fn new(url: &str, authorities: Option<&Path>, random: Arc<dyn Random>) -> Result<Self, ConnectorError> {
        let authorities = authorities.map(certificates).transpose()?.unwrap_or_default();
        Ok(Self { agent: agent(tls(authorities, None), PATIENCE), url: url.to_owned(), random })
    }

    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, ureq::Error> {
        let answer = self.agent.post(&self.url).header("content-type", "application/timestamp-query").send(request)?;
        answer.into_body().with_config().limit(ANSWER_MOST).read_to_vec()
    }
}

impl Timestamps for HttpTimestamps {
    fn stamp(&self, digest: &[u8; 32]) -> Result<Vec<u8>, StampError> {
        let mut nonce = [0; 8];
        self.random.fill(&mut nonce);
        let nonce = u64::from_be_bytes(nonce);
        let answer = self.ask(&timestamp::request(digest, nonce)?).map_err(|error| StampError::Away(error.to_string()))?;
        timestamp::token_of(&answer, digest, nonce)
    }
}
