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
use webkit::{Arg, Body, Failure, Markup, Page, SentFile, SentForm, Values, Visitor, wants_json};

use crate::book::{Book, Guard, Route, Verb};
use crate::kept;
use crate::mistakes::Mistakes;
use crate::session::Session;
use crate::state::{StaffState, layout, layout_of};
use crate::texts::Words;
use crate::told::Told;
use crate::turned_away::turn_away;

/// What a page answers.
pub type Answer = Result<Response, Failure>;

/// Everything a page is given: who asks, what was sent, and the platform.
pub struct Desk {
    /// What all pages share.
    pub state: Arc<StaffState>,
    /// Who asks, in which language, at which address.
    pub visitor: Visitor,
    /// What a form sent; its token has been checked.
    pub values: Values,
    /// The file that a form sent; pages ask for it by [`Desk::file`], which looks at it first.
    file: Option<SentFile>,
    /// What a script sent.
    pub json: Value,
    /// The token of the session's cookie.
    pub session: Option<Token>,
    /// The token of the cookie of a passkey's ceremony.
    pub ceremony: Option<Token>,
    /// The secret of a guest's invitation to an exercise, as the cookie has it.
    pub guest: Option<String>,
    /// What was done on the page before.
    pub(crate) told: Option<Told>,
    signed_in: Option<Session>,
    words: Words,
    params: Vec<(String, String)>,
    query: Values,
}

/// A scheme of the officer's department.
pub struct Case {
    /// Its row in the directory.
    pub listed: SchemeService,
    /// The service and its department, as rights are given.
    pub scope: Scope,
    live: Option<Arc<Service>>,
}

/// Finds the session, reads the request and runs the page; all but the reading on blocking threads. The session comes first,
/// so that nobody without one makes us hold a file.
pub(crate) async fn attend(
    state: Arc<StaffState>,
    book: &'static Book,
    route: &'static Route,
    visitor: Visitor,
    params: &RawPathParams,
    request: Request,
) -> Response {
    let json = wants_json(request.headers());
    let mut desk = Desk::new(state, book, visitor, params, request.headers());
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
        let guest = route.guard == Guard::Seat && desk.guest.is_some();
        if desk.signed_in.is_none() && !guest && route.guard != Guard::Public {
            return Ok(turn_away(&desk, book, route, json));
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
    fn new(state: Arc<StaffState>, book: &Book, visitor: Visitor, params: &RawPathParams, headers: &HeaderMap) -> Self {
        let token = |name| webkit::cookie(headers, name).and_then(Token::parse);
        let (session, ceremony) = (token(state.session_cookie()), token(state.ceremony_cookie()));
        let guest = webkit::cookie(headers, state.guest_cookie()).map(ToOwned::to_owned);
        let told = webkit::cookie(headers, state.told_cookie()).and_then(Told::parse);
        let pairs: Vec<(String, String)> =
            visitor.query.as_deref().and_then(|query| serde_html_form::from_str(query).ok()).unwrap_or_default();
        Self {
            words: Words::of(&book.texts, visitor.language),
            params: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            query: Values::from_pairs(pairs),
            values: Values::default(),
            json: Value::Null,
            file: None,
            signed_in: None,
            session,
            ceremony,
            guest,
            told,
            visitor,
            state,
        }
    }

    /// The same visitor a moment later, for an answer that stays open; nothing once the session has ended. It keeps no session alive, and
    /// brings nothing of what a form sent.
    pub fn again(&self) -> Option<Self> {
        let signed_in = match &self.signed_in {
            Some(_) => Some(self.session_still()?),
            None => None,
        };
        Some(Self {
            state: self.state.clone(),
            visitor: self.visitor.clone(),
            values: Values::default(),
            file: None,
            json: Value::Null,
            session: self.session.clone(),
            ceremony: None,
            guest: self.guest.clone(),
            told: None,
            signed_in,
            words: self.words.clone(),
            params: self.params.clone(),
            query: self.query.clone(),
        })
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
    pub fn check_script_token(&self) -> Result<(), Failure> {
        let token = self.json.get("_token").and_then(Value::as_str).unwrap_or("");
        if self.visitor.token_fits(token) { Ok(()) } else { Err(Failure::of(Kind::Denied)) }
    }

    /// Everything there is.
    pub fn platform(&self) -> &Platform {
        &self.state.platform
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        self.state.platform.now()
    }

    /// The language of the page.
    pub const fn language(&self) -> Language {
        self.visitor.language
    }

    /// Who is signed in.
    pub fn who(&self) -> Result<&SignedIn, Failure> {
        self.signed_in.as_ref().map(|session| &session.who).ok_or_else(|| Failure::of(Kind::Denied))
    }

    /// The session of whoever is signed in.
    pub const fn signed_in(&self) -> Option<&Session> {
        self.signed_in.as_ref()
    }

    /// The file as it was sent, not looked at yet: pages ask [`Desk::file`].
    pub const fn sent_file(&self) -> Option<&SentFile> {
        self.file.as_ref()
    }

    /// Whether one of the officer's roles may do `A`: to show a link or not. What is done asks for a grant.
    pub fn may<A: Action>(&self) -> bool {
        self.who().is_ok_and(|who| who.roles().iter().any(|role| role.may::<A>()))
    }

    /// A right that concerns no scheme in particular.
    pub fn right<A: Action>(&self) -> Result<Grant<A>, Failure> {
        Ok(authorise::<A>(self.who()?, None)?)
    }

    /// The scheme of the address and the right to do `A` in it. Without the right nothing is looked up, so that nobody
    /// learns which schemes other departments have.
    pub fn scheme<A: Action>(&self) -> Result<(Case, Grant<A>), Failure> {
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
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// A part of the address that is an id; another one is not found.
    pub fn id<T: std::str::FromStr>(&self, name: &str) -> Result<T, Failure> {
        self.param(name).parse().map_err(|_| missing())
    }

    /// A value of the query; empty when it is not there.
    pub fn query(&self, name: &str) -> &str {
        self.query.get(name)
    }

    /// A text without arguments.
    pub fn say(&self, key: &str) -> String {
        self.words.get(key)
    }

    /// A text with arguments.
    pub fn tell<V: Into<Arg>, const N: usize>(&self, key: &str, args: [(&str, V); N]) -> String {
        self.words.with(key, args)
    }

    /// An address with the page's language before it.
    pub fn url(&self, path: &str) -> String {
        self.visitor.url(path)
    }

    /// Whether there is such a text.
    pub fn has(&self, key: &str) -> bool {
        self.words.has(key)
    }

    /// An address below the scheme's own page.
    pub fn scheme_url(&self, case: &Case, rest: &str) -> String {
        self.url(&format!("/staff/schemes/{}{rest}", case.listed.slug))
    }

    /// A body that begins with what is wrong, if anything is, or with what was just done, and the heading.
    pub fn body(&self, title: &str, mistakes: &Mistakes) -> Body {
        let mut body = Body::new(self.language());
        let news = self.news().filter(|_| mistakes.is_empty());
        body.maybe(mistakes.summary().as_ref()).maybe(news.as_ref()).h1(title);
        body
    }

    /// A form that posts to this very address. Desks are shared, and what is typed here is other people's: no browser is to remember
    /// any of it.
    pub fn form(&self) -> Form {
        Form::new(&self.visitor).unremembered()
    }

    /// Shows a page in the officer's layout.
    pub fn show(&self, mut page: Page) -> Response {
        let layout = layout_of(self.platform().environment(), self.who().ok());
        if let Some(session) = &self.signed_in {
            let post = session.who.post().get(self.language());
            page = page.signed_in(post, Some(self.url("/staff/sign-out"))).session_ends(self.session_end(session));
        }
        if self.visitor.path == "/staff" || self.visitor.path == "/staff/schemes" || self.visitor.path == "/staff/passkeys" {
            page = page.current(self.visitor.path.clone());
        }
        let mut response = layout.page(&self.visitor, page);
        self.say_once(&mut response);
        response
    }

    /// Shows a page that names nobody who is signed in, for keeping.
    pub fn show_to_keep(&self, page: Page) -> Response {
        layout(self.platform().environment()).page(&self.visitor, page.without_switch())
    }

    /// Shows a page that has a form; with mistakes it answers 422.
    pub fn show_form(&self, page: Page, mistakes: &Mistakes) -> Response {
        let page = page.switch_submits("form");
        self.show(if mistakes.is_empty() { page } else { page.invalid() })
    }

    /// A part as HTML.
    pub fn html(&self, part: &impl Part) -> Markup {
        part.html(self.language())
    }
}

impl Case {
    /// The scheme's own store; before its first gate, and after its end, there is none.
    pub fn live(&self) -> Result<&Arc<Service>, Failure> {
        self.live.as_ref().ok_or_else(missing)
    }

    /// Whether the scheme has a store of its own.
    pub const fn is_live(&self) -> bool {
        self.live.is_some()
    }

    /// The scheme's name: by the definition in force, else its address.
    pub fn title(&self, language: Language) -> String {
        self.live.as_ref().map_or_else(|| self.listed.slug.clone(), |live| live.scheme().title(language).to_owned())
    }
}

/// Goes to another page after a post.
pub fn go(url: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::from_str(url) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

/// A file to keep.
pub fn file(bytes: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let mut response = bytes.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// What answers when there is no such thing, or none that this officer may know of.
pub fn missing() -> Failure {
    Failure::of(Kind::Missing)
}
