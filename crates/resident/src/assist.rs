//! Officer and resident together at a lent device: the pages of a turn. The device's own program ([`device`]) starts a fresh browser
//! profile for each turn and throws it away at the end; what a page can do for the same end it does as well.

pub(crate) mod device;
pub(crate) mod own_phone;
mod watch;

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use flows::Platform;
use journal::{Actor, Work};
use people::Token;
use stations::{Turn, TurnState, end_turn};
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Form, Inset};
use webkit::{Body, Failure, Markup, Page, Values, Visitor, cookie, formats, qr};

use crate::blocking::blocking;
use crate::state::ResidentState;
use crate::stations::Shared;
use crate::texts::texts;

pub(crate) use watch::watch;

/// The turn's browser is known by it. `Secure` on `http://localhost` too: the browser of a device takes it there.
const COOKIE: &str = "__Host-station";
const HERE: &str = "/stations/assist";
const OVER: &str = "/stations/assist/over";
/// The waiting page looks so often whether an officer has let the turn begin.
const WAIT_SECS: i64 = 5;

/// The cookie of a turn, if the browser has one.
fn turn_token(headers: &HeaderMap) -> Option<Token> {
    cookie(headers, COOKIE).and_then(Token::parse)
}

/// The turn of a cookie; nothing when the next one has begun.
async fn find(platform: &Arc<Platform>, token: &Token) -> Result<Option<Turn>, Failure> {
    let (ledger, token) = (platform.ledger().clone(), token.clone());
    blocking(move || -> Result<_, RunError<StoreError>> {
        let now = ledger.now();
        ledger.read("resident.turn", |tx| stations::find_turn(tx, &token, now))
    })
    .await
}

/// `GET /stations/assist`: where the turn stands. Without a lent device: what one is helped with, and where.
pub(crate) async fn show(State(state): Shared, visitor: Visitor, headers: HeaderMap) -> Result<Response, Failure> {
    let Some(token) = turn_token(&headers) else { return Ok(go(&visitor.url("/stations"))) };
    match find(&state.platform, &token).await?.map(|turn| turn.state) {
        Some(TurnState::Waiting) => Ok(waiting(&state, &visitor)),
        Some(TurnState::Helping(until)) => Ok(choices(&state, &visitor, until)),
        Some(TurnState::Over) | None => Ok(go(&visitor.url(OVER))),
    }
}

fn waiting(state: &ResidentState, visitor: &Visitor) -> Response {
    let t = texts(visitor.language);
    let title = t.get("assist-waiting-title");
    let mut body = Body::new(visitor.language);
    body.h1(&title).lead(t.get("assist-waiting-lead")).p(t.get("assist-waiting-text"));
    let mut response = state.layout.page(visitor, Page::new(title, body.markup()));
    refresh(&mut response, WAIT_SECS, None);
    response
}

fn choices(state: &ResidentState, visitor: &Visitor, until: kernel::Instant) -> Response {
    let t = texts(visitor.language);
    let title = t.get("assist-title");
    let mut body = Body::new(visitor.language);
    body.h1(&title).lead(t.get("assist-lead"));
    body.p(t.text("assist-until", &[("time", formats::time(until, visitor.language).into()), ("minutes", stations::IDLE_MINUTES.into())]));
    body.h2(t.get("assist-what"));
    let mut ways = vec![("assist-scheme", "/"), ("assist-install", "/stations/assist/install")];
    if state.platform.public_identity().is_some() {
        ways.extend(ACCOUNT_WAYS);
    }
    for (key, path) in ways {
        body.link(t.get(key), visitor.url(path));
    }
    body.h2(t.get("assist-rules")).bullets(["assist-rule-typing", "assist-rule-photo", "assist-rule-end"].map(|key| Markup::text(&t.get(key))));
    state.layout.page(visitor, Page::new(title, body.markup()))
}

/// What needs the identity provider.
const ACCOUNT_WAYS: [(&str, &str); 5] = [
    ("assist-register", "/account/sign-up"),
    ("assist-activate", "/account/pin"),
    ("assist-password", "/account/forgot"),
    ("assist-reset", "/account/recover"),
    ("assist-passkey", "/account/passkeys/add"),
];

/// `GET /stations/assist/install`: how a page comes to a phone's home screen; also for those who are alone.
pub(crate) async fn install(State(state): Shared, visitor: Visitor) -> Response {
    let t = texts(visitor.language);
    let title = t.get("install-title");
    let address = format!("{}{}", state.platform.sender().origin, visitor.url("/"));
    let mut body = Body::new(visitor.language);
    body.h1(&title).lead(t.get("install-lead")).push(&qr(&address, &t.get("install-qr"))).p(&address);
    for (phone, steps) in [("install-iphone", "install-iphone-"), ("install-android", "install-android-")] {
        body.h2(t.get(phone)).steps((1..=3).map(|step| Markup::text(&t.get(&format!("{steps}{step}")))));
    }
    body.p(t.get("install-nothing"));
    state.layout.page(&visitor, Page::new(title, body.markup()).back(visitor.url("/stations")))
}

/// `GET /stations/assist/end`: asks once more.
pub(crate) async fn ask_end(State(state): Shared, visitor: Visitor) -> Response {
    let t = texts(visitor.language);
    let title = t.get("assist-end-title");
    let mut body = Body::new(visitor.language);
    body.h1(&title).p(t.get("assist-end-text"));
    let buttons = vec![
        Button::new(t.get("assist-end")),
        Button::link(t.get("assist-go-on"), visitor.url(HERE)).style(ButtonStyle::Quiet),
    ];
    body.part(&Form::new(&visitor).part(&ButtonGroup(buttons)));
    state.layout.page(&visitor, Page::new(title, body.markup()))
}

/// `POST /stations/assist/end`
pub(crate) async fn end(State(state): Shared, visitor: Visitor, headers: HeaderMap, _: Values) -> Result<Response, Failure> {
    if let Some(token) = turn_token(&headers) {
        let ledger = state.platform.ledger().clone();
        blocking(move || -> Result<_, RunError<StoreError>> {
            ledger.write("resident.end_turn", Actor::Visitor, move |work: &mut Work<'_, '_>| end_turn(work, &token))
        })
        .await?;
    }
    Ok(go(&visitor.url(OVER)))
}

/// `GET /stations/assist/over`: what is left of the turn goes, the account's session too.
pub(crate) async fn over(State(state): Shared, visitor: Visitor, headers: HeaderMap) -> Result<Response, Failure> {
    if let Some(token) = turn_token(&headers) {
        match find(&state.platform, &token).await?.map(|turn| turn.state) {
            Some(TurnState::Waiting | TurnState::Helping(_)) => return Ok(go(&visitor.url(HERE))),
            Some(TurnState::Over) | None => sign_out(&state.platform, &headers).await?,
        }
    }
    let t = texts(visitor.language);
    let title = t.get("assist-over-title");
    let mut body = Body::new(visitor.language);
    body.h1(&title).part(&Inset(t.get("assist-over-text").into())).p(t.get("assist-over-take"));
    let mut response = state.layout.page(&visitor, Page::new(title, body.markup()).without_switch());
    let forget = HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), forget);
    Ok(response)
}

/// Ends the account's session that the browser still has, under either of its names.
async fn sign_out(platform: &Arc<Platform>, headers: &HeaderMap) -> Result<(), Failure> {
    let Some(service) = platform.public_identity() else { return Ok(()) };
    let tokens = ["__Host-account", "account"].into_iter().filter_map(|name| cookie(headers, name).and_then(identity::Token::parse));
    for token in tokens {
        let ledger = service.ledger().clone();
        blocking(move || -> Result<_, RunError<StoreError>> {
            let act = move |work: &mut Work<'_, '_>| identity::sign_out(work, &token, provider::end_session_grants);
            ledger.write("resident.turn_signed_out", Actor::Visitor, act)
        })
        .await?;
    }
    Ok(())
}

fn go(url: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::from_str(url) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

/// Without a script: the browser loads a page by itself after so many seconds, this one or another.
pub(crate) fn refresh(response: &mut Response, secs: i64, url: Option<&str>) {
    let url = url.map(|url| format!(";url={url}")).unwrap_or_default();
    if let Ok(value) = HeaderValue::from_str(&format!("{secs}{url}")) {
        response.headers_mut().insert(HeaderName::from_static("refresh"), value);
    }
}

/// What the browser of a turn keeps until it is thrown away.
fn keep(response: &mut Response, token: &Token) {
    let longest = u32::try_from(2 * stations::LONGEST_MINUTES * 60).unwrap_or(0);
    // A device waits for hours before somebody comes.
    if let Some(line) = webkit::set_cookie(COOKIE, token.reveal().expose(), Some(longest.max(86_400))) {
        response.headers_mut().append(SET_COOKIE, line);
    }
}
