use axum::response::Response;
use registration::BirthForm;
use webkit::Failure;
use webkit::parts::{DateInput, DateValue, Form, TextInput, Width};

use super::frame;
use crate::draft::Draft;
use crate::faults::Faults;
use crate::visit::Visit;

/// Identity number and date of birth of the main registrant.
pub(super) fn identity(visit: &Visit, draft: &Draft, faults: &Faults) -> Result<Response, Failure> {
    let t = &visit.t;
    let title = t.get("identity-title");
    let mut heading = frame::heading(visit, &title);
    if draft.replaces.is_some() {
        heading.p(t.get("repair-note"));
    }
    heading.p(t.with("identity-lead", [("age", visit.scheme.minimum_age().to_string())]));
    frame::page(visit, draft, &title, faults, |form| {
        let form = form.push(&heading.markup());
        fields(visit, form, &draft.form.id_number, &draft.form.birth, faults, true).part(&frame::go_on(visit))
    })
}

/// The two fields that every person has.
pub(super) fn fields(visit: &Visit, form: Form, number: &str, birth: &BirthForm, faults: &Faults, own: bool) -> Form {
    let t = &visit.t;
    form.part(&TextInput {
        hint: Some(t.get(if own { "id-number-hint" } else { "id-number-hint-member" })),
        value: number.to_owned(),
        error: faults.of_field("id_number"),
        width: Width::Ten,
        verbatim: true,
        autocomplete: Some("off"),
        ..TextInput::new("id_number", t.get("id-number"))
    })
    .part(&DateInput {
        hint: Some(t.get("birth-hint")),
        value: boxes(birth),
        error: faults.of_field("birth"),
        birthday: own,
        ..DateInput::new("birth", t.get("birth"))
    })
}

fn boxes(birth: &BirthForm) -> DateValue {
    match birth {
        BirthForm::Boxes { day, month, year } => {
            DateValue { day: day.clone(), month: month.clone(), year: year.clone() }
        }
        BirthForm::Iso(text) => text.parse().map(|day: kernel::Day| day.into()).unwrap_or_default(),
    }
}

/// Name.
pub(super) fn name(visit: &Visit, draft: &Draft, faults: &Faults) -> Result<Response, Failure> {
    let t = &visit.t;
    frame::page(visit, draft, &t.get("name-title"), faults, |form| {
        form.part(&TextInput {
            heading: true,
            hint: Some(t.get("name-hint")),
            value: draft.form.name.clone(),
            error: faults.of_field("name"),
            autocomplete: Some("name"),
            verbatim: true,
            ..TextInput::new("name", t.get("name-title"))
        })
        .part(&frame::go_on(visit))
    })
}

/// Mobile number.
pub(super) fn mobile(visit: &Visit, draft: &Draft, faults: &Faults) -> Result<Response, Failure> {
    let t = &visit.t;
    let mut other = visit.body();
    let officer = visit.scheme.officer();
    other.part(&webkit::parts::Details {
        summary: t.get("no-mobile"),
        body: t.with("no-mobile-text", [("phone", officer.phone.clone()), ("address", officer.address.get(visit.language()).to_owned())]).into(),
        open: false,
    });
    frame::page(visit, draft, &t.get("mobile-title"), faults, |form| {
        form.part(&TextInput {
            heading: true,
            hint: Some(t.get("mobile-hint")),
            value: draft.form.mobile.clone(),
            error: faults.of_field("mobile"),
            autocomplete: Some("tel"),
            inputmode: Some("tel"),
            kind: Some("tel"),
            width: Width::Ten,
            ..TextInput::new("mobile", t.get("mobile-title"))
        })
        .push(&other.markup())
        .part(&frame::go_on(visit))
    })
}
