use axum::response::Response;
use hongkong::District;
use kernel::Kind;
use registration::StatusView;
use registration::matching::State;
use webkit::parts::{Button, ButtonStyle, Form, Inset, SummaryList, SummaryRow, Tag, Tone};
use webkit::parts::Part as _;
use webkit::{Body, Failure, Markup, Page, formats};

use super::door::Known;
use super::{openings, pass};
use crate::blocking::read;
use crate::visit::Visit;

/// The state of a registration in plain words, who has opened it and why, and the way to correct it.
/// `asked_to_repair` says why somebody who came to correct something sees this instead.
pub(crate) async fn show(visit: &Visit, known: Known, asked_to_repair: bool) -> Result<Response, Failure> {
    let t = &visit.t;
    let household = known.household;
    let look = move |tx: &mut store::Tx<'_>| registration::status(tx, household);
    let view = read(&visit.service, "resident.status", look).await?.ok_or_else(|| Failure::of(Kind::Gone))?;
    let sealed = pass::issue(visit, household, known.until)?;
    let mut body = visit.body();
    body.h1(t.get("view-title"));
    if asked_to_repair {
        body.part(&Inset(t.get("view-no-repair").into()));
    }
    body.lead(words(visit, &view)).part(&facts(visit, &view));
    if view.can_repair() {
        body.h2(t.get("view-repair-title")).p(t.get("view-repair"));
        body.part(
            &Form::new(&visit.visitor).id("repair").to(visit.url("/repair")).hidden("pass", &sealed).part(&Button::new(t.get("view-repair-button"))),
        );
    }
    let own = Form::new(&visit.visitor).id("my-data").to(visit.url("/my-data")).hidden("pass", &sealed);
    body.h2(t.get("my-data-title")).p(t.get("my-data-way")).part(&own.part(&Button::new(t.get("my-data-see"))));
    openings::list(visit, &view, &mut body).await?;
    batches(visit, &mut body);
    openings::batches(visit, &view, &mut body);
    let again = Button::new(t.get("view-again")).style(ButtonStyle::Secondary);
    body.part(&Form::new(&visit.visitor).to(visit.url("/status")).hidden("pass", &sealed).part(&again));
    body.note(t.with("view-until", [("time", formats::time(known.until, visit.language()))]));
    body.link(t.get("view-leave"), visit.url(""));
    let mut page = Page::new(t.get("view-title"), body.markup()).switch_submits("form").current(visit.path("/status"));
    if !asked_to_repair {
        page = page.wide();
    }
    Ok(visit.show(page))
}

fn words(visit: &Visit, view: &StatusView) -> String {
    let t = &visit.t;
    if view.household.state == State::Confirmed && view.address_waits() {
        return t.get("view-address-waits");
    }
    t.get(&format!("state-means-{}", view.household.state.as_str()))
}

fn facts(visit: &Visit, view: &StatusView) -> SummaryList {
    let (t, language, household) = (&visit.t, visit.language(), &view.household);
    let tag = Tag::new(t.get(&format!("state-{}", household.state.as_str())), tone(household.state));
    let district = District::from_code(&household.district).map_or("", |district| district.name(language));
    SummaryList::new(vec![
        SummaryRow::new(t.get("view-state"), tag.html(language)),
        SummaryRow::new(t.get("view-reference"), household.reference.to_string()),
        SummaryRow::new(t.get("view-received"), formats::date_time(household.received, language)),
        SummaryRow::new(t.get("view-decided"), formats::date_time(household.decided, language)),
        SummaryRow::new(t.get("view-people"), formats::number(household.people)),
        SummaryRow::new(t.get("district"), district),
    ])
}

const fn tone(state: State) -> Tone {
    match state {
        State::Confirmed | State::Delivered => Tone::Good,
        State::Dispatched => Tone::Active,
        State::Checking | State::Undelivered => Tone::Attention,
        _ => Tone::Neutral,
    }
}

/// Jobs read registrations in batches, each for one purpose; the journal has one entry for each batch.
fn batches(visit: &Visit, body: &mut Body) {
    let t = &visit.t;
    body.h3(t.get("batch-title")).p(t.get("batch-text"));
    let purposes = visit.scheme.purposes().iter();
    body.bullets(purposes.map(|purpose| Markup::text(purpose.text.get(visit.language()))));
}
