use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use kernel::{Fault, Kind, to_hex};
use processors::{Canary, Fetched, Found, ProbePlan, ProbeReport, Prober, WebAddress};
use seal::sha256;

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

/// Requests in one probe at most, and searches for at most so many canaries.
const REQUESTS_MOST: usize = 2_000;
const SEARCHED_MOST: usize = 5;
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
        let mut round = Round {
            fetcher: &self.fetcher,
            config: &self.config,
            manner,
            wanted: Wanted::of(&plan.canaries),
            seen: HashSet::new(),
            fetched: Vec::new(),
        };
        self.runtime.block_on(round.run(plan));
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
    seen: HashSet<String>,
    fetched: Vec<Fetched>,
}

impl Round<'_> {
    async fn run(&mut self, plan: &ProbePlan) {
        if !self.network_is_up().await {
            let declared = plan.data.iter().chain(&plan.look_ups);
            self.fetched.extend(declared.map(|address| fetched(address, true, Found::Unclear, None)));
            return;
        }
        for address in &plan.data {
            self.look_at(address).await;
        }
        for interface in &plan.look_ups {
            self.search(interface, &plan.canaries).await;
        }
    }

    async fn network_is_up(&self) -> bool {
        match &self.config.control {
            Some(control) => matches!(self.fetcher.fetch(control, self.manner).await, Reply::Answer(_)),
            None => true,
        }
    }

    /// The declared address itself, then every variant on every origin that answers.
    async fn look_at(&mut self, declared: &WebAddress) {
        self.visit(declared, true).await;
        for (place, origin) in origins(declared, &self.config.ports).into_iter().enumerate() {
            let answers = self.visit(&origin, false).await;
            // The declared origin is looked at whatever its front page says.
            if !answers && place > 0 {
                continue;
            }
            for variant in paths(&origin, declared) {
                self.visit(&variant, false).await;
            }
        }
    }

    /// Fetches one address, and what it leads to. Says whether anybody answered.
    async fn visit(&mut self, address: &WebAddress, declared: bool) -> bool {
        if self.fetched.len() >= REQUESTS_MOST || !self.seen.insert(address.to_string()) {
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
            if self.fetched.len() < REQUESTS_MOST && self.seen.insert(link.to_string()) {
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
                    if self.fetched.len() < REQUESTS_MOST && self.seen.insert(address.to_string()) {
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
            200..=299 if answer.cut => Found::Unclear,
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
