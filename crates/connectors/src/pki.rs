//! Certificates for demonstrations and tests: an authority, a server on loopback, a client.

use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use kernel::{Fault, Kind};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

/// The files of a small authority that exists for one demonstration.
#[derive(Clone, Debug)]
pub struct TestPki {
    /// The authority's certificate.
    pub authority: PathBuf,
    /// The server's certificate, for `localhost` and `127.0.0.1`.
    pub server_certificate: PathBuf,
    /// The server's private key.
    pub server_key: PathBuf,
    /// The client's certificate.
    pub client_certificate: PathBuf,
    /// The client's private key.
    pub client_key: PathBuf,
}

/// Why there are no certificates.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A file cannot be written.
    #[error("certificates for the demonstration cannot be written to {}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate cannot be made.
    #[error("certificates for the demonstration cannot be made: {0}")]
    Certificate(#[from] rcgen::Error),
}

impl Fault for PkiError {
    fn kind(&self) -> Kind {
        Kind::Broken
    }
}

/// Makes an authority, a server and a client certificate in a directory. The authority's key is forgotten at once, so
/// nothing else can be issued.
pub fn make_test_pki(directory: &Path) -> Result<TestPki, PkiError> {
    fs::create_dir_all(directory).map_err(|source| PkiError::Io { path: directory.to_owned(), source })?;
    let pki = TestPki {
        authority: directory.join("authority.pem"),
        server_certificate: directory.join("server.pem"),
        server_key: directory.join("server.key"),
        client_certificate: directory.join("client.pem"),
        client_key: directory.join("client.key"),
    };
    let params = authority_params()?;
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    write(&pki.authority, &certificate.pem())?;
    let issuer = Issuer::new(params, key);
    let server = leaf("Lionrock register simulator", ExtendedKeyUsagePurpose::ServerAuth)?;
    issue(&server, &issuer, &pki.server_certificate, &pki.server_key)?;
    let client = leaf("Lionrock registration", ExtendedKeyUsagePurpose::ClientAuth)?;
    issue(&client, &issuer, &pki.client_certificate, &pki.client_key)?;
    Ok(pki)
}

fn authority_params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "Lionrock demonstration authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(params)
}

fn leaf(name: &str, usage: ExtendedKeyUsagePurpose) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn issue(
    params: &CertificateParams,
    issuer: &Issuer<'_, KeyPair>,
    certificate: &Path,
    key_file: &Path,
) -> Result<(), PkiError> {
    let key = KeyPair::generate()?;
    write(certificate, &params.signed_by(&key, issuer)?.pem())?;
    write(key_file, &key.serialize_pem())
}

fn write(path: &Path, pem: &str) -> Result<(), PkiError> {
    let failed = |source| PkiError::Io { path: path.to_owned(), source };
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).map_err(failed)?;
    io::Write::write_all(&mut file, pem.as_bytes()).map_err(failed)
}
