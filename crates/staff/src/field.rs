//! Entering people at the building of an operation: one page, one person after the other, on a phone.

use std::sync::mpsc;

use flows::{Submit, SubmitError, submit_household};
use kernel::{Kind, Language, from_hex, to_hex};
use people::EnterInField;
use registration::scheme::Operation;
use registration::{AddressForm, Channel, EnteredBy, HouseholdForm, RegisterError};
use webkit::parts::{Inset, Panel};
use webkit::{Failure, Page};

use crate::desk::{Answer, Case, Desk};
use crate::field_form::form;
use crate::mistakes::Mistakes;
use crate::register::of_problems;
use crate::register_form::birth;

/// The form, empty.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<EnterInField>()?;
    page(desk, &case, &Mistakes::default(), None)
}

/// The form as it was typed; after somebody was entered the reference stands above it, and only floor and flat stay for the next.
fn page(desk: &Desk, case: &Case, mistakes: &Mistakes, entered: Option<&str>) -> Answer {
    let service = case.live()?;
    let scheme = service.scheme();
    let title = desk.say("field-title");
    let mut body = desk.body(&title, mistakes);
    let back = desk.url("/staff");
    let Some(operation) = scheme.operation() else {
        body.part(&Inset(desk.say("field-none").into()));
        return Ok(desk.show(Page::new(title, body.markup()).back(back)));
    };
    if let Some(reference) = entered {
        let (title, label) = (desk.say("field-entered"), desk.say("reference"));
        body.part(&Panel { title, label, reference: reference.to_owned() });
        body.p(desk.say("field-next"));
    }
    body.p(desk.tell("field-building", [("building", operation.building.as_str())]));
    body.link(desk.say("register-statement"), desk.url(&format!("/{}", service.slug())));
    let sent = if entered.is_some() { "" } else { desk.values.get("key") };
    let key = if sent.is_empty() { to_hex(&service.ledger().random().bytes16()) } else { sent.to_owned() };
    let digest = to_hex(&scheme.digest());
    body.part(&form(desk, mistakes, &scheme, entered.is_some()).hidden("key", key).hidden("version", digest));
    body.link(desk.say("test-title"), desk.scheme_url(case, "/test-results"));
    Ok(desk.show_form(Page::new(title, body.markup()).back(back), mistakes))
}

/// Enters one person, by the parser and the way of every registration.
pub(crate) fn enter(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<EnterInField>()?;
    let service = case.live()?;
    let scheme = service.scheme();
    let Some(operation) = scheme.operation().filter(|_| !desk.values.switching()) else {
        return page(desk, &case, &Mistakes::default(), None);
    };
    let typed = person(desk, operation);
    let submit = Submit {
        form: &typed,
        idempotency: desk.values.get("key"),
        language: Language::from_slug(desk.values.get("language")).unwrap_or(desk.language()),
        channel: Channel::Field,
        replaces: None,
        shown: from_hex(desk.values.get("version")).ok().and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; 32]),
        officer: Some(EnteredBy::Field(grant)),
    };
    let (reply, answer) = mpsc::channel();
    submit_household(desk.platform(), service, &submit, move |result| {
        // Nobody listens any more when the line has gone; who was entered stays entered, and the same key enters nobody twice.
        let _ = reply.send(result);
    });
    match answer.recv() {
        Ok(Ok(done)) => page(desk, &case, &Mistakes::default(), Some(&done.received.reference.to_string())),
        Ok(Err(SubmitError::Fields(problems))) => page(desk, &case, &of_problems(desk, &problems), None),
        Ok(Err(SubmitError::Register(RegisterError::NotOpen(_)))) => {
            page(desk, &case, &Mistakes::one("form", desk.say("register-not-open")), None)
        }
        Ok(Err(SubmitError::Register(RegisterError::Statement))) => {
            page(desk, &case, &Mistakes::one("form", desk.say("register-other-statement")), None)
        }
        Ok(Err(error)) => Err(Failure::from(error)),
        Err(_) => Err(Failure::of(Kind::Broken).because("no answer from the store")),
    }
}

/// What was typed; the building is that of the operation, whatever was sent.
fn person(desk: &Desk, operation: &Operation) -> HouseholdForm {
    let text = |name: &str| desk.values.get(name).to_owned();
    HouseholdForm {
        id_number: text("id_number"),
        birth: birth(&desk.values, "birth"),
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
