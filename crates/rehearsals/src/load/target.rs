use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, version};

/// Why nothing is sent.
#[derive(Debug, Error)]
pub enum LoadError {
    /// Not `http://127.0.0.1:PORT` or `https://127.0.0.1:PORT`.
    #[error("{0} is not an address on this machine: load is sent to http(s)://127.0.0.1:PORT only")]
    NotLoopback(String),
    /// The authority's certificate.
    #[error("cannot use {}: {reason}", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// `https` without an authority.
    #[error("https needs the authority's certificate: --ca FILE")]
    NoAuthority,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
}

/// A server on this machine.
#[derive(Clone)]
pub struct Target {
    pub(super) address: SocketAddr,
    pub(super) tls: Option<TlsConnector>,
    pub(super) source: Option<Ipv4Addr>,
}

impl Target {
    /// Reads `https://127.0.0.1:PORT`; anything that is not loopback is refused.
    pub fn parse(url: &str, authority: Option<&Path>) -> Result<Self, LoadError> {
        let refused = || LoadError::NotLoopback(url.to_owned());
        let (scheme, rest) = url.trim_end_matches('/').split_once("://").ok_or_else(refused)?;
        let address: SocketAddr = rest.parse().map_err(|_| refused())?;
        if !address.ip().is_loopback() {
            return Err(refused());
        }
        let tls = match scheme {
            "http" => None,
            "https" => Some(connector(authority.ok_or(LoadError::NoAuthority)?)?),
            _ => return Err(refused()),
        };
        Ok(Self { address, tls, source: None })
    }

    /// The same server, reached from this address of the machine: whoever counts visitors by their address counts one more.
    pub fn coming_from(self, source: Ipv4Addr) -> Self {
        Self { source: Some(source), ..self }
    }

    /// What stands in `Host`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub(super) fn name(&self) -> ServerName<'static> {
        ServerName::IpAddress(self.address.ip().into())
    }
}

fn connector(authority: &Path) -> Result<TlsConnector, LoadError> {
    let failed = |reason: String| LoadError::Authority { path: authority.to_owned(), reason };
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(authority).map_err(|error| failed(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        roots.add(certificate).map_err(|error| failed(error.to_string()))?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&version::TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loaded() {
        assert_eq!(Target::parse("http://127.0.0.1:80", None).unwrap().host(), "127.0.0.1:80");
        assert!(Target::parse("http://[::1]:80/", None).is_ok());
        for elsewhere in ["http://192.0.2.1:80", "http://example.hk:80", "127.0.0.1:80", "ftp://127.0.0.1:80", "http://127.0.0.1"] {
            assert!(matches!(Target::parse(elsewhere, None), Err(LoadError::NotLoopback(_))), "{elsewhere}");
        }
        assert!(matches!(Target::parse("https://127.0.0.1:80", None), Err(LoadError::NoAuthority)));
    }
}
