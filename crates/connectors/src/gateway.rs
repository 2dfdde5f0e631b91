//! What a gateway for text messages and one for telephone calls have in common: an address, an account, and what its answers mean.

use std::path::PathBuf;
use std::time::Duration;

use kernel::Secret;
use notify::CarrierError;
use serde::Serialize;

use crate::ConnectorError;
use crate::http::{agent, certificates, tls};
use crate::line::Line;

/// Where text messages or telephone calls go.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// The gateway's address, such as `https://sms.example/v1/messages`.
    pub url: String,
    /// The bearer token of our account, if it wants one.
    pub token: Option<Secret<String>>,
    /// The authorities whose certificates are trusted (PEM); needed for `https`.
    pub authorities: Option<PathBuf>,
    /// How long one request may take. For text messages keep it under thirty seconds, the delivery's own limit.
    pub timeout: Duration,
}

/// A gateway that takes JSON, with the id of what is handed over as the header `Idempotency-Key`, and answers 2xx when it has it and 409
/// when it has had it before.
pub(crate) struct HttpGateway {
    url: String,
    authorization: Option<Secret<String>>,
    line: Line,
}

impl HttpGateway {
    pub(crate) fn new(config: GatewayConfig) -> Result<Self, ConnectorError> {
        let trusted = config.authorities.as_deref().map(certificates).transpose()?;
        Ok(Self {
            url: config.url,
            authorization: config.token.map(|token| Secret::new(format!("Bearer {}", token.expose()))),
            line: Line::new(agent(tls(trusted.unwrap_or_default(), None), config.timeout)),
        })
    }

    /// Hands one message or call over.
    pub(crate) fn hand_over(&self, id: &str, body: &impl Serialize) -> Result<(), CarrierError> {
        let mut request = self.line.agent().post(&self.url).header("idempotency-key", id);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization.expose());
        }
        let response = request.send_json(body).map_err(|error| CarrierError::Later(error.to_string()))?;
        judge(response.status().as_u16())
    }

    /// What stands below the address, if the gateway has something to say.
    pub(crate) fn read(&self, below: &str) -> Option<String> {
        let mut request = self.line.agent().get(format!("{}{below}", self.url));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization.expose());
        }
        let mut response = request.call().ok().filter(|response| response.status().is_success())?;
        response.body_mut().read_to_string().ok()
    }

    /// Lets go of connections that are kept: the last thing that was sent stands in their buffers.
    pub(crate) fn hang_up(&self) {
        self.line.hang_up();
    }
}

/// What a gateway's status means. Refused is for this message for ever; what is wrong with our account or their machine may be
/// mended.
fn judge(status: u16) -> Result<(), CarrierError> {
    match status {
        200..=299 | 409 => Ok(()),
        400 | 404 | 410 | 413 | 422 => Err(CarrierError::Refused(format!("HTTP {status}"))),
        other => Err(CarrierError::Later(format!("HTTP {other}"))),
    }
}
