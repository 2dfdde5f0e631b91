//! The HTTPS client both connectors share.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kernel::{Fault, Kind};
use ureq::Agent;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

/// Why a connector cannot be set up. One line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    /// A file cannot be read.
    #[error("{} cannot be read ({reason}): check the path in the configuration", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A file holds no PEM item of the wanted kind.
    #[error("{} holds no {wanted} in PEM form", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        wanted: &'static str,
    },
    /// People are never asked about over a line that anyone can read.
    #[error("an address to which personal data is sent must begin with https://, and this does not: {0}")]
    NotHttps(String),
    /// Mail needs a sender.
    #[error("{0:?} is not a mail address to send from: it is like lionrock@register.example")]
    NotAMailbox(String),
}

impl Fault for ConnectorError {
    fn kind(&self) -> Kind {
        Kind::Broken
    }
}

/// An agent that follows no redirects and gives up in time.
pub(crate) fn agent(tls: TlsConfig, timeout: Duration) -> Agent {
    Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .user_agent("lionrock")
        .max_idle_connections_per_host(16)
        .build()
        .new_agent()
}

/// TLS that trusts these authorities only and shows this certificate, if any.
pub(crate) fn tls(authorities: Vec<Certificate<'static>>, client: Option<ClientCert>) -> TlsConfig {
    TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .root_certs(RootCerts::from(authorities))
        .client_cert(client)
        .build()
}

pub(crate) fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, ConnectorError> {
    let pem = read(path)?;
    let found: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(ConnectorError::NotPem { path: path.to_owned(), wanted: "certificate" });
    }
    Ok(found)
}

pub(crate) fn private_key(path: &Path) -> Result<PrivateKey<'static>, ConnectorError> {
    let pem = read(path)?;
    PrivateKey::from_pem(&pem).map_err(|_| ConnectorError::NotPem { path: path.to_owned(), wanted: "private key" })
}

fn read(path: &Path) -> Result<Vec<u8>, ConnectorError> {
    std::fs::read(path)
        .map_err(|error| ConnectorError::Unreadable { path: path.to_owned(), reason: error.to_string() })
}
