//! Tells online services that a session ended (OpenID Connect Back-Channel Logout 1.0, section 2.5).

use std::path::Path;
use std::time::Duration;

use provider::LogoutCarrier;
use ureq::Agent;

use crate::http::{ConnectorError, agent, certificates, tls};

/// How long a service may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Posts logout tokens.
pub struct LogoutCaller {
    agent: Agent,
}

impl LogoutCaller {
    /// Sets it up. `authorities` signed the services' TLS certificates; without them only services on this machine are reached.
    pub fn new(authorities: Option<&Path>) -> Result<Self, ConnectorError> {
        let authorities = authorities.map(certificates).transpose()?.unwrap_or_default();
        Ok(Self { agent: agent(tls(authorities, None), PATIENCE) })
    }
}

impl LogoutCarrier for LogoutCaller {
    fn carry(&self, address: &str, token: &str) -> Result<(), String> {
        let answer = self.agent.post(address).send_form([("logout_token", token)]).map_err(|error| error.to_string())?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(format!("answered {status}")) }
    }
}
