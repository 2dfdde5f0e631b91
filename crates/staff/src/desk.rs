use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, RawPathParams, Request};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use flows::{Platform, Service};
use kernel::{Instant, Kind, Language};
use people::{Action, Grant, Scope, SignedIn, Token, authorise};
use registration::SchemeService;
use serde_json::Value;
use store::StoreError;
use webkit::parts::{Form, Part};
use webkit::{Arg, Body, Failure, L10n, Markup, Page, SentFile, SentForm, Values, Visitor, wants_json};

use crate::mistakes::Mistakes;
use crate::routes::{Guard, Route, Verb};
use crate::session::Session;
use crate::state::{StaffState, layout, layout_of};
use crate::{kept, sign_in, words};

/// What a page answers.
pub(crate) type Answer = Result<Response, Failure>;

/// Everything a page is given: who asks, what was sent, and the platform.
pub(crate) struct Desk {
    pub(crate) state: Arc<StaffState>,
    pub(crate) visitor: Visitor,
    /// What a form sent; its token has been checked.
    pub(crate) values: Values,
    /// The file that a form sent; pages ask for it by [`Desk::file`], which looks at it first.
    file: Option<SentFile>,
    /// What a script sent.
    pub(crate) json: Value,
    /// The tokens of the session's and the ceremony's cookies.
    pub(crate) session: Option<Token>,
    pub(crate) ceremony: Option<Token>,
    signed_in: Option<Session>,
    t: L10n,
    params: Vec<(String, String)>,
    query: Values,
}

/// A scheme of the officer's department.
pub(crate) struct Case {
    pub(crate) listed: SchemeService,
    pub(crate) scope: Scope,
    live: Option<Arc<Service>>,
}

/// Finds the session, reads the request and runs the page; all but the reading on blocking threads. The session comes first,
/// so that nobody without one makes us hold a file.
pub(crate) async fn attend(
    state: Arc<StaffState>,
    route: &'static Route,
    visitor: Visitor,
    params: &RawPathParams,
    request: Request,
) -> Response {
    let json = wants_json(request.headers());
    let mut desk = Desk::new(state, visitor, params, request.headers());
    let entered = blocking(move || {
        desk.signed_in = desk.find_session()?;
        Ok(desk)
    });
    let mut desk = match entered.await {
        Ok(desk) => desk,
        Err(failure) => return failure.into_response(),
    };
    if route.verb == Verb::Post
        && let Err(refused) = desk.read(request, route).await
    {
        return refused;
    }
    let done = blocking(move || {
        if desk.signed_in.is_none() && route.guard != Guard::Public {
            return Ok(sign_in::turn_away(&desk, route, json));
        }
        if desk.values.has(kept::FIELD) {
            let Some(values) = desk.bring_back(desk.values.get(kept::FIELD)).filter(|_| route.typed) else {
                return Ok(go(&desk.url("/staff")));
            };
            desk.values = values;
        }
        (route.act)(&desk)
    });
    done.await.unwrap_or_else(IntoResponse::into_response)
}

async fn blocking<T: Send + 'static>(act: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(kernel::scrubbing(act)).await;
    done.map_or_else(|_| Err(Failure::of(Kind::Broken).because("a page panicked")), |done| *done)
}

impl Desk {
    fn new(state: Arc<StaffState>, visitor: Visitor, params: &RawPathParams, headers: &HeaderMap) -> Self {
        let token = |name| webkit::cookie(headers, name).and_then(Token::parse);
        let (session, ceremony) = (token(state.session_cookie()), token(state.ceremony_cookie()));
        let pairs: Vec<(String, String)> =
            visitor.query.as_deref().and_then(|query| serde_html_form::from_str(query).ok()).unwrap_or_default();
        Self {
            t: words::texts(visitor.language),
            params: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            query: Values::from_pairs(pairs),
            values: Values::default(),
            json: Value::Null,
            file: None,
            signed_in: None,
            session,
            ceremony,
            visitor,
            state,
        }
    }

    async fn read(&mut self, request: Request, route: &Route) -> Result<(), Response> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("").to_owned();
        if kind.starts_with("application/json") {
            let bytes = Bytes::from_request(request, &()).await.map_err(IntoResponse::into_response)?;
            self.json = serde_json::from_slice(&bytes).map_err(|_| StatusCode::BAD_REQUEST.into_response())?;
        } else if let Some(most) = route.file_max_bytes {
            let most = if self.signed_in.is_some() { most } else { 0 };
            let sent = SentForm::read(request, most).await.map_err(IntoResponse::into_response)?;
            (self.values, self.file) = (sent.values, sent.file);
        } else {
            self.values = Values::from_request(request, &()).await.map_err(IntoResponse::into_response)?;
        }
        Ok(())
    }

    /// The token that a script sent along with its first request.
    pub(crate) fn check_script_token(&self) -> Result<(), Failure> {
        let token = self.json.get("_token").and_then(Value::as_str).unwrap_or("");
        if self.visitor.token_fits(token) { Ok(()) } else { Err(Failure::of(Kind::Denied)) }
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.state.platform
    }

    pub(crate) fn now(&self) -> Instant {
        self.state.platform.now()
    }

    pub(crate) const fn language(&self) -> Language {
        self.visitor.language
    }

    /// Who is signed in.
    pub(crate) fn who(&self) -> Result<&SignedIn, Failure> {
        self.signed_in.as_ref().map(|session| &session.who).ok_or_else(|| Failure::of(Kind::Denied))
    }

    pub(crate) const fn signed_in(&self) -> Option<&Session> {
        self.signed_in.as_ref()
    }

    pub(crate) const fn sent_file(&self) -> Option<&SentFile> {
        self.file.as_ref()
    }

    /// Whether one of the officer's roles may do `A`: to show a link or not. What is done asks for a grant.
    pub(crate) fn may<A: Action>(&self) -> bool {
        self.who().is_ok_and(|who| who.roles().iter().any(|role| role.may::<A>()))
    }

    /// A right that concerns no scheme in particular.
    pub(crate) fn right<A: Action>(&self) -> Result<Grant<A>, Failure> {
        Ok(authorise::<A>(self.who()?, None)?)
    }

    /// The scheme of the address and the right to do `A` in it. Without the right nothing is looked up, so that nobody
    /// learns which schemes other departments have.
    pub(crate) fn scheme<A: Action>(&self) -> Result<(Case, Grant<A>), Failure> {
        self.right::<A>()?;
        let slug = self.param("slug");
        let found = self.platform().ledger().read("staff.scheme", |tx| {
            let Some(listed) = registration::scheme_by_slug(tx, slug)? else { return Ok::<_, StoreError>(None) };
            Ok(people::owner_of(tx, listed.service)?.map(|scope| (listed, scope)))
        })?;
        let (listed, scope) = found.ok_or_else(missing)?;
        let grant = authorise::<A>(self.who()?, Some(scope))?;
        let live = self.platform().service(&listed.slug);
        Ok((Case { listed, scope, live }, grant))
    }

    /// A part of the address.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// A part of the address that is an id; another one is not found.
    pub(crate) fn id<T: std::str::FromStr>(&self, name: &str) -> Result<T, Failure> {
        self.param(name).parse().map_err(|_| missing())
    }

    /// A value of the query; empty when it is not there.
    pub(crate) fn query(&self, name: &str) -> &str {
        self.query.get(name)
    }

    pub(crate) fn say(&self, key: &str) -> String {
        self.t.get(key)
    }

    pub(crate) fn tell<V: Into<Arg>, const N: usize>(&self, key: &str, args: [(&str, V); N]) -> String {
        self.t.with(key, args)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.visitor.url(path)
    }

    /// Whether there is such a text.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.t.has(key)
    }

    /// An address below the scheme's own page.
    pub(crate) fn scheme_url(&self, case: &Case, rest: &str) -> String {
        self.url(&format!("/staff/schemes/{}{rest}", case.listed.slug))
    }

    /// A body that begins with what is wrong, if anything is, and the heading.
    pub(crate) fn body(&self, title: &str, mistakes: &Mistakes) -> Body {
        let mut body = Body::new(self.language());
        body.maybe(mistakes.summary().as_ref()).h1(title);
        body
    }

    /// A form that posts to this very address. Desks are shared, and what is typed here is other people's: no browser is to remember
    /// any of it.
    pub(crate) fn form(&self) -> Form {
        Form::new(&self.visitor).unremembered()
    }

    /// Shows a page in the officer's layout.
    pub(crate) fn show(&self, mut page: Page) -> Response {
        let layout = layout_of(self.platform().environment(), self.who().ok());
        if let Some(session) = &self.signed_in {
            let post = session.who.post().get(self.language());
            page = page.signed_in(post, Some(self.url("/staff/sign-out"))).session_ends(self.session_end(session));
        }
        if self.visitor.path == "/staff" || self.visitor.path == "/staff/schemes" || self.visitor.path == "/staff/passkeys" {
            page = page.current(self.visitor.path.clone());
        }
        layout.page(&self.visitor, page)
    }

    /// Shows a page that names nobody who is signed in, for keeping.
    pub(crate) fn show_to_keep(&self, page: Page) -> Response {
        layout(self.platform().environment()).page(&self.visitor, page.without_switch())
    }

    /// Shows a page that has a form; with mistakes it answers 422.
    pub(crate) fn show_form(&self, page: Page, mistakes: &Mistakes) -> Response {
        let page = page.switch_submits("form");
        self.show(if mistakes.is_empty() { page } else { page.invalid() })
    }

    /// A part as HTML.
    pub(crate) fn html(&self, part: &impl Part) -> Markup {
        part.html(self.language())
    }
}

impl Case {
    /// The scheme's own store; before its first gate, and after its end, there is none.
    pub(crate) fn live(&self) -> Result<&Arc<Service>, Failure> {
        self.live.as_ref().ok_or_else(missing)
    }

    pub(crate) const fn is_live(&self) -> bool {
        self.live.is_some()
    }

    /// The scheme's name: by the definition in force, else its address.
    pub(crate) fn title(&self, language: Language) -> String {
        self.live.as_ref().map_or_else(|| self.listed.slug.clone(), |live| live.scheme().title(language).to_owned())
    }
}

/// Goes to another page after a post.
pub(crate) fn go(url: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::from_str(url) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

/// A file to keep.
pub(crate) fn file(bytes: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let mut response = bytes.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}

pub(crate) fn missing() -> Failure {
    Failure::of(Kind::Missing)
}
