use desk::{Answer, Case, Desk, Mistakes, code, link, missing};
use journal::Entry;
use kernel::Kind;
use people::ReadJournal;
use serde_json::{Value, json};
use webkit::parts::{Inset, Pagination, SummaryList, SummaryRow, Table};
use webkit::{Failure, Markup, Page, formats};

const PAGE: usize = 50;

/// The journal, newest first. Its entries name nobody.
pub(crate) fn journal(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadJournal>()?;
    let before = desk.query("before").parse().ok();
    let entries = case.live()?.ledger().page(before, PAGE)?;
    let title = desk.say("journal-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("journal-lead"));
    body.link(desk.say("journal-checkpoint"), desk.scheme_url(&case, "/journal/checkpoint"));
    let head = ["journal-at", "journal-verb", "journal-actor", "journal-position", "journal-entry"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.numeric = vec![3];
    for entry in &entries {
        table.row(cells(desk, &case, entry));
    }
    body.part(&table);
    let next = entries.last().filter(|_| entries.len() == PAGE);
    let next = next.map(|entry| desk.scheme_url(&case, &format!("/journal?before={}", entry.id)));
    let previous = before.is_some().then(|| desk.scheme_url(&case, "/journal"));
    if next.is_some() || previous.is_some() {
        body.part(&Pagination { previous, next, place: String::new() });
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

fn cells(desk: &Desk, case: &Case, entry: &Entry) -> [Markup; 5] {
    let body: Value = serde_json::from_str(&entry.body).unwrap_or_default();
    let id = entry.id.to_string();
    [
        Markup::text(&desk.at(entry.at)),
        code(body.get("verb").and_then(Value::as_str).unwrap_or_default()),
        Markup::text(&actor(desk, &body)),
        Markup::text(&position(desk, entry)),
        link(&id, &desk.scheme_url(case, &format!("/journal/{id}"))),
    ]
}

fn position(desk: &Desk, entry: &Entry) -> String {
    let place = entry.position.and_then(|position| i64::try_from(position).ok());
    place.map_or_else(|| desk.say("journal-waits"), formats::number)
}

/// Who acted, as far as the journal says: a role, a job, a visitor.
fn actor(desk: &Desk, body: &Value) -> String {
    let actor = body.get("actor").unwrap_or(&Value::Null);
    let text = |name: &str| actor.get(name).and_then(Value::as_str);
    if let Some(role) = text("role") {
        return role.parse::<people::Role>().map_or_else(|_| role.to_owned(), |role| desk.text(&role.title()));
    }
    match text("kind") {
        Some("job") => desk.tell("journal-job", [("job", text("name").unwrap_or_default())]),
        Some(kind @ ("visitor" | "operator")) => desk.say(&format!("actor-{kind}")),
        other => other.unwrap_or_default().to_owned(),
    }
}

/// One entry with its exact bytes.
pub(crate) fn entry(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadJournal>()?;
    let entry = find(desk, &case)?;
    let title = desk.say("journal-entry-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("journal-entry"), code(&entry.id.to_string())),
        SummaryRow::new(desk.say("journal-at"), desk.at(entry.at)),
        SummaryRow::new(desk.say("journal-position"), position(desk, &entry)),
        SummaryRow::new(desk.say("journal-body"), code(&entry.body)),
        SummaryRow::new(desk.say("journal-salt"), code(&kernel::to_hex(&entry.salt))),
    ]));
    if entry.position.is_some() {
        let way = desk.scheme_url(&case, &format!("/journal/{}/proof", entry.id));
        body.link(desk.say("journal-proof"), way);
    } else {
        body.part(&Inset(desk.say("journal-waits-long").into()));
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, "/journal"))))
}

fn find(desk: &Desk, case: &Case) -> Result<Entry, Failure> {
    case.live()?.ledger().entry(desk.id("event")?)?.ok_or_else(missing)
}

/// The proof that the entry stands in the published tree, as a file.
pub(crate) fn proof(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadJournal>()?;
    let entry = find(desk, &case)?;
    let inclusion = case.live()?.ledger().inclusion(entry.id)?.ok_or_else(missing)?;
    let file = json!({
        "id": entry.id.to_string(),
        "event": entry.body,
        "salt": kernel::to_hex(&entry.salt),
        "inclusion": inclusion.to_json(),
    });
    let text = serde_json::to_vec_pretty(&file).map_err(|_| Failure::of(Kind::Broken))?;
    Ok(desk::file(text, "application/json", &format!("{}.json", entry.id)))
}

/// The newest signed checkpoint, as a file.
pub(crate) fn checkpoint(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadJournal>()?;
    let note = case.live()?.ledger().checkpoint().ok_or_else(missing)?;
    Ok(desk::file(note.into_bytes(), "text/plain; charset=utf-8", &format!("{}-checkpoint.txt", case.listed.slug)))
}
