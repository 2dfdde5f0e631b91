//! The queue of a station: a screen for those who wait, and numbers by phone without an account. A number is a number: nothing is known
//! of who has it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use journal::Actor;
use kernel::{Id, Kind, kinds};
use stations::{Listed, NumberError, Numbers, give_number, is_screen_code, numbers, screen_code, station};
use store::{RunError, StoreError};
use webkit::parts::{Button, Form, Inset};
use webkit::{Body, Density, Failure, L10n, Layout, Markup, Page, Values, Visitor, formats, qr};

use super::Shared;
use crate::assist::refresh;
use crate::blocking::blocking;
use crate::state::ResidentState;
use crate::texts::texts;

/// The screen looks so often whether somebody was called.
const SCREEN_SECS: i64 = 5;
/// A phone looks less often: its battery is somebody's.
const PHONE_SECS: i64 = 15;

struct Seen {
    listed: Listed,
    numbers: Numbers,
}

async fn see(state: &Arc<ResidentState>, id: &str) -> Result<Seen, Failure> {
    let id: Id<kinds::Station> = id.parse().map_err(|_| Failure::of(Kind::Missing))?;
    let platform = state.platform.clone();
    let found = blocking(move || -> Result<_, RunError<StoreError>> {
        let today = platform.now().day();
        platform.ledger().read("resident.station_queue", |tx| {
            let Some(listed) = station(tx, id)?.filter(|listed| listed.station.is_there(today)) else { return Ok(None) };
            Ok(Some(Seen { listed, numbers: numbers(tx, id, today)? }))
        })
    });
    found.await?.ok_or_else(|| Failure::of(Kind::Missing))
}

fn way(seen: &Seen, rest: &str) -> String {
    format!("/stations/{}/{rest}", seen.listed.id)
}

/// "Number 19 is called", or that none is yet.
fn called(t: &L10n, numbers: Numbers) -> String {
    if numbers.called == 0 { t.get("queue-none-called") } else { t.with("queue-called", [("number", formats::number(numbers.called))]) }
}

/// `GET /stations/{station}/screen`: large, and loaded again by itself.
pub(crate) async fn screen(State(state): Shared, Path(id): Path<String>, visitor: Visitor) -> Result<Response, Failure> {
    let seen = see(&state, &id).await?;
    let (t, language, now) = (texts(visitor.language), visitor.language, state.platform.now());
    let place = seen.listed.station.place.name(language);
    let mut body = Body::new(language);
    body.h1(&place);
    body.push(&large(&called(&t, seen.numbers), (seen.numbers.called > 0).then_some(seen.numbers.called)));
    body.p(t.with("queue-waiting", [("count", seen.numbers.waiting())]));
    if seen.listed.station.is_open(now) {
        let code = screen_code(state.platform.ledger().keys(), seen.listed.id, now);
        let address = format!("{}{}", state.platform.sender().origin, visitor.url(&way(&seen, &format!("queue/{code}"))));
        body.h2(t.get("queue-take")).push(&qr(&address, &t.get("queue-qr"))).p(t.get("queue-slip"));
    } else {
        body.part(&Inset(t.get("queue-shut").into()));
    }
    let mut layout = Layout::new(kernel::Text::new("Support stations", "流動支援站", "流动支援站"), state.platform.environment());
    layout.home = way(&seen, "screen");
    layout.density = Density::Kiosk;
    let mut response = layout.page(&visitor, Page::new(place, body.markup()));
    refresh(&mut response, SCREEN_SECS, None);
    Ok(response)
}

/// Words, and a number that is read from afar. What speaks the page says the number once.
fn large(words: &str, number: Option<i64>) -> Markup {
    let number = number.map(formats::number).map(|number| {
        let said = if words.contains(&number) { " aria-hidden=\"true\"" } else { "" };
        format!("<p class=\"lr-screen__number\"{said}>{number}</p>")
    });
    Markup::trusted(format!(
        "<div class=\"lr-screen\" role=\"status\"><p class=\"lr-screen__words\">{}</p>{}</div>\n",
        Markup::text(words),
        number.unwrap_or_default()
    ))
}

/// `GET /stations/{station}/queue`: how long the queue is; a number is taken at the station only.
pub(crate) async fn show(State(state): Shared, Path(id): Path<String>, visitor: Visitor) -> Result<Response, Failure> {
    let seen = see(&state, &id).await?;
    let t = texts(visitor.language);
    let mut body = start(&seen, &t);
    body.p(t.get("queue-how"));
    Ok(shown(&state, &visitor, &t, &body))
}

fn start(seen: &Seen, t: &L10n) -> Body {
    let mut body = Body::new(t.language());
    body.h1(t.get("queue-title")).lead(seen.listed.station.place.name(t.language()));
    body.p(called(t, seen.numbers)).p(t.with("queue-waiting", [("count", seen.numbers.waiting())]));
    body
}

fn shown(state: &ResidentState, visitor: &Visitor, t: &L10n, body: &Body) -> Response {
    state.layout.page(visitor, Page::new(t.get("queue-title"), body.markup()).back(visitor.url("/stations")))
}

/// `GET /stations/{station}/queue/{code}`: behind the code of the screen, the button that takes a number.
pub(crate) async fn offer(State(state): Shared, Path((id, code)): Path<(String, String)>, visitor: Visitor) -> Result<Response, Failure> {
    let seen = see(&state, &id).await?;
    let t = texts(visitor.language);
    let mut body = start(&seen, &t);
    if fits(&state, &seen, &code) {
        body.part(&Form::new(&visitor).part(&Button::new(t.get("queue-take"))));
    } else {
        body.part(&Inset(t.get("queue-old").into()));
    }
    Ok(shown(&state, &visitor, &t, &body))
}

fn fits(state: &ResidentState, seen: &Seen, code: &str) -> bool {
    is_screen_code(state.platform.ledger().keys(), seen.listed.id, state.platform.now(), code)
}

/// `POST /stations/{station}/queue/{code}`
pub(crate) async fn take(
    State(state): Shared,
    Path((id, code)): Path<(String, String)>,
    visitor: Visitor,
    _: Values,
) -> Result<Response, Failure> {
    let seen = see(&state, &id).await?;
    let t = texts(visitor.language);
    let refused = |key: &str| {
        let mut body = start(&seen, &t);
        body.part(&Inset(t.get(key).into()));
        Ok(shown(&state, &visitor, &t, &body))
    };
    if !fits(&state, &seen, &code) {
        return refused("queue-old");
    }
    let (ledger, station) = (state.platform.ledger().clone(), seen.listed.id);
    let given = blocking(move || match ledger.write("resident.give_number", Actor::Visitor, move |work| give_number(work, station, false)) {
        Ok((number, _)) => Ok(Some(number)),
        Err(RunError::Refused(NumberError::Closed)) => Ok(None),
        Err(error) => Err(error),
    });
    match given.await? {
        Some(number) => Ok(Redirect::to(&visitor.url(&way(&seen, &format!("queue/number/{number}")))).into_response()),
        None => refused("queue-shut"),
    }
}

/// `GET /stations/{station}/queue/number/{number}`: how many are before it. With `?still=1` it does not load itself again.
pub(crate) async fn number(State(state): Shared, Path((id, number)): Path<(String, i64)>, visitor: Visitor) -> Result<Response, Failure> {
    let seen = see(&state, &id).await?;
    if !(1..=seen.numbers.given).contains(&number) {
        return Err(Failure::of(Kind::Missing));
    }
    let t = texts(visitor.language);
    let before = number - seen.numbers.called - 1;
    let mut body = Body::new(t.language());
    body.h1(t.get("queue-title")).push(&large(&t.get("queue-yours"), Some(number)));
    body.p(seen.listed.station.place.name(t.language()));
    body.push(&Markup::trusted(format!("<p class=\"govuk-body-l\" role=\"status\">{}</p>\n", Markup::text(&called(&t, seen.numbers)))));
    body.p(match before {
        0.. => t.with("queue-before", [("count", before)]),
        -1 => t.get("queue-now"),
        _ => t.get("queue-passed"),
    });
    let still = visitor.query.as_deref() == Some("still=1");
    let here = visitor.here();
    if still { body.link(t.get("queue-again"), &here) } else { body.link(t.get("queue-still"), format!("{here}?still=1")) };
    body.note(t.get("queue-keep"));
    let mut response = shown(&state, &visitor, &t, &body);
    if !still && before >= -1 {
        refresh(&mut response, PHONE_SECS, None);
    }
    Ok(response)
}
