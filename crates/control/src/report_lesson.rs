use std::collections::BTreeSet;

use desk::{Answer, Desk, Mistakes, date};
use drill::{DrillStage, LessonError, Sitter, WriteLesson, note_hot_wash, settle_lesson, write_lesson};
use kernel::{Id, kinds};
use people::RunDrill;
use store::StoreError;
use webkit::parts::{Button, Choice, Select, TextArea};
use webkit::{Failure, Page};

use crate::visit::Visit;

/// The form of a lesson.
pub(crate) fn ask(desk: &Desk) -> Answer {
    page(&begun(desk)?, &Mistakes::default())
}

/// The exercise of the address, held by the officer's department, once it has started.
fn begun(desk: &Desk) -> Result<Visit<'_>, Failure> {
    let (visit, _) = Visit::held(desk)?;
    if visit.record.stage == DrillStage::Planned { Err(desk::missing()) } else { Ok(visit) }
}

fn page(visit: &Visit<'_>, mistakes: &Mistakes) -> Answer {
    let desk = visit.desk;
    let title = desk.say("report-lesson-new");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("report-lesson-lead"));
    let text = TextArea {
        value: desk.values.get("text").to_owned(),
        error: mistakes.of("text"),
        hint: Some(desk.say("report-lesson-hint")),
        rows: 3,
        ..TextArea::new("text", desk.say("report-lesson"))
    };
    let owner = Select {
        value: desk.values.get("owner").to_owned(),
        error: mistakes.of("owner"),
        empty: desk.say("report-owner-choose"),
        ..Select::new("owner", desk.say("report-owner"), owners(visit)?)
    };
    let form = desk
        .form()
        .part(&text)
        .part(&owner)
        .part(&date(desk, mistakes, "due", "report-due"))
        .part(&Button::new(desk.say("report-lesson-keep")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(visit.url("/report")), mistakes))
}

/// Departments that hold it or play in it, each followed by its officers with a seat.
fn owners(visit: &Visit<'_>) -> Result<Vec<Choice>, Failure> {
    let (desk, record) = (visit.desk, &visit.record);
    let officers = desk.platform().ledger().read("control.owners", |tx| {
        let mut officers = Vec::new();
        for seat in drill::seats(tx, record.id)? {
            if let Sitter::Officer(officer) = seat.sitter() {
                officers.extend(people::officer(tx, officer)?.filter(|officer| officer.ended.is_none()));
            }
        }
        Ok::<_, StoreError>(officers)
    })?;
    let hosts = std::iter::once(record.host).chain(record.co_hosts.iter().copied());
    let departments: BTreeSet<Id<kinds::Department>> = hosts.chain(record.teams.iter().map(|team| team.department)).collect();
    let mut choices = Vec::new();
    for department in departments {
        let name = visit.department(department);
        choices.push(Choice::new(department.to_string(), name.clone()));
        for officer in officers.iter().filter(|officer| officer.department == department) {
            let label = desk.tell("report-owner-officer", [("department", name.clone()), ("post", desk.text(&officer.post))]);
            choices.push(Choice::new(format!("{department} {}", officer.id), label));
        }
    }
    Ok(choices)
}

/// Writes it down.
pub(crate) fn keep(desk: &Desk) -> Answer {
    let visit = begun(desk)?;
    let mut mistakes = Mistakes::default();
    if desk.values.switching() {
        return page(&visit, &mistakes);
    }
    let (department, officer) = match desk.values.get("owner").split_once(' ') {
        Some((department, officer)) => (department.parse().ok(), officer.parse().ok()),
        None => (desk.values.get("owner").parse().ok(), None),
    };
    if department.is_none() {
        mistakes.add("owner", desk.say("choose-one"));
    }
    let due = desk::day(desk, &mut mistakes, "due");
    let text = desk.values.get("text").to_owned();
    if text.trim().is_empty() {
        mistakes.add("text", desk.say("report-lesson-wrong"));
    }
    let (Some(owner_department), Some(due), true) = (department, due, mistakes.is_empty()) else {
        return page(&visit, &mistakes);
    };
    let command = WriteLesson { text, owner_department, owner_officer: officer, due };
    let (grant, id) = (desk.right::<RunDrill>()?, visit.record.id);
    let write = move |work: &mut journal::Work<'_, '_>| write_lesson(work, &grant, id, &command);
    match desk.platform().ledger().write("control.write_lesson", grant.actor(), write) {
        Ok(_) => Ok(desk.done("done-saved", &visit.url("/report"))),
        Err(store::RunError::Refused(error)) => match mistake(&error) {
            Some((field, key)) => page(&visit, &Mistakes::one(field, desk.say(key))),
            None => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// The field that a refusal is about, and what to say.
const fn mistake(error: &LessonError) -> Option<(&'static str, &'static str)> {
    match error {
        LessonError::Text => Some(("text", "report-lesson-wrong")),
        LessonError::Owner => Some(("owner", "report-owner-wrong")),
        LessonError::Due => Some(("due-day", "report-due-wrong")),
        _ => None,
    }
}

/// The form of a note of the hot wash.
pub(crate) fn ask_note(desk: &Desk) -> Answer {
    Ok(note_page(&begun(desk)?, &Mistakes::default()))
}

fn note_page(visit: &Visit<'_>, mistakes: &Mistakes) -> axum::response::Response {
    let desk = visit.desk;
    let title = desk.say("report-note-new");
    let mut body = desk.body(&title, mistakes);
    let text = TextArea {
        value: desk.values.get("text").to_owned(),
        error: mistakes.of("text"),
        hint: Some(desk.say("report-note-hint")),
        rows: 6,
        ..TextArea::new("text", desk.say("report-note"))
    };
    body.part(&desk.form().part(&text).part(&Button::new(desk.say("report-note-keep"))));
    desk.show_form(Page::new(title, body.markup()).back(visit.url("/report")), mistakes)
}

/// Keeps it.
pub(crate) fn keep_note(desk: &Desk) -> Answer {
    let visit = begun(desk)?;
    if desk.values.switching() {
        return Ok(note_page(&visit, &Mistakes::default()));
    }
    let (grant, id, text) = (desk.right::<RunDrill>()?, visit.record.id, desk.values.get("text").to_owned());
    let write = move |work: &mut journal::Work<'_, '_>| note_hot_wash(work, &grant, id, &text);
    match desk.platform().ledger().write("control.note_hot_wash", grant.actor(), write) {
        Ok(_) => Ok(desk.done("done-saved", &visit.url("/report"))),
        Err(store::RunError::Refused(LessonError::Text)) => Ok(note_page(&visit, &Mistakes::one("text", desk.say("report-note-wrong")))),
        Err(error) => Err(error.into()),
    }
}

/// Says that a lesson is done: by a department that holds the exercise, or that sees to the lesson.
pub(crate) fn settle(desk: &Desk) -> Answer {
    let (grant, id) = (desk.right::<RunDrill>()?, desk.id::<Id<kinds::Lesson>>("lesson")?);
    desk.platform().ledger().write("control.settle_lesson", grant.actor(), move |work| settle_lesson(work, &grant, id))?;
    Ok(desk.done("done-lesson", &desk.url("/staff/drills")))
}
