//! The fields of one person, as a field officer types them.

use desk::Desk;
use kernel::Language;
use registration::VACCINATIONS_MOST;
use registration::scheme::{FieldKind, Scheme};
use webkit::parts::{Button, Choice, DateInput, DateValue, Form, Radios, Select, TextInput, Width};

use crate::field::Shown;

/// The whole form. For the next person only floor, flat and language stay as they were.
pub(crate) fn form(desk: &Desk, shown: &Shown, scheme: &Scheme) -> Form {
    let next = shown.entered.is_some();
    let Shown { values, mistakes, .. } = shown;
    let typed = |name: &str| if next { String::new() } else { values.get(name).to_owned() };
    let text = |name: &str, label: &str, width: Width| TextInput {
        value: typed(name),
        error: mistakes.of(name),
        width,
        verbatim: true,
        ..TextInput::new(name, desk.say(label))
    };
    let place = |name: &str, label: &str| TextInput { value: values.get(name).to_owned(), ..text(name, label, Width::Five) };
    let birth = if next { DateValue::default() } else { DateValue::of(values, "birth") };
    let number = TextInput { hint: Some(desk.say("id-number-hint")), ..text("id_number", "id-number", Width::Ten) };
    let mobile = TextInput {
        hint: Some(desk.say("field-mobile-hint")),
        inputmode: Some("tel"),
        ..text("mobile", "mobile", Width::Ten)
    };
    let mut form = desk
        .form()
        .part(&place("address.floor", "floor"))
        .part(&place("address.flat", "flat"))
        .part(&text("name", "name", Width::Full))
        .part(&number)
        .part(&DateInput { value: birth, error: mistakes.of("birth"), ..DateInput::new("birth", desk.say("birth")) })
        .part(&mobile);
    if scheme.asks(FieldKind::Vaccination) {
        let choices = (0..=VACCINATIONS_MOST).map(|doses| Choice::new(doses.to_string(), doses.to_string())).collect();
        form = form.part(&Select {
            value: typed("vaccination"),
            error: mistakes.of("vaccination"),
            ..Select::new("vaccination", FieldKind::Vaccination.label(desk.language()), choices)
        });
    }
    form.part(&language(desk, shown)).part(&Button::new(desk.say("field-button")))
}

fn language(desk: &Desk, shown: &Shown) -> Radios {
    let choices = Language::ALL.into_iter().map(|it| Choice::new(it.slug(), it.own_name())).collect();
    let sent = shown.values.get("language");
    let value = if sent.is_empty() { desk.language().slug() } else { sent };
    Radios { value: value.to_owned(), inline: true, ..Radios::new("language", desk.say("register-language"), choices) }
}
