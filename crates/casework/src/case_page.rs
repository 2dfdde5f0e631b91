use desk::{Answer, Desk, Mistakes, link, scheme_title, short};
use people::StartCallOut as MayCallOut;
use response::{EntryKind, Happened, KeptDeadline, OpenedCase, playbooks, report_forms};
use webkit::parts::{Button, ButtonStyle, SummaryList, SummaryRow, Table, Tone};
use webkit::{Body, Failure, Markup, Page};

use crate::case_read::{Writers, at, body, read};

/// The case file of an incident: where it stands, what is owed until when, what happened, what is to do.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (grant, case, _) = read(desk)?;
    let (file, writers) = (&case.file, Writers::of(desk)?);
    let commands = file.incident.is_commanded_by(&grant);
    let title = desk.text(&file.incident.kind.title());
    let mut body = body(desk, file, &title, &Mistakes::default());
    body.lead(desk.text(&file.incident.summary));
    summary(desk, &mut body, &case, &writers)?;
    if file.leads && !commands && file.incident.closed.is_none() {
        let take = desk.form().to(at(desk, file, "/command")).id("command");
        body.part(&take.part(&Button::new(desk.say("case-command")).style(ButtonStyle::Secondary)));
    }
    deadlines(desk, &mut body, &case);
    timeline(desk, &mut body, &case, &writers);
    to_do(desk, &mut body, &case);
    evidence(desk, &mut body, &case);
    write_links(desk, &mut body, &case);
    if file.leads {
        lead_links(desk, &mut body, &case, commands);
        end(desk, &mut body, &case, commands);
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff/incidents"))))
}

fn summary(desk: &Desk, body: &mut Body, case: &OpenedCase, writers: &Writers) -> Result<(), Failure> {
    let incident = &case.file.incident;
    let tone = if incident.closed.is_some() { Tone::Neutral } else { Tone::Bad };
    let mut rows = vec![
        SummaryRow::new(desk.say("state"), desk.tag(desk.text(&case.file.state().title()), tone)),
        SummaryRow::new(desk.say("incident-opened"), desk.at(incident.opened)),
    ];
    rows.extend(incident.closed.map(|at| SummaryRow::new(desk.say("incident-closed"), desk.at(at))));
    let commander = incident.commander.zip(incident.department.or(incident.lead));
    let commander = commander.map_or_else(|| desk.say("case-nobody"), |(officer, department)| writers.name(department, officer));
    rows.push(SummaryRow::new(desk.say("case-commander"), commander));
    let facts: Vec<String> = incident.facts.iter().map(|fact| desk.text(&fact.title())).collect();
    let facts = SummaryRow::new(desk.say("case-facts"), facts.join(&desk.say("list-comma")));
    rows.push(if case.file.leads { facts.change(at(desk, &case.file, "/facts")) } else { facts });
    if let Some(service) = incident.service {
        rows.push(SummaryRow::new(desk.say("scheme"), scheme_title(desk, service)?));
    }
    body.part(&SummaryList::new(rows));
    if let Some(contractor) = incident.contractor {
        body.link(desk.say("lease-contractor"), desk.url(&format!("/staff/contractors/{contractor}")));
    }
    Ok(())
}

/// Every deadline there ever was: those that a changed time replaced stand below, marked.
fn deadlines(desk: &Desk, body: &mut Body, case: &OpenedCase) {
    body.h2(desk.say("case-deadlines"));
    let head = ["case-owed", "case-basis", "case-from", "case-due", "state"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("case-deadlines"), head);
    table.quiet_caption = true;
    table.empty = desk.say("case-no-deadline");
    let mut all: Vec<&KeptDeadline> = case.file.deadlines.iter().collect();
    all.sort_by_key(|one| (one.superseded.is_some(), one.due, one.number));
    for one in all {
        let (what, basis) = one.rule().map_or_else(|| (one.clock.clone(), String::new()), |rule| (desk.text(&rule.title), rule.basis.clone()));
        let basis = if basis == "policy" { desk.say("case-policy") } else { basis };
        table.row([what.into(), basis.into(), desk.at(one.start).into(), desk.at(one.due).into(), deadline_state(desk, one)]);
    }
    body.part(&table);
    if case.file.leads {
        body.link(desk.say("case-note-time"), at(desk, &case.file, "/times"));
    }
}

fn deadline_state(desk: &Desk, one: &KeptDeadline) -> Markup {
    match (one.superseded, one.met) {
        (Some(at), _) => desk.tag(desk.tell("case-replaced", [("time", desk.at(at))]), Tone::Neutral),
        (None, Some(met)) if met <= one.due => desk.tag(desk.tell("case-met", [("time", desk.at(met))]), Tone::Good),
        (None, Some(met)) => desk.tag(desk.tell("case-met-late", [("time", desk.at(met))]), Tone::Attention),
        (None, None) if one.is_excused => desk.tag(desk.say("case-excused"), Tone::Neutral),
        (None, None) if desk.now() > one.due => desk.tag(desk.say("case-overdue"), Tone::Bad),
        (None, None) => desk.tag(desk.say("case-owed-still"), Tone::Active),
    }
}

fn timeline(desk: &Desk, body: &mut Body, case: &OpenedCase, writers: &Writers) {
    body.h2(desk.say("case-timeline"));
    let head = ["case-when", "case-what", "case-text", "case-room", "case-by"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("case-timeline"), head);
    table.quiet_caption = true;
    table.empty = desk.say("case-nothing");
    for (at, line) in case.timeline() {
        let (entry, text, kind) = match line {
            Happened::Entry(entry, text) => (entry, text, desk.text(&entry.kind.title())),
            Happened::Settled(entry, text) => (entry, text, desk.say("case-done")),
        };
        let mut words = vec![text.title.clone()];
        words.extend((!text.text.is_empty()).then(|| text.text.clone()));
        words.extend(text.fields.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| {
            format!("{}: {value}", desk.say(&format!("case-field-{name}")))
        }));
        let by = writers.name(entry.department, entry.officer);
        table.row([
            desk.at(at),
            format!("{} {}", entry.number, kind),
            words.join(" · "),
            desk.text(&entry.room.title()),
            by,
        ]);
    }
    body.part(&table);
}

/// Tasks and actions that are not done, with the button that says they are.
fn to_do(desk: &Desk, body: &mut Body, case: &OpenedCase) {
    body.h2(desk.say("case-to-do"));
    let head = ["case-what", "case-text", "case-owner", "case-day", "case-done"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("case-to-do"), head);
    table.quiet_caption = true;
    table.empty = desk.say("case-nothing-to-do");
    for (entry, text) in case.of(EntryKind::Task).chain(case.of(EntryKind::Action)).filter(|(entry, _)| entry.settled.is_none()) {
        let done = desk
            .form()
            .to(at(desk, &case.file, "/done"))
            .id(format!("done-{}", entry.number))
            .hidden("number", entry.number.to_string())
            .part(&Button::new(desk.tell("case-mark-done", [("number", entry.number.to_string())])).style(ButtonStyle::Secondary));
        let day = entry.due.map_or_else(String::new, |day| webkit::formats::date(day, desk.language()));
        let late = entry.due.is_some_and(|day| day < desk.now().day());
        table.row([
            Markup::text(&desk.text(&entry.kind.title())),
            Markup::text(&text.title),
            Markup::text(text.fields.get("owner").map_or("", String::as_str)),
            if late { desk.tag(day, Tone::Bad) } else { day.into() },
            desk.html(&done),
        ]);
    }
    body.part(&table);
}

fn evidence(desk: &Desk, body: &mut Body, case: &OpenedCase) {
    body.h2(desk.say("case-evidence"));
    let head = ["case-number", "case-text", "case-digest", "case-custody"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("case-evidence"), head);
    table.quiet_caption = true;
    table.empty = desk.say("case-no-evidence");
    for (entry, text) in case.of(EntryKind::Evidence) {
        let hands = case.of(EntryKind::Custody).filter(|(custody, _)| custody.about == Some(entry.number));
        let hands: Vec<String> = hands.map(|(custody, text)| format!("{}: {}", desk.at(custody.happened), text.title)).collect();
        let name = if entry.sealed.has_file() {
            link(&text.title, &at(desk, &case.file, &format!("/evidence/{}", entry.number)))
        } else {
            Markup::text(&text.title)
        };
        let digest = entry.digest.map_or_else(Markup::default, |digest| short(&kernel::to_hex(&digest)));
        table.row([entry.number.to_string().into(), name, digest, hands.join("; ").into()]);
    }
    body.part(&table);
}

fn write_links(desk: &Desk, body: &mut Body, case: &OpenedCase) {
    if case.file.rooms.is_empty() {
        return;
    }
    body.h2(desk.say("case-write"));
    let way = |kind: &EntryKind| link(&desk.text(&kind.title()), &at(desk, &case.file, &format!("/write/{}", kind.slug())));
    let kinds = EntryKind::ALL.into_iter().filter(|kind| *kind != EntryKind::Answers);
    body.bullets(kinds.map(|kind| way(&kind)).collect::<Vec<_>>());
}

fn lead_links(desk: &Desk, body: &mut Body, case: &OpenedCase, commands: bool) {
    let file = &case.file;
    body.h2(desk.say("case-playbooks"));
    let mut books: Vec<_> = playbooks().iter().collect();
    books.sort_by_key(|book| !book.is_for(file.incident.kind));
    body.bullets(books.into_iter().map(|book| {
        let taken = file.steps.iter().filter(|(slug, _, _)| *slug == book.slug).count();
        let words = format!("{} ({taken} / {})", desk.text(&book.title), book.steps.len());
        link(&words, &at(desk, file, &format!("/playbooks/{}", book.slug)))
    }));
    body.h2(desk.say("case-reports"));
    body.bullets(report_forms().iter().map(|form| {
        link(&desk.text(&form.title), &at(desk, file, &format!("/reports/{}", form.slug)))
    }));
    body.h2(desk.say("calls-title"));
    body.bullets(file.call_outs.iter().map(|id| link(&id.to_string(), &desk.url(&format!("/staff/call-outs/{id}")))));
    if desk.may::<MayCallOut>() {
        body.link(desk.say("case-call"), at(desk, file, "/call-out"));
    }
    body.h2(desk.say("case-rooms"));
    if commands {
        body.link(desk.say("case-share"), at(desk, file, "/rooms"));
    } else {
        body.p(desk.say("case-share-commander"));
    }
}

/// The pack, and the end.
fn end(desk: &Desk, body: &mut Body, case: &OpenedCase, commands: bool) {
    let file = &case.file;
    if commands {
        body.h2(desk.say("case-pack")).p(desk.say("case-pack-lead"));
        let pack = desk.form().to(at(desk, file, "/pack")).id("pack");
        body.part(&pack.part(&Button::new(desk.say("case-pack-make")).style(ButtonStyle::Secondary)));
    }
    if file.incident.closed.is_none() && (commands || file.incident.commander.is_none()) {
        body.h2(desk.say("incident-close")).p(desk.say("incident-close-lead"));
        body.part(&desk.form().id("close").part(&Button::new(desk.say("incident-close")).style(ButtonStyle::Warning)));
    }
}
