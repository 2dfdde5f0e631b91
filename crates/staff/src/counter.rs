//! Proofing at a counter: the officer has the card in one hand and the person before the eyes. Nothing is photographed.

use axum::response::Response;
use desk::{Answer, Desk, Mistakes};
use flows::verify_at_counter;
use identity::{DetailFlaw, Details, ProofingError, Sex, TypedDetails};
use people::ProofIdentity;
use store::RunError;
use webkit::parts::{
    Button, Checkboxes, Choice, DateInput, DateValue, Form, Notification, Radios, TextArea, TextInput, Warning, Width,
};
use webkit::{Page, Values};

use crate::proofing::{HOME, rights};

const COMPARED: &str = "compared";

/// The form.
pub(crate) fn ask(desk: &Desk) -> Answer {
    desk.identity::<ProofIdentity>()?;
    Ok(page(desk, &Values::default(), &Mistakes::default(), false))
}

/// Verifies the person whose visit the code names.
pub(crate) fn verify(desk: &Desk) -> Answer {
    let (service, grant) = rights(desk)?;
    if desk.values.switching() {
        return Ok(page(desk, &desk.values, &Mistakes::default(), false));
    }
    let details = match read(desk) {
        Ok(details) => details,
        Err(mistakes) => return Ok(page(desk, &desk.values, &mistakes, false)),
    };
    let wrong = |field, key| Ok(page(desk, &desk.values, &Mistakes::one(field, desk.say(key)), false));
    match verify_at_counter(desk.platform(), &service, &grant, (desk.values.get("code"), &details)) {
        Ok(()) => Ok(page(desk, &Values::default(), &Mistakes::default(), true)),
        Err(RunError::Refused(ProofingError::VisitCode)) => wrong("code", "counter-wrong-code"),
        Err(RunError::Refused(ProofingError::HasAccount)) => wrong("number", "proofing-has-account"),
        Err(error) => Err(error.into()),
    }
}

fn read(desk: &Desk) -> Result<Details, Mistakes> {
    let values = &desk.values;
    let (birth, issued) = (DateValue::of(values, "birth"), DateValue::of(values, "issued"));
    let typed = TypedDetails {
        name_en: values.get("name_en"),
        name_zh: values.get("name_zh"),
        number: values.get("number"),
        birth: [&birth.day, &birth.month, &birth.year],
        sex: values.get("sex"),
        issued: [&issued.day, &issued.month, &issued.year],
        address: values.get("address"),
    };
    let mut mistakes = Mistakes::default();
    if !values.has("code") {
        mistakes.add("code", desk.say("counter-wrong-code"));
    }
    let details = Details::parse(&typed, desk.now().day(), desk.platform().environment());
    for flaw in details.as_ref().err().into_iter().flatten() {
        let (field, key) = words(*flaw);
        mistakes.add(field, desk.say(key));
    }
    if values.get(COMPARED) != "1" {
        mistakes.add(COMPARED, desk.say("counter-not-compared"));
    }
    details.ok().filter(|_| mistakes.is_empty()).ok_or(mistakes)
}

const fn words(flaw: DetailFlaw) -> (&'static str, &'static str) {
    match flaw {
        DetailFlaw::NameEn => ("name_en", "counter-wrong-name"),
        DetailFlaw::NameZh => ("name_zh", "counter-wrong-name"),
        DetailFlaw::Number => ("number", "proofing-number-wrong"),
        DetailFlaw::RealNumber => ("number", "counter-real-number"),
        DetailFlaw::Birth => ("birth", "counter-wrong-date"),
        DetailFlaw::Sex => ("sex", "counter-wrong-sex"),
        DetailFlaw::Issued => ("issued", "counter-wrong-date"),
        DetailFlaw::Address => ("address", "counter-wrong-address"),
    }
}

fn page(desk: &Desk, values: &Values, mistakes: &Mistakes, done: bool) -> Response {
    let title = desk.say("counter-title");
    let mut body = desk.body(&title, mistakes);
    if done {
        body.part(&Notification { title: desk.say("counter-done"), body: desk.say("counter-done-lead").into(), success: true });
    }
    body.p(desk.say("counter-lead")).part(&Warning(desk.say("counter-look")));
    body.part(&form(desk, values, mistakes).part(&Button::new(desk.say("counter-verify"))));
    desk.show_form(Page::new(title, body.markup()).back(desk.url(HOME)), mistakes)
}

fn form(desk: &Desk, values: &Values, mistakes: &Mistakes) -> Form {
    let text = |name: &'static str, key: &str, width| TextInput {
        value: values.get(name).to_owned(),
        error: mistakes.of(name),
        width,
        verbatim: true,
        autocomplete: Some("off"),
        ..TextInput::new(name, desk.say(key))
    };
    let date = |name: &'static str, key: &str| DateInput {
        value: DateValue::of(values, name),
        error: mistakes.of(name),
        ..DateInput::new(name, desk.say(key))
    };
    let sexes = [Sex::Female, Sex::Male].map(|sex| Choice::new(sex.name(), desk.say(&format!("proofing-sex-{}", sex.name()))));
    desk.form()
        .part(&TextInput { inputmode: Some("numeric"), ..text("code", "counter-code", Width::Ten) })
        .part(&text("name_en", "proofing-name-en", Width::Full))
        .part(&text("name_zh", "proofing-name-zh", Width::Full))
        .part(&text("number", "proofing-number", Width::Ten))
        .part(&date("birth", "proofing-birth"))
        .part(&Radios {
            value: values.get("sex").to_owned(),
            error: mistakes.of("sex"),
            inline: true,
            ..Radios::new("sex", desk.say("proofing-sex"), sexes.to_vec())
        })
        .part(&date("issued", "proofing-issued"))
        .part(&TextArea {
            value: values.get("address").to_owned(),
            error: mistakes.of("address"),
            hint: Some(desk.say("counter-address-hint")),
            rows: 3,
            ..TextArea::new("address", desk.say("counter-address"))
        })
        .part(&Checkboxes {
            error: mistakes.of(COMPARED),
            ..Checkboxes::new(COMPARED, desk.say("counter-question"), vec![Choice::new("1", desk.say("counter-compared"))])
        })
}
