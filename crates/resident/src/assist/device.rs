//! What the program on a lent device asks for. It proves itself with the device's key, which no browser ever has.

use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};
use axum::response::{IntoResponse as _, Response};
use kernel::Kind;
use people::Token;
use store::{RunError, StoreError};
use webkit::{Failure, Visitor};

use super::{HERE, go, keep};
use crate::blocking::blocking;
use crate::stations::Shared;

/// The program itself: a shell script of a page.
const PROGRAM: &str = include_str!("station-device.sh");

/// `GET /stations/device/station-device.sh`
pub(crate) async fn program() -> Response {
    let headers = [(CONTENT_TYPE, "text/x-shellscript; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"station-device.sh\"")];
    (headers, PROGRAM).into_response()
}

/// `POST /stations/device/enrol`: the code that an officer was shown, for the device's key.
pub(crate) async fn enrol(State(state): Shared, code: String) -> Result<String, Failure> {
    let ledger = state.platform.ledger().clone();
    let key = blocking(move || stations::enrol_device(&ledger, code.trim())).await?;
    key.map(|key| key.reveal().expose().clone()).ok_or_else(|| Failure::of(Kind::Denied))
}

/// `POST /stations/device/turn`: a turn for a fresh browser; the answer is the path with which it is opened, once.
pub(crate) async fn make(State(state): Shared, headers: HeaderMap) -> Result<String, Failure> {
    let (key, ledger) = (key(&headers)?, state.platform.ledger().clone());
    let ticket = blocking(move || stations::make_turn(&ledger, &key)).await?;
    let ticket = ticket.ok_or_else(|| Failure::of(Kind::Denied))?;
    Ok(format!("/stations/device/open/{}", ticket.reveal().expose()))
}

/// `GET /stations/device/turn`: `on` as long as the browser may stay, then `over`. A device without a key has no browser.
pub(crate) async fn look(State(state): Shared, headers: HeaderMap) -> Result<&'static str, Failure> {
    let (key, ledger) = (key(&headers)?, state.platform.ledger().clone());
    let over = blocking(move || -> Result<_, RunError<StoreError>> {
        let now = ledger.now();
        ledger.read("resident.turn_is_over", |tx| stations::turn_is_over(tx, &key, now))
    })
    .await?;
    Ok(if over == Some(false) { "on" } else { "over" })
}

/// `GET /stations/device/open/{ticket}`
pub(crate) async fn open(State(state): Shared, Path(ticket): Path<String>, visitor: Visitor) -> Result<Response, Failure> {
    let ticket = Token::parse(&ticket).ok_or_else(|| Failure::of(Kind::Missing))?;
    let ledger = state.platform.ledger().clone();
    let cookie = blocking(move || stations::open_turn(&ledger, &ticket)).await?.ok_or_else(|| Failure::of(Kind::Missing))?;
    let mut response = go(&visitor.url(HERE));
    keep(&mut response, &cookie);
    Ok(response)
}

fn key(headers: &HeaderMap) -> Result<Token, Failure> {
    let line = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    line.and_then(|line| line.strip_prefix("Bearer ")).and_then(Token::parse).ok_or_else(|| Failure::of(Kind::Denied))
}
