use axum::http::StatusCode;
use axum::response::Response;
use hongkong::{DateOfBirth, IdNumber, Phone};
use registration::BirthForm;
use webkit::parts::{Button, Notification};
use webkit::{Failure, Markup, Page, formats};

use super::frame::{self, quiet_button};
use super::address;
use crate::draft::Draft;
use crate::visit::Visit;

/// Check your answers: every line can be changed. `trouble` is a sentence about why it was not taken yet.
pub(super) fn answers(visit: &Visit, draft: &Draft, trouble: Option<&str>) -> Result<Response, Failure> {
    let t = &visit.t;
    let title = t.get("check-title");
    let mut body = visit.body();
    body.push(&frame::back_button(visit.language()));
    if let Some(trouble) = trouble {
        body.part(&Notification { body: paragraph(trouble), ..Notification::default() });
    }
    let mut heading = frame::heading(visit, &title);
    heading.push(&list(visit, draft));
    heading.h2(t.get("check-declare-title")).p(t.get("check-declare"));
    let send = Button::new(t.get(if draft.replaces.is_some() { "check-send-repair" } else { "check-send" }));
    body.part(&frame::form(visit, draft)?.push(&heading.markup()).part(&send));
    let page = Page::new(title, body.markup()).switch_submits("form");
    Ok(visit.show(if trouble.is_some() { page.status(StatusCode::SERVICE_UNAVAILABLE) } else { page }))
}

fn paragraph(text: &str) -> Markup {
    Markup::trusted(format!("<p class=\"govuk-notification-banner__heading\">{}</p>", Markup::text(text)))
}

fn list(visit: &Visit, draft: &Draft) -> Markup {
    let (t, form) = (&visit.t, &draft.form);
    let mut html = Markup::trusted("<dl class=\"govuk-summary-list\">\n");
    html.push(&row(visit, &t.get("check-you"), &person_lines(visit, &form.id_number, &form.birth), "identity"));
    html.push(&row(visit, &t.get("check-name"), &Markup::text(&form.name), "name"));
    html.push(&row(visit, &t.get("check-address"), &Markup::text(&address::in_words(visit, draft, true)), "address"));
    html.push(&row(visit, &t.get("check-mobile"), &Markup::text(&phone(&form.mobile)), "mobile"));
    if form.members.is_empty() {
        html.push(&row(visit, &t.get("check-members"), &Markup::text(&t.get("check-nobody")), "members"));
    }
    for (index, member) in form.members.iter().enumerate() {
        let name = t.with("member-number", [("number", index + 1)]);
        let lines = person_lines(visit, &member.id_number, &member.birth);
        html.push(&row(visit, &name, &lines, &format!("member-{index}")));
    }
    if !form.members.is_empty() {
        let count = t.with("check-people", [("count", form.members.len() + 1)]);
        html.push(&row(visit, &t.get("check-everybody"), &Markup::text(&count), "members"));
    }
    html.push(&Markup::trusted("</dl>\n"));
    html
}

fn row(visit: &Visit, name: &str, value: &Markup, step: &str) -> Markup {
    let change = quiet_button(&format!("go-{step}"), &visit.t.get("change"), name);
    Markup::trusted(format!(
        "<div class=\"govuk-summary-list__row\"><dt class=\"govuk-summary-list__key\">{}</dt>\
         <dd class=\"govuk-summary-list__value\">{value}</dd><dd class=\"govuk-summary-list__actions\">{change}</dd></div>\n",
        Markup::text(name)
    ))
}

/// Number and date of birth as they were understood; as typed when they were not.
pub(super) fn person_lines(visit: &Visit, number: &str, birth: &BirthForm) -> Markup {
    let number = IdNumber::parse(number).map_or_else(|_| number.to_owned(), |number| number.formatted());
    let typed = match birth {
        BirthForm::Iso(text) => text.clone(),
        BirthForm::Boxes { day, month, year } => format!("{day} {month} {year}"),
    };
    let today = visit.now().day();
    let day = match birth {
        BirthForm::Iso(text) => DateOfBirth::parse_iso(text, today),
        BirthForm::Boxes { day, month, year } => DateOfBirth::parse(day, month, year, today),
    };
    let birth = day.map_or(typed, |day| formats::date(day.day(), visit.language()));
    let birth = visit.t.with("check-born", [("date", birth)]);
    Markup::trusted(format!("{}<br>{}", Markup::text(&number), Markup::text(&birth)))
}

fn phone(typed: &str) -> String {
    Phone::parse(typed).map_or_else(|_| typed.to_owned(), |phone| phone.formatted())
}
