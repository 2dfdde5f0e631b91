use std::path::Path;
use std::sync::Arc;

use postgres::{Client, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{self, Way};
use super::session::refused;
use crate::StoreError;

/// Connects, in the way that the address wants.
pub(super) fn connect(url: &str) -> Result<Client, StoreError> {
    let address = address::read(url)?;
    match &address.way {
        Way::Plain => address.config.connect(NoTls).map_err(refused),
        Way::Tls(authorities) => address.config.connect(encrypted(authorities)?).map_err(refused),
    }
}

/// TLS 1.3 or 1.2 with the same library as everywhere. Only these authorities are believed, not those of the machine: a
/// database's certificate comes from the operator's own.
fn encrypted(authorities: &Path) -> Result<MakeRustlsConnect, StoreError> {
    let wrong = |why: String| StoreError::Address(format!("sslrootcert {}: {why}", authorities.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(authorities).map_err(|error| wrong(error.to_string()))? {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.map_err(|error| wrong(error.to_string()))?.with_root_certificates(roots).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
