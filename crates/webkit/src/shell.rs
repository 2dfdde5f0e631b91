use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, VARY};
use axum::http::{Method, StatusCode, Version};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::{Clock, Random};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::assets::{PREFIX, serve_asset};
use crate::failure::{Bare, Failure};
use crate::headers;
use crate::json::{media_type, wants_json};
use crate::layout::Layout;
use crate::problem::Problem;
use crate::token::FormKeys;
use crate::upload::UPLOAD_REQUEST_MAX_BYTES;
use crate::visitor::{Desk, Visitor, is_below, url_in};

/// What stands around every router: headers, limits, the CSRF check, request ids, one event a request, and a page or a
/// problem document in the visitor's language for everything that went wrong, panics and unknown routes included.
pub struct Shell {
    layouts: Vec<(String, Arc<Layout>)>,
    layout: Arc<Layout>,
    keys: Arc<dyn FormKeys>,
    clock: Arc<dyn Clock>,
    boot: [u8; 16],
    hsts: bool,
    session_cookie: &'static str,
    session_cookies: Vec<(String, &'static str)>,
    forms_of_others: &'static [&'static str],
    body_limit: usize,
    timeout: Duration,
}

impl Shell {
    /// A shell with the usual limits: bodies of a megabyte, 30 seconds, the session cookie `__Host-session`.
    pub fn new(
        layout: Arc<Layout>,
        keys: Arc<dyn FormKeys>,
        clock: Arc<dyn Clock>,
        random: &dyn Random,
    ) -> Self {
        Self {
            layouts: Vec::new(),
            layout,
            keys,
            clock,
            boot: random.bytes16(),
            hsts: false,
            session_cookie: "__Host-session",
            session_cookies: Vec::new(),
            forms_of_others: &[],
            body_limit: 1024 * 1024,
            timeout: Duration::from_secs(30),
        }
    }

    /// Failures below this path (without the language) are shown in another layout.
    pub fn layout_below(mut self, path: impl Into<String>, layout: Arc<Layout>) -> Self {
        self.layouts.push((path.into(), layout));
        self
    }

    /// Tells browsers to come back by TLS only. For live systems with a certificate.
    pub const fn hsts(mut self, on: bool) -> Self {
        self.hsts = on;
        self
    }

    /// Paths, whole, that take forms from pages of other sites too. Only for what changes nothing and leads to a page that asks.
    pub const fn forms_of_others(mut self, paths: &'static [&'static str]) -> Self {
        self.forms_of_others = paths;
        self
    }

    /// The largest request body, in bytes; a route that takes files says so itself, see [`crate::takes_files`].
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How long an answer may take to begin.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The cookie whose value form tokens are bound to.
    pub const fn session_cookie(mut self, name: &'static str) -> Self {
        self.session_cookie = name;
        self
    }

    /// Below this path (without the language) form tokens are bound to another cookie: that of the face's own sessions.
    pub fn session_cookie_below(mut self, path: impl Into<String>, name: &'static str) -> Self {
        self.session_cookies.push((path.into(), name));
        self
    }

    /// Wraps a router and adds the assets.
    pub fn wrap(self, router: Router) -> Router {
        let desk = Desk {
            keys: self.keys,
            clock: self.clock,
            session_cookie: self.session_cookie,
            session_cookies: self.session_cookies,
        };
        let inner = Inner {
            layouts: self.layouts,
            layout: self.layout,
            desk: Arc::new(desk),
            boot: kernel::to_hex(self.boot.get(..5).unwrap_or_default()),
            count: AtomicU64::new(0),
            hsts: self.hsts,
        };
        let others = self.forms_of_others;
        router
            .route(&format!("{PREFIX}{{name}}"), get(serve_asset))
            .fallback(async || Failure::status(StatusCode::NOT_FOUND))
            .layer(CsrfLayer::new().with_insecure_bypass(move |_, address| others.contains(&address.path())))
            .layer(TimeoutLayer::with_status_code(
                StatusCode::SERVICE_UNAVAILABLE,
                self.timeout,
            ))
            .layer(DefaultBodyLimit::max(self.body_limit))
            // For what no extractor counts, and for what says beforehand that it is too long.
            .layer(RequestBodyLimitLayer::new(self.body_limit.max(2 * UPLOAD_REQUEST_MAX_BYTES)))
            .layer(CatchPanicLayer::custom(|_| {
                Failure::of(kernel::Kind::Broken)
                    .because("panic")
                    .into_response()
            }))
            .layer(from_fn_with_state(Arc::new(inner), attend))
    }
}

struct Inner {
    layouts: Vec<(String, Arc<Layout>)>,
    layout: Arc<Layout>,
    desk: Arc<Desk>,
    boot: String,
    count: AtomicU64,
    hsts: bool,
}

impl Inner {
    /// Unique without a call for randomness each time: the process's own beginning and a count.
    fn next_id(&self) -> String {
        format!(
            "{}-{:x}",
            self.boot,
            self.count.fetch_add(1, Ordering::Relaxed)
        )
    }

    fn layout_of(&self, path: &str) -> &Layout {
        self.layouts
            .iter()
            .find(|(prefix, _)| is_below(path, prefix))
            .map_or(&self.layout, |(_, layout)| layout)
    }
}

async fn attend(State(shell): State<Arc<Inner>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let visitor = Visitor::new(
        request.uri(),
        request.headers(),
        Some(shell.desk.clone()),
        shell.next_id(),
    );
    let seen = Seen::of(&request);
    let brings_file = request.version() < Version::HTTP_2
        && media_type(request.headers()).eq_ignore_ascii_case("multipart/form-data");
    request.extensions_mut().insert(visitor.clone());
    let mut response = next.run(request).await;
    let cause = response
        .extensions()
        .get::<Bare>()
        .and_then(|bare| bare.cause.clone());
    if is_bare(&response) {
        response = dress(&shell, &visitor, &seen, response);
    }
    headers::dress(response.headers_mut(), shell.hsts);
    // The buffers of a connection hold the last pieces of what came over it until it ends: a photo, a document.
    if brings_file {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if let Ok(id) = HeaderValue::from_str(&visitor.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    seen.report(
        &visitor,
        response.status(),
        started.elapsed(),
        cause.as_deref(),
    );
    response
}

/// What the shell notes of a request before it is handed on. Never its query, body or address of origin.
struct Seen {
    method: Method,
    route: String,
    json: bool,
    slash: bool,
}

impl Seen {
    fn of(request: &Request) -> Self {
        let route = request
            .extensions()
            .get::<MatchedPath>()
            .map_or("-", MatchedPath::as_str)
            .to_owned();
        let json = wants_json(request.headers()) || request.uri().path().starts_with("/api/");
        let path = request.uri().path();
        let slash = path.len() > 1 && path.ends_with('/');
        Self {
            method: request.method().clone(),
            route,
            json,
            slash,
        }
    }

    /// One wide event a request.
    fn report(&self, visitor: &Visitor, status: StatusCode, took: Duration, cause: Option<&str>) {
        let (id, method, route, language) = (
            &visitor.request_id,
            &self.method,
            &self.route,
            visitor.language,
        );
        let (status, ms) = (status.as_u16(), took.as_secs_f64() * 1000.0);
        if status >= 500 {
            tracing::error!(target: "request", id, %method, route, status, ms, %language, cause);
        } else {
            tracing::info!(target: "request", id, %method, route, status, ms, %language, cause);
        }
    }
}

/// Answers that name a failure but show nothing yet: our own failures, and those of layers and extractors (plain text).
fn is_bare(response: &Response) -> bool {
    let kind = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let failed = response.status().is_client_error() || response.status().is_server_error();
    failed && (kind.is_empty() || kind.starts_with("text/plain"))
}

fn dress(shell: &Inner, visitor: &Visitor, seen: &Seen, response: Response) -> Response {
    let reads = seen.method == Method::GET || seen.method == Method::HEAD;
    let may_move = response.status() == StatusCode::NOT_FOUND && reads && !seen.json;
    if let Some(elsewhere) = may_move.then(|| elsewhere(visitor, seen)).flatten() {
        return elsewhere;
    }
    let (mut parts, _) = response.into_parts();
    let fields = parts
        .extensions
        .remove::<Bare>()
        .map(|bare| bare.fields)
        .unwrap_or_default();
    let mut dressed = if seen.json {
        Problem::new(parts.status, &visitor.texts(), &visitor.request_id, fields).into_response()
    } else {
        shell
            .layout_of(&visitor.path)
            .failure(visitor, parts.status)
    };
    for (name, value) in &parts.headers {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            dressed.headers_mut().append(name, value.clone());
        }
    }
    dressed
}

/// Where an unknown address may lead all the same: a page without its language, a page with a slash too many.
fn elsewhere(visitor: &Visitor, seen: &Seen) -> Option<Response> {
    if seen.route != "-" {
        return None;
    }
    let path = visitor.path.trim_end_matches('/');
    let is_file = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'));
    if is_file || path.contains("//") || path.contains('\\') || (visitor.prefixed && !seen.slash) {
        return None;
    }
    let target = url_in(visitor.language, if path.is_empty() { "/" } else { path });
    let target = visitor
        .query
        .as_ref()
        .map_or_else(|| target.clone(), |query| format!("{target}?{query}"));
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    response
        .headers_mut()
        .insert(LOCATION, HeaderValue::from_str(&target).ok()?);
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("accept-language"));
    Some(response)
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
