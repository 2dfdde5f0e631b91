//! The front page of a scheme: everything that a person has to know before anything is asked.

mod closed;
mod statement;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use registration::{Figures, Status};
use webkit::parts::{Button, Figures as Numbers, Form};
use webkit::{Failure, Page, Visitor, formats};

use crate::blocking::read;
use crate::certificate;
use crate::state::ResidentState;
use crate::visit::{Standing, Visit};

pub(crate) use closed::not_open;
pub(crate) use statement::{parts as statement_parts, retention_lines, whole as statement_whole};

/// `GET /{slug}`: the front page of a scheme in force, the certificate of one that has ended, else nothing.
pub(crate) async fn show(
    State(state): State<Arc<ResidentState>>,
    Path(slug): Path<String>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    match state.platform.public_service(&slug) {
        Some(service) => front(&Visit::new(state, service, visitor)).await,
        None => certificate::show(state, slug, visitor).await,
    }
}

async fn front(visit: &Visit) -> Result<Response, Failure> {
    let (t, language, scheme) = (&visit.t, visit.language(), &visit.scheme);
    let standing = visit.standing().await?;
    let mut body = visit.body();
    body.h1(scheme.title(language)).lead(scheme.summary(language));
    body.maybe(closed::notice(visit, &standing).as_ref());
    body.part(&numbers(visit).await?);
    body.h2(t.get("front-who")).p(scheme.eligibility(language));
    body.h2(t.get("front-when")).p(window(visit, &standing));
    if let Some(operation) = scheme.operation() {
        body.h2(t.get("front-field")).p(t.with("front-field-text", [("building", operation.building.as_str())]));
        statement::whole(visit, &mut body);
        body.link(t.get("front-field-status"), visit.url("/status")).link(t.get("front-trust"), visit.url("/trust"));
        return Ok(visit.show(Page::new(scheme.title(language), body.markup()).current(visit.path(""))));
    }
    body.h2(t.get("front-need")).bullets([t.get("front-need-id"), t.get("front-need-name"), t.get("front-need-mobile")]);
    body.p(t.with("front-need-people", [("count", scheme.max_people())])).p(t.get("front-time"));
    statement::whole(visit, &mut body);
    body.link(t.get("front-trust"), visit.url("/trust"));
    if standing.status == Status::Open {
        body.h2(t.get("front-start-title")).p(t.get("front-start-lead")).part(&start(visit).hidden("shown", visit.version()));
    }
    body.h2(t.get("front-other")).p(t.text("front-other-text", &helpers(visit)));
    Ok(visit.show(Page::new(scheme.title(language), body.markup()).current(visit.path(""))))
}

/// The button that takes a place in the queue; usually there is none and the form begins at once.
pub(crate) fn start(visit: &Visit) -> Form {
    Form::new(&visit.visitor).to(visit.url("/wait")).part(&Button::new(visit.t.get("front-start")))
}

/// Who helps otherwise: the officer's telephone and address.
pub(crate) fn helpers(visit: &Visit) -> [(&'static str, webkit::Arg); 2] {
    let officer = visit.scheme.officer();
    [("phone", (&officer.phone).into()), ("address", officer.address.get(visit.language()).into())]
}

async fn numbers(visit: &Visit) -> Result<Numbers, Failure> {
    let t = &visit.t;
    let figures = read(&visit.service, "resident.figures", Figures::read).await?;
    let as_at = formats::time(visit.now(), visit.language());
    Ok(Numbers(vec![
        (t.with("count-households", [("time", &as_at)]), formats::number(figures.total("received"))),
        (t.with("count-people", [("time", &as_at)]), formats::number(figures.total("people"))),
    ]))
}

pub(crate) fn window(visit: &Visit, standing: &Standing) -> String {
    let (state, language) = (&standing.state, visit.language());
    let (opens, closes) = (formats::date_time(state.opens, language), formats::end_of_window(state.closes, language));
    visit.t.with("front-window", [("opens", opens), ("closes", closes)])
}
