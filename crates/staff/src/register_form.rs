//! The fields of a household as an officer types them for somebody else, by the names that the one parser uses.

use desk::{Desk, Mistakes};
use registration::{AddressForm, BirthForm, HouseholdForm, PersonForm};
use webkit::parts::{Button, ButtonStyle, Choice, DateInput, DateValue, Form, Radios, Select, TextInput, Width};
use webkit::{Markup, Values};

use crate::delivery::districts;

/// How many further members the form shows.
pub(crate) fn member_count(values: &Values, most: usize) -> usize {
    let sent = values.get("members").parse().unwrap_or(0);
    let more = usize::from(values.get("act") == "more");
    usize::min(sent + more, most.saturating_sub(1))
}

/// What was typed, for the one parser. A member whose fields are all empty is nobody.
pub(crate) fn household(values: &Values, members: usize) -> HouseholdForm {
    let text = |name: &str| values.get(name).to_owned();
    let person = |index: usize| PersonForm {
        id_number: text(&format!("members.{index}.id_number")),
        birth: birth(values, &format!("members.{index}.birth")),
    };
    let blank = |form: &PersonForm| form.id_number.trim().is_empty() && form.birth == BirthForm::default();
    HouseholdForm {
        id_number: text("id_number"),
        birth: birth(values, "birth"),
        name: text("name"),
        address: AddressForm {
            key: String::new(),
            flat: text("address.flat"),
            floor: text("address.floor"),
            text: text("address.text"),
            district: text("address.district"),
        },
        mobile: text("mobile"),
        members: (0..members).map(person).filter(|form| !blank(form)).collect(),
        vaccination: text("vaccination"),
    }
}

/// A date of birth as typed.
pub(crate) fn birth(values: &Values, name: &str) -> BirthForm {
    let DateValue { day, month, year } = DateValue::of(values, name);
    BirthForm::Boxes { day, month, year }
}

/// The whole form. `key` makes a double click count once.
pub(crate) fn form(desk: &Desk, mistakes: &Mistakes, members: usize, most: usize, key: &str) -> Form {
    let mut form = desk
        .form()
        .hidden("key", key)
        .hidden("members", members.to_string())
        .part(&id_number(desk, mistakes, "id_number"))
        .part(&birth_date(desk, mistakes, "birth"))
        .part(&text(desk, mistakes, "name", "name", Width::Full))
        .part(&text(desk, mistakes, "address.flat", "flat", Width::Five))
        .part(&text(desk, mistakes, "address.floor", "floor", Width::Five))
        .part(&text(desk, mistakes, "address.text", "address-line", Width::Full))
        .part(&Select {
            value: desk.values.get("address.district").into(),
            error: mistakes.of("address.district"),
            ..Select::new("address.district", desk.say("district"), districts(desk))
        })
        .part(&TextInput {
            hint: Some(desk.say("register-mobile-hint")),
            inputmode: Some("tel"),
            ..text(desk, mistakes, "mobile", "mobile", Width::Ten)
        })
        .part(&message_language(desk));
    for index in 0..members {
        let number = i64::try_from(index + 2).unwrap_or(0);
        let heading = Markup::text(&desk.tell("record-member", [("number", number)]));
        form = form
            .push(&Markup::trusted(format!("<h2 class=\"govuk-heading-m\">{heading}</h2>\n")))
            .part(&id_number(desk, mistakes, &format!("members.{index}.id_number")))
            .part(&birth_date(desk, mistakes, &format!("members.{index}.birth")));
    }
    if members + 1 < most {
        let more = Button::new(desk.say("register-more")).style(ButtonStyle::Secondary).sends("act", "more");
        form = form.part(&more);
    }
    form.part(&Button::new(desk.say("register-button")).sends("act", "register"))
}

fn message_language(desk: &Desk) -> Radios {
    let choices = kernel::Language::ALL.into_iter().map(|it| Choice::new(it.slug(), it.own_name())).collect();
    let sent = desk.values.get("language");
    let value = if sent.is_empty() { desk.language().slug() } else { sent };
    Radios { value: value.to_owned(), inline: true, ..Radios::new("language", desk.say("register-language"), choices) }
}

fn id_number(desk: &Desk, mistakes: &Mistakes, name: &str) -> TextInput {
    TextInput { hint: Some(desk.say("id-number-hint")), ..text(desk, mistakes, name, "id-number", Width::Ten) }
}

fn text(desk: &Desk, mistakes: &Mistakes, name: &str, label: &str, width: Width) -> TextInput {
    TextInput {
        value: desk.values.get(name).into(),
        error: mistakes.of(name),
        width,
        verbatim: true,
        ..TextInput::new(name, desk.say(label))
    }
}

fn birth_date(desk: &Desk, mistakes: &Mistakes, name: &str) -> DateInput {
    DateInput {
        value: DateValue::of(&desk.values, name),
        error: mistakes.of(name),
        ..DateInput::new(name, desk.say("birth"))
    }
}
