use callout::{Goal, Policy, Severity, StartCallOut};
use desk::{Answer, Desk, Mistakes, missing};
use people::StartCallOut as MayCallOut;
use webkit::Page;
use webkit::parts::{Button, Inset};

use crate::call_outs::{departments, ticked, typed_words, words};
use crate::case_read::{asked, at, body, read};

/// The form of a call-out for this incident.
pub(crate) fn ask(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let (_, case, _) = read(desk)?;
    // Who handles incidents and calls nobody out has no such page.
    if !case.file.leads || !desk.may::<MayCallOut>() {
        return Err(missing());
    }
    let title = desk.say("case-call");
    let mut body = body(desk, &case.file, &title, mistakes);
    body.part(&Inset(desk.say("case-call-lead").into()));
    let mut form = desk.form();
    for part in words(desk, mistakes) {
        form = form.push(&part);
    }
    body.part(&form.push(&departments(desk, mistakes)?).part(&Button::new(desk.say("calls-start"))));
    Ok(desk.show_form(Page::new(title, body.markup()).back(at(desk, &case.file, "")), mistakes))
}

/// Begins it: urgent, by the guide's escalation, until one person of each department has answered.
pub(crate) fn start(desk: &Desk) -> Answer {
    let ((handle, id), call) = (asked(desk)?, desk.right::<MayCallOut>()?);
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let (title, body) = typed_words(desk, &mut mistakes);
    let departments = ticked(desk, &mut mistakes)?;
    if !mistakes.is_empty() {
        return page(desk, &mistakes);
    }
    let policy = Policy::guide().map_err(callout::CallOutError::from)?.with_goal(Goal::Any);
    let command = StartCallOut { title, body, severity: Severity::Urgent, policy, departments, exercise: false };
    let started = desk.platform().ledger().write("staff.call_from_case", call.actor(), move |work| {
        flows::call_from_case(work, (&handle, &call), (id, &command))
    })?;
    Ok(desk.done("done-called", &desk.url(&format!("/staff/call-outs/{}", started.0))))
}
