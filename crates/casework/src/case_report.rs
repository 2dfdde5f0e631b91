//! Reports from a case file, the answers that they need besides, and playbooks.

use std::collections::BTreeMap;

use desk::{Answer, Desk, Mistakes, file, go, missing};
use kernel::Kind;
use notify::{Block, LetterError, LetterFont, Sheets};
use response::{
    EntryKind, EntryText, FilledForm, OpenedCase, Playbook, ReportForm, Room, Source, WriteEntry, fill_form, playbooks, report_fields,
    report_forms, seal_entry, tick_step, write_entry,
};
use webkit::parts::{Button, ButtonStyle, Inset, SummaryList, SummaryRow, Table, TextArea, Tone};
use webkit::{Failure, Markup, Page};

use crate::case_read::{asked, at, body, leading, read};

/// The form of the address, the case that fills it, and the report.
fn filled(desk: &Desk) -> Result<(&'static ReportForm, OpenedCase, FilledForm), Failure> {
    let form = report_forms().iter().find(|form| form.slug == desk.param("report")).ok_or_else(missing)?;
    let (_, case, _) = read(desk)?;
    if !case.file.leads {
        return Err(missing());
    }
    let department = leading(desk, &case.file)?;
    let filled = fill_form(form, &case, department.get(desk.language()), desk.language());
    Ok((form, case, filled))
}

/// A report on the page, with what is missing.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (form, case, filled) = filled(desk)?;
    let mut body = body(desk, &case.file, &filled.title, &Mistakes::default());
    let missing = filled.missing();
    if missing.is_empty() {
        body.part(&Inset(desk.say("case-report-whole").into()));
    } else {
        body.p(desk.tell("case-report-missing", [("count", missing.len().to_string())])).bullets(missing);
    }
    body.link(desk.say("case-answers"), at(desk, &case.file, "/answers"));
    let row = |(title, content): &(String, Option<String>)| {
        let content = content.as_ref().map_or_else(|| desk.tag(desk.say("case-unknown"), Tone::Attention), |text| lines(text));
        SummaryRow::new(title.clone(), content)
    };
    body.part(&SummaryList::new(filled.rows.iter().map(row).collect()));
    let way = |key: &str, end: &str| (desk.say(key), at(desk, &case.file, &format!("/reports/{}/{end}", form.slug)));
    let (words, address) = way("case-report-text", "text");
    body.link(words, address);
    if desk.state.letter_font.is_some() {
        let (words, address) = way("case-report-pdf", "pdf");
        body.link(words, address);
    }
    Ok(desk.show(Page::new(filled.title, body.markup()).back(at(desk, &case.file, ""))))
}

/// Each line of a text on a line of its own.
fn lines(text: &str) -> Markup {
    let lines: Vec<String> = text.lines().map(|line| Markup::text(line).to_string()).collect();
    Markup::trusted(lines.join("<br>"))
}

/// The same as plain text.
pub(crate) fn text(desk: &Desk) -> Answer {
    let (form, case, filled) = filled(desk)?;
    let name = format!("{}{}-{}.txt", mark(&case), form.slug, case.file.incident.id);
    Ok(file(filled.text(desk.language()).into_bytes(), "text/plain; charset=utf-8", &name))
}

const fn mark(case: &OpenedCase) -> &'static str {
    if case.file.incident.is_exercise { "EXERCISE-" } else { "" }
}

/// The same on A4 sheets.
pub(crate) fn pdf(desk: &Desk) -> Answer {
    let (form, case, filled) = filled(desk)?;
    let font = desk.state.letter_font.as_ref().ok_or_else(missing)?;
    let row = |(title, content): &(String, Option<String>)| {
        let content = content.clone().unwrap_or_else(|| desk.say("case-unknown"));
        let name = std::iter::once(title.clone()).chain(std::iter::repeat(String::new()));
        name.zip(content.lines()).map(|(name, line)| Block::Row(name, line.to_owned())).collect::<Vec<_>>()
    };
    let exercise = case.file.incident.is_exercise.then(|| Block::Heading(desk.say("call-exercise")));
    let sheets = Sheets {
        language: desk.language(),
        title: filled.title.clone(),
        sender: Vec::new(),
        window: Vec::new(),
        date: desk.now().day(),
        blocks: exercise.into_iter().chain(filled.rows.iter().flat_map(row)).collect(),
    };
    let pdf = drawn(sheets, font)?;
    Ok(file(pdf, "application/pdf", &format!("{}{}-{}.pdf", mark(&case), form.slug, case.file.incident.id)))
}

/// The sheets as PDF. What officers typed may hold a character that the font does not have: it is drawn as a question mark, and the
/// report as plain text has it.
fn drawn(mut sheets: Sheets, font: &LetterFont) -> Result<Vec<u8>, Failure> {
    for _ in 0..STRANGERS_MOST {
        match notify::sheets_pdf(&sheets, font) {
            Err(LetterError::NoGlyph(stranger)) => {
                let mend = |text: &mut String| *text = text.chars().map(|c| if u32::from(c) == stranger { '?' } else { c }).collect();
                for block in &mut sheets.blocks {
                    match block {
                        Block::Heading(text) | Block::Paragraph(text) => mend(text),
                        Block::Row(name, content) => {
                            mend(name);
                            mend(content);
                        }
                    }
                }
            }
            done => return done.map_err(|error| Failure::of(Kind::Broken).because(error.to_string())),
        }
    }
    Err(Failure::of(Kind::Invalid).because("more characters without a glyph than a report has"))
}

/// Different characters without a glyph in one report.
const STRANGERS_MOST: usize = 200;

/// What reports ask that the case file does not know by itself.
pub(crate) fn ask_answers(desk: &Desk) -> Answer {
    answers_page(desk, &Mistakes::default())
}

fn answers_page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let (_, case, _) = read(desk)?;
    if !case.file.leads {
        return Err(missing());
    }
    let title = desk.say("case-answers");
    let mut body = body(desk, &case.file, &title, mistakes);
    body.p(desk.say("case-answers-lead"));
    let mut form = desk.form();
    for field in asked_fields() {
        let typed = desk.values.get(&field.slug);
        let value = if typed.is_empty() { case.answer(&field.slug).unwrap_or_default() } else { typed };
        let area = TextArea {
            value: value.to_owned(),
            error: mistakes.of(&field.slug),
            rows: 3,
            ..TextArea::new(field.slug.clone(), desk.text(&field.title))
        };
        form = form.part(&area);
    }
    body.part(&form.part(&Button::new(desk.say("case-save")))).note(desk.say("case-sealed"));
    Ok(desk.show_form(Page::new(title, body.markup()).back(at(desk, &case.file, "")), mistakes))
}

fn asked_fields() -> impl Iterator<Item = &'static response::ReportField> {
    report_fields().iter().filter(|field| field.from == Source::Answer)
}

/// Keeps the answers; earlier ones stay on record.
pub(crate) fn answers(desk: &Desk) -> Answer {
    let (grant, id) = asked(desk)?;
    if desk.values.switching() {
        return answers_page(desk, &Mistakes::default());
    }
    let fields: BTreeMap<String, String> =
        asked_fields().map(|field| (field.slug.clone(), desk.values.get(&field.slug).trim().to_owned())).collect();
    if let Some((long, _)) = fields.iter().find(|(_, text)| text.chars().count() > 8_000) {
        return answers_page(desk, &Mistakes::one(long, desk.say("case-answer-long")));
    }
    let text = EntryText { title: desk.say("case-answers"), text: String::new(), fields };
    let text = seal_entry(desk.platform().ledger().keys(), desk.now().day(), &text, None)?;
    let (kind, room, happened) = (EntryKind::Answers, Room::Command, desk.now());
    let command = WriteEntry { incident: id, kind, room, happened, about: None, due: None, digest: None, text };
    desk.platform().ledger().write("staff.write_answers", grant.actor(), move |work| write_entry(work, &grant, &command))?;
    Ok(desk.done("done-saved", &desk.url(&format!("/staff/incidents/{id}"))))
}

fn playbook(desk: &Desk) -> Result<&'static Playbook, Failure> {
    playbooks().iter().find(|book| book.slug == desk.param("playbook")).ok_or_else(missing)
}

/// A checklist: what was done when, and a button for each step that was not.
pub(crate) fn checklist(desk: &Desk) -> Answer {
    let book = playbook(desk)?;
    let (_, case, _) = read(desk)?;
    if !case.file.leads {
        return Err(missing());
    }
    let title = desk.text(&book.title);
    let mut body = body(desk, &case.file, &title, &Mistakes::default());
    let head = ["case-number", "case-step", "case-done"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    for (step, number) in book.steps.iter().zip(1..) {
        let taken = case.file.steps.iter().find(|(slug, one, _)| *slug == book.slug && *one == step.slug);
        let done = match taken {
            Some((_, _, at)) => desk.tag(desk.at(*at), Tone::Good),
            None => desk.html(
                &desk
                    .form()
                    .id(format!("step-{number}"))
                    .hidden("step", step.slug.clone())
                    .part(&Button::new(desk.tell("case-mark-done", [("number", number.to_string())])).style(ButtonStyle::Secondary)),
            ),
        };
        table.row([number.to_string().into(), Markup::text(&desk.text(&step.text)), done]);
    }
    body.part(&table);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(at(desk, &case.file, ""))))
}

/// A step was taken.
pub(crate) fn step(desk: &Desk) -> Answer {
    let (book, (grant, id)) = (playbook(desk)?, asked(desk)?);
    let step = desk.values.get("step").to_owned();
    desk.platform().ledger().write("staff.tick_step", grant.actor(), move |work| {
        tick_step(work, &grant, (id, book.slug.as_str(), step.as_str()))
    })?;
    Ok(go(&desk.url(&format!("/staff/incidents/{id}/playbooks/{}", book.slug))))
}
