//! One request from one address, without credentials, without trust: whatever certificate the other end shows, what it serves
//! to us it serves to anybody.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use processors::{WebAddress, is_public_ip};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::prober::Manner;

/// What came back.
pub enum Reply {
    /// Nobody listens, or there is no such name.
    Nobody,
    /// Nothing that could be judged.
    Unclear,
    /// An answer.
    Answer(Answer),
}

/// An answer, as far as it was read.
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: Vec<u8>,
    /// Whether there was more than the limit.
    pub cut: bool,
}

/// How every request is made.
pub struct Fetcher {
    pub timeout: Duration,
    pub limit: usize,
    /// Whether this machine and private networks are looked at: in tests and demonstrations only.
    pub private: bool,
    tls: TlsConnector,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Fetcher {
    pub fn new(timeout: Duration, limit: usize, private: bool) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
            .with_no_client_auth();
        Ok(Self { timeout, limit, private, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Fetches one address in one manner. Redirects are not followed here.
    pub async fn fetch(&self, address: &WebAddress, manner: &Manner) -> Reply {
        match timeout(self.timeout, self.attempt(address, manner)).await {
            Ok(reply) => reply,
            Err(_) => Reply::Unclear,
        }
    }

    async fn attempt(&self, address: &WebAddress, manner: &Manner) -> Reply {
        let socket = match self.connect(address, manner).await {
            Ok(socket) => socket,
            Err(reply) => return reply,
        };
        let stream: Box<dyn Stream> = if address.secure {
            let Ok(name) = ServerName::try_from(address.host.clone()) else { return Reply::Nobody };
            match self.tls.connect(name, socket).await {
                Ok(stream) => Box::new(stream),
                Err(_) => return Reply::Unclear,
            }
        } else {
            Box::new(socket)
        };
        self.ask(stream, address, manner).await.map_or(Reply::Unclear, Reply::Answer)
    }

    async fn connect(&self, address: &WebAddress, manner: &Manner) -> Result<TcpStream, Reply> {
        let found = match address.host.parse::<IpAddr>() {
            Ok(ip) => vec![SocketAddr::new(ip, address.port)],
            // Whether the name is gone or our own name service is, the control address has shown before.
            Err(_) => match lookup_host((address.host.as_str(), address.port)).await {
                Ok(found) => found.collect(),
                Err(_) => return Err(Reply::Nobody),
            },
        };
        let mut reply = Reply::Nobody;
        for target in found.into_iter().filter(|target| self.private || is_public_ip(target.ip())).take(4) {
            match connect_from(manner.source, target).await {
                Ok(stream) => return Ok(stream),
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                Err(_) => reply = Reply::Unclear,
            }
        }
        Err(reply)
    }

    async fn ask(&self, stream: Box<dyn Stream>, address: &WebAddress, manner: &Manner) -> Option<Answer> {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        let driver = tokio::spawn(connection);
        let host = if address.is_usual_port() {
            address.host_text()
        } else {
            format!("{}:{}", address.host_text(), address.port)
        };
        let request = Request::get(address.path.as_str())
            .header(header::HOST, host)
            .header(header::USER_AGENT, manner.agent.as_str())
            .header(header::ACCEPT, "*/*")
            .header(header::ACCEPT_LANGUAGE, manner.language.as_str())
            .body(Empty::<Bytes>::new())
            .ok()?;
        let response = sender.send_request(request).await.ok()?;
        let answer = self.read(response).await;
        driver.abort();
        Some(answer)
    }

    async fn read(&self, response: Response<Incoming>) -> Answer {
        let status = response.status().as_u16();
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (mut incoming, mut body, mut cut) = (response.into_body(), Vec::new(), false);
        while let Some(frame) = incoming.frame().await {
            let Ok(frame) = frame else {
                cut = true;
                break;
            };
            body.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
            if body.len() > self.limit {
                body.truncate(self.limit);
                cut = true;
                break;
            }
        }
        Answer { status, location, body, cut }
    }
}

async fn connect_from(source: Option<IpAddr>, target: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = if target.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(source) = source.filter(|source| source.is_ipv4() == target.is_ipv4()) {
        socket.bind(SocketAddr::new(source, 0))?;
    }
    socket.connect(target).await
}

/// Takes every certificate: an expired one does not make a leak smaller, and we send nothing that needs protecting.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
