use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

use crate::Failure;

/// A connection that stays open.
pub struct Wire {
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
    host: String,
}

impl Wire {
    /// Connects to `https://localhost:PORT`, trusting one authority.
    pub fn open(address: &str, authority: &Path) -> Result<Self, Failure> {
        let host = address.strip_prefix("https://").ok_or("not https")?.to_owned();
        let port: u16 = host.rsplit_once(':').ok_or("no port")?.1.parse()?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(authority)? {
            roots.add(certificate?)?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let session = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost")?)?;
        let socket = TcpStream::connect(("127.0.0.1", port))?;
        socket.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(StreamOwned::new(session, socket)), host })
    }

    /// Sends a form and reads the answer; anything but success is an error that says so.
    pub fn post(&mut self, path: &str, form: &str, headers: &[(&str, &str)]) -> Result<Value, Failure> {
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
            self.host,
            form.len()
        );
        for (name, value) in headers {
            request.extend([*name, ": ", value, "\r\n"]);
        }
        request.push_str("\r\n");
        request.push_str(form);
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (status, length) = self.head()?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let value: Value = serde_json::from_slice(&body)?;
        if status / 100 == 2 { Ok(value) } else { Err(format!("{path}: {status} {value}").into()) }
    }

    fn head(&mut self) -> Result<(u16, usize), Failure> {
        let (mut status, mut length, mut line) = (0, 0, String::new());
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let text = line.trim_end();
            match text.split_once(": ") {
                _ if text.is_empty() => return Ok((status, length)),
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse()?,
                Some(_) => {}
                None => status = text.split(' ').nth(1).ok_or("no status")?.parse()?,
            }
        }
    }
}
