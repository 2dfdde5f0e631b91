//! What is done to a case file besides writing into it.

use axum::response::Response;
use desk::{Answer, Desk, Mistakes, Question, date, day, file, line, missing};
use kernel::{Id, Instant, Kind, kinds};
use response::{
    EntryText, Fact, Milestone, NoteMoment, ShareRoom, close_incident, end_share, make_pack, note_moment, note_pack, seal_entry,
    set_facts, settle_entry, share_room, take_command,
};
use webkit::parts::{Button, ButtonStyle, Checkboxes, Choice, Select, Table};
use webkit::{Failure, Page};

use crate::case_read::{Writers, asked, at, body, leading, read, rooms};
use crate::team::{clock, minute};

fn back(desk: &Desk, id: Id<kinds::Incident>) -> Response {
    desk.done("done-saved", &desk.url(&format!("/staff/incidents/{id}")))
}

/// Takes command.
pub(crate) fn command(desk: &Desk) -> Answer {
    let (grant, id) = asked(desk)?;
    desk.platform().ledger().write("staff.take_command", grant.actor(), move |work| take_command(work, &grant, id))?;
    Ok(back(desk, id))
}

/// A task or an action is done.
pub(crate) fn done(desk: &Desk) -> Answer {
    let (grant, id) = asked(desk)?;
    let number: i64 = desk.values.get("number").parse().map_err(|_| missing())?;
    desk.platform().ledger().write("staff.settle_entry", grant.actor(), move |work| settle_entry(work, &grant, (id, number)))?;
    Ok(back(desk, id))
}

/// Closes it.
pub(crate) fn close(desk: &Desk) -> Answer {
    let (grant, id) = asked(desk)?;
    let back = desk.url(&format!("/staff/incidents/{id}"));
    if let Some(page) = desk.unless_sure(&Question { act: "incident-close", warning: "incident-close-warning", back }) {
        return Ok(page);
    }
    desk.platform().ledger().write("staff.close_incident", grant.actor(), move |work| close_incident(work, &grant, id))?;
    Ok(desk.done("done-incident-closed", &desk.url("/staff/incidents")))
}

/// When something was.
pub(crate) fn ask_time(desk: &Desk) -> Answer {
    time_page(desk, &Mistakes::default())
}

fn time_page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let (_, case, _) = read(desk)?;
    if !case.file.leads {
        return Err(missing());
    }
    let title = desk.say("case-note-time");
    let mut body = body(desk, &case.file, &title, mistakes);
    body.p(desk.say("case-time-lead"));
    let mut table = Table::new(desk.say("case-times"), ["case-what", "case-when", "case-noted"].map(|key| desk.say(key)));
    table.empty = desk.say("case-nothing");
    for moment in &case.file.moments {
        table.row([desk.text(&moment.milestone.title()), desk.at(moment.at), desk.at(moment.noted)]);
    }
    body.part(&table);
    let milestones = Milestone::ALL.map(|one| Choice::new(one.slug(), desk.text(&one.title()))).into();
    let form = desk
        .form()
        .part(&Select {
            value: desk.values.get("milestone").into(),
            error: mistakes.of("milestone"),
            ..Select::new("milestone", desk.say("case-what"), milestones)
        })
        .part(&date(desk, mistakes, "day", "case-day-of"))
        .part(&clock(desk, mistakes, "time", "case-time-of"))
        .part(&line(desk, mistakes, "why", "case-why"))
        .part(&Button::new(desk.say("case-note")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(at(desk, &case.file, "")), mistakes))
}

/// Notes it.
pub(crate) fn note_time(desk: &Desk) -> Answer {
    let (grant, id) = asked(desk)?;
    if desk.values.switching() {
        return time_page(desk, &Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let milestone = Milestone::from_slug(desk.values.get("milestone"));
    if milestone.is_none() {
        mistakes.add("milestone", desk.say("choose-one"));
    }
    let at = past(desk, &mut mistakes);
    let why = sealed_line(desk, &mut mistakes, "why")?;
    let (Some(milestone), Some(at), Some(why), true) = (milestone, at, why, mistakes.is_empty()) else {
        return time_page(desk, &mistakes);
    };
    let command = NoteMoment { incident: id, milestone, at, why };
    desk.platform().ledger().write("staff.note_moment", grant.actor(), move |work| note_moment(work, &grant, &command))?;
    Ok(back(desk, id))
}

/// The moment that was typed as `day` and `time`; a mistake when it has not come yet.
pub(crate) fn past(desk: &Desk, mistakes: &mut Mistakes) -> Option<Instant> {
    let (day, minute) = (day(desk, mistakes, "day"), minute(desk, mistakes, "time"));
    let at = Instant::at(day?, i64::from(minute?));
    if at > desk.now() {
        mistakes.add("time", desk.say("case-future"));
        return None;
    }
    Some(at)
}

/// One line of text, sealed.
fn sealed_line(desk: &Desk, mistakes: &mut Mistakes, name: &str) -> Result<Option<response::SealedEntry>, Failure> {
    let text = EntryText { title: desk.values.get(name).trim().to_owned(), ..EntryText::default() };
    match seal_entry(desk.platform().ledger().keys(), desk.now().day(), &text, None) {
        Ok(sealed) => Ok(Some(sealed)),
        Err(response::EntryError::Words) => {
            mistakes.add(name, desk.say("case-title-wrong"));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// What is known of it.
pub(crate) fn ask_facts(desk: &Desk) -> Answer {
    let (_, case, _) = read(desk)?;
    if !case.file.leads {
        return Err(missing());
    }
    let title = desk.say("case-facts");
    let mut body = body(desk, &case.file, &title, &Mistakes::default());
    body.p(desk.say("case-facts-lead"));
    let choices = Fact::ALL.map(|fact| Choice::new(fact.slug(), desk.text(&fact.title()))).into();
    let known = case.file.incident.facts.iter().map(|fact| fact.slug().to_owned());
    let values = if desk.values.switching() { desk.values.all("fact").map(str::to_owned).collect() } else { known.collect() };
    let form = desk
        .form()
        .part(&Checkboxes { values, ..Checkboxes::new("fact", title.clone(), choices) })
        .part(&Button::new(desk.say("case-save")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(at(desk, &case.file, "")), &Mistakes::default()))
}

/// Keeps it.
pub(crate) fn facts(desk: &Desk) -> Answer {
    let (grant, id) = asked(desk)?;
    if desk.values.switching() {
        return ask_facts(desk);
    }
    let facts: Vec<Fact> = desk.values.all("fact").filter_map(Fact::from_slug).collect();
    desk.platform().ledger().write("staff.set_facts", grant.actor(), move |work| set_facts(work, &grant, (id, &facts)))?;
    Ok(back(desk, id))
}

/// Which room is shared with whom. The commander's page.
pub(crate) fn ask_rooms(desk: &Desk) -> Answer {
    rooms_page(desk, &Mistakes::default())
}

fn rooms_page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let (grant, case, _) = read(desk)?;
    if !case.file.incident.is_commanded_by(&grant) {
        return Err(Failure::of(if case.file.leads { Kind::Denied } else { Kind::Missing }));
    }
    let (title, writers) = (desk.say("case-share"), Writers::of(desk)?);
    let mut body = body(desk, &case.file, &title, mistakes);
    body.p(desk.say("case-share-lead"));
    let head = ["case-room", "reach-department", "case-since", "case-until", "case-end"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("case-rooms"), head);
    table.empty = desk.say("case-not-shared");
    for (share, number) in case.file.shares.iter().zip(1..) {
        let end = desk
            .form()
            .to(at(desk, &case.file, "/rooms/end"))
            .id(format!("end-{number}"))
            .hidden("room", share.room.slug())
            .hidden("department", share.department.to_string())
            .part(&Button::new(desk.tell("case-take-back", [("number", number.to_string())])).style(ButtonStyle::Secondary));
        let until = share.ended.map_or_else(String::new, |at| desk.at(at));
        table.row([
            desk.text(&share.room.title()).into(),
            writers.department(share.department).into(),
            desk.at(share.since).into(),
            until.into(),
            if share.ended.is_none() { desk.html(&end) } else { webkit::Markup::default() },
        ]);
    }
    body.part(&table);
    let own = desk.who()?.department();
    let others = crate::call_outs::names(desk)?.into_iter().filter(|(id, _)| *id != own);
    let others = others.map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    let select = |name: &str, label: &str, choices| Select {
        value: desk.values.get(name).into(),
        error: mistakes.of(name),
        ..Select::new(name, desk.say(label), choices)
    };
    let form = desk
        .form()
        .part(&select("room", "case-room", rooms(desk, &case.file.rooms)))
        .part(&select("department", "reach-department", others))
        .part(&Button::new(desk.say("case-share-do")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).wide().back(at(desk, &case.file, "")), mistakes))
}

fn named_room(desk: &Desk, incident: Id<kinds::Incident>) -> Option<ShareRoom> {
    let room = response::Room::from_slug(desk.values.get("room"))?;
    Some(ShareRoom { incident, room, department: desk.values.get("department").parse().ok()? })
}

/// Shares a room.
pub(crate) fn share(desk: &Desk) -> Answer {
    let (grant, id) = asked(desk)?;
    if desk.values.switching() {
        return rooms_page(desk, &Mistakes::default());
    }
    let Some(command) = named_room(desk, id) else { return rooms_page(desk, &Mistakes::one("room", desk.say("choose-one"))) };
    desk.platform().ledger().write("staff.share_room", grant.actor(), move |work| share_room(work, &grant, command))?;
    Ok(desk.done("done-shared", &desk.url(&format!("/staff/incidents/{id}/rooms"))))
}

/// Takes a room back.
pub(crate) fn unshare(desk: &Desk) -> Answer {
    let (grant, id) = asked(desk)?;
    let command = named_room(desk, id).ok_or_else(missing)?;
    desk.platform().ledger().write("staff.end_share", grant.actor(), move |work| end_share(work, &grant, command))?;
    Ok(desk.done("done-unshared", &desk.url(&format!("/staff/incidents/{id}/rooms"))))
}

/// The pack for a regulator. Its digest is on record before it leaves.
pub(crate) fn pack(desk: &Desk) -> Answer {
    let (grant, id) = asked(desk)?;
    let (_, case, committed) = read(desk)?;
    let ledger = desk.platform().ledger();
    let bytes = make_pack(&case, &leading(desk, &case.file)?, &committed, ledger.keys())?;
    let digest = seal::sha256(&[&bytes]);
    ledger.write("staff.note_pack", grant.actor(), move |work| note_pack(work, &grant, (id, digest)))?;
    let mark = if case.file.incident.is_exercise { "EXERCISE-" } else { "" };
    Ok(file(bytes, "application/x-tar", &format!("{mark}{id}.tar")))
}
