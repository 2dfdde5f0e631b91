use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use kernel::{Fault, Kind, to_hex};
use processors::{Canary, Fetched, Found, ProbePlan, ProbeReport, Prober, WebAddress};
use seal::sha256;
use tokio::time::timeout;

use super::fetch::{Answer, Fetcher, Reply};
use super::links::{leads_to, links};
use super::search::Wanted;
use super::variants::{origins, paths, searches};

/// From where a probe looks, and what it says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manner {
    /// The source address; nothing for whatever the machine chooses.
    pub source: Option<IpAddr>,
    /// The `User-Agent`.
    pub agent: String,
    /// The `Accept-Language`.
    pub language: String,
}

/// How probes are made.
#[derive(Clone, Debug)]
pub struct ProbeConfig {
    /// The manners, used in turn: consecutive probes of a lease never share one, and two that differ are needed to close it. A
    /// second source address is worth more than a second `User-Agent`.
    pub manners: Vec<Manner>,
    /// Ports that are tried beside the usual and the declared ones.
    pub ports: Vec<u16>,
    /// An address that is known to answer. When it does not, our own network is at fault, and nothing can be said.
    pub control: Option<WebAddress>,
    /// How long one request may take.
    pub timeout: Duration,
    /// How long one probe may take for each declared address: whoever answers slowly on purpose does not hold up the others.
    pub deadline: Duration,
    /// Bytes of an answer that are looked through at most.
    pub limit: usize,
    /// Whether this machine and private networks are looked at: in tests and demonstrations only.
    pub private: bool,
}

impl Default for ProbeConfig {
    fn default() -> Self {
        let manner = |agent: &str, language: &str| Manner { source: None, agent: agent.into(), language: language.into() };
        Self {
            manners: vec![
                manner("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)", "zh-HK,zh;q=0.9"),
                manner("curl/8.5.0", "en"),
            ],
            ports: vec![8080, 8443],
            control: None,
            timeout: Duration::from_secs(10),
            deadline: Duration::from_mins(5),
            limit: 16 << 20,
            private: false,
        }
    }
}

/// Why there is no prober.
#[derive(Debug, thiserror::Error)]
pub enum ProberError {
    /// Two manners are needed.
    #[error("probes need two manners that differ in source address or User-Agent")]
    Manners,
    /// TLS cannot be set up.
    #[error("TLS for probes cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The machine gives no thread.
    #[error("probes cannot run: {0}")]
    Runtime(#[from] std::io::Error),
}

impl Fault for ProberError {
    fn kind(&self) -> Kind {
        Kind::Broken
    }
}

/// Looks at contractors' addresses with real connections, one after the other.
pub struct WebProber {
    config: ProbeConfig,
    fetcher: Fetcher,
    runtime: tokio::runtime::Runtime,
}

/// Requests for each declared address at most, and searches for at most so many canaries.
const REQUESTS_MOST: usize = 2_000;
const SEARCHED_MOST: usize = 5;
const ADDRESSES_MOST: usize = 50;
const REDIRECTS_MOST: usize = 3;

impl WebProber {
    /// A prober with these manners.
    pub fn new(config: ProbeConfig) -> Result<Self, ProberError> {
        let names: HashSet<String> = config.manners.iter().map(source_name).collect();
        if names.len() < 2 {
            return Err(ProberError::Manners);
        }
        let fetcher = Fetcher::new(config.timeout, config.limit, config.private)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        Ok(Self { config, fetcher, runtime })
    }
}

impl Prober for WebProber {
    fn probe(&self, plan: &ProbePlan) -> ProbeReport {
        let place = usize::try_from(plan.round).unwrap_or(0) % self.config.manners.len().max(1);
        let Some(manner) = self.config.manners.get(place) else {
            return ProbeReport { source: "nowhere".into(), fetched: Vec::new() };
        };
        let addresses = (plan.data.len() + plan.look_ups.len()).clamp(1, ADDRESSES_MOST);
        let mut round = Round {
            fetcher: &self.fetcher,
            config: &self.config,
            manner,
            wanted: Wanted::of(&plan.canaries),
            most: REQUESTS_MOST * addresses,
            seen: HashSet::new(),
            fetched: Vec::new(),
        };
        let deadline = self.config.deadline * u32::try_from(addresses).unwrap_or(1);
        let finished = self.runtime.block_on(async { timeout(deadline, round.run(plan)).await.is_ok() });
        if !finished {
            round.note_unfinished(plan);
        }
        ProbeReport { source: source_name(manner), fetched: round.fetched }
    }
}

fn source_name(manner: &Manner) -> String {
    let source = manner.source.map_or_else(|| "default address".to_owned(), |source| source.to_string());
    format!("{source}, {}, {}", manner.agent, manner.language)
}

/// One probe under way.
struct Round<'a> {
    fetcher: &'a Fetcher,
    config: &'a ProbeConfig,
    manner: &'a Manner,
    wanted: Wanted,
    /// Requests in all.
    most: usize,
    seen: HashSet<String>,
    fetched: Vec<Fetched>,
}

impl Round<'_> {
    async fn run(&mut self, plan: &ProbePlan) {
        if !self.network_is_up().await {
            self.note_unfinished(plan);
            return;
        }
        for address in &plan.data {
            self.look_at(address).await;
        }
        for interface in &plan.look_ups {
            self.search(interface, &plan.canaries).await;
        }
    }

    /// What was not looked at to the end cannot be judged.
    fn note_unfinished(&mut self, plan: &ProbePlan) {
        let declared = plan.data.iter().chain(&plan.look_ups);
        self.fetched.extend(declared.map(|address| fetched(address, true, Found::Unclear, None)));
    }

    async fn network_is_up(&self) -> bool {
        match &self.config.control {
            Some(control) => matches!(self.fetcher.fetch(control, self.manner).await, Reply::Answer(_)),
            None => true,
        }
    }

    /// The declared address itself, then every variant on every origin that answers.
    async fn look_at(&mut self, declared: &WebAddress) {
        let answers_here = self.visit(declared, true).await;
        for (place, origin) in origins(declared, &self.config.ports).into_iter().enumerate() {
            let answers = self.visit(&origin, false).await || (place == 0 && answers_here);
            if !answers {
                continue;
            }
            for variant in paths(&origin, declared) {
                self.visit(&variant, false).await;
            }
        }
    }

    /// Fetches one address, and what it leads to. Says whether anybody answered.
    async fn visit(&mut self, address: &WebAddress, declared: bool) -> bool {
        if self.fetched.len() >= self.most || !self.seen.insert(address.to_string()) {
            return false;
        }
        let (mut at, mut is_declared) = (address.clone(), declared);
        for _ in 0..=REDIRECTS_MOST {
            let reply = self.fetcher.fetch(&at, self.manner).await;
            let found = self.judge(&at, is_declared, &reply, None);
            let Reply::Answer(answer) = reply else { return false };
            if (300..400).contains(&answer.status) {
                let next = answer.location.as_deref().and_then(|target| leads_to(&at, target));
                let Some(next) = next.filter(|next| self.seen.insert(next.to_string())) else { return true };
                (at, is_declared) = (next, false);
                continue;
            }
            if declared || found == Found::Listing {
                self.follow(&at, &answer).await;
            }
            return true;
        }
        true
    }

    /// One step further, on the same host.
    async fn follow(&mut self, page: &WebAddress, answer: &Answer) {
        for link in links(page, &answer.body) {
            if self.fetched.len() < self.most && self.seen.insert(link.to_string()) {
                let reply = self.fetcher.fetch(&link, self.manner).await;
                self.judge(&link, false, &reply, None);
            }
        }
    }

    /// Asks a declared interface for the canaries.
    async fn search(&mut self, interface: &WebAddress, canaries: &[Canary]) {
        let front = WebAddress { path: interface.path.replace("{}", ""), ..interface.clone() };
        self.visit(&front, true).await;
        for canary in canaries.iter().take(SEARCHED_MOST) {
            let number = canary.cell("identity-number").unwrap_or_else(|| canary.number.clone());
            for term in [&number, &canary.number, &canary.mobile, &canary.reference] {
                for address in searches(interface, term) {
                    if self.fetched.len() < self.most && self.seen.insert(address.to_string()) {
                        let reply = self.fetcher.fetch(&address, self.manner).await;
                        self.judge(&address, false, &reply, Some(term));
                    }
                }
            }
        }
    }

    /// Notes what an answer holds; `asked` is what a search asked for. The address of a search is not kept with what was asked.
    fn judge(&mut self, address: &WebAddress, declared: bool, reply: &Reply, asked: Option<&str>) -> Found {
        let found = match reply {
            Reply::Nobody => Found::Nobody,
            Reply::Unclear => Found::Unclear,
            Reply::Answer(answer) => self.judge_answer(answer, asked),
        };
        let body = match reply {
            Reply::Answer(answer) => Some(answer.body.as_slice()),
            Reply::Nobody | Reply::Unclear => None,
        };
        let path = address.path.split('?').next().unwrap_or("/").to_owned();
        let shown = if asked.is_some() { WebAddress { path, ..address.clone() } } else { address.clone() };
        self.fetched.push(fetched(&shown, declared, found, body));
        found
    }

    fn judge_answer(&self, answer: &Answer, asked: Option<&str>) -> Found {
        let sight = match asked {
            Some(asked) => self.wanted.without(asked).look(&answer.body),
            None => self.wanted.look(&answer.body),
        };
        let status = answer.status;
        if sight.canary {
            return Found::Canary;
        }
        if sight.shows_people() {
            return Found::People;
        }
        match status {
            200..=299 if sight.listing => Found::Listing,
            // There is more of it than can be looked through.
            200..=299 if answer.cut || sight.unfinished => Found::Unclear,
            200..=399 => Found::Nothing { status },
            // A machine that is down today may serve the data tomorrow.
            429 | 500..=599 => Found::Unclear,
            _ => Found::Refused { status },
        }
    }
}

fn fetched(address: &WebAddress, declared: bool, found: Found, body: Option<&[u8]>) -> Fetched {
    Fetched {
        address: address.to_string(),
        declared,
        found,
        digest: body.map(|body| to_hex(&sha256(&[body]))),
        bytes: body.map_or(0, |body| u64::try_from(body.len()).unwrap_or(u64::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{SocketAddr, TcpListener};
    use std::sync::Arc;

    use processors::Verdict;
    use tokio_rustls::TlsAcceptor;

    use super::*;
    use crate::make_test_pki;

    fn config() -> ProbeConfig {
        ProbeConfig { ports: vec![], private: true, timeout: Duration::from_secs(2), ..ProbeConfig::default() }
    }

    fn probe(config: ProbeConfig, addresses: &[String]) -> ProbeReport {
        let data = addresses.iter().map(|address| WebAddress::parse(address).unwrap()).collect();
        let plan = ProbePlan { round: 0, data, look_ups: vec![], canaries: vec![] };
        WebProber::new(config).unwrap().probe(&plan)
    }

    fn found(report: &ProbeReport, address: &str) -> Found {
        report.fetched.iter().find(|one| one.address == address).unwrap_or_else(|| panic!("{address}: {report:?}")).found
    }

    /// A server that answers every request for a path with the same bytes, and everything else with 404.
    fn serves(pages: &'static [(&'static str, &'static str)]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = Vec::new();
                let mut byte = [0; 1];
                while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                    request.push(byte[0]);
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default();
                let page = pages.iter().find(|(at, _)| *at == path).map(|(_, page)| *page);
                let answer = page.unwrap_or("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        address
    }

    const PEOPLE: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nQ000001(5) Q000002(3) Q000003(1) Q000004(A)";

    #[test]
    fn nobody_at_home_is_clean_and_a_silent_one_is_unclear() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let report = probe(config(), &[format!("http://{free}/data")]);
        assert_eq!((found(&report, &format!("http://{free}/data")), report.verdict()), (Found::Nobody, Verdict::Clean));
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let short = ProbeConfig { timeout: Duration::from_millis(100), ..config() };
        let report = probe(short, &[format!("http://{}/data", silent.local_addr().unwrap())]);
        assert_eq!(report.verdict(), Verdict::Unclear);
        assert!(report.fetched.len() < 6, "nobody waits for seventy silent variants");
    }

    #[test]
    fn people_are_found_behind_redirects_and_one_link_away_and_in_an_error_page() {
        let redirected = serves(&[
            ("/data", "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
            ("/elsewhere", PEOPLE),
        ]);
        let linked = serves(&[
            ("/data", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<a href='unlikely-name-7.txt'>list</a>"),
            ("/unlikely-name-7.txt", PEOPLE),
        ]);
        let error = serves(&[("/data", "HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\nQ000001(5) Q000002(3) Q000003(1)")]);
        for (server, at) in [(redirected, "/elsewhere"), (linked, "/unlikely-name-7.txt"), (error, "/data")] {
            let report = probe(config(), &[format!("http://{server}/data")]);
            assert_eq!(found(&report, &format!("http://{server}{at}")), Found::People, "{at}");
            assert_eq!(report.verdict(), Verdict::Alive);
        }
        let quiet = serves(&[("/", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nWelcome")]);
        assert_eq!(probe(config(), &[format!("http://{quiet}/")]).verdict(), Verdict::Clean);
    }

    #[test]
    fn what_is_too_long_or_too_slow_or_down_cannot_be_called_clean() {
        let long = serves(&[("/data", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]);
        let report = probe(ProbeConfig { limit: 16, ..config() }, &[format!("http://{long}/data")]);
        assert_eq!(report.verdict(), Verdict::Unclear);
        let down = serves(&[("/data", "HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]);
        assert_eq!(probe(config(), &[format!("http://{down}/data")]).verdict(), Verdict::Unclear);
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let hurried = ProbeConfig { deadline: Duration::from_millis(100), ..config() };
        assert_eq!(probe(hurried, &[format!("http://{}/", silent.local_addr().unwrap())]).verdict(), Verdict::Unclear);
    }

    #[test]
    fn when_our_own_network_is_down_nothing_is_clean() {
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let control = Some(WebAddress::parse(&format!("http://{}/", free())).unwrap());
        let report = probe(ProbeConfig { control, ..config() }, &[format!("http://{}/data", free())]);
        assert_eq!(report.verdict(), Verdict::Unclear);
    }

    #[test]
    fn a_live_prober_does_not_connect_to_its_own_machine() {
        let server = serves(&[("/data", PEOPLE)]);
        let report = probe(ProbeConfig { private: false, ..config() }, &[format!("http://{server}/data")]);
        assert_eq!(found(&report, &format!("http://{server}/data")), Found::Nobody);
    }

    #[test]
    fn an_untrusted_certificate_hides_nothing() {
        let directory = tempfile::TempDir::new().unwrap();
        let pki = make_test_pki(directory.path()).unwrap();
        let pem = |path: &std::path::Path| std::fs::read(path).unwrap();
        let chain: Vec<_> = rustls::pki_types::pem::PemObject::pem_slice_iter(&pem(&pki.server_certificate)).map(Result::unwrap).collect();
        let key = rustls::pki_types::pem::PemObject::from_pem_slice(&pem(&pki.server_key)).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let tls = TlsAcceptor::from(Arc::new(tls.with_no_client_auth().with_single_cert(chain, key).unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let Ok(mut stream) = tls.accept(stream).await else { continue };
                    let mut request = [0; 4096];
                    let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut request).await;
                    let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, PEOPLE.as_bytes()).await;
                    let _ = tokio::io::AsyncWriteExt::shutdown(&mut stream).await;
                }
            });
        });
        let report = probe(config(), &[format!("https://{address}/data")]);
        assert_eq!(found(&report, &format!("https://{address}/data")), Found::People);
    }

    #[test]
    fn two_manners_that_are_one_are_refused() {
        let manners = ProbeConfig::default().manners.into_iter().take(1).cycle().take(2).collect();
        assert!(matches!(WebProber::new(ProbeConfig { manners, ..config() }), Err(ProberError::Manners)));
    }
}
