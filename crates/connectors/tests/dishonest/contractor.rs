//! A contractor with a real server on loopback, honest or not.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

/// What the contractor does once the lease has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Deletes everything.
    Honest,
    /// Deletes what can be seen and keeps a copy.
    HiddenCopy,
    /// Hides the records instead of deleting them.
    SoftDeletes,
    /// Leaves the address open to anyone.
    LeavesOpen,
    /// Has somebody else sign.
    ForgesStatement,
    /// Sends the statement days late.
    Late,
    /// Signs with a key that was replaced.
    OldKey,
    /// Deletes for the first probe, and brings everything back.
    Revives,
    /// Goes on as if the contract had been extended.
    ClaimsExtension,
    /// Says nothing.
    Silent,
    /// Shows an empty page to the department's address only.
    ShowsUsOnlyNothing,
    /// Moves the data to another path.
    Moves,
    /// Gave the data to somebody who serves it.
    SubProcessor,
}

/// Where things stand at the contractor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// At work: everything behind a password.
    Working,
    /// After the end.
    Ended,
    /// Later still: what was hidden comes back.
    Revived,
}

struct Inner {
    conduct: Conduct,
    phase: Mutex<Phase>,
    csv: Mutex<String>,
    asked: Mutex<Vec<(IpAddr, String)>>,
}

/// The server; it ends with the test process.
#[derive(Clone)]
pub struct Contractor {
    inner: Arc<Inner>,
    address: SocketAddr,
}

impl Contractor {
    pub fn start(conduct: Conduct) -> Self {
        let inner = Arc::new(Inner {
            conduct,
            phase: Mutex::new(Phase::Working),
            csv: Mutex::default(),
            asked: Mutex::default(),
        });
        // All of 127/8 is this machine: probes come from two addresses of it.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(inner.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap();
            });
        });
        Self { inner, address }
    }

    pub fn conduct(&self) -> Conduct {
        self.inner.conduct
    }

    /// The address of a path on the server.
    pub fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The contractor takes the records that were handed over.
    pub fn takes(&self, csv: String) {
        *self.inner.csv.lock().unwrap() = csv;
    }

    pub fn goes_on_to(&self, phase: Phase) {
        *self.inner.phase.lock().unwrap() = phase;
    }

    /// From how many source addresses it was asked.
    pub fn askers(&self) -> usize {
        let mut askers: Vec<IpAddr> = self.inner.asked.lock().unwrap().iter().map(|(ip, _)| *ip).collect();
        askers.sort_unstable();
        askers.dedup();
        askers.len()
    }
}

async fn answer(State(inner): State<Arc<Inner>>, ConnectInfo(from): ConnectInfo<SocketAddr>, uri: Uri) -> Response {
    inner.asked.lock().unwrap().push((from.ip(), uri.to_string()));
    let (status, body) = inner.answer(from.ip(), uri.path(), uri.query().unwrap_or_default());
    (status, body).into_response()
}

impl Inner {
    fn answer(&self, from: IpAddr, path: &str, query: &str) -> (StatusCode, String) {
        let phase = *self.phase.lock().unwrap();
        let csv = self.csv.lock().unwrap().clone();
        let gone = (StatusCode::NOT_FOUND, "not found".to_owned());
        let closed = (StatusCode::UNAUTHORIZED, "password, please".to_owned());
        if path == "/" {
            return (StatusCode::OK, "<title>Harbour Forms</title><a href=\"/forms\">Forms</a>".to_owned());
        }
        if phase == Phase::Working {
            return closed;
        }
        let open = || (StatusCode::OK, csv.clone());
        match self.conduct {
            Conduct::LeavesOpen if path == "/forms" => open(),
            Conduct::Revives if path == "/forms" && phase == Phase::Revived => open(),
            Conduct::ShowsUsOnlyNothing if path == "/forms" && from != IpAddr::from([127, 0, 0, 1]) => open(),
            Conduct::Moves if path == "/old/forms" => open(),
            Conduct::SubProcessor if path == "/dump" => open(),
            Conduct::SoftDeletes if path == "/find" => (StatusCode::OK, find(&csv, query)),
            Conduct::ClaimsExtension => closed,
            _ => gone,
        }
    }
}

/// A search that repeats what was asked, and finds what was "deleted" when it is told to.
fn find(csv: &str, query: &str) -> String {
    let asked = query.split('&').find_map(|part| part.strip_prefix("q=")).unwrap_or_default();
    let asked = asked.replace("%28", "(").replace("%29", ")").replace("%20", " ");
    let hidden = query.contains("deleted=1");
    let row = csv.lines().find(|line| hidden && !asked.is_empty() && line.contains(&asked));
    format!("You searched for {asked}. {}", row.unwrap_or("Nothing found."))
}
