use desk::{Answer, Case, Desk, Mistakes};
use people::RequestExport;
use registration::ImportedResults;
use webkit::parts::{Button, FileInput, Notification, Table, TextArea};
use webkit::{FileKind, Markup, Page};

/// The form for the courier's results.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RequestExport>()?;
    page(desk, &case, &Mistakes::default(), None)
}

fn page(desk: &Desk, case: &Case, mistakes: &Mistakes, imported: Option<&ImportedResults>) -> Answer {
    case.live()?;
    let title = desk.say("results-title");
    let mut body = desk.body(&title, mistakes);
    if let Some(imported) = imported {
        body.push(&outcome(desk, imported));
    }
    body.p(desk.say("results-lead"));
    let form = desk
        .form()
        .with_file()
        .part(&FileInput {
            hint: Some(desk.say("results-file-hint")),
            error: mistakes.of("file"),
            ..FileInput::new("file", desk.say("results-file"), FileKind::Text)
        })
        .part(&TextArea {
            value: if imported.is_some() { String::new() } else { desk.values.get("lines").to_owned() },
            hint: Some(desk.say("results-lines-hint")),
            error: mistakes.of("lines"),
            rows: 8,
            ..TextArea::new("lines", desk.say("results-lines"))
        })
        .part(&Button::new(desk.say("results-import")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.scheme_url(case, "/delivery")), mistakes))
}

fn outcome(desk: &Desk, imported: &ImportedResults) -> Markup {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let sentence = desk.tell("results-done", [("taken", count(imported.taken)), ("known", count(imported.known))]);
    let mut html = desk.html(&Notification {
        title: desk.say("results-title"),
        body: sentence.into(),
        success: imported.bad.is_empty(),
    });
    if imported.bad.is_empty() {
        return html;
    }
    let mut table = Table::new(desk.say("results-bad"), ["results-line", "results-why"].map(|key| desk.say(key)));
    for (line, why) in &imported.bad {
        table.row([line.to_string(), desk.say(reason(why))]);
    }
    html.push(&desk.html(&table));
    html
}

/// The importer names what is wrong in English; the desk says it in the officer's language.
fn reason(why: &str) -> &'static str {
    match why {
        "not a reference" => "results-not-a-reference",
        registration::UNKNOWN_REFERENCE => "results-unknown",
        _ => "results-neither",
    }
}

/// Takes the results over. A bad line is named and does not stop the others.
pub(crate) fn import(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RequestExport>()?;
    if desk.values.switching() {
        return page(desk, &case, &Mistakes::default(), None);
    }
    let text = match desk.file(FileKind::Text) {
        Ok(Some(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        Ok(None) => desk.values.get("lines").to_owned(),
        Err(sentence) => return page(desk, &case, &Mistakes::one("file", sentence), None),
    };
    if text.trim().is_empty() {
        return page(desk, &case, &Mistakes::one("file", desk.say("results-missing")), None);
    }
    let service = case.live()?;
    let imported = flows::import_delivery_results(desk.platform(), service, &grant, &text)?;
    page(desk, &case, &Mistakes::default(), Some(&imported))
}
