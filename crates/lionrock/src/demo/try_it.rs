//! A service to try: a relying party of its own beside the demonstration, on its own port. It is registered by two officers, like
//! every service, and speaks to the provider over HTTP alone.

mod agreement;
mod protocol;
mod sign;
mod words;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use installation::ambient::WallClock;
use kernel::{Environment, Kind, Language};
use rehearsals::load::Target;
use seal::{JoseAlgorithm, JoseSigner, OsRandom};
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpListener;
use webkit::parts::{SummaryList, SummaryRow, Warning};
use webkit::{Body, Failure, FormKeys, Layout, Page, ServeOptions, Shell, Visitor, in_every_language};

use self::protocol::{Came, Failed, Protocol, Started, fresh};
use self::sign::{Answered, Waiting};
use self::words::{Word, text};
use super::broken;
use crate::serve::RunError;

pub use self::protocol::KEY_NAME;

/// The file of the service's private key in the demonstration's directory, for whoever tries requests by hand.
pub const KEY_FILE: &str = "try-it.pem";

/// The service's name at the provider.
pub const CLIENT: &str = "demo-library";
/// What it asks for when somebody applies for a card, and what it cannot do without.
pub const ATTRIBUTES: [(&str, bool); 6] =
    [("name", false), ("name#zh-Hant", false), ("birthdate", false), ("address", false), ("phone_number", true), (openid::SIGN, true)];

/// What a visitor asks for, and the scope that asks for it.
const ASKS: [(&str, &str); 4] = [
    ("sign-in", "openid"),
    ("card", "openid name name#zh-Hant birthdate address phone_number"),
    ("anonymous", "anonymous phone_number"),
    ("agreement", "openid sign"),
];
const ASK_WORDS: [(Word, Word); 4] = [
    (Word::SignIn, Word::SignInText),
    (Word::Card, Word::CardText),
    (Word::Anonymous, Word::AnonymousText),
    (Word::Agreement, Word::AgreementText),
];
/// Visits that are remembered at once.
const VISITS_MOST: usize = 200;
const COOKIE: &str = "try-it";

/// The service before it listens: its key is registered first.
pub struct TryIt {
    listener: TcpListener,
    port: u16,
    signer: JoseSigner,
}

impl TryIt {
    /// A service with a key of its own on a port of its own.
    pub async fn new() -> Result<Self, RunError> {
        let listen = |error| RunError::Listen("127.0.0.1:0".into(), error);
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(listen)?;
        let port = listener.local_addr().map_err(listen)?.port();
        let signer = JoseSigner::generate(JoseAlgorithm::EdDsa).map_err(|e| broken("a key", &e))?;
        Ok(Self { listener, port, signer })
    }

    /// What the officers register of it.
    pub fn known(&self) -> Known {
        Known { origin: self.origin(), key: self.signer.public() }
    }

    /// Its front page.
    pub fn address(&self) -> String {
        format!("{}/en/library", self.origin())
    }

    /// Its private half as PEM, for the developers' page: whoever tries requests by hand signs them with it.
    pub fn pem(&self) -> Result<String, RunError> {
        use base64::Engine as _;
        let der = self.signer.to_pkcs8().map_err(|e| broken("a key", &e))?;
        let coded = base64::engine::general_purpose::STANDARD.encode(der.expose());
        Ok(format!("-----BEGIN PRIVATE KEY-----\n{coded}\n-----END PRIVATE KEY-----\n"))
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Serves until it is dropped. `provider_port` is where the provider listens on this machine.
    pub async fn serve(self, issuer: String, provider_port: u16, clock: Arc<WallClock>) -> Result<(), RunError> {
        let target = Target::parse(&format!("http://127.0.0.1:{provider_port}"), None).map_err(|e| broken("the provider", &e))?;
        let callback = format!("{}/back", self.origin());
        let protocol = Protocol { issuer, target, client: CLIENT.to_owned(), callback, signer: self.signer, clock: clock.clone() };
        let state = Arc::new(Library { protocol, visits: Mutex::default() });
        let layout = Layout { home: "/library".into(), ..Layout::new(text(Word::Name), Environment::Demo) };
        let shell = Shell::new(Arc::new(layout.clone()), Arc::new(NoForms(fresh())), clock, &OsRandom);
        let router = shell.wrap(routes(state, layout));
        Ok(webkit::serve(self.listener, router, ServeOptions::default(), std::future::pending()).await?)
    }
}

/// What is registered of the service.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its address, without a slash at the end.
    pub origin: String,
    /// Its public key.
    pub key: seal::JosePublic,
}

/// The library has no forms; what is printed into its pages is still its own.
struct NoForms(String);

impl FormKeys for NoForms {
    fn mac(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
        seal::sha256(&[self.0.as_bytes(), label.as_bytes(), bytes])
    }
}

struct Library {
    protocol: Protocol,
    visits: Mutex<VecDeque<Visit>>,
}

struct Visit {
    cookie: String,
    started: Option<Started>,
    language: Language,
    waiting: Option<Waiting>,
    outcome: Option<Result<Outcome, String>>,
}

/// What a visit came to.
enum Outcome {
    Came(String, Came),
    Answered(Answered),
}

#[derive(Clone)]
struct Face {
    library: Arc<Library>,
    layout: Layout,
}

fn routes(library: Arc<Library>, layout: Layout) -> Router {
    let pages = Router::new()
        .route("/library", get(front))
        .route("/library/start", get(start))
        .route("/library/result", get(result))
        .route("/library/agreement.pdf", get(document));
    in_every_language(&pages).route("/back", get(back)).with_state(Face { library, layout })
}

async fn front(State(face): State<Face>, Extension(visitor): Extension<Visitor>) -> Response {
    let say = |word: Word| text(word).get(visitor.language).to_owned();
    let mut body = Body::new(visitor.language);
    body.h1(say(Word::Name)).lead(say(Word::Lead)).part(&Warning(say(Word::Invented)));
    for ((ask, _), (heading, why)) in ASKS.iter().zip(ASK_WORDS) {
        body.p(say(why)).link(say(heading), visitor.url(&format!("/library/start?ask={ask}")));
    }
    body.h2(say(Word::ByHand)).part(&SummaryList::new(vec![
        SummaryRow::new("CLIENT", CLIENT),
        SummaryRow::new("CALLBACK", face.library.protocol.callback.as_str()),
        SummaryRow::new("KEY", KEY_FILE),
    ]));
    face.layout.page(&visitor, Page::new(say(Word::Name), body.markup()))
}

#[derive(Deserialize)]
struct Ask {
    ask: String,
}

/// Pushes the request and sends the resident to the provider.
async fn start(State(face): State<Face>, Extension(visitor): Extension<Visitor>, Query(asked): Query<Ask>) -> Result<Response, Failure> {
    let scope = ASKS.iter().find(|(ask, _)| *ask == asked.ask).map(|(_, scope)| *scope).ok_or_else(|| Failure::of(Kind::Missing))?;
    let (cookie, language) = (fresh(), visitor.language);
    let started = face.library.protocol.start(scope, language).await;
    let (address, visit) = match started {
        Ok(started) => (started.address.clone(), Visit { cookie: cookie.clone(), started: Some(started), language, waiting: None, outcome: None }),
        Err(error) => (visitor.url("/library/result"), Visit { cookie: cookie.clone(), started: None, language, waiting: None, outcome: Some(Err(said(&error))) }),
    };
    let mut visits = face.library.visits.lock().unwrap_or_else(PoisonError::into_inner);
    visits.push_back(visit);
    while visits.len() > VISITS_MOST {
        visits.pop_front();
    }
    drop(visits);
    go(&address, Some(&cookie))
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    state: String,
    #[serde(default)]
    iss: String,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Where the provider sends residents back to: with a code after a sign-in, with the id of a document after that was answered. The code
/// leaves the address at once.
async fn back(State(face): State<Face>, headers: HeaderMap, Query(back): Query<Back>) -> Result<Response, Failure> {
    let cookie = webkit::cookie(&headers, COOKIE).unwrap_or_default().to_owned();
    let taken = face.library.with(&cookie, |visit| {
        let started = visit.started.take_if(|started| started.state == back.state);
        let waiting = visit.waiting.take_if(|waiting| waiting.state == back.state);
        (started, waiting, visit.language)
    });
    let (outcome, language) = match taken {
        Some((Some(started), _, language)) => match face.library.signed_in(started, &back).await {
            Ok(Next::Shown(outcome)) => (Ok(outcome), language),
            Ok(Next::Sent(waiting)) => {
                let address = waiting.address.clone();
                face.library.with(&cookie, |visit| visit.waiting = Some(waiting));
                return go(&address, None);
            }
            Err(error) => (Err(error), language),
        },
        Some((None, Some(waiting), language)) => {
            let answered = face.library.protocol.answered(&waiting).await;
            (answered.map(Outcome::Answered).map_err(|error| said(&error)), language)
        }
        _ => return go("/en/library/result", None),
    };
    face.library.with(&cookie, |visit| visit.outcome = Some(outcome));
    go(&format!("/{}/library/result", language.slug()), None)
}

/// What follows a sign-in: a page, or a document to sign.
enum Next {
    Shown(Outcome),
    Sent(Waiting),
}

impl Library {
    async fn signed_in(&self, started: Started, back: &Back) -> Result<Next, String> {
        let code = match (&back.code, &back.error) {
            (Some(code), None) => code,
            (_, Some(error)) => return Err(format!("{error}: {}", back.error_description.as_deref().unwrap_or_default())),
            (None, None) => return Err("the answer has neither code nor error".to_owned()),
        };
        let came = self.protocol.finish(&started, code, &back.iss).await.map_err(|error| said(&error))?;
        if !started.signs {
            return Ok(Next::Shown(Outcome::Came(started.request_uri, came)));
        }
        self.protocol.bring(came.tokens, started.into_key()).await.map(Next::Sent).map_err(|error| said(&error))
    }
}

async fn result(State(face): State<Face>, Extension(visitor): Extension<Visitor>, headers: HeaderMap) -> Response {
    let say = |word: Word| text(word).get(visitor.language).to_owned();
    let cookie = webkit::cookie(&headers, COOKIE).unwrap_or_default();
    let mut body = Body::new(visitor.language);
    let shown = face.library.with(cookie, |visit| match &visit.outcome {
        Some(Ok(Outcome::Came(request_uri, came))) => Some(arrived(&visitor, request_uri, came)),
        Some(Ok(Outcome::Answered(answered))) => Some(agreed(&visitor, answered)),
        Some(Err(why)) => {
            let mut body = Body::new(visitor.language);
            body.h1(say(Word::Refused)).p(why);
            Some(body.markup())
        }
        None => None,
    });
    match shown.flatten() {
        Some(shown) => body.push(&shown),
        None => body.h1(say(Word::Name)).p(say(Word::Lost)),
    };
    body.link(say(Word::Anew), visitor.url("/library"));
    face.layout.page(&visitor, Page::new(say(Word::Name), body.markup()))
}

/// What became of a document.
fn agreed(visitor: &Visitor, answered: &Answered) -> webkit::Markup {
    let say = |word: Word| text(word).get(visitor.language).to_owned();
    let mut body = Body::new(visitor.language);
    body.h1(say(if answered.document.is_some() { Word::Agreed } else { Word::Disagreed }));
    if answered.document.is_some() {
        body.p(say(Word::AgreedText)).link(say(Word::Fetch), visitor.url("/library/agreement.pdf"));
    }
    let brought = format!("{}: {}", say(Word::Brought), answered.id);
    body.h2(say(Word::Wire)).steps(vec![say(Word::Returned), brought, format!("{}: {}", say(Word::AskedState), answered.state)]);
    body.markup()
}

/// The signed document, as the library got it.
async fn document(State(face): State<Face>, headers: HeaderMap) -> Result<Response, Failure> {
    let cookie = webkit::cookie(&headers, COOKIE).unwrap_or_default();
    let found = face.library.with(cookie, |visit| match &visit.outcome {
        Some(Ok(Outcome::Answered(answered))) => answered.document.clone(),
        _ => None,
    });
    let bytes = found.flatten().ok_or_else(|| Failure::of(Kind::Missing))?;
    let headers = [(CONTENT_TYPE, "application/pdf"), (CONTENT_DISPOSITION, "attachment; filename=\"agreement.pdf\"")];
    Ok((headers, bytes).into_response())
}

fn arrived(visitor: &Visitor, request_uri: &str, came: &Came) -> webkit::Markup {
    let say = |word: Word| text(word).get(visitor.language).to_owned();
    let mut body = Body::new(visitor.language);
    body.h1(say(Word::Came));
    if let Some(token) = &came.id_token {
        let of = |name: &str| token.get(name).map(plain).unwrap_or_default();
        body.part(&SummaryList::new(vec![
            SummaryRow::new(say(Word::Subject), of("sub")),
            SummaryRow::new(say(Word::Level), of("acr")),
            SummaryRow::new(say(Word::Means), of("amr")),
        ]));
    } else {
        body.p(say(Word::Nobody));
    }
    body.h2(say(Word::Filled));
    if came.claims.is_empty() {
        body.p(say(Word::NothingCame));
    }
    body.part(&SummaryList::new(came.claims.iter().map(|(name, value)| SummaryRow::new(name.clone(), plain(value))).collect()));
    let mut steps = vec![format!("{}: {request_uri}", say(Word::Pushed)), say(Word::Returned), format!("{}: {}", say(Word::Token), came.token_type)];
    steps.extend(came.id_token.is_some().then(|| say(Word::Believed)));
    body.h2(say(Word::Wire)).steps(steps);
    body.markup()
}

/// A claim as a person reads it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(members) => members.get("formatted").map_or_else(|| value.to_string(), plain),
        other => other.to_string(),
    }
}

fn said(error: &Failed) -> String {
    error.to_string()
}

impl Library {
    fn with<T>(&self, cookie: &str, act: impl FnOnce(&mut Visit) -> T) -> Option<T> {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        visits.iter_mut().find(|visit| visit.cookie == cookie).map(act)
    }
}

/// Another page, and a cookie that the next request brings.
fn go(address: &str, cookie: Option<&str>) -> Result<Response, Failure> {
    let broken = |_| Failure::of(Kind::Broken);
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_str(address).map_err(broken)?)]).into_response();
    if let Some(cookie) = cookie {
        let line = format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax");
        response.headers_mut().insert(SET_COOKIE, HeaderValue::from_str(&line).map_err(broken)?);
    }
    Ok(response)
}
