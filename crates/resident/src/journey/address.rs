use axum::response::Response;
use hongkong::{District, Unit, format_line};
use registration::FieldFault;
use webkit::Failure;
use webkit::parts::{Button, ButtonStyle, Choice, Inset, Radios, Select, TextArea, TextInput, Width};
use webkit::{Markup, Values};

use super::absorb::NOT_LISTED;
use super::{Step, frame};
use crate::draft::Draft;
use crate::faults::Faults;
use crate::visit::Visit;

/// Addresses shown at once.
const MOST: usize = 10;

/// The page that asks for words to find the address by.
pub(super) fn ask(visit: &Visit, draft: &Draft, faults: &Faults) -> Result<Response, Failure> {
    let t = &visit.t;
    frame::page(visit, draft, &t.get("address-title"), faults, |form| {
        form.part(&TextInput {
            heading: true,
            hint: Some(t.get("address-hint")),
            value: draft.query.clone(),
            error: faults.of_field("query"),
            autocomplete: Some("street-address"),
            ..TextInput::new("query", t.get("address-title"))
        })
        .part(&Button::new(t.get("address-find")))
        .part(&not_listed(visit))
    })
}

/// Looks the words up: on to the choice when something was found.
pub(super) fn search(visit: &Visit, draft: &mut Draft) -> Result<(), Faults> {
    if draft.query.is_empty() {
        return Err(Faults::one("query", FieldFault::AddressMissing.text().get(visit.language())));
    }
    if visit.state.gazetteer.search(&draft.query, 1).is_empty() {
        return Err(Faults::one("query", visit.t.get("address-nothing")));
    }
    draft.step = Step::Choose;
    Ok(())
}

/// What was found.
pub(super) fn choices(visit: &Visit, draft: &Draft, faults: &Faults) -> Result<Response, Failure> {
    let (t, language) = (&visit.t, visit.language());
    let hits = visit.state.gazetteer.search(&draft.query, MOST);
    let more = hits.len() == MOST;
    let line = |hit: hongkong::Hit<'_>| Choice::new(hit.key, format_line(hit.premises, &Unit::default(), language));
    let mut choices: Vec<Choice> = hits.into_iter().map(line).collect();
    choices.push(Choice::new(NOT_LISTED, t.get("choose-none")));
    let mut note = visit.body();
    if more {
        note.note(t.with("choose-more", [("count", MOST)]));
    }
    note.note(hongkong_credit(visit));
    frame::page(visit, draft, &t.get("choose-title"), faults, |form| {
        form.part(&Radios {
            heading: true,
            hint: Some(t.with("choose-hint", [("query", &draft.query)])),
            value: draft.form.address.key.clone(),
            error: faults.of_field("choice"),
            ..Radios::new("choice", t.get("choose-title"), choices)
        })
        .part(&frame::go_on(visit))
        .part(&Button::new(t.get("choose-again")).style(ButtonStyle::Quiet).sends("act", "go-address"))
        .push(&note.markup())
    })
}

/// DATA.GOV.HK asks for this line wherever its addresses are shown.
fn hongkong_credit(visit: &Visit) -> String {
    visit.t.get("address-credit")
}

/// Takes the choice.
pub(super) fn choose(visit: &Visit, draft: &mut Draft, values: &Values) -> Result<(), Faults> {
    if values.get("choice") == NOT_LISTED {
        draft.step = Step::Manual;
        return Ok(());
    }
    if visit.state.gazetteer.get(&draft.form.address.key).is_none() {
        draft.form.address.key.clear();
        return Err(Faults::one("choice", visit.t.get("choose-missing")));
    }
    draft.step = Step::Unit;
    Ok(())
}

/// Flat and floor of a chosen address.
pub(super) fn unit(visit: &Visit, draft: &Draft, faults: &Faults) -> Result<Response, Failure> {
    let t = &visit.t;
    let mut heading = frame::heading(visit, &t.get("unit-title"));
    heading.part(&Inset(Markup::text(&in_words(visit, draft, false))));
    frame::page(visit, draft, &t.get("unit-title"), faults, |form| {
        let form = form.push(&heading.markup()).part(&floor(visit, draft, faults)).part(&flat(visit, draft, faults));
        form.part(&frame::go_on(visit))
    })
}

/// An address that is not in the list.
pub(super) fn manual(visit: &Visit, draft: &Draft, faults: &Faults) -> Result<Response, Failure> {
    let t = &visit.t;
    let address = &draft.form.address;
    let mut heading = frame::heading(visit, &t.get("manual-title"));
    heading.p(t.get("manual-lead"));
    let districts = District::ALL.into_iter().map(|one| Choice::new(one.code(), one.name(visit.language())));
    frame::page(visit, draft, &t.get("manual-title"), faults, |form| {
        form.push(&heading.markup())
            .part(&TextArea {
                hint: Some(t.get("manual-hint")),
                value: address.text.clone(),
                error: faults.of_field("text"),
                rows: 3,
                ..TextArea::new("text", t.get("manual-text"))
            })
            .part(&floor(visit, draft, faults))
            .part(&flat(visit, draft, faults))
            .part(&Select {
                value: address.district.clone(),
                error: faults.of_field("district"),
                ..Select::new("district", t.get("district"), districts.collect())
            })
            .part(&frame::go_on(visit))
    })
}

fn floor(visit: &Visit, draft: &Draft, faults: &Faults) -> TextInput {
    TextInput {
        hint: Some(visit.t.get("floor-hint")),
        value: draft.form.address.floor.clone(),
        error: faults.of_field("floor"),
        width: Width::Five,
        autocomplete: Some("off"),
        ..TextInput::new("floor", visit.t.get("floor"))
    }
}

fn flat(visit: &Visit, draft: &Draft, faults: &Faults) -> TextInput {
    TextInput {
        hint: Some(visit.t.get("flat-hint")),
        value: draft.form.address.flat.clone(),
        error: faults.of_field("flat"),
        width: Width::Five,
        autocomplete: Some("off"),
        ..TextInput::new("flat", visit.t.get("flat"))
    }
}

fn not_listed(visit: &Visit) -> Button {
    Button::new(visit.t.get("address-not-listed")).style(ButtonStyle::Quiet).sends("act", "go-manual")
}

/// The address as it will be understood, in the visitor's language.
pub(super) fn in_words(visit: &Visit, draft: &Draft, with_unit: bool) -> String {
    let address = &draft.form.address;
    let unit = if with_unit { Unit::from_boxes(&address.flat, &address.floor, "") } else { Unit::default() };
    if let Some(premises) = visit.state.gazetteer.get(&address.key) {
        return format_line(premises, &unit, visit.language());
    }
    let district = District::from_code(&address.district).map(|one| one.name(visit.language()));
    let floor = if address.floor.is_empty() { String::new() } else { format!("{}/F", address.floor) };
    let parts = [address.flat.as_str(), &floor, address.text.as_str(), district.unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
