use axum::http::StatusCode;
use axum::response::Response;
use kernel::Language;
use webkit::parts::{Button, Form};
use webkit::{Body, Failure, Markup, Page};

use super::Step;
use crate::draft::Draft;
use crate::faults::Faults;
use crate::visit::Visit;

/// A page of the journey: a way back that submits, what is wrong, the form with its sealed draft.
pub(super) fn page(
    visit: &Visit,
    draft: &Draft,
    title: &str,
    faults: &Faults,
    fill: impl FnOnce(Form) -> Form,
) -> Result<Response, Failure> {
    let mut body = visit.body();
    if draft.step != Step::Identity || draft.checked {
        body.push(&back_button(visit.language()));
    }
    body.maybe(faults.summary().as_ref());
    body.part(&fill(form(visit, draft)?));
    let page = Page::new(title, body.markup()).switch_submits("form");
    let page = if draft.step == Step::Identity && !draft.checked { page.back(visit.url("")) } else { page };
    Ok(visit.show(if faults.is_empty() { page } else { page.invalid() }))
}

/// The form that carries a draft.
pub(super) fn form(visit: &Visit, draft: &Draft) -> Result<Form, Failure> {
    let sealed = draft.seal(visit.service.ledger().keys(), visit.service.slug(), visit.now().day())?;
    Ok(Form::new(&visit.visitor).to(visit.url("/register")).hidden("draft", sealed))
}

/// The page's main button.
pub(super) fn go_on(visit: &Visit) -> Button {
    Button::new(visit.t.get("continue"))
}

/// Looks like a link and submits, so that what was typed comes along.
pub(super) fn back_button(language: Language) -> Markup {
    let words = Markup::text(&webkit::texts(language).get("back"));
    Markup::trusted(format!(
        "<button class=\"govuk-back-link lr-back lr-text-button\" type=\"submit\" form=\"form\" name=\"act\" value=\"back\" formnovalidate>{words}</button>\n"
    ))
}

/// A button like a link inside a table or list, with hidden words for whoever cannot see what it stands beside.
pub(super) fn quiet_button(act: &str, words: &str, what: &str) -> Markup {
    let (act, words, what) = (Markup::text(act), Markup::text(words), Markup::text(what));
    Markup::trusted(format!(
        "<button class=\"lr-text-button\" type=\"submit\" name=\"act\" value=\"{act}\">{words}<span class=\"govuk-visually-hidden\"> {what}</span></button>"
    ))
}

/// A heading that is not itself a label.
pub(super) fn heading(visit: &Visit, text: &str) -> Body {
    let mut body = visit.body();
    body.h1(text);
    body
}

/// The draft is older than a day, of another scheme, or damaged.
pub(super) fn lost(visit: &Visit) -> Response {
    let mut body = visit.body();
    body.h1(visit.t.get("lost-title")).p(visit.t.get("lost-why")).p(visit.t.get("lost-what"));
    body.part(&Button::link(visit.t.get("lost-again"), visit.url("")));
    visit.show(Page::new(visit.t.get("lost-title"), body.markup()).status(StatusCode::GONE).without_switch())
}
