//! Entering people at the building of an operation: one page, one person after the other, on a phone.

use std::sync::{Arc, mpsc};

use axum::response::Response;
use desk::{Answer, Case, Desk, Mistakes};
use flows::{Acknowledged, Service, Submit, SubmitError, submit_household};
use kernel::{Language, from_hex, to_hex};
use people::EnterInField;
use registration::scheme::Operation;
use registration::{AddressForm, Channel, EnteredBy, HouseholdForm, RegisterError};
use webkit::parts::{Inset, Panel};
use webkit::{Body, Failure, Page, Values};

use crate::field_form::form;
use crate::field_queue_part::queue_part;
use crate::register::of_problems;
use crate::register_form::birth;

/// What stands on the page.
#[derive(Default)]
pub(crate) struct Shown {
    /// What was typed.
    pub(crate) values: Values,
    /// What is wrong with it.
    pub(crate) mistakes: Mistakes,
    /// The reference of somebody who was just entered.
    pub(crate) entered: Option<String>,
    /// The page shows an entry again: its key stays, and a script that keeps it keeps it in place of the one before.
    pub(crate) again: bool,
}

impl Shown {
    /// What came with the request, and what is wrong with it.
    pub(crate) fn again(desk: &Desk, mistakes: Mistakes) -> Self {
        Self { values: desk.values.clone(), mistakes, again: true, entered: None }
    }
}

/// The form, empty.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<EnterInField>()?;
    page(desk, &case, &Shown::default())
}

/// The same page for keeping on a phone: empty, and without anybody's name or token.
pub(crate) fn offline(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<EnterInField>()?;
    let title = desk.say("field-title");
    let mut body = desk.body(&title, &Mistakes::default());
    let Some(operation) = case.live()?.scheme().operation().cloned() else { return Ok(none(desk, body)) };
    form_below(desk, &case, &mut body, &operation, &Shown::default(), true)?;
    Ok(desk.show_to_keep(Page::new(title, body.markup()).script("field.js")))
}

fn none(desk: &Desk, mut body: Body) -> Response {
    body.part(&Inset(desk.say("field-none").into()));
    desk.show(Page::new(desk.say("field-title"), body.markup()).back(desk.url("/staff")))
}

/// The form as it was typed; after somebody was entered the reference stands above it, and only floor and flat stay for the next.
pub(crate) fn page(desk: &Desk, case: &Case, shown: &Shown) -> Answer {
    let scheme = case.live()?.scheme();
    let title = desk.say("field-title");
    let mut body = desk.body(&title, &shown.mistakes);
    let Some(operation) = scheme.operation() else { return Ok(none(desk, body)) };
    if let Some(reference) = &shown.entered {
        let (title, label) = (desk.say("field-entered"), desk.say("reference"));
        body.part(&Panel { title, label, reference: reference.clone() });
        body.p(desk.say("field-next"));
    }
    form_below(desk, case, &mut body, operation, shown, false)?;
    body.link(desk.say("test-title"), desk.scheme_url(case, "/test-results"));
    let mut page = Page::new(title, body.markup()).back(desk.url("/staff"));
    if scheme.queue_hours().is_some() {
        page = page.script("field.js");
    }
    Ok(desk.show_form(page, &shown.mistakes))
}

fn form_below(
    desk: &Desk,
    case: &Case,
    body: &mut Body,
    operation: &Operation,
    shown: &Shown,
    to_keep: bool,
) -> Result<(), Failure> {
    let service = case.live()?;
    let scheme = service.scheme();
    body.p(desk.tell("field-building", [("building", operation.building.as_str())]));
    body.link(desk.say("register-statement"), desk.url(&format!("/{}", service.slug())));
    let sent = if shown.entered.is_some() { "" } else { shown.values.get("key") };
    let key = if sent.is_empty() { to_hex(&service.ledger().random().bytes16()) } else { sent.to_owned() };
    let form = form(desk, shown, &scheme).to(desk.scheme_url(case, "/field"));
    let form = form.hidden("key", key).hidden("version", to_hex(&scheme.digest()));
    let queue = queue_part(desk, case, shown.again)?;
    if let Some(queue) = &queue {
        body.push(&queue.above);
    }
    body.part(&if to_keep { form.tokenless() } else { form });
    if let Some(queue) = &queue {
        body.push(&queue.below);
    }
    Ok(())
}

/// Enters one person, by the parser and the way of every registration.
pub(crate) fn enter(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<EnterInField>()?;
    let service = case.live()?;
    if service.scheme().operation().is_none() || desk.values.switching() {
        return page(desk, &case, &Shown::again(desk, Mistakes::default()));
    }
    match enter_one(desk, service, &desk.values, desk.values.get("key"), EnteredBy::Field(grant)) {
        Ok(done) => {
            let entered = Some(done.received.reference.to_string());
            page(desk, &case, &Shown { entered, values: desk.values.clone(), ..Shown::default() })
        }
        Err(error) => match mistakes(desk, &error) {
            Some(mistakes) => page(desk, &case, &Shown::again(desk, mistakes)),
            None => Err(Failure::from(error)),
        },
    }
}

/// What is wrong with an entry; nothing when the fault is ours.
fn mistakes(desk: &Desk, error: &SubmitError) -> Option<Mistakes> {
    Some(match error {
        SubmitError::Fields(problems) => of_problems(desk, problems),
        SubmitError::Register(RegisterError::NotOpen(_)) => Mistakes::one("form", desk.say("register-not-open")),
        SubmitError::Register(RegisterError::Statement) => Mistakes::one("form", desk.say("register-other-statement")),
        _ => return None,
    })
}

/// Enters one person and waits until that is durable.
pub(crate) fn enter_one(
    desk: &Desk,
    service: &Arc<Service>,
    values: &Values,
    key: &str,
    officer: EnteredBy,
) -> Result<Acknowledged, SubmitError> {
    let scheme = service.scheme();
    let operation = scheme.operation().ok_or(RegisterError::NoSuchWay)?;
    let typed = person(values, operation);
    let submit = Submit {
        form: &typed,
        idempotency: key,
        language: Language::from_slug(values.get("language")).unwrap_or(desk.language()),
        channel: Channel::Field,
        replaces: None,
        shown: from_hex(values.get("version")).ok().and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; 32]),
        officer: Some(officer),
    };
    let (reply, answer) = mpsc::channel();
    submit_household(desk.platform(), service, &submit, move |result| {
        // Nobody listens any more when the line has gone; who was entered stays entered, and the same key enters nobody twice.
        let _ = reply.send(result);
    });
    answer.recv().unwrap_or(Err(SubmitError::Busy { retry_after_ms: 1000 }))
}

/// What was typed; the building is that of the operation, whatever was sent.
pub(crate) fn person(values: &Values, operation: &Operation) -> HouseholdForm {
    let text = |name: &str| values.get(name).to_owned();
    HouseholdForm {
        id_number: text("id_number"),
        birth: birth(values, "birth"),
        name: text("name"),
        address: AddressForm {
            flat: text("address.flat"),
            floor: text("address.floor"),
            text: operation.building.clone(),
            district: operation.district.clone(),
            ..AddressForm::default()
        },
        mobile: text("mobile"),
        members: Vec::new(),
        vaccination: text("vaccination"),
    }
}
