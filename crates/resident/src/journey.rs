//! Registering, one thing a page. Every answer of a page is a POST that carries the sealed draft, so that going back,
//! changing and switching the language lose nothing, and nothing is stored before it is sent in.

mod absorb;
mod act;
mod address;
mod check;
mod frame;
mod hold;
mod members;
mod person;
mod statement;
mod step;
mod submit;

use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Id, kinds};
use registration::{Part, check_part};
use webkit::{Failure, Values};

use crate::draft::Draft;
use crate::faults::Faults;
use crate::visit::Visit;
use act::Act;
use absorb::absorb;
pub(crate) use step::Step;

/// `GET …/register`: the way in leads through the waiting room.
pub(crate) async fn begin(visit: Visit) -> Response {
    Redirect::to(&visit.url("/wait")).into_response()
}

/// The first page, for somebody with a pass or with a checked code.
/// `shown` is the version whose statement they saw; whoever saw none, or another one, reads it first.
pub(crate) fn first_page(
    visit: Visit,
    pass: String,
    replaces: Option<Id<kinds::Household>>,
    shown: String,
) -> Result<Response, Failure> {
    let draft = Draft::new(&**visit.service.ledger().random(), pass, replaces, shown);
    page(&visit.on_page("/register"), &draft, &Faults::none())
}

/// `POST …/register`: one answer.
pub(crate) async fn step(visit: Visit, values: Values) -> Result<Response, Failure> {
    let today = visit.now().day();
    let keys = visit.service.ledger().keys();
    let Some(mut draft) = Draft::open(keys, visit.service.slug(), today, values.get("draft")) else {
        return Ok(frame::lost(&visit));
    };
    // Two pages carry the draft and ask nothing of it: the statement and the one that holds somebody up.
    if draft.offered.is_empty() && !values.has("held") {
        absorb(&mut draft, &values);
    }
    if values.switching() {
        return page(&visit, &draft, &Faults::none());
    }
    if let Some(held) = hold::unless_admitted(&visit, &mut draft)? {
        return Ok(held);
    }
    if !draft.offered.is_empty() {
        draft.shown = std::mem::take(&mut draft.offered);
        return page(&visit, &draft, &Faults::none());
    }
    match Act::of(&values) {
        Act::Next if draft.step == Step::Check && statement::is_known(&visit, &draft) => {
            return submit::submit(visit, draft).await;
        }
        Act::Next => {
            if let Err(faults) = advance(&visit, &mut draft, &values) {
                return page(&visit, &draft, &faults);
            }
        }
        Act::Back => draft.step_back(),
        Act::Go(step) => draft.step = step,
        Act::Add => draft.step = Step::Member(draft.form.members.len()),
        Act::Remove(index) => draft.remove_member(index),
    }
    draft.arrive();
    page(&visit, &draft, &Faults::none())
}

/// Checks the page and goes on, or says what is wrong.
fn advance(visit: &Visit, draft: &mut Draft, values: &Values) -> Result<(), Faults> {
    match draft.step {
        Step::Identity => checked(visit, draft, Part::Identity)?,
        Step::Name => checked(visit, draft, Part::Name)?,
        Step::Address => return address::search(visit, draft),
        Step::Choose => return address::choose(visit, draft, values),
        Step::Unit | Step::Manual => checked(visit, draft, Part::Address)?,
        Step::Mobile => checked(visit, draft, Part::Mobile)?,
        Step::Member(index) => checked(visit, draft, Part::Member(index))?,
        Step::Members | Step::Check => {}
    }
    draft.step = draft.step.following(draft.checked);
    Ok(())
}

fn checked(visit: &Visit, draft: &Draft, part: Part) -> Result<(), Faults> {
    let rules = flows::rules(&visit.state.platform, &visit.service, registration::Channel::Online);
    let problems = check_part(&draft.form, part, &rules);
    if problems.is_empty() { Ok(()) } else { Err(Faults::of(&problems, visit.language())) }
}

/// The page on which the draft is. The browser may keep it, for itself alone, because its own Back button would else show an
/// error instead of what was typed; the confirmation and everything behind a code is never kept.
fn page(visit: &Visit, draft: &Draft, faults: &Faults) -> Result<Response, Failure> {
    let known = statement::is_known(visit, draft);
    let mut response = if known { step_page(visit, draft, faults)? } else { statement::page(visit, draft)? };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

fn step_page(visit: &Visit, draft: &Draft, faults: &Faults) -> Result<Response, Failure> {
    match draft.step {
        Step::Identity => person::identity(visit, draft, faults),
        Step::Name => person::name(visit, draft, faults),
        Step::Mobile => person::mobile(visit, draft, faults),
        Step::Address => address::ask(visit, draft, faults),
        Step::Choose => address::choices(visit, draft, faults),
        Step::Unit => address::unit(visit, draft, faults),
        Step::Manual => address::manual(visit, draft, faults),
        Step::Members => members::list(visit, draft, faults),
        Step::Member(index) => members::one(visit, draft, index, faults),
        Step::Check => check::answers(visit, draft, None),
    }
}
