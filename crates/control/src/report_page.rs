use desk::{Answer, Desk, Mistakes, link, missing};
use drill::{Aspect, DrillStage, Lesson, Report};
use kernel::Language;
use store::StoreError;
use webkit::parts::{Button, ButtonStyle, Part as _, SummaryList, SummaryRow, Table, Tone};
use webkit::{Body, Failure, Markup, Page, formats};

use crate::report_occasion::owner;
use crate::told;
use crate::visit::Visit;

/// What came of an exercise: its main figures, the report to take away, notes of the hot wash, and lessons. For whoever runs it from the
/// start, for everybody else with a seat once it is over.
pub(crate) fn show(desk: &Desk) -> Answer {
    let visit = readable(desk)?;
    let report = visit.started()?.read(Report::of)?;
    let title = desk.say("report-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.text(&visit.record.title));
    if visit.record.stage == DrillStage::Running {
        body.note(desk.say("report-so-far"));
    }
    figures(desk, &report, &mut body);
    files(&visit, &mut body);
    notes(&visit, &mut body)?;
    lessons(&visit, &mut body)?;
    Ok(desk.show(Page::new(title, body.markup()).wide().back(visit.url(""))))
}

/// The exercise of the address, for whoever may read its report.
pub(crate) fn readable(desk: &Desk) -> Result<Visit<'_>, Failure> {
    let visit = Visit::of(desk)?;
    let may = match visit.record.stage {
        DrillStage::Planned => false,
        DrillStage::Running => visit.runs(),
        DrillStage::Ended => true,
    };
    if may { Ok(visit) } else { Err(missing()) }
}

fn figures(desk: &Desk, report: &Report, body: &mut Body) {
    let answers: usize = report.questions.iter().map(|question| question.answered.count).sum();
    let counted = [
        ("report-teams", report.teams.len()),
        ("report-injects", report.injects.count),
        ("report-late", report.late.count),
        ("report-answers", answers),
        ("report-unmarked", report.unmarked.count),
    ];
    let mut rows: Vec<SummaryRow> = counted.into_iter().map(|(key, count)| SummaryRow::new(desk.say(key), told::count(count))).collect();
    for aspect in Aspect::ALL {
        let scores = || report.teams.iter().filter_map(|team| team.aspects.get(&aspect));
        let possible: u64 = scores().map(|score| score.possible).sum();
        let earned = scores().map(|score| score.thousandths).sum::<u64>().checked_div(possible);
        let share = earned.map_or_else(String::new, |share| formats::per_cent(i64::try_from(share).unwrap_or(i64::MAX)));
        rows.push(SummaryRow::new(desk.say(&format!("report-{}", aspect.as_str())), share));
    }
    body.part(&SummaryList::new(rows));
}

/// The after-action report in three languages, as page and sheets, and the signed export.
fn files(visit: &Visit<'_>, body: &mut Body) {
    let desk = visit.desk;
    body.h2(desk.say("report-files"));
    body.p(desk.say("report-files-lead"));
    let mut table = Table::new(desk.say("report-files"), ["report-language", "report-as-page", "report-as-pdf"].map(|key| desk.say(key)));
    table.quiet_caption = true;
    let has_font = desk.state.letter_font.is_some();
    for language in Language::ALL {
        let name = language.own_name();
        let file = |key: &str, form: &str| {
            let words = desk.tell(key, [("language", name.to_owned())]);
            link(&words, &visit.url(&format!("/report/{}.{form}", language.slug())))
        };
        let sheets = if has_font { file("report-pdf", "pdf") } else { Markup::text(&desk.say("report-no-font")) };
        table.row([Markup::text(name), file("report-html", "html"), sheets]);
    }
    body.part(&table);
    if visit.holds {
        body.link(desk.say("report-export"), visit.url("/export.json")).note(desk.say("report-export-lead"));
    }
}

fn notes(visit: &Visit<'_>, body: &mut Body) -> Result<(), Failure> {
    let (desk, id) = (visit.desk, visit.record.id);
    body.h2(desk.say("report-notes"));
    let notes = desk.platform().ledger().read("control.hot_wash", |tx| drill::hot_wash(tx, id))?;
    if notes.is_empty() {
        body.p(desk.say("report-no-notes"));
    }
    body.bullets(notes);
    if visit.holds {
        body.link(desk.say("report-note-new"), visit.url("/notes/new"));
    }
    Ok(())
}

fn lessons(visit: &Visit<'_>, body: &mut Body) -> Result<(), Failure> {
    let (desk, record) = (visit.desk, &visit.record);
    let (own, carried) = desk.platform().ledger().read("control.lessons", |tx| {
        let mut own = Vec::new();
        for lesson in drill::lessons(tx, record.id)? {
            own.push((owner(tx, &visit.departments, &lesson)?, lesson));
        }
        let mut carried = Vec::new();
        for (from, lesson) in drill::carried_lessons(tx, record)? {
            carried.push((from, owner(tx, &visit.departments, &lesson)?, lesson));
        }
        Ok::<_, StoreError>((own, carried))
    })?;
    body.h2(desk.say("report-lessons"));
    let mut table = Table::new(desk.say("report-lessons"), ["report-lesson", "report-owner", "report-due", "report-state"].map(|key| desk.say(key)));
    table.quiet_caption = true;
    table.empty = desk.say("report-no-lessons");
    for (owner, lesson) in &own {
        table.row([Markup::text(&lesson.text), Markup::text(&desk.text(owner)), due(desk, lesson), state(desk, visit.holds, lesson)]);
    }
    body.part(&table);
    if visit.holds {
        body.link(desk.say("report-lesson-new"), visit.url("/lessons/new"));
    }
    if !carried.is_empty() {
        let columns = ["report-lesson", "report-owner", "report-due", "report-from", "report-state"].map(|key| desk.say(key));
        let mut table = Table::new(desk.say("report-carried"), columns);
        for (from, owner, lesson) in &carried {
            let texts = [lesson.text.clone(), desk.text(owner)].map(|text| Markup::text(&text));
            let [text, owner] = texts;
            table.row([text, owner, due(desk, lesson), Markup::text(&desk.text(&from.title)), state(desk, visit.holds, lesson)]);
        }
        body.part(&table);
    }
    Ok(())
}

fn due(desk: &Desk, lesson: &Lesson) -> Markup {
    Markup::text(&formats::date(lesson.due, desk.language()))
}

/// Done, overdue or open; with the button that settles it, for whoever may.
pub(crate) fn state(desk: &Desk, may_settle: bool, lesson: &Lesson) -> Markup {
    if let Some(done) = lesson.done {
        return desk.tag(desk.tell("report-done-on", [("day", formats::date(done.day(), desk.language()))]), Tone::Good);
    }
    let overdue = lesson.is_overdue(desk.now().day());
    let (key, tone) = if overdue { ("report-overdue", Tone::Bad) } else { ("report-open", Tone::Active) };
    let mut cell = desk.tag(desk.say(key), tone);
    if may_settle {
        let url = desk.url(&format!("/staff/drills/lessons/{}/done", lesson.id));
        let words = desk.tell("report-settle", [("lesson", lesson.text.clone())]);
        cell.push(&desk.form().to(url).id(format!("settle-{}", lesson.id)).part(&Button::new(words).style(ButtonStyle::Quiet)).html(desk.language()));
    }
    cell
}

/// Open lessons that the department sees to, or of exercises that it holds, for its list of exercises: what is overdue comes first.
pub(crate) fn open(desk: &Desk, body: &mut Body) -> Result<(), Failure> {
    let department = desk.who()?.department();
    let lessons = desk.platform().ledger().read("control.open_lessons", |tx| {
        let departments = people::departments(tx)?;
        let mut lessons = Vec::new();
        for lesson in drill::open_lessons(tx, department)? {
            let title = drill::drill(tx, lesson.drill)?.map(|record| record.title);
            lessons.push((owner(tx, &departments, &lesson)?, title, lesson));
        }
        Ok::<_, StoreError>(lessons)
    })?;
    if lessons.is_empty() {
        return Ok(());
    }
    let columns = ["report-lesson", "report-owner", "report-due", "report-from", "report-state"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("report-open-lessons"), columns);
    for (owner, title, lesson) in &lessons {
        let from = title.as_ref().map_or_else(String::new, |title| desk.text(title));
        let [text, owner] = [lesson.text.clone(), desk.text(owner)].map(|text| Markup::text(&text));
        table.row([text, owner, due(desk, lesson), Markup::text(&from), state(desk, true, lesson)]);
    }
    body.part(&table);
    Ok(())
}
