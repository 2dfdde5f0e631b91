use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use flows::Platform;
use journal::Work;
use kernel::{Fault, Id, Instant, Kind, Language, Secret, Text, kinds};
use processors::{Lease, Partner, PartnerError, PartnerSession, PartnerToken};
use store::{RunError, StoreError, Tx};
use webkit::{Body, Failure, L10n, Page, SessionEnd, Visitor, cookie};

use crate::blocking::blocking;
use crate::state::{PartnerState, layout};
use crate::texts::texts;

/// Somebody of a contractor who is signed in.
pub(crate) struct Visit {
    pub(crate) state: Arc<PartnerState>,
    pub(crate) visitor: Visitor,
    pub(crate) t: L10n,
    pub(crate) partner: Partner,
    session: PartnerSession,
    params: Vec<(String, String)>,
}

impl FromRequestParts<Arc<PartnerState>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<PartnerState>) -> Result<Self, Response> {
        let Ok(visitor) = Visitor::from_request_parts(parts, state).await;
        let signed_out = || Redirect::to(&visitor.url("/partner/sign-in")).into_response();
        let token = session_token(state, &parts.headers).ok_or_else(signed_out)?;
        let session = match find(&state.platform, token).await {
            Ok(session) => session,
            Err(failure) if failure.status_code() == StatusCode::FORBIDDEN => return Err(signed_out()),
            Err(failure) => return Err(failure.into_response()),
        };
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Failure::of(Kind::Missing).into_response())?;
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let t = texts(visitor.language);
        let partner = session.partner().clone();
        Ok(Self { state: state.clone(), visitor, t, partner, session, params })
    }
}

/// The token in the session's cookie.
pub(crate) fn session_token(state: &PartnerState, headers: &HeaderMap) -> Option<PartnerToken> {
    PartnerToken::parse(cookie(headers, state.session_cookie())?)
}

/// The living session; at most once a minute the store hears that it was used.
async fn find(platform: &Arc<Platform>, token: PartnerToken) -> Result<PartnerSession, Failure> {
    let (ledger, now) = (platform.ledger().clone(), platform.now());
    let session = blocking(move || {
        ledger.read("partner.session", |tx| processors::find_partner_session(tx, &token, now))
    })
    .await?;
    if session.is_stale(now) {
        let (ledger, actor, used) = (platform.ledger().clone(), session.partner().actor(), session.clone());
        blocking(move || {
            ledger.write("partner.session_used", actor, move |work| processors::keep_partner_session(work, &used))
        })
        .await?;
    }
    Ok(session)
}

impl Visit {
    /// The language of the page.
    pub(crate) const fn language(&self) -> Language {
        self.visitor.language
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Instant {
        self.state.platform.now()
    }

    /// A text in the language of the page.
    pub(crate) fn text(&self, text: &Text) -> String {
        text.get(self.language()).to_owned()
    }

    /// The address of a page in the visitor's language.
    pub(crate) fn url(&self, path: &str) -> String {
        self.visitor.url(path)
    }

    /// The address of a page of a lease.
    pub(crate) fn lease_url(&self, lease: Id<kinds::Lease>, page: &str) -> String {
        self.url(&format!("/partner/leases/{lease}{page}"))
    }

    /// A parameter of the path.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The lease that the path names, if it stands under the contract of whoever asks.
    pub(crate) async fn lease(&self) -> Result<Lease, Failure> {
        let missing = || Failure::of(Kind::Missing);
        let id: Id<kinds::Lease> = self.param("lease").parse().map_err(|_| missing())?;
        let found = self.read("partner.lease", move |tx| processors::lease(tx, id)).await?;
        found.filter(|lease| lease.contract == self.partner.contract().id).ok_or_else(missing)
    }

    /// Reads the platform's store.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        name: &'static str,
        look: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        let ledger = self.state.platform.ledger().clone();
        blocking(move || -> Result<T, RunError<StoreError>> { ledger.read(name, look) }).await
    }

    /// What a lease is for, in words.
    pub(crate) async fn purpose(&self, lease: &Lease) -> Result<String, Failure> {
        let (platform, service, purpose) = (self.state.platform.clone(), lease.service, lease.purpose.clone());
        let words = blocking(move || flows::purpose_words(&platform, service, &purpose)).await?;
        Ok(self.text(&words))
    }

    /// A unit of work in the platform's store, under the contractor's name. Refusals come back as they are, to be shown.
    pub(crate) async fn act<T, E>(
        &self,
        name: &'static str,
        verb: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, Failure>
    where
        T: Send + 'static,
        E: Fault + From<StoreError> + Send + 'static,
    {
        let (ledger, actor) = (self.state.platform.ledger().clone(), self.partner.actor());
        let done = blocking(move || match ledger.write(name, actor, verb) {
            Ok((value, _)) => Ok(Ok(value)),
            Err(RunError::Refused(error)) => Ok(Err(error)),
            Err(error) => Err(error),
        });
        done.await
    }

    /// A body with the page's heading.
    pub(crate) fn body(&self, title: &str) -> Body {
        let mut body = Body::new(self.language());
        body.h1(title);
        body
    }

    /// Shows a page, which says when the session ends.
    pub(crate) fn show(&self, page: Page) -> Response {
        let ends = self.session.ends(self.now());
        let end = SessionEnd {
            words: self.t.with("session-ends", [("time", webkit::formats::time(ends, self.language()))]),
            secs: ends.since(self.now()) / 1000,
            stay: None,
            soon: self.t.get("session-soon"),
            over: self.t.get("session-over"),
            button: self.t.get("continue"),
        };
        let name = self.text(&self.partner.contract().title);
        let page = page.signed_in(name, Some(self.url("/partner/sign-out"))).session_ends(end);
        layout(self.state.platform.environment()).page(&self.visitor, page)
    }
}

/// Sets or removes the session's cookie.
pub(crate) fn set(state: &PartnerState, response: &mut Response, text: &Secret<String>, age: Option<u32>) {
    let line = if state.secure {
        webkit::set_cookie(state.session_cookie(), text.expose(), age)
    } else {
        plain(state.session_cookie(), text.expose(), age)
    };
    if let Some(line) = line {
        response.headers_mut().append(SET_COOKIE, line);
    }
}

/// The demonstration on `http://localhost`: browsers differ in whether they take a `Secure` cookie there.
fn plain(name: &str, value: &str, age: Option<u32>) -> Option<HeaderValue> {
    let hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let age = age.map(|secs| format!("; Max-Age={secs}")).unwrap_or_default();
    hex.then(|| HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}")).ok()).flatten()
}

/// Who shows this credential. One answer to everything that is not one.
pub(crate) async fn partner_of(platform: &Arc<Platform>, text: &str) -> Result<Partner, Failure> {
    let token = processors::PartnerToken::parse(text).ok_or_else(|| Failure::from(PartnerError::Unknown))?;
    let ledger = platform.ledger().clone();
    blocking(move || ledger.read("partner.credential", |tx| processors::find_partner(tx, &token))).await
}
