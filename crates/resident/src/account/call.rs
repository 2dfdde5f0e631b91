use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, LOCATION};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use flows::IdentityService;
use identity::{Ceremony, Charter, Found, KnownDevice, Recovery, Ticket, Token, find_session, keep_session, recovery_of};
use journal::{Actor, Work};
use kernel::{Fault, Instant, Kind, Language};
use serde_json::Value;
use store::{RunError, StoreError, Tx};
use webkit::parts::Form;
use webkit::{Body, ClientAddress, Failure, Json, L10n, Page, SessionEnd, Visitor, cookie, formats};

use super::connect::{Way, read_waiting};
use super::sign_in::inside;
use crate::account::{AccountState, account_layout};
use crate::blocking::blocking;
use crate::faults::Faults;
use crate::texts::texts;

/// Somebody on a page about accounts, with the session and the sign-up that the cookies name.
pub(super) struct Call {
    pub(super) state: Arc<AccountState>,
    pub(super) service: Arc<IdentityService>,
    pub(super) charter: Arc<Charter>,
    pub(super) visitor: Visitor,
    pub(super) t: L10n,
    /// Where the request came from: for the limits of codes, never for the log.
    pub(super) network: String,
    /// The cookie of a session, living or not.
    pub(super) token: Option<Token>,
    /// The living session.
    pub(super) found: Option<Found>,
    /// Somebody who wants the account of the living session back, and is not its owner as likely as not.
    pub(super) recovery: Option<Recovery>,
    /// The sign-up (or the sign-in with a password) under way.
    pub(super) ticket: Option<Ticket>,
    /// The device, if it proved itself before.
    pub(super) device: Option<KnownDevice>,
    /// The online service's request that brought the resident here, if one waits.
    pub(super) waiting: Option<Way>,
}

impl FromRequestParts<Arc<AccountState>> for Call {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AccountState>) -> Result<Self, Failure> {
        let service = state.platform.public_identity().ok_or_else(|| Failure::of(Kind::Missing))?;
        let Ok(visitor) = Visitor::from_request_parts(parts, state).await;
        let client = ClientAddress::of(&parts.extensions);
        let (keys, today) = (service.ledger().keys(), state.platform.now().day());
        let ticket = cookie(&parts.headers, state.ticket_cookie()).and_then(|text| Ticket::read(text, keys, today));
        let device = cookie(&parts.headers, state.device_cookie()).and_then(|text| KnownDevice::read(text, keys));
        let waiting = read_waiting(&parts.headers, state);
        let token = cookie(&parts.headers, state.session_cookie()).and_then(Token::parse);
        let (found, recovery) = match token.clone() {
            Some(token) => living(&service, token).await?,
            None => (None, None),
        };
        Ok(Self {
            state: state.clone(),
            charter: service.charter(),
            service,
            t: texts(visitor.language),
            visitor,
            network: client.map(|client| client.network().to_string()).unwrap_or_default(),
            token,
            found,
            recovery,
            ticket,
            device,
            waiting,
        })
    }
}

/// The session of a cookie, and who else wants its account; that it was used is noted once a minute.
async fn living(service: &IdentityService, token: Token) -> Result<(Option<Found>, Option<Recovery>), Failure> {
    let ledger = service.ledger().clone();
    blocking(move || -> Result<_, RunError<StoreError>> {
        let now = ledger.now();
        let (found, recovery) = ledger.read("resident.session", |tx| {
            let found = find_session(tx, &token, now)?;
            let recovery = found.map(|found| recovery_of(tx, found.who.account(), now)).transpose()?.flatten();
            Ok::<_, StoreError>((found, recovery))
        })?;
        if let Some(Found { who, stale: true, .. }) = found {
            // A full queue must not sign anybody out; the next request notes it again.
            drop(ledger.write("resident.keep_session", Actor::Visitor, move |work| keep_session(work, &who)));
        }
        Ok((found, recovery))
    })
    .await
}

impl Call {
    /// The present moment.
    pub(super) fn now(&self) -> Instant {
        self.state.platform.now()
    }

    pub(super) const fn language(&self) -> Language {
        self.visitor.language
    }

    pub(super) fn say(&self, key: &str) -> String {
        self.t.get(key)
    }

    pub(super) fn url(&self, path: &str) -> String {
        self.visitor.url(path)
    }

    /// A moment as people read it.
    pub(super) fn at(&self, at: Instant) -> String {
        formats::date_time(at, self.language())
    }

    /// A form that posts to another page of the account.
    pub(super) fn form(&self, path: &str) -> Form {
        Form::new(&self.visitor).to(self.url(path))
    }

    /// A body that begins with what is wrong, if anything is, and the heading.
    pub(super) fn body(&self, title: &str, faults: &Faults) -> Body {
        let mut body = Body::new(self.language());
        body.maybe(faults.summary().as_ref()).h1(title);
        body
    }

    /// Shows a page.
    pub(super) fn show(&self, mut page: Page) -> Response {
        if let Some(found) = &self.found {
            let name = self.charter.title.get(self.language());
            if let Some(recovery) = &self.recovery {
                page = page.before(&super::recover::warning(self, recovery));
            }
            page = page.signed_in(name, Some(self.url("/account/sign-out"))).session_ends(self.session_end(found));
        }
        account_layout(self.state.platform.environment()).page(&self.visitor, page)
    }

    /// Shows a page with a form; with faults it answers 422.
    pub(super) fn show_form(&self, page: Page, faults: &Faults) -> Response {
        let page = page.switch_submits("form");
        self.show(if faults.is_empty() { page } else { page.invalid() })
    }

    /// Goes to another page.
    pub(super) fn go(&self, path: &str) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        if let Ok(value) = HeaderValue::from_str(&self.url(path)) {
            response.headers_mut().insert(LOCATION, value);
        }
        response
    }

    /// What somebody without a living session gets: the way in.
    pub(super) fn away(&self) -> Response {
        self.go(if self.token.is_some() { "/account/sign-in?ended=1" } else { "/account/sign-in" })
    }

    /// The page of the account that comes after signing in, if one is named.
    pub(super) fn next(&self) -> Option<&str> {
        self.visitor.query.as_deref()?.strip_prefix("next=").and_then(inside)
    }

    /// A page on the way in, with what comes after it.
    pub(super) fn with_next(&self, path: &str) -> String {
        self.next().map_or_else(|| path.to_owned(), |next| format!("{path}?next={next}"))
    }

    /// The half of a ceremony that the browser sees, with the sealed other half.
    pub(super) fn ceremony(ceremony: Ceremony) -> Response {
        let mut options = ceremony.options;
        if let Some(fields) = options.as_object_mut() {
            fields.insert("ceremony".to_owned(), ceremony.sealed.into());
        }
        Json(options).into_response()
    }

    /// The token that a script sent along with its first request.
    pub(super) fn check_script_token(&self, json: &Value) -> Result<(), Failure> {
        let token = json.get("_token").and_then(Value::as_str).unwrap_or_default();
        if self.visitor.token_fits(token) { Ok(()) } else { Err(Failure::of(Kind::Denied)) }
    }

    /// Reads the provider's store.
    pub(super) async fn read<T: Send + 'static, E: Fault + From<StoreError> + Send + 'static>(
        &self,
        name: &'static str,
        look: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Failure> {
        let ledger = self.service.ledger().clone();
        blocking(move || ledger.read(name, look)).await
    }

    /// A unit of work in the provider's store. Refusals come back as they are, to be shown.
    pub(super) async fn act<T, E>(
        &self,
        name: &'static str,
        verb: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, Failure>
    where
        T: Send + 'static,
        E: Fault + From<StoreError> + Send + 'static,
    {
        let ledger = self.service.ledger().clone();
        blocking(move || match ledger.write(name, Actor::Visitor, verb) {
            Ok((value, _)) => Ok(Ok(value)),
            Err(RunError::Refused(error)) => Ok(Err(error)),
            Err(error) => Err(error),
        })
        .await
    }

    /// What every page says about the end of the session.
    fn session_end(&self, found: &Found) -> SessionEnd {
        let last = found.ends >= found.latest;
        SessionEnd {
            words: self.session_words(found),
            secs: found.ends.since(self.now()) / 1000,
            stay: (!last).then(|| self.url("/account/stay")),
            soon: self.say(if last { "account-soon-last" } else { "account-soon" }),
            over: self.say("account-over"),
            button: self.say("account-stay"),
        }
    }

    pub(super) fn session_words(&self, found: &Found) -> String {
        self.t.with("account-ends", [("time", formats::time(found.ends, self.language()))])
    }
}

/// What a script sent to end a ceremony: the sealed half and the browser's answer.
pub(super) fn answer_of(mut json: Value) -> (String, Value) {
    let sealed = json.as_object_mut().and_then(|fields| fields.remove("ceremony"));
    (sealed.and_then(|sealed| sealed.as_str().map(str::to_owned)).unwrap_or_default(), json)
}
