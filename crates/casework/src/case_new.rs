use axum::response::Response;
use desk::{Answer, Desk, Mistakes, line};
use people::HandleIncident;
use response::{CASE_NAME_MOST_CHARS, IncidentKind, OpenCase, open_case};
use webkit::Page;
use webkit::parts::{Button, Checkboxes, Choice, Radios};

/// The form of an incident that an officer reports.
pub(crate) fn ask(desk: &Desk) -> Answer {
    desk.right::<HandleIncident>()?;
    Ok(page(desk, &Mistakes::default()))
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Response {
    let title = desk.say("case-new");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("case-new-lead"));
    let kinds = IncidentKind::REPORTED.map(|kind| Choice::new(kind.slug(), desk.text(&kind.title()))).into();
    let form = desk
        .form()
        .part(&line(desk, mistakes, "name", "case-name"))
        .part(&Radios {
            value: desk.values.get("kind").into(),
            error: mistakes.of("kind"),
            ..Radios::new("kind", desk.say("case-kind"), kinds)
        })
        .part(&Checkboxes {
            values: desk.values.all("exercise").map(str::to_owned).collect(),
            hint: Some(desk.say("case-exercise-hint")),
            ..Checkboxes::new("exercise", desk.say("case-exercise"), vec![Choice::new("yes", desk.say("case-exercise-yes"))])
        })
        .part(&Button::new(desk.say("case-open")));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/incidents")), mistakes)
}

/// Opens it.
pub(crate) fn open(desk: &Desk) -> Answer {
    let grant = desk.right::<HandleIncident>()?;
    if desk.values.switching() {
        return Ok(page(desk, &Mistakes::default()));
    }
    let mut mistakes = Mistakes::default();
    let name = desk.values.get("name").trim().to_owned();
    if kernel::one_line(&name, CASE_NAME_MOST_CHARS).is_none() {
        mistakes.add("name", desk.say("case-name-wrong"));
    }
    let kind = IncidentKind::REPORTED.into_iter().find(|kind| kind.slug() == desk.values.get("kind"));
    if kind.is_none() {
        mistakes.add("kind", desk.say("choose-one"));
    }
    let (Some(kind), true) = (kind, mistakes.is_empty()) else { return Ok(page(desk, &mistakes)) };
    let command = OpenCase { kind, name, is_exercise: desk.values.get("exercise") == "yes" };
    let opened = desk.platform().ledger().write("staff.open_case", grant.actor(), move |work| open_case(work, &grant, &command))?;
    Ok(desk.done("done-incident", &desk.url(&format!("/staff/incidents/{}", opened.0))))
}
