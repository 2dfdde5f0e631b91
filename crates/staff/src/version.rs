use desk::{Answer, Desk, Mistakes, Words, code, missing};
use kernel::{Language, to_hex};
use people::ReadDashboard;
use registration::compile;
use registration::scheme::{Scheme, changes, deviations};
use webkit::parts::{Details, Table, Tone};
use webkit::{Body, Markup, Page, formats};

use crate::BOOK;

/// One saved version: what residents read by it, where it departs from the usual clauses, and how it differs from the
/// version in force. What an officer reads before signing.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadDashboard>()?;
    let service = case.listed.service;
    let versions = desk.platform().ledger().read("staff.versions", |tx| registration::versions(tx, service))?;
    let wanted = desk.param("digest");
    let version = versions.into_iter().find(|version| to_hex(&version.digest) == wanted).ok_or_else(missing)?;
    let scheme = compile(&version.definition)?;
    let title = desk.tell("version-title", [("scheme", scheme.title(desk.language()))]);
    let mut body = desk.body(&title, &Mistakes::default());
    body.note(desk.tell("version-saved", [("time", desk.at(version.saved))])).push(&code(wanted));
    if let Ok(live) = case.live()
        && live.scheme().digest() != scheme.digest()
    {
        body.part(&changes_table(desk, &live.scheme(), &scheme));
    }
    body.push(&shown(desk, &scheme));
    let source = Markup::trusted(format!("<pre class=\"lr-code\" tabindex=\"0\">{}</pre>", Markup::text(&version.definition)));
    body.part(&Details { summary: desk.say("version-source"), body: source, open: false });
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

/// In what a version differs from the one in force.
pub(crate) fn changes_table(desk: &Desk, old: &Scheme, new: &Scheme) -> Table {
    let mut table = Table::new(desk.say("version-changes"), ["version-part", "version-bears"].map(|key| desk.say(key)));
    table.empty = desk.say("version-same");
    for change in changes(old, new) {
        let bears = if change.needs_gate {
            desk.tag(desk.say("version-needs-gate"), Tone::Attention)
        } else {
            desk.tag(desk.say("version-small"), Tone::Neutral)
        };
        table.row([code(change.part), bears]);
    }
    table
}

/// Departures from the usual clauses, and the public front page with its statement in three languages.
pub(crate) fn shown(desk: &Desk, scheme: &Scheme) -> Markup {
    let mut body = Body::new(desk.language());
    let head = ["version-part", "version-usual", "version-own"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("version-deviations"), head);
    table.empty = desk.say("version-no-deviations");
    for deviation in deviations(scheme.definition()) {
        let (usual, own) = (desk.text(&deviation.usual), desk.text(&deviation.actual));
        table.row([code(deviation.part), usual.into(), own.into()]);
    }
    body.part(&table).h2(desk.say("version-preview")).p(desk.say("version-preview-lead"));
    for language in Language::ALL {
        let open = language == desk.language();
        let html = front(scheme, language);
        body.part(&Details { summary: language.own_name().to_owned(), body: html, open });
    }
    body.markup()
}

/// The public front page of a scheme in one language, as its residents read it before anything is asked.
fn front(scheme: &Scheme, language: Language) -> Markup {
    let t = Words::of(&BOOK.texts, language);
    let mut body = Body::new(language);
    body.h3(scheme.title(language)).p(scheme.summary(language)).p(scheme.eligibility(language));
    let window = scheme.window();
    let times = [("opens", formats::date_time(window.opens, language)), ("closes", formats::date_time(window.closes, language))];
    body.p(t.with("version-window", times));
    let head = ["version-what", "version-who", "version-why", "version-must", "version-kept", "version-receives"];
    let mut table = Table::new(t.get("version-table"), head.map(|key| t.get(key)));
    for row in scheme.data_table(language) {
        let receives = row.receives.join(&t.get("list-comma"));
        table.row([row.what, row.who, row.why, row.obligatory_in_words, row.kept_until, receives]);
    }
    body.part(&table);
    for part in scheme.statement(language) {
        body.h3(part.heading);
        for paragraph in part.paragraphs {
            body.p(paragraph);
        }
        if !part.items.is_empty() {
            body.bullets(part.items);
        }
    }
    let tag = language.tag();
    Markup::trusted(format!("<div lang=\"{tag}\">{}</div>", body.markup()))
}
