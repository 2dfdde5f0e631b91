use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use journal::Actor;
use kernel::{Id, Instant, kinds};
use registration::{CodeError, Reference, check_code, request_code};
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonStyle, Form, Inset, TextInput, Width};
use webkit::{Failure, Markup, Page, Values};

use super::pass;
use crate::blocking::blocking;
use crate::faults::Faults;
use crate::front::helpers;
use crate::visit::Visit;

/// What somebody comes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// To look.
    Status,
    /// To send a corrected form.
    Repair,
    /// To see, copy, correct or withdraw everything that is held.
    MyData,
}

impl Errand {
    const fn page(self) -> &'static str {
        match self {
            Self::Status => "/status",
            Self::Repair => "/repair",
            Self::MyData => "/my-data",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Status => "status-title",
            Self::Repair => "repair-title",
            Self::MyData => "my-data-title",
        }
    }
}

/// A household whose code was right, and until when that holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) household: Id<kinds::Household>,
    pub(crate) until: Instant,
}

/// What came of it.
pub(crate) enum Answered {
    /// Another page of the door.
    Page(Response),
    /// Come in.
    Known(Known),
}

/// One answer at the door. What it says is the same whether there is such a registration or not.
pub(crate) async fn answer(visit: &Visit, values: &Values, errand: Errand) -> Result<Answered, Failure> {
    if let Some((household, until)) = pass::read(visit, values.get("pass")) {
        return Ok(Answered::Known(Known { household, until }));
    }
    if !values.get("pass").is_empty() {
        let faults = Faults::one("reference", visit.t.get("status-pass-over"));
        return Ok(Answered::Page(reference_form(visit, errand, "", &faults)));
    }
    let typed = values.get("reference");
    let Some(reference) = Reference::parse(typed) else {
        let key = if typed.trim().is_empty() { "reference-missing" } else { "reference-shape" };
        let faults = if values.switching() { Faults::none() } else { Faults::one("reference", visit.t.get(key)) };
        return Ok(Answered::Page(reference_form(visit, errand, typed, &faults)));
    };
    let asks = values.get("stage") != "code" || values.get("act") == "again";
    if !values.switching() && !visit.state.limits.allow(visit.from, reference, visit.now()) {
        return Ok(Answered::Page(too_often(visit, errand, reference, asks)));
    }
    if asks {
        if !values.switching() {
            ask_for_code(visit, reference).await?;
        }
        return Ok(Answered::Page(code_form(visit, errand, reference, &Faults::none())));
    }
    if values.switching() {
        return Ok(Answered::Page(code_form(visit, errand, reference, &Faults::none())));
    }
    if values.get("code").trim().is_empty() {
        return Ok(Answered::Page(code_form(visit, errand, reference, &Faults::one("code", visit.t.get("code-missing")))));
    }
    if let Ok(household) = try_code(visit, reference, values.get("code").to_owned()).await? {
        return Ok(Answered::Known(Known { household, until: pass::end(visit) }));
    }
    let faults = Faults::one("code", visit.t.get("code-wrong"));
    Ok(Answered::Page(code_form(visit, errand, reference, &faults)))
}

/// Nothing is looked up any more for a while, whether there is such a registration or not.
fn too_often(visit: &Visit, errand: Errand, reference: Reference, asks: bool) -> Response {
    let fault = |field| Faults::one(field, visit.t.get("code-too-often"));
    let mut response = if asks {
        reference_form(visit, errand, &reference.to_string(), &fault("reference"))
    } else {
        code_form(visit, errand, reference, &fault("code"))
    };
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

async fn ask_for_code(visit: &Visit, reference: Reference) -> Result<(), Failure> {
    let ledger = visit.service.ledger().clone();
    blocking(move || -> Result<(), RunError<StoreError>> {
        ledger.write("registration.request_code", Actor::Visitor, move |work| request_code(work, reference)).map(|_| ())
    })
    .await
}

async fn try_code(
    visit: &Visit,
    reference: Reference,
    code: String,
) -> Result<Result<Id<kinds::Household>, CodeError>, Failure> {
    let ledger = visit.service.ledger().clone();
    blocking(move || -> Result<_, RunError<StoreError>> {
        let keys = ledger.keys().clone();
        let check = move |work: &mut journal::Work<'_, '_>| check_code(work, &keys, reference, &code);
        ledger.write("registration.check_code", Actor::Visitor, check).map(|(checked, _)| checked)
    })
    .await
}

/// The page that asks for the reference.
pub(crate) fn reference_page(visit: &Visit, errand: Errand) -> Response {
    reference_form(visit, errand, "", &Faults::none())
}

fn reference_form(visit: &Visit, errand: Errand, typed: &str, faults: &Faults) -> Response {
    let t = &visit.t;
    let title = t.get(errand.key());
    let mut body = visit.body();
    body.maybe(faults.summary().as_ref()).h1(&title);
    body.p(t.get(match errand {
        Errand::Repair => "repair-lead",
        Errand::Status => "status-lead",
        Errand::MyData => "my-data-lead",
    }));
    let field = TextInput {
        hint: Some(t.get("reference-hint")),
        value: typed.to_owned(),
        error: faults.of_field("reference"),
        width: Width::Twenty,
        verbatim: true,
        autocomplete: Some("off"),
        ..TextInput::new("reference", t.get("reference"))
    };
    let button = Button::new(t.get("reference-send"));
    body.part(&form(visit, errand).part(&field).part(&button));
    body.h2(t.get("front-other")).p(t.text("front-other-text", &helpers(visit)));
    show(visit, errand, &title, &body.markup(), faults)
}

/// The page that asks for the code: the same for every reference.
fn code_form(visit: &Visit, errand: Errand, reference: Reference, faults: &Faults) -> Response {
    let t = &visit.t;
    let title = t.get("code-title");
    let mut body = visit.body();
    body.maybe(faults.summary().as_ref()).h1(&title);
    body.part(&Inset(t.with("code-sent", [("reference", reference.to_string())]).into()));
    let field = TextInput {
        hint: Some(t.get("code-hint")),
        error: faults.of_field("code"),
        width: Width::Ten,
        verbatim: true,
        autocomplete: Some("one-time-code"),
        inputmode: Some("numeric"),
        ..TextInput::new("code", t.get("code"))
    };
    let again = Button::new(t.get("code-again")).style(ButtonStyle::Quiet).sends("act", "again");
    let form = form(visit, errand).hidden("reference", reference.to_string()).hidden("stage", "code");
    body.part(&form.part(&field).part(&Button::new(t.get("continue"))).part(&again));
    body.note(t.get("code-none"));
    show(visit, errand, &title, &body.markup(), faults)
}

fn form(visit: &Visit, errand: Errand) -> Form {
    Form::new(&visit.visitor).to(visit.url(errand.page()))
}

fn show(visit: &Visit, errand: Errand, title: &str, body: &Markup, faults: &Faults) -> Response {
    let page = Page::new(title, body.clone()).switch_submits("form").current(visit.path(errand.page()));
    let page = page.back(visit.url(if errand == Errand::Repair { "/status" } else { "" }));
    visit.show(if faults.is_empty() { page } else { page.invalid() })
}
