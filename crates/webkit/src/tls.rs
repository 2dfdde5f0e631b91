use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::{Duration, SystemTime};

use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, version};

use crate::client_certificate::AnyCertificate;

/// Where certificate chain and key stand, in PEM. Changed files are read again while the server runs.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
    /// How often the files are looked at.
    pub check_every: Duration,
    /// Also speaks TLS 1.2, for very old phones; off unless an operator decides so.
    pub allow_tls12: bool,
    /// Asks each client for a certificate. Any is taken, and none too: whoever it belongs to is known by it or not (RFC 8705,
    /// section 2.2), and that is for the routes to judge. To be asked at an address of its own, or browsers ask people.
    pub ask_certificate: bool,
}

impl TlsFiles {
    /// Files, looked at every minute, TLS 1.3 only.
    pub fn new(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        let check_every = Duration::from_mins(1);
        Self {
            certificate: certificate.into(),
            key: key.into(),
            check_every,
            allow_tls12: false,
            ask_certificate: false,
        }
    }
}

/// Why TLS cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read as PEM.
    #[error("cannot read {file}: {reason}")]
    File {
        /// Which one.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// Certificate and key do not belong together, or the library refuses them.
    #[error("certificate and key cannot be used: {0}")]
    Pair(#[from] tokio_rustls::rustls::Error),
}

/// The configuration in force, replaced when the files change.
pub(crate) struct Current {
    files: TlsFiles,
    config: RwLock<(Option<[SystemTime; 2]>, Arc<ServerConfig>)>,
}

impl Current {
    pub(crate) fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let state = (changed(&files), Arc::new(read(&files)?));
        Ok(Self {
            files,
            config: RwLock::new(state),
        })
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        self.config
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .1
            .clone()
    }

    pub(crate) const fn check_every(&self) -> Duration {
        self.files.check_every
    }

    /// Reads the files again when they changed. A pair that does not fit (one file replaced, the other not yet) leaves
    /// the old one in force and is tried again at the next look. Says whether a new pair is in force.
    pub(crate) fn refresh(&self) -> Result<bool, TlsError> {
        let now = changed(&self.files);
        if self
            .config
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .0
            == now
        {
            return Ok(false);
        }
        let config = Arc::new(read(&self.files)?);
        *self
            .config
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = (now, config);
        Ok(true)
    }
}

fn changed(files: &TlsFiles) -> Option<[SystemTime; 2]> {
    let time = |path: &PathBuf| {
        std::fs::metadata(path)
            .and_then(|meta| meta.modified())
            .ok()
    };
    Some([time(&files.certificate)?, time(&files.key)?])
}

fn read(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let fault = |file: &PathBuf| {
        let file = file.clone();
        move |error: tokio_rustls::rustls::pki_types::pem::Error| TlsError::File {
            file,
            reason: error.to_string(),
        }
    };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(fault(&files.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(fault(&files.key))?;
    let versions: &[_] = if files.allow_tls12 {
        &[&version::TLS13, &version::TLS12]
    } else {
        &[&version::TLS13]
    };
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider())).with_protocol_versions(versions)?;
    let builder = if files.ask_certificate {
        builder.with_client_cert_verifier(Arc::new(AnyCertificate::default()))
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
