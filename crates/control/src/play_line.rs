//! One line of the evidence with its fields; pinning it and taking the pin down.

use desk::{Answer, Desk, Mistakes, code, go, link, missing};
use drill::{Citation, Evidence, Exercise, Pack, Refusal};
use flows::{DrillAct, RoomError};
use webkit::parts::{Button, ButtonStyle, Inset, Pagination, SummaryList, SummaryRow, Table, TextArea};
use webkit::{Body, Failure, Markup, Page};

use crate::play_room::{player, sees_keys, team};
use crate::play_words;
use crate::visit::Visit;

const SHOWN_FIELDS: usize = 80;

fn citation(desk: &Desk) -> Result<Citation, Failure> {
    Ok(Citation { evidence: desk.id("source")?, line: desk.id("number")? })
}

/// The whole line.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let visit = Visit::of(desk)?;
    let cited = citation(desk)?;
    let room = visit.started()?;
    let (pack, pinned, ended) = room.read(|exercise| (exercise.shared_pack(), pinned(&visit, exercise, &cited), exercise.state().ended))?;
    let evidence = pack.evidence_named(&cited.evidence).ok_or_else(missing)?;
    let line = evidence.line(cited.line).ok_or_else(missing)?;
    let title = desk.tell("play-line-title", [("line", String::from(cited.clone()))]);
    let mut body = desk.body(&title, mistakes);
    let mut rows = vec![SummaryRow::new(desk.say("play-source"), desk.text(&evidence.entry.title))];
    rows.extend(evidence.at(cited.line).map(|at| SummaryRow::new(desk.say("play-moment"), drill::utc(at))));
    if sees_keys(&visit) {
        rows.push(SummaryRow::new(desk.say("play-origin"), evidence.entry.source.clone()));
    }
    body.part(&SummaryList::new(rows));
    body.push(&Markup::trusted(format!("<pre class=\"lr-code\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">{}</pre>\n", Markup::text(&desk.say("play-line-whole")), Markup::text(line))));
    if team(visit.seat).is_some() {
        pin_form(&visit, &cited, (pinned, ended), mistakes, &mut body);
    }
    fields(&visit, (evidence, cited.line), &mut body);
    neighbours(&visit, (&pack, evidence, cited.line), &mut body);
    let page = Page::new(title, body.markup()).wide().back(visit.url("/play/evidence"));
    Ok(desk.show_form(page, mistakes))
}

/// The note and the number of who pinned the line.
fn pinned(visit: &Visit<'_>, exercise: &Exercise, cited: &Citation) -> Option<(String, u16)> {
    let team = team(visit.seat)?;
    exercise.state().pins(team).find(|(citation, _)| *citation == cited).map(|(_, pin)| (pin.note.clone(), pin.player))
}

fn pin_form(visit: &Visit<'_>, cited: &Citation, (pinned, ended): (Option<(String, u16)>, bool), mistakes: &Mistakes, body: &mut Body) {
    let desk = visit.desk;
    if let Some((_, number)) = &pinned {
        body.part(&Inset(desk.tell("play-pinned-already", [("player", play_words::player(desk, *number))]).into()));
    }
    if ended {
        return;
    }
    let note = pinned.as_ref().map_or("", |(note, _)| note.as_str());
    let typed = desk.values.pairs().next().is_some();
    let area = TextArea {
        hint: Some(desk.say("play-note-hint")),
        value: if typed { desk.values.get("note").to_owned() } else { note.to_owned() },
        error: mistakes.of("note"),
        rows: 2,
        ..TextArea::new("note", desk.say("play-note"))
    };
    let words = if pinned.is_some() { "play-pin-change" } else { "play-pin" };
    body.part(&desk.form().part(&area).part(&Button::new(desk.say(words))));
    if pinned.is_some() {
        let to = visit.url(&format!("/play/evidence/{}/{}/unpin", cited.evidence, cited.line));
        let form = desk.form().to(to).id("unpin");
        body.part(&form.part(&Button::new(desk.say("play-unpin")).style(ButtonStyle::Secondary)));
    }
}

/// Every field with its value, each a way to the lines that have the same.
fn fields(visit: &Visit<'_>, (evidence, line): (&Evidence, u32), body: &mut Body) {
    let desk = visit.desk;
    let mut table = Table::new(desk.say("play-fields-of"), [desk.say("play-field"), desk.say("play-value")]);
    table.empty = desk.say("play-no-fields");
    for (field, value) in evidence.fields_of(line).into_iter().take(SHOWN_FIELDS) {
        let shown = if value.chars().count() <= 120 && !value.contains('"') {
            let pairs = [("q", format!("{field}=\"{value}\""))];
            let query = serde_html_form::to_string(pairs).unwrap_or_default();
            link(&value, &visit.url(&format!("/play/evidence?{query}")))
        } else {
            code(&value)
        };
        table.row([Markup::text(&field), shown]);
    }
    body.part(&table);
}

/// The line before and the one after, in the file.
fn neighbours(visit: &Visit<'_>, (pack, evidence, line): (&Pack, &Evidence, u32), body: &mut Body) {
    let desk = visit.desk;
    let to = |line: u32| visit.url(&format!("/play/evidence/{}/{line}", evidence.entry.name));
    let there = |line: u32| pack.has_line(&Citation { evidence: evidence.entry.name.clone(), line });
    let (before, after) = (line.checked_sub(1).filter(|line| there(*line)), line.checked_add(1).filter(|line| there(*line)));
    let place = desk.tell("play-line-place", [("line", line.to_string()), ("lines", evidence.len().to_string())]);
    body.part(&Pagination { previous: before.map(to), next: after.map(to), place });
}

/// Pins the line for the team, or changes the note.
pub(crate) fn pin(desk: &Desk) -> Answer {
    let visit = Visit::of(desk)?;
    let ((seat, _), cited) = (player(&visit)?, citation(desk)?);
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let room = visit.started()?;
    let act = DrillAct::Pin { line: cited.clone(), note: desk.values.get("note").replace("\r\n", "\n").trim().to_owned() };
    match room.act(seat, act) {
        Ok(_) => Ok(go(&visit.url(&format!("/play/evidence/{}/{}", cited.evidence, cited.line)))),
        Err(RoomError::Refused(Refusal::Words)) => page(desk, &Mistakes::one("note", desk.say("play-note-wrong"))),
        Err(RoomError::Refused(Refusal::Full)) => page(desk, &Mistakes::one("note", desk.say("play-pins-full"))),
        Err(error) => Err(error.into()),
    }
}

/// Takes the pin down. That it is down already is no mistake: a team mate was quicker.
pub(crate) fn unpin(desk: &Desk) -> Answer {
    let visit = Visit::of(desk)?;
    let ((seat, _), line) = (player(&visit)?, citation(desk)?);
    let room = visit.started()?;
    match room.act(seat, DrillAct::Unpin { line }) {
        Ok(_) | Err(RoomError::Refused(Refusal::NotPinned)) => Ok(go(&visit.url("/play"))),
        Err(error) => Err(error.into()),
    }
}
