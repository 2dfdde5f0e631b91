//! Writing into a case file, and its evidence.

use std::collections::BTreeMap;

use desk::{Answer, Desk, Mistakes, date, day, file, line, missing};
use kernel::from_hex;
use response::{EntryError, EntryKind, EntryText, OpenedCase, Room, WriteEntry, seal_entry, write_entry};
use webkit::parts::{Button, Choice, FileInput, Select, TextArea};
use webkit::{Failure, FileKind, Page};

use crate::case_act::past;
use crate::case_read::{asked, at, body, read, rooms};
use crate::team::clock;

fn kind(desk: &Desk) -> Result<EntryKind, Failure> {
    EntryKind::from_slug(desk.param("entry")).filter(|kind| *kind != EntryKind::Answers).ok_or_else(missing)
}

/// The form of an entry of the address's kind.
pub(crate) fn ask(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let (_, case, _) = read(desk)?;
    let kind = kind(desk)?;
    if case.file.rooms.is_empty() {
        return Err(missing());
    }
    let title = desk.text(&kind.title());
    let mut body = body(desk, &case.file, &title, mistakes);
    body.p(desk.say("case-write-lead"));
    let area = TextArea {
        value: desk.values.get("text").into(),
        error: mistakes.of("text"),
        ..TextArea::new("text", desk.say("case-text-full"))
    };
    let mut form = desk.form().part(&line(desk, mistakes, "title", "case-title")).part(&area);
    if kind.is_owned() {
        form = form.part(&line(desk, mistakes, "owner", "case-owner")).part(&date(desk, mistakes, "due", "case-day"));
    }
    if kind == EntryKind::Evidence {
        let input = FileInput {
            hint: Some(desk.say("case-file-hint")),
            error: mistakes.of("file"),
            ..FileInput::new("file", desk.say("case-file"), FileKind::Text)
        };
        let kept = line(desk, mistakes, "kept", "case-kept");
        form = form.with_file().part(&input).part(&line(desk, mistakes, "digest", "case-digest-typed")).part(&kept);
    }
    if kind == EntryKind::Custody {
        form = form.part(&evidence(desk, &case, mistakes));
    }
    let form = form
        .part(&date(desk, mistakes, "day", "case-day-of"))
        .part(&clock(desk, mistakes, "time", "case-time-of"))
        .part(&Select {
            value: desk.values.get("room").into(),
            error: mistakes.of("room"),
            ..Select::new("room", desk.say("case-room"), rooms(desk, &case.file.rooms))
        })
        .part(&Button::new(desk.say("case-save")));
    body.part(&form).note(desk.say("case-sealed"));
    Ok(desk.show_form(Page::new(title, body.markup()).back(at(desk, &case.file, "")), mistakes))
}

fn evidence(desk: &Desk, case: &OpenedCase, mistakes: &Mistakes) -> Select {
    let choice = |(entry, text): (&response::Entry, &EntryText)| Choice::new(entry.number.to_string(), format!("{} {}", entry.number, text.title));
    Select {
        value: desk.values.get("about").into(),
        error: mistakes.of("about"),
        ..Select::new("about", desk.say("case-evidence"), case.of(EntryKind::Evidence).map(choice).collect())
    }
}

/// Writes it.
pub(crate) fn write(desk: &Desk) -> Answer {
    let (grant, id) = asked(desk)?;
    let kind = kind(desk)?;
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let happened = past(desk, &mut mistakes);
    let room = Room::from_slug(desk.values.get("room"));
    if room.is_none() {
        mistakes.add("room", desk.say("choose-one"));
    }
    let due = if kind.is_owned() { day(desk, &mut mistakes, "due") } else { None };
    let about: Option<i64> = desk.values.get("about").parse().ok();
    if kind == EntryKind::Custody && about.is_none() {
        mistakes.add("about", desk.say("choose-one"));
    }
    let attached = match desk.file(FileKind::Text) {
        Ok(attached) => attached,
        Err(sentence) => {
            mistakes.add("file", sentence);
            None
        }
    };
    let digest = digest(desk, &mut mistakes);
    let names: &[&str] = if kind.is_owned() { &["owner"] } else if kind == EntryKind::Evidence { &["kept"] } else { &[] };
    let fields: BTreeMap<String, String> = names.iter().map(|name| ((*name).to_owned(), desk.values.get(name).trim().to_owned())).collect();
    if kind.is_owned() && !desk.values.has("owner") {
        mistakes.add("owner", desk.say("case-owner-missing"));
    }
    let text = EntryText { title: desk.values.get("title").trim().to_owned(), text: desk.values.get("text").trim().to_owned(), fields };
    let (Some(happened), Some(room), true) = (happened, room, mistakes.is_empty()) else { return page(desk, &mistakes) };
    let text = match seal_entry(desk.platform().ledger().keys(), desk.now().day(), &text, attached) {
        Ok(text) => text,
        Err(EntryError::Words) => return page(desk, &Mistakes::one("title", desk.say("case-title-wrong"))),
        Err(error) => return Err(error.into()),
    };
    let command = WriteEntry { incident: id, kind, room, happened, about, due, digest, text };
    desk.platform().ledger().write("staff.write_entry", grant.actor(), move |work| write_entry(work, &grant, &command))?;
    Ok(desk.done("done-saved", &desk.url(&format!("/staff/incidents/{id}"))))
}

/// A digest that was typed, of evidence that is kept elsewhere.
fn digest(desk: &Desk, mistakes: &mut Mistakes) -> Option<[u8; 32]> {
    if !desk.values.has("digest") {
        return None;
    }
    let digest = from_hex(desk.values.get("digest").trim()).ok().and_then(|bytes| bytes.try_into().ok());
    if digest.is_none() {
        mistakes.add("digest", desk.say("record-digest-wrong"));
    }
    digest
}

/// A file of evidence, as it was attached.
pub(crate) fn attached(desk: &Desk) -> Answer {
    let (_, case, committed) = read(desk)?;
    let number: i64 = desk.id("number")?;
    let entry = case.file.entries.iter().find(|entry| entry.number == number).ok_or_else(missing)?;
    let bytes = entry.sealed.open_file(&committed, desk.platform().ledger().keys())?.ok_or_else(missing)?;
    Ok(file(bytes, "application/octet-stream", &format!("evidence-{number}.txt")))
}
