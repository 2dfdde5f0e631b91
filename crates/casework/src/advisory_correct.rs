use advisories::{Advisory, AdvisoryError, ReviseAdvisory};
use axum::response::Response;
use desk::{Answer, Desk, LANGUAGES, Mistakes, missing, named, three};
use kernel::Text;
use people::{Grant, HandleIncident};
use store::RunError;
use webkit::parts::{Button, Choice, Radios, TextArea};
use webkit::{Failure, Page, Values};

use crate::advisory_page::find;

/// The form that corrects an advisory, with the text as it stands.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (_, one) = own(desk)?;
    Ok(page(desk, &one, &values_of(&one), &Mistakes::default()))
}

/// An advisory of the officer's department that is out.
fn own(desk: &Desk) -> Result<(Grant<HandleIncident>, Advisory), Failure> {
    let (grant, (one, _)) = (desk.right::<HandleIncident>()?, find(desk)?);
    if one.department == grant.department() && one.withdrawn.is_none() { Ok((grant, one)) } else { Err(missing()) }
}

fn page(desk: &Desk, one: &Advisory, values: &Values, mistakes: &Mistakes) -> Response {
    let title = desk.say("advisory-correct");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("advisory-correct-lead"));
    let mut form = desk.form().hidden("revision", values.get("revision"));
    for field in three(desk, mistakes, "advisory-title") {
        let value = values.get(&field.name).to_owned();
        form = form.part(&webkit::parts::TextInput { value, ..field });
    }
    let public = one.public_body.is_some().then_some("advisory-public");
    for label in ["advisory-body"].into_iter().chain(public).chain(["advisory-changes"]) {
        for language in LANGUAGES {
            let name = format!("{label}-{language}");
            form = form.part(&TextArea {
                value: values.get(&name).into(),
                error: mistakes.of(&name),
                rows: if label == "advisory-changes" { 3 } else { 8 },
                ..TextArea::new(name.clone(), desk.say(&name))
            });
        }
    }
    let choices = ["yes", "no"].map(|choice| {
        let name = format!("advisory-asks-{choice}");
        Choice::new(choice, desk.say(&name)).hint(desk.say(&format!("{name}-hint")))
    });
    let form = form
        .part(&Radios {
            value: values.get("asks").into(),
            error: mistakes.of("asks"),
            ..Radios::new("asks", desk.say("advisory-asks"), choices.to_vec())
        })
        .part(&Button::new(desk.say("advisory-correct-publish")));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).back(desk.url(&format!("/staff/advisories/{}", one.number))), mistakes)
}

fn values_of(one: &Advisory) -> Values {
    let mut values = Values::default();
    values.set("revision", one.revision.to_string());
    for (label, text) in [("advisory-title", Some(&one.title)), ("advisory-body", Some(&one.body)), ("advisory-public", one.public_body.as_ref())] {
        let Some(Text { en, zh_hant, zh_hans }) = text else { continue };
        for (language, words) in LANGUAGES.into_iter().zip([en, zh_hant, zh_hans]) {
            values.set(&format!("{label}-{language}"), words.clone());
        }
    }
    values
}

/// Puts the corrected text in place of the old one.
pub(crate) fn publish(desk: &Desk) -> Answer {
    let (grant, one) = own(desk)?;
    let again = |mistakes: &Mistakes| Ok(page(desk, &one, &desk.values, mistakes));
    if desk.values.switching() {
        return again(&Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let [title, body] = ["advisory-title", "advisory-body"].map(|label| named(desk, &mut mistakes, label));
    let public_body = one.public_body.as_ref().map(|_| named(desk, &mut mistakes, "advisory-public"));
    let changes = named(desk, &mut mistakes, "advisory-changes");
    let asks = desk.values.get("asks");
    if !["yes", "no"].contains(&asks) {
        mistakes.add("asks", desk.say("choose-one"));
    }
    if !mistakes.is_empty() {
        return again(&mistakes);
    }
    let from = desk.values.get("revision").parse().unwrap_or(0);
    let command = ReviseAdvisory { number: one.number, from, title, body, public_body, changes, asks_again: asks == "yes" };
    let act = move |work: &mut journal::Work<'_, '_>| flows::revise_advisory(work, &grant, &command);
    let wrong = |key: &str| again(&Mistakes::one("advisory-title-en", desk.say(key)));
    match desk.platform().ledger().write("staff.revise_advisory", grant.actor(), act) {
        Ok(_) => Ok(desk.done("done-advisory-corrected", &desk.url(&format!("/staff/advisories/{}", one.number)))),
        Err(RunError::Refused(AdvisoryError::Words)) => wrong("advisory-correct-too-long"),
        Err(RunError::Refused(AdvisoryError::Same)) => wrong("advisory-same"),
        Err(RunError::Refused(AdvisoryError::Taken)) => wrong("advisory-taken"),
        Err(error) => Err(Failure::from(error)),
    }
}
