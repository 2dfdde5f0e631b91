//! Helpers of an association assist members on the members' own phones. The page says what a helper may do; an assisted visit puts the
//! same bar on every page as a lent device has, ends by itself, and signs out. Nobody is counted, and nothing is kept of either person.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{HeaderName, HeaderValue, SET_COOKIE};
use axum::response::Response;
use webkit::parts::{Button, Form, Inset};
use webkit::{Attended, Body, Failure, Markup, Page, Values, Visitor, cookie};

use super::{go, sign_out};
use crate::stations::Shared;
use crate::texts::texts;

/// Says that the phone's owner is being helped, and nothing else.
const COOKIE: &str = "__Host-helped";
const LONGEST_SECS: u32 = 3600;
pub(super) const OVER: &str = "/stations/helpers/over";

/// Whether somebody is helped on this phone.
pub(super) fn is_helped(headers: &HeaderMap) -> bool {
    cookie(headers, COOKIE).is_some()
}

/// The bar of each page.
pub(super) fn attended(visitor: &Visitor) -> Attended {
    let t = texts(visitor.language);
    Attended { words: t.get("helpers-bar"), end: t.get("helpers-end"), href: visitor.url("/stations/helpers/end") }
}

/// `GET /stations/helpers`: what a helper may do, and the visit on the member's own phone.
pub(crate) async fn show(State(state): Shared, visitor: Visitor) -> Response {
    let t = texts(visitor.language);
    let title = t.get("helpers-title");
    let list = |name: &str, most: usize| (1..=most).map(|at| Markup::text(&t.get(&format!("{name}{at}")))).collect::<Vec<_>>();
    let mut body = Body::new(visitor.language);
    body.h1(&title).lead(t.get("helpers-lead"));
    body.h2(t.get("helpers-may-title")).bullets(list("helpers-may-", 4));
    body.h2(t.get("helpers-not-title")).bullets(list("helpers-not-", 4));
    body.h2(t.get("helpers-begin-title")).p(t.get("helpers-begin-text"));
    body.part(&Form::new(&visitor).part(&Button::new(t.get("helpers-begin"))));
    body.link(t.get("stations-title"), visitor.url("/stations"));
    state.layout.page(&visitor, Page::new(title, body.markup()).back(visitor.url("/stations")))
}

/// `POST /stations/helpers`: the visit begins.
pub(crate) async fn begin(visitor: Visitor, _: Values) -> Response {
    let mut response = go(&visitor.url("/"));
    keep(&mut response, "1", LONGEST_SECS);
    response
}

/// `GET /stations/helpers/end`
pub(crate) async fn ask_end(State(state): Shared, visitor: Visitor) -> Response {
    let t = texts(visitor.language);
    let title = t.get("helpers-end-title");
    let mut body = Body::new(visitor.language);
    body.h1(&title).p(t.get("helpers-end-text"));
    body.part(&Form::new(&visitor).part(&Button::new(t.get("helpers-end"))));
    state.layout.page(&visitor, Page::new(title, body.markup()).back(visitor.url("/")))
}

/// `POST /stations/helpers/end`
pub(crate) async fn end(State(state): Shared, visitor: Visitor, headers: HeaderMap, _: Values) -> Result<Response, Failure> {
    sign_out(&state.platform, &headers).await?;
    Ok(ended(&visitor))
}

/// `GET /stations/helpers/over`: after idleness as well.
pub(crate) async fn over(State(state): Shared, visitor: Visitor, headers: HeaderMap) -> Result<Response, Failure> {
    if is_helped(&headers) {
        sign_out(&state.platform, &headers).await?;
        return Ok(ended(&visitor));
    }
    let t = texts(visitor.language);
    let title = t.get("helpers-over-title");
    let mut body = Body::new(visitor.language);
    body.h1(&title).part(&Inset(t.get("helpers-over-text").into()));
    Ok(state.layout.page(&visitor, Page::new(title, body.markup())))
}

/// What pages kept goes. The other cookies stay: the phone is the member's own, and knows things from before the helper came.
fn ended(visitor: &Visitor) -> Response {
    let mut response = go(&visitor.url(OVER));
    keep(&mut response, "0", 0);
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    response
}

fn keep(response: &mut Response, value: &str, secs: u32) {
    if let Some(line) = webkit::set_cookie(COOKIE, value, Some(secs)) {
        response.headers_mut().append(SET_COOKIE, line);
    }
}
