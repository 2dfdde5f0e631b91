//! Fields of forms that many pages have: a line, a day, a name in three languages.

use kernel::{Day, Id, Text, kinds};
use webkit::Failure;
use webkit::parts::{DateInput, DateValue, TextInput};

use crate::desk::Desk;
use crate::mistakes::Mistakes;

/// The title of a scheme by its service; the id when there is none any more.
pub fn scheme_title(desk: &Desk, service: Id<kinds::Service>) -> Result<String, Failure> {
    let listed = desk.platform().ledger().read("staff.scheme_title", registration::schemes)?;
    let slug = listed.into_iter().find(|scheme| scheme.service == service).map(|scheme| scheme.slug);
    let title = |slug: String| match desk.platform().service(&slug) {
        Some(live) => live.scheme().title(desk.language()).to_owned(),
        None => slug,
    };
    Ok(slug.map_or_else(|| service.to_string(), title))
}

/// One line; the hint is the text with `-hint` behind the label's name, where there is one.
pub fn line(desk: &Desk, mistakes: &Mistakes, name: &str, label: &str) -> TextInput {
    let hint = format!("{label}-hint");
    TextInput {
        value: desk.values.get(name).into(),
        hint: desk.has(&hint).then(|| desk.say(&hint)),
        error: mistakes.of(name),
        verbatim: true,
        ..TextInput::new(name, desk.say(label))
    }
}

/// Three inputs of a day; the hint as for [`line`].
pub fn date(desk: &Desk, mistakes: &Mistakes, name: &str, label: &str) -> DateInput {
    let hint = format!("{label}-hint");
    DateInput {
        value: DateValue::of(&desk.values, name),
        hint: desk.has(&hint).then(|| desk.say(&hint)),
        error: mistakes.of(name),
        ..DateInput::new(name, desk.say(label))
    }
}

/// The day that was typed, or a mistake.
pub fn day(desk: &Desk, mistakes: &mut Mistakes, name: &str) -> Option<Day> {
    let day = DateValue::of(&desk.values, name).day();
    if day.is_none() {
        mistakes.add(name, desk.say("date-wrong"));
    }
    day
}

/// The languages of a name, as the ends of field names and texts.
pub const LANGUAGES: [&str; 3] = ["en", "zh-hant", "zh-hans"];

/// The three inputs of a name: `<label>-en` and so on.
pub fn three(desk: &Desk, mistakes: &Mistakes, label: &str) -> [TextInput; 3] {
    LANGUAGES.map(|language| {
        let name = format!("{label}-{language}");
        line(desk, mistakes, &name, &name)
    })
}

/// The name in three languages as typed, with a mistake for each that is missing.
pub fn named(desk: &Desk, mistakes: &mut Mistakes, label: &str) -> Text {
    let [english, traditional, simplified] = LANGUAGES.map(|language| {
        let name = format!("{label}-{language}");
        if !desk.values.has(&name) {
            mistakes.add(name.clone(), desk.tell("line-missing", [("field", desk.say(&name))]));
        }
        desk.values.get(&name).trim().to_owned()
    });
    Text::new(english, traditional, simplified)
}
