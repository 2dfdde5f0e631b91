//! Tells online services that a session ended (OpenID Connect Back-Channel Logout 1.0, section 2.5).

use std::path::Path;
use std::time::Duration;

use processors::is_public_ip;
use provider::LogoutCarrier;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use crate::http::{ConnectorError, agent, certificates, tls};

/// How long a service may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where services may stand. Their addresses are typed by officers, and whoever types them must not reach what only this machine and its
/// neighbours may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServicesAt {
    /// On the public network alone; the address is judged when it is called, whatever its name led to before.
    Public,
    /// Anywhere, also on this machine and in private networks.
    Anywhere,
}

/// Posts logout tokens.
pub struct LogoutCaller {
    agent: Agent,
}

impl LogoutCaller {
    /// Sets it up. `authorities` signed the services' TLS certificates; without them no service is reached by `https`.
    pub fn new(authorities: Option<&Path>, at: ServicesAt) -> Result<Self, ConnectorError> {
        Self::patient(authorities, at, PATIENCE)
    }

    fn patient(authorities: Option<&Path>, at: ServicesAt, patience: Duration) -> Result<Self, ConnectorError> {
        let authorities = authorities.map(certificates).transpose()?.unwrap_or_default();
        let agent = agent(tls(authorities, None), patience);
        Ok(Self { agent: if at == ServicesAt::Public { public_only(&agent) } else { agent } })
    }
}

impl LogoutCarrier for LogoutCaller {
    fn carry(&self, address: &str, token: &str) -> Result<(), String> {
        let answer = self.agent.post(address).send_form([("logout_token", token)]).map_err(|error| error.to_string())?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(format!("answered {status}")) }
    }
}

fn public_only(agent: &Agent) -> Agent {
    Agent::with_parts(agent.config().clone(), DefaultConnector::default(), PublicOnly(DefaultResolver::default()))
}

/// Names and literal addresses alike lead to the public network or nowhere.
#[derive(Debug)]
struct PublicOnly(DefaultResolver);

impl Resolver for PublicOnly {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        let mut public = self.empty();
        found.iter().filter(|address| is_public_ip(address.ip())).for_each(|address| public.push(*address));
        if public.is_empty() {
            return Err(Error::Other("the address is on this machine or in a private network".into()));
        }
        Ok(public)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Instant;

    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ServerConfig, ServerConnection, StreamOwned};
    use tempfile::TempDir;

    use super::*;
    use crate::{TestPki, make_test_pki};

    const SOON: Duration = Duration::from_secs(20);

    /// A service that listens by TLS, answers by the path that is called, and tells what it heard; `connected` for each connection.
    struct Service {
        port: u16,
        heard: Receiver<String>,
        connected: Receiver<()>,
        pki: TestPki,
        _directory: TempDir,
    }

    impl Service {
        fn listens() -> Self {
            let directory = TempDir::new().unwrap();
            let pki = make_test_pki(directory.path()).unwrap();
            let config = Arc::new(server(&pki));
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            let ((tell, heard), (call, connected)) = (channel(), channel());
            std::thread::spawn(move || {
                let mut silent = Vec::new();
                for stream in listener.incoming().map_while(Result::ok) {
                    let _ = call.send(());
                    let stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
                    // Whoever was not believed gets no further; that is what one of the tests is about.
                    if let Some((body, stream)) = answer(stream) {
                        silent.extend(stream);
                        let _ = tell.send(body);
                    }
                }
            });
            Self { port, heard, connected, pki, _directory: directory }
        }

        fn at(&self, path: &str) -> String {
            format!("https://localhost:{}/{path}", self.port)
        }

        fn caller(&self, at: ServicesAt, patience: Duration) -> LogoutCaller {
            LogoutCaller::patient(Some(&self.pki.authority), at, patience).unwrap()
        }
    }

    fn server(pki: &TestPki) -> ServerConfig {
        let chain = CertificateDer::pem_file_iter(&pki.server_certificate).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(&pki.server_key).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        builder.with_no_client_auth().with_single_cert(chain, key).unwrap()
    }

    type Stream = StreamOwned<ServerConnection, TcpStream>;

    /// Head and body of the one request, answered by its path; a stream that must stay open, unanswered.
    fn answer(stream: Stream) -> Option<(String, Option<Stream>)> {
        let mut reader = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? <= 2 {
                break;
            }
            length = line.to_ascii_lowercase().strip_prefix("content-length:").map_or(length, |text| text.trim().parse().unwrap());
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let said = match head.split(' ').nth(1)? {
            "/silent" => return Some((head, Some(reader.into_inner()))),
            "/moved" => "302 Found\r\nlocation: /logout",
            "/busy" => "503 Service Unavailable",
            _ => "200 OK",
        };
        write!(reader.get_mut(), "HTTP/1.1 {said}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").ok()?;
        reader.get_mut().flush().ok()?;
        Some((format!("{head}{}", String::from_utf8(body).unwrap()), None))
    }

    #[test]
    fn a_service_is_told_by_tls_and_believed_by_what_it_answers_alone() {
        let service = Service::listens();
        let caller = service.caller(ServicesAt::Anywhere, SOON);
        assert_eq!(caller.carry(&service.at("logout"), "a.b.c"), Ok(()));
        let heard = service.heard.recv_timeout(SOON).unwrap();
        assert!(heard.starts_with("POST /logout HTTP/1.1") && heard.ends_with("logout_token=a.b.c"), "{heard}");
        assert!(heard.to_ascii_lowercase().contains("content-type: application/x-www-form-urlencoded"), "{heard}");
        for (path, why) in [("moved", "302"), ("busy", "503")] {
            let refused = caller.carry(&service.at(path), "a.b.c").unwrap_err();
            assert!(refused.contains(why), "{refused}");
            assert!(service.heard.recv_timeout(SOON).unwrap().starts_with(&format!("POST /{path} ")));
        }
        assert!(service.heard.try_recv().is_err(), "a redirect is not followed");
    }

    #[test]
    fn a_service_whose_authority_is_not_ours_hears_nothing() {
        let (service, other) = (Service::listens(), Service::listens());
        let strangers = [Some(other.pki.authority.as_path()), None];
        for authorities in strangers {
            let caller = LogoutCaller::patient(authorities, ServicesAt::Anywhere, SOON).unwrap();
            caller.carry(&service.at("logout"), "a.b.c").unwrap_err();
            service.connected.recv_timeout(SOON).unwrap();
        }
        assert!(service.heard.try_recv().is_err());
    }

    #[test]
    fn a_service_that_never_answers_is_given_up_in_time() {
        let service = Service::listens();
        let begun = Instant::now();
        let gone = service.caller(ServicesAt::Anywhere, Duration::from_millis(300)).carry(&service.at("silent"), "a.b.c").unwrap_err();
        assert!(gone.contains("timeout") && begun.elapsed() < SOON, "{gone}");
    }

    #[test]
    fn addresses_of_this_machine_and_of_private_networks_are_not_even_called() {
        let service = Service::listens();
        let caller = service.caller(ServicesAt::Public, SOON);
        let port = service.port;
        let private = [
            service.at("logout"),
            format!("https://127.0.0.1:{port}/logout"),
            format!("http://127.0.0.1:{port}/logout"),
            format!("https://[::1]:{port}/logout"),
            format!("https://[::ffff:127.0.0.1]:{port}/logout"),
            "https://10.0.0.1/logout".to_owned(),
            "http://169.254.169.254/latest/meta-data".to_owned(),
        ];
        for address in private {
            let refused = caller.carry(&address, "a.b.c").unwrap_err();
            assert!(refused.contains("private network"), "{address}: {refused}");
        }
        assert!(service.connected.try_recv().is_err());
    }
}
