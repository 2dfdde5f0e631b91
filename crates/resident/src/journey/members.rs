use axum::response::Response;
use registration::PersonForm;
use webkit::Failure;
use webkit::parts::{Button, ButtonGroup, ButtonStyle};
use webkit::{Markup, Page};

use super::check::person_lines;
use super::frame::{self, quiet_button};
use super::person;
use crate::draft::Draft;
use crate::faults::Faults;
use crate::visit::Visit;

/// Who else is in the household: add, change, remove, go on.
pub(super) fn list(visit: &Visit, draft: &Draft, faults: &Faults) -> Result<Response, Failure> {
    let t = &visit.t;
    let title = t.get("members-title");
    let (most, count) = (visit.scheme.max_people().saturating_sub(1), draft.form.members.len());
    let mut heading = frame::heading(visit, &title);
    let left = most.saturating_sub(count);
    heading.p(if left > 0 { t.with("members-lead", [("most", left)]) } else { t.get("members-full") });
    if visit.scheme.relatives_allowed() {
        heading.p(t.get("members-consent"));
    }
    let mut form = frame::form(visit, draft)?.push(&heading.markup());
    if count > 0 {
        form = form.push(&rows(visit, draft));
    }
    let add = Button::new(t.get(if count == 0 { "members-add-first" } else { "members-add" }));
    let go_on = Button::new(t.get(if count == 0 { "members-nobody" } else { "continue" }));
    let mut buttons = vec![go_on];
    if left > 0 {
        buttons.push(add.style(ButtonStyle::Secondary).sends("act", "add"));
    }
    let form = form.part(&ButtonGroup(buttons));
    let mut body = visit.body();
    body.push(&frame::back_button(visit.language())).maybe(faults.summary().as_ref()).part(&form);
    let page = Page::new(title, body.markup()).switch_submits("form");
    Ok(visit.show(if faults.is_empty() { page } else { page.invalid() }))
}

fn rows(visit: &Visit, draft: &Draft) -> Markup {
    let t = &visit.t;
    let mut html = Markup::trusted("<dl class=\"govuk-summary-list\">\n");
    for (index, member) in draft.form.members.iter().enumerate() {
        let name = t.with("member-number", [("number", index + 1)]);
        let change = quiet_button(&format!("go-member-{index}"), &t.get("change"), &name);
        let remove = quiet_button(&format!("remove-{index}"), &t.get("remove"), &name);
        html.push(&Markup::trusted(format!(
            "<div class=\"govuk-summary-list__row\"><dt class=\"govuk-summary-list__key\">{}</dt>\
             <dd class=\"govuk-summary-list__value\">{}</dd>\
             <dd class=\"govuk-summary-list__actions\">{change} {remove}</dd></div>\n",
            Markup::text(&name),
            person_lines(visit, &member.id_number, &member.birth),
        )));
    }
    html.push(&Markup::trusted("</dl>\n"));
    html
}

/// One further member.
pub(super) fn one(visit: &Visit, draft: &Draft, index: usize, faults: &Faults) -> Result<Response, Failure> {
    let t = &visit.t;
    let title = t.with("member-title", [("number", index + 1)]);
    let nobody = PersonForm::default();
    let member = draft.form.members.get(index).unwrap_or(&nobody);
    let mut heading = frame::heading(visit, &title);
    heading.p(t.get("member-lead"));
    frame::page(visit, draft, &title, faults, |form| {
        let form = form.push(&heading.markup());
        person::fields(visit, form, &member.id_number, &member.birth, faults, false).part(&frame::go_on(visit))
    })
}
