use axum::response::Response;
use flows::CorrectHouseholdError;
use hongkong::District;
use registration::{AddressForm, CorrectError, Correction};
use webkit::parts::{Button, Choice, Form, Inset, Notification, Select, TextArea, TextInput, Width};
use webkit::{Failure, Page, Values};

use crate::blocking::blocking;
use crate::faults::Faults;
use crate::status::door::Known;
use crate::status::pass_of;
use crate::visit::Visit;

/// The form of a correction, and what came of it. What is left empty stays as it is.
pub(super) async fn step(visit: Visit, values: &Values, known: Known) -> Result<Response, Failure> {
    if values.get("act") != "save" || values.switching() {
        return page(&visit, values, known, &Faults::none());
    }
    let text = |name: &str| Some(values.get(name).trim().to_owned()).filter(|text| !text.is_empty());
    let address = AddressForm {
        text: values.get("text").trim().to_owned(),
        district: values.get("district").to_owned(),
        flat: values.get("flat").trim().to_owned(),
        floor: values.get("floor").trim().to_owned(),
        ..AddressForm::default()
    };
    let typed = [&address.text, &address.district, &address.flat, &address.floor].into_iter().any(|part| !part.is_empty());
    let correction = Correction { name: text("name"), address: typed.then_some(address), mobile: text("mobile") };
    if correction.name.is_none() && correction.address.is_none() && correction.mobile.is_none() {
        return page(&visit, values, known, &Faults::one("name", visit.t.get("correct-nothing")));
    }
    let (platform, service) = (visit.state.platform.clone(), visit.service.clone());
    let done = blocking(move || -> Result<_, CorrectHouseholdError> {
        match flows::correct_household(&platform, &service, known.household, &correction) {
            Err(CorrectHouseholdError::Correct(CorrectError::Fields(problems))) => Ok(Err(problems)),
            other => other.map(Ok),
        }
    })
    .await?;
    match done {
        Err(problems) => page(&visit, values, known, &Faults::of(&problems, visit.language())),
        Ok(changed) => saved(&visit, known, changed),
    }
}

fn page(visit: &Visit, values: &Values, known: Known, faults: &Faults) -> Result<Response, Failure> {
    let t = &visit.t;
    let title = t.get("my-data-correct");
    let mut body = visit.body();
    body.maybe(faults.summary().as_ref()).h1(&title);
    body.part(&Inset(t.get("correct-lead").into()));
    let input = |name: &'static str, key: &str, width| TextInput {
        value: values.get(name).to_owned(),
        error: faults.of_field(name),
        width,
        autocomplete: Some("off"),
        ..TextInput::new(name, t.get(key))
    };
    let districts = District::ALL.into_iter().map(|one| Choice::new(one.code(), one.name(visit.language())));
    let form = Form::new(&visit.visitor)
        .to(visit.url("/my-data/correct"))
        .hidden("pass", pass_of(visit, known)?)
        .hidden("act", "save")
        .part(&input("name", "correct-name", Width::Full))
        .part(&TextArea {
            value: values.get("text").to_owned(),
            error: faults.of_field("text"),
            rows: 3,
            ..TextArea::new("text", t.get("correct-address"))
        })
        .part(&input("floor", "floor", Width::Five))
        .part(&input("flat", "flat", Width::Five))
        .part(&Select {
            value: values.get("district").to_owned(),
            error: faults.of_field("district"),
            ..Select::new("district", t.get("district"), districts.collect())
        })
        .part(&TextInput { inputmode: Some("tel"), ..input("mobile", "correct-mobile", Width::Twenty) })
        .part(&Button::new(t.get("correct-save")));
    body.part(&form);
    body.note(t.get("correct-identity"));
    let page = Page::new(&title, body.markup()).switch_submits("form").back(visit.url("/my-data"));
    Ok(visit.show(if faults.is_empty() { page } else { page.invalid() }))
}

fn saved(visit: &Visit, known: Known, changed: bool) -> Result<Response, Failure> {
    let t = &visit.t;
    let mut body = visit.body();
    let title = t.get(if changed { "correct-done" } else { "correct-same" });
    body.h1(&title);
    if changed {
        let body_text = t.get("correct-done-text");
        body.part(&Notification { title: String::new(), body: body_text.into(), success: true });
    }
    let pass = pass_of(visit, known)?;
    let back = super::view::way(visit, "/my-data", "form", &pass, "my-data-see", webkit::parts::ButtonStyle::Main);
    body.part(&back);
    Ok(visit.show(Page::new(&title, body.markup()).without_switch()))
}
