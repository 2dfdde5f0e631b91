//! The waiting room. A place is a signed number in the address: nothing about anybody, so the page can load itself again.

use std::fmt::Write as _;

use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Instant;
use registration::Status;
use serde::Deserialize;
use waitingroom::{Arrival, Entry, Estimate, Promise, Ticket, tell};
use webkit::parts::{Button, ButtonStyle, Form, Inset, TextInput, Waiting, Width};
use webkit::{Failure, Page, Values, formats};

use crate::faults::Faults;
use crate::visit::{Standing, Visit};
use crate::{front, journey};

/// What the address of a waiting page says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    /// The signed ticket.
    ticket: String,
    /// By when the turn was said to come, and when that was said, in milliseconds.
    by: Option<i64>,
    told: Option<i64>,
    /// The version whose statement was shown before the place was taken.
    shown: String,
    /// Do not load again by itself.
    still: Option<u8>,
}

/// `GET …/wait`: my place; or the door, for whoever has none yet.
pub(crate) async fn show(visit: Visit, Query(place): Query<Place>) -> Result<Response, Failure> {
    let standing = visit.standing().await?;
    let now = visit.now();
    let Some(ticket) = visit.service.read_ticket(&place.ticket, now) else {
        return if standing.status == Status::Open { Ok(door(&visit, &Faults::none())) } else { front::not_open(&visit).await };
    };
    if matches!(standing.status, Status::Closed | Status::Draft) {
        return front::not_open(&visit).await;
    }
    let status = visit.service.room_status(now);
    match status.entry(ticket.number) {
        Entry::Now => Ok(your_turn(&visit, &place)),
        Entry::Wait { estimate, .. } => Ok(waiting(&visit, &standing, &place, ticket, estimate)),
    }
}

/// `POST …/wait`: takes a place, brings one back by its code, or goes in.
pub(crate) async fn arrive(visit: Visit, values: Values) -> Result<Response, Failure> {
    if visit.standing().await?.status != Status::Open {
        return front::not_open(&visit).await;
    }
    let now = visit.now();
    let shown = version(values.get("shown"));
    let text = if values.has("code") { values.get("code") } else { values.get("ticket") };
    if text.trim().is_empty() && values.get("act") != "resume" {
        return match visit.service.arrive(now)? {
            Arrival::Admitted(pass) => {
                let pass = visit.service.write_pass(&pass);
                journey::first_page(visit, pass, None, shown)
            }
            Arrival::Waiting(ticket) => Ok(to_place(&visit, &ticket, &shown)),
        };
    }
    let Some(ticket) = visit.service.read_ticket(text, now) else {
        return Ok(door(&visit, &Faults::one("code", visit.t.get("wait-code-wrong"))));
    };
    // Entering counts as a claim of the place, so only the button of "your turn" does it.
    if values.get("act") == "enter"
        && let Ok(pass) = visit.service.enter(&ticket, now)
    {
        let pass = visit.service.write_pass(&pass);
        return journey::first_page(visit, pass, None, shown);
    }
    Ok(to_place(&visit, &ticket, &shown))
}

/// A version as it travels through the waiting room; anything else is as good as none.
fn version(text: &str) -> String {
    let good = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if good { text.to_owned() } else { String::new() }
}

fn to_place(visit: &Visit, ticket: &Ticket, shown: &str) -> Response {
    let now = visit.now();
    let mut address = format!("{}?ticket={}", visit.url("/wait"), visit.service.write_ticket(ticket));
    if let Entry::Wait { estimate: Estimate::Between { high_seconds, .. }, .. } =
        visit.service.room_status(now).entry(ticket.number)
    {
        let by = now.plus_secs(i64::try_from(high_seconds).unwrap_or(86_400));
        let _ = write!(address, "&by={}&told={}", by.millis(), now.millis());
    }
    add_shown(&mut address, shown);
    Redirect::to(&address).into_response()
}

fn add_shown(address: &mut String, shown: &str) {
    if !shown.is_empty() {
        let _ = write!(address, "&shown={shown}");
    }
}

/// No place yet: take one, or bring one back.
fn door(visit: &Visit, faults: &Faults) -> Response {
    let t = &visit.t;
    let mut body = visit.body();
    body.maybe(faults.summary().as_ref()).h1(t.get("door-title")).p(t.get("door-lead")).part(&front::start(visit));
    body.h2(t.get("door-resume"));
    let field = TextInput {
        hint: Some(t.get("door-code-hint")),
        error: faults.of_field("code"),
        width: Width::Twenty,
        verbatim: true,
        autocomplete: Some("off"),
        ..TextInput::new("code", t.get("door-code"))
    };
    let button = Button::new(t.get("door-resume-button")).style(ButtonStyle::Secondary).sends("act", "resume");
    body.part(&Form::new(&visit.visitor).id("resume").to(visit.url("/wait")).part(&field).part(&button));
    let page = Page::new(t.get("door-title"), body.markup()).back(visit.url(""));
    visit.show(if faults.is_empty() { page } else { page.invalid() })
}

fn your_turn(visit: &Visit, place: &Place) -> Response {
    let t = &visit.t;
    let mut body = visit.body();
    body.h1(t.get("turn-title")).lead(t.get("turn-lead"));
    let button = Button::new(t.get("turn-button")).sends("act", "enter");
    body.part(&Form::new(&visit.visitor).to(visit.url("/wait")).hidden("ticket", &place.ticket).hidden("shown", version(&place.shown)).part(&button));
    visit.show(Page::new(t.get("turn-title"), body.markup()))
}

fn waiting(visit: &Visit, standing: &Standing, place: &Place, ticket: Ticket, estimate: Estimate) -> Response {
    let (t, language, now) = (&visit.t, visit.language(), visit.now());
    let status = visit.service.room_status(now);
    let promise = place.by.zip(place.told);
    let promise = promise.map(|(by, told)| Promise { by: Instant::from_millis(by), told_at: Instant::from_millis(told) });
    let told = tell(estimate, promise, &status);
    let mut body = visit.body();
    body.h1(t.get("wait-title")).lead(t.get("wait-lead"));
    body.part(&Waiting {
        number: ticket.number + 1,
        serving: status.now_serving,
        estimate: told.estimate.words(language),
        as_at: formats::time(status.as_at, language),
        status_url: format!("/{}/queue.json", visit.service.slug()),
        enter_url: here(visit, place, false),
        estimate_pattern: t.with("wait-pattern", [("low", "{low}"), ("high", "{high}")]),
        resume_code: Some(visit.service.resume_code(&ticket)),
    });
    if let Some(reason) = told.reason {
        body.part(&Inset(reason.words(language).into()));
    }
    let closes = formats::end_of_window(standing.state.closes, language);
    body.p(t.with("wait-open-until", [("closes", closes)])).p(t.get("wait-safe"));
    let poll = u32::try_from(status.poll_seconds(ticket.number)).unwrap_or(30).max(20);
    let page = |body: &webkit::Body| Page::new(t.get("wait-title"), body.markup());
    if place.still.is_some() {
        body.link(t.get("wait-again"), here(visit, place, false));
        return visit.show(page(&body));
    }
    body.note(t.with("wait-refresh", [("secs", poll)])).link(t.get("wait-still"), here(visit, place, true));
    let page = page(&body).refresh(poll);
    visit.show(if status.paused { page } else { page.script("waiting.js") })
}

fn here(visit: &Visit, place: &Place, still: bool) -> String {
    let mut address = format!("{}?ticket={}", visit.url("/wait"), place.ticket.trim());
    if let Some((by, told)) = place.by.zip(place.told) {
        let _ = write!(address, "&by={by}&told={told}");
    }
    add_shown(&mut address, &version(&place.shown));
    if still {
        address.push_str("&still=1");
    }
    address
}
